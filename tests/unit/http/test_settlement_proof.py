"""A day's settlement is proved to the cent, or what is missing is named."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payscope.application.reconcile.prove_settlement import SettledDay
from payscope.domain.reconcile.settlement import BatchTie, LineSum, UnbalancedLine, prove_day
from tests.support.desk import BANK, Desk

DAY = date(2026, 11, 20)
# Three sales of 100.00 with fees of 1.50 each, a refund of 40.00, a chargeback of 10.00, a fee of 5.00.
LINES = (
    LineSum("SETTLEMENT", None, 3, 30_000, -90, -60, -300, -450, 29_550),
    LineSum("REFUND", None, 1, -4_000, 0, 0, 0, 0, -4_000),
    LineSum("DISPUTE", "FIRST_CHARGEBACK", 1, -1_000, 0, 0, 0, 0, -1_000),
    LineSum("FEE", "PROCESSING", 1, -500, 0, 0, 0, 0, -500),
)
NET = 24_050


def tie(**changes: Any) -> BatchTie:
    return BatchTie(
        **{
            "source": "processor",
            "batch_ref": "B1",
            "lines_minor": NET,
            "payout_minor": NET,
            "credited_minor": NET,
            "reason": None,
            "in_transit": False,
            **changes,
        }
    )


def test_a_day_that_ties_has_nothing_unexplained() -> None:
    proof = prove_day(DAY, "EUR", None, LINES, [tie()])
    assert [(item.name, item.minor) for item in proof.components] == [
        ("sales", 30_000),
        ("refunds", -4_000),
        ("chargebacks", -1_000),
        ("interchange", -90),
        ("scheme_fees", -60),
        ("markup", -300),
        ("fees", -500),
    ]
    assert (proof.expected_minor, proof.paid_out_minor, proof.credited_minor) == (NET, NET, NET)
    assert (proof.shortfall_minor, proof.unexplained_minor, proof.differing) == (0, 0, ())


@pytest.mark.parametrize(
    ("changes", "explained", "in_transit", "unexplained", "differing"),
    [
        ({"credited_minor": 0, "reason": "MISSING_BANK_CREDIT"}, {"MISSING_BANK_CREDIT": NET}, 0, 0, ()),
        ({"credited_minor": NET - 7, "reason": "AMOUNT"}, {"AMOUNT": 7}, 0, 0, ()),
        ({"credited_minor": 0, "in_transit": True}, {}, NET, 0, ()),
        ({"credited_minor": NET - 1}, {}, 0, 1, ("B1",)),
        ({"payout_minor": NET - 3, "credited_minor": NET - 3}, {}, 0, 3, ("B1",)),
        ({"credited_minor": NET + 5}, {}, 0, -5, ("B1",)),
    ],
    ids=str,
)
def test_a_difference_is_explained_under_way_or_named(
    changes: dict[str, Any],
    explained: dict[str, int],
    in_transit: int,
    unexplained: int,
    differing: tuple[str, ...],
) -> None:
    proof = prove_day(DAY, "EUR", None, LINES, [tie(**changes)])
    assert proof.explained_minor == explained
    assert (proof.in_transit_minor, proof.unexplained_minor, proof.differing) == (
        in_transit,
        unexplained,
        differing,
    )


def test_lines_without_a_payout_wait_for_it() -> None:
    proof = prove_day(DAY, "EUR", None, LINES, [])
    assert (proof.awaiting_minor, proof.unexplained_minor, proof.shortfall_minor) == (NET, 0, None)


def test_payouts_that_no_bank_line_is_matched_with_hide_no_shortfall_of_others() -> None:
    proof = prove_day(
        DAY,
        "EUR",
        None,
        (*LINES, *LINES),
        [tie(credited_minor=None), tie(batch_ref="B2", credited_minor=NET - 9)],
    )
    assert (proof.shortfall_minor, proof.unexplained_minor, proof.differing) == (9, 9, ("B2",))


def test_the_proof_of_a_scheme_ends_at_its_net_and_shows_what_does_not_add_up() -> None:
    off_by_two = LineSum("SETTLEMENT", None, 1, 10_000, -30, -20, -100, -150, 9_848)
    proof = prove_day(DAY, "EUR", "VISA", [off_by_two], [])
    assert (proof.expected_minor, proof.unexplained_minor, proof.paid_out_minor) == (9_848, -2, None)


_MINOR = st.integers(-(10**9), 10**9)


@given(
    st.lists(st.tuples(_MINOR, _MINOR, st.none() | _MINOR, st.booleans(), st.booleans()), max_size=8), _MINOR
)
def test_every_unit_is_accounted_for_exactly_once(
    batches: list[tuple[int, int, int | None, bool, bool]], unpaid: int
) -> None:
    ties = [
        BatchTie(
            "processor", f"B{number}", lines, payout, credited, "AMOUNT" if has_reason else None, in_transit
        )
        for number, (lines, payout, credited, has_reason, in_transit) in enumerate(batches)
    ]
    net = sum(item.lines_minor for item in ties) + unpaid
    proof = prove_day(DAY, "EUR", None, [LineSum("SETTLEMENT", None, 1, net, 0, 0, 0, 0, net)], ties)
    assert proof.expected_minor == sum(component.minor for component in proof.components)
    assert proof.awaiting_minor == unpaid
    received = sum(item.payout_minor if item.credited_minor is None else item.credited_minor for item in ties)
    accounted = (
        proof.awaiting_minor
        + sum(proof.explained_minor.values())
        + proof.in_transit_minor
        + proof.unexplained_minor
    )
    assert proof.expected_minor - received == accounted


def test_the_route_answers_one_currency_flat_and_all_as_a_list() -> None:
    desk = Desk()
    desk.settlements.days[BANK, DAY] = [SettledDay("EUR", LINES, (tie(),)), SettledDay("JPY", (), ())]
    one = desk.admin().get("/settlement/proof?date=2026-11-20&currency=EUR").json()
    assert (one["expected_net"], one["bank_credit"], one["unexplained"]) == ("240.50", "240.50", "0.00")
    assert one["waterfall"][0] == {"component": "sales", "rows": 3, "amount": "300.00"}
    every = desk.admin().get("/settlement/proof?date=2026-11-20").json()["items"]
    assert [(item["currency"], item["unexplained"]) for item in every] == [("EUR", "0.00"), ("JPY", "0")]
    nothing = desk.admin().get("/settlement/proof?date=2020-01-01&currency=EUR").json()
    assert (nothing["expected_net"], nothing["waterfall"]) == ("0.00", [])


@pytest.mark.parametrize(
    "query", ["", "date=x", "date=2026-13-01", "date=2026-11-20&currency=euro", "date=2026-11-20&scheme=visa"]
)
def test_a_day_is_asked_for_by_date(query: str) -> None:
    assert Desk().admin().get(f"/settlement/proof?{query}").status_code == 422


def test_the_figures_of_a_proof_add_up_on_their_face() -> None:
    desk = Desk()
    ties = (tie(credited_minor=None), tie(batch_ref="B2", credited_minor=NET - 9))
    desk.settlements.days[BANK, DAY] = [SettledDay("EUR", (*LINES, *LINES), ties)]
    proof = desk.admin().get("/settlement/proof?date=2026-11-20&currency=EUR").json()
    names = ("payouts_not_matched_with_bank", "bank_credit", "shortfall")
    assert sum(Decimal(proof[name]) for name in names) == Decimal(proof["expected_net"])


def test_what_does_not_tie_is_listed_with_what_makes_it() -> None:
    desk = Desk()
    line = UnbalancedLine(UUID(int=1), UUID(int=2), 17, "B1", -2)
    ties = (tie(), tie(batch_ref="B2", payout_minor=NET - 3, credited_minor=NET - 10, reason="AMOUNT"))
    desk.settlements.days[BANK, DAY] = [SettledDay("EUR", (*LINES, *LINES), ties, (line,))]
    proof = desk.admin().get("/settlement/proof?date=2026-11-20&currency=EUR").json()
    assert proof["differences"] == [
        {
            "source": "processor", "batch_ref": "B2", "lines_less_payout": "0.03",
            "payout_less_credit": "0.07", "reason": "AMOUNT", "in_transit": False,
        },
    ]  # fmt: skip
    assert (proof["unexplained"], proof["explained"]) == ("0.03", {"AMOUNT": "0.07"})
    assert proof["unbalanced_lines"][0]["row_number"] == 17
