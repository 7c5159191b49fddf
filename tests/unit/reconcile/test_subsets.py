"""Which payouts a credit adds up from: one answer or none, whatever the order."""

from datetime import date, timedelta
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from payscope.domain.reconcile.subsets import OpenAmount, SubsetBounds, paid_together, subset_of_sum

BOUNDS = SubsetBounds(max_candidates=12, max_members=6, max_steps=20_000, window_days=3)
DAY = date(2026, 3, 10)


def amount(key: str, minor: int, *, days_ago: int = 0, currency: str = "EUR") -> OpenAmount[str]:
    return OpenAmount(key, currency, minor, DAY - timedelta(days=days_ago))


def test_the_only_set_that_adds_up_is_taken() -> None:
    assert subset_of_sum(4646, (5203, 1717, 2929), BOUNDS) == (1, 2)


def test_two_sets_that_add_up_are_none() -> None:
    assert subset_of_sum(500, (200, 300, 100, 400), BOUNDS) is None


def test_more_candidates_than_the_bound_are_not_searched() -> None:
    assert subset_of_sum(1, tuple(range(1, 14)), BOUNDS) is None


def test_a_search_that_takes_too_long_is_none() -> None:
    few = SubsetBounds(max_candidates=12, max_members=6, max_steps=10, window_days=3)
    assert subset_of_sum(4646, (5203, 1717, 2929), BOUNDS) is not None
    assert subset_of_sum(77, tuple(range(3, 15)), few) is None


@given(amounts=st.lists(st.integers(1, 60), max_size=8), target=st.integers(1, 200))
def test_it_agrees_with_looking_at_every_set(amounts: list[int], target: int) -> None:
    every = [
        chosen
        for size in range(1, BOUNDS.max_members + 1)
        for chosen in combinations(range(len(amounts)), size)
        if sum(amounts[n] for n in chosen) == target
    ]
    expected = every[0] if len(every) == 1 else None
    assert subset_of_sum(target, amounts, BOUNDS) == expected


def test_a_credit_reaches_back_over_its_window_and_in_its_currency_only() -> None:
    payouts = [
        amount("near", 1717, days_ago=3),
        amount("far", 2929, days_ago=4),
        amount("dollars", 2929, currency="USD"),
    ]
    assert paid_together([amount("credit", 4646)], payouts, BOUNDS) == {}
    assert paid_together([amount("credit", 1717)], payouts, BOUNDS) == {"credit": ("near",)}


def test_a_payout_that_two_credits_claim_belongs_to_neither() -> None:
    payouts = [amount("a", 100), amount("b", 250)]
    credits_ = [amount("both", 350), amount("one", 100)]
    assert paid_together(credits_, payouts, BOUNDS) == {}


@given(
    minors=st.lists(st.integers(1, 40), max_size=6),
    targets=st.lists(st.integers(1, 90), max_size=3),
    draw=st.randoms(use_true_random=False),
)
def test_the_order_of_credits_and_payouts_does_not_matter(
    minors: list[int], targets: list[int], draw: object
) -> None:
    payouts = [amount(f"p{n}", minor) for n, minor in enumerate(minors)]
    entries = [amount(f"c{n}", minor) for n, minor in enumerate(targets)]
    found = paid_together(entries, payouts, BOUNDS)
    draw.shuffle(payouts)  # type: ignore[attr-defined] -- hypothesis gives a random.Random
    draw.shuffle(entries)  # type: ignore[attr-defined] -- as above
    again = paid_together(entries, payouts, BOUNDS)
    assert {key: set(value) for key, value in again.items()} == {k: set(v) for k, v in found.items()}
