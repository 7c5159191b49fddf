"""What-if on facts whose results can be worked out on paper."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payscope.domain.analyse.series import Facts
from payscope.domain.analyse.simulation import (
    ChargedAmount,
    FeeChange,
    FeeComponent,
    FeePercentChange,
    RateChange,
    RateTarget,
    Shift,
    TicketChange,
    VolumeChange,
    change_fees,
    change_rate,
    change_ticket,
    change_volume,
    charge_again,
    scenario_values,
)

FACTS = {
    "EUR": Facts(
        attempts=100,
        approved=80,
        requested_minor=1_000_000,
        approved_minor=800_000,
        sales=80,
        sales_minor=800_000,
        refunds=4,
        refunded_minor=-40_000,
        settled=80,
        settled_minor=800_000,
        fee_minor=12_000,
        interchange_minor=6_000,
        scheme_fee_minor=2_000,
        markup_minor=3_000,
        chargebacks=2,
        charged_back_minor=-20_000,
    )
}
AMOUNTS = [
    ChargedAmount("EUR", 10_000, 79, 5_900, 1_980, 2_960),
    ChargedAmount("EUR", 10_033, 1, 100, 20, 40),
]


def test_ten_per_cent_more_volume_leaves_the_rates_alone() -> None:
    facts = change_volume(FACTS, VolumeChange(Decimal(10)))["EUR"]
    assert (facts.attempts, facts.approved, facts.sales_minor, facts.fee_minor) == (110, 88, 880_000, 13_200)


def test_a_higher_ticket_moves_amounts_and_not_counts() -> None:
    facts = change_ticket(FACTS, TicketChange(Decimal("2.5")))["EUR"]
    assert (facts.attempts, facts.sales, facts.sales_minor) == (100, 80, 820_000)


def test_a_higher_approval_rate_approves_declined_payments_at_their_own_average() -> None:
    facts = change_rate(FACTS, RateChange(RateTarget.APPROVAL_RATE, Shift(to=Decimal("0.9"))))["EUR"]
    # 10 of 20 declined payments, 200,000 minor units in all: 100,000 more.
    assert (facts.approved, facts.approved_minor) == (90, 900_000)
    assert (facts.sales, facts.sales_minor, facts.fee_minor) == (90, 900_000, 13_500)
    assert (facts.attempts, facts.requested_minor) == (100, 1_000_000)


def test_a_lower_approval_rate_takes_approved_payments_away() -> None:
    facts = change_rate(FACTS, RateChange(RateTarget.APPROVAL_RATE, Shift(points=Decimal(-10))))["EUR"]
    assert (facts.approved, facts.approved_minor, facts.sales) == (70, 700_000, 70)


def test_halving_the_refund_rate_halves_refunds_and_their_amount() -> None:
    facts = change_rate(FACTS, RateChange(RateTarget.REFUND_RATE, Shift(percent=Decimal(-50))))["EUR"]
    assert (facts.refunds, facts.refunded_minor, facts.sales) == (2, -20_000, 80)


def test_a_new_tariff_charges_every_row_for_itself() -> None:
    change = FeeChange(FeeComponent.INTERCHANGE, bps=Decimal(50), fixed_minor=5)
    facts = charge_again(FACTS, AMOUNTS, change)["EUR"]
    # 79 rows of 100.00 at 0.50 + 0.05, one of 100.33 at round(0.50165) + 0.05.
    assert facts.interchange_minor == 79 * 55 + 55
    assert facts.fee_minor == 12_000 + facts.interchange_minor - 6_000


def test_dearer_fees_raise_every_component_and_what_has_none() -> None:
    facts = change_fees(FACTS, FeePercentChange(Decimal(10)))["EUR"]
    assert (facts.interchange_minor, facts.scheme_fee_minor, facts.markup_minor) == (6_600, 2_200, 3_300)
    assert facts.fee_minor == 13_200


def test_values_name_both_versions_and_their_difference() -> None:
    changed = change_volume(FACTS, VolumeChange(Decimal(10)))
    values = {(value.metric, value.currency): value for value in scenario_values("whole", FACTS, changed)}
    assert values["auth_attempts", None].delta == 10
    assert values["auth_rate_raw", None].delta == 0
    assert values["effective_rate_bps", "EUR"].baseline == Fraction(150)
    assert values["refund_amount", "EUR"].scenario == 44_000
    assert values["settlement_after_fees", "EUR"].delta == 78_800


@pytest.mark.parametrize(
    "shift", [Shift(to=Decimal("1.2")), Shift(points=Decimal(30)), Shift(percent=Decimal(-200))]
)
def test_an_impossible_rate_is_refused(shift: Shift) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        change_rate(FACTS, RateChange(RateTarget.APPROVAL_RATE, shift))


def test_volume_cannot_fall_below_nothing() -> None:
    with pytest.raises(ValueError, match="more than 100"):
        change_volume(FACTS, VolumeChange(Decimal(-101)))


@given(
    st.integers(0, 1000),
    st.lists(st.tuples(st.integers(1, 400), st.integers(0, 400)), min_size=1, max_size=4),
)
def test_the_new_approvals_of_all_currencies_are_exactly_the_rate_asked_for(per_mille, currencies) -> None:
    facts = {
        f"C{place}": Facts(
            attempts=attempts,
            approved=min(attempts, approved),
            requested_minor=attempts * 100,
            approved_minor=min(attempts, approved) * 100,
        )
        for place, (attempts, approved) in enumerate(currencies)
    }
    rate = Decimal(per_mille) / 1000
    changed = change_rate(facts, RateChange(RateTarget.APPROVAL_RATE, Shift(to=rate)))
    attempts = sum(item.attempts for item in facts.values())
    assert sum(item.approved for item in changed.values()) == round(Fraction(rate) * attempts)
    assert all(0 <= item.approved <= item.attempts for item in changed.values())
