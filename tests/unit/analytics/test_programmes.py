"""The schemes' programmes at and around their thresholds."""

from datetime import date
from fractions import Fraction

import pytest

from payscope.domain.reconcile.programmes import (
    MonthCounts,
    Programme,
    headroom_events,
    programmes_from_json,
    stand,
    stand_all,
)
from payscope.domain.reconcile.rule_files import programme_rules

RULES = {programme.id: programme for programme in programme_rules()}
VAMP, ECP, EFM = RULES["VISA_VAMP"], RULES["MASTERCARD_ECP"], RULES["MASTERCARD_EFM"]
MAY = date(2026, 5, 1)


def _tier(programme: Programme, counts: MonthCounts, month: date = MAY) -> str:
    return stand(programme, counts, month).tier


@pytest.mark.parametrize(
    ("chargebacks", "sales_before", "tier"),
    [
        (500, 25_000, "ECM"),  # 2.00 %
        (250, 6_250, "ECM"),  # 4.00 %, but fewer than 300
        (99, 1_100, "NONE"),  # 9.00 %, but fewer than 100
        (185, 7_500, "ECM"),  # 246.67 bps
        (300, 10_000, "HECM"),
        (300, 10_001, "ECM"),
        (299, 1_000, "ECM"),
        (100, 6_667, "NONE"),
        (100, 6_666, "ECM"),
    ],
)
def test_excessive_chargebacks_need_the_number_and_the_rate(
    chargebacks: int, sales_before: int, tier: str
) -> None:
    counts = MonthCounts("M", "MASTERCARD", chargebacks=chargebacks, sales_before=sales_before)
    assert _tier(ECP, counts) == tier


def test_the_chargeback_ratio_is_exact() -> None:
    standing = stand(ECP, MonthCounts("M", "MASTERCARD", chargebacks=185, sales_before=7_500), MAY)
    assert standing.ratio_bps == Fraction(1_850_000, 7_500)
    assert round(float(standing.ratio_bps or 0), 2) == 246.67


@pytest.mark.parametrize(
    ("month", "fraud", "disputes", "sales", "tier"),
    [
        (date(2026, 3, 1), 1_000, 1_000, 100_000, "NONE"),  # 200 bps while 220 holds
        (date(2026, 4, 1), 1_000, 1_000, 100_000, "EXCESSIVE"),  # 200 bps once 150 holds
        (date(2026, 4, 1), 750, 750, 50_000, "NONE"),  # 300 bps, but not more than 1,500 events
        (date(2026, 4, 1), 751, 750, 50_000, "EXCESSIVE"),
        (date(2025, 5, 1), 5_000, 5_000, 10_000, "NONE"),  # before the programme
    ],
)
def test_fraud_and_disputes_count_together_against_the_threshold_of_their_month(
    month: date, fraud: int, disputes: int, sales: int, tier: str
) -> None:
    counts = MonthCounts(
        "M", "VISA", sales_not_present=sales, fraud_reports_not_present=fraud, disputes_not_present=disputes
    )
    assert _tier(VAMP, counts, month) == tier


def _fraud(**changed: object) -> MonthCounts:
    values: dict[str, object] = {
        "country": "US",
        "ecommerce_before": 10_000,
        "fraud_chargebacks": 50,
        "fraud_minor": {"USD": 5_000_000},
        "secured": 999,
        "securable": 10_000,
        **changed,
    }
    return MonthCounts("M", "MASTERCARD", **values)  # pyright: ignore[reportArgumentType]


def test_excessive_fraud_needs_all_of_its_conditions() -> None:
    assert _tier(EFM, _fraud()) == "EFM"
    assert _tier(EFM, _fraud(fraud_chargebacks=49)) == "NONE"
    assert _tier(EFM, _fraud(fraud_minor={"USD": 4_999_999})) == "NONE"
    assert _tier(EFM, _fraud(fraud_minor={"JPY": 9_000_000})) == "NONE"
    assert _tier(EFM, _fraud(secured=1_000)) == "NONE"
    assert _tier(EFM, _fraud(ecommerce_before=999, fraud_chargebacks=40)) == "NONE"


def test_a_regulated_country_allows_less_unsecured_fraud() -> None:
    assert _tier(EFM, _fraud(country="DE", secured=4_999)) == "EFM"
    assert _tier(EFM, _fraud(country="DE", secured=5_000)) == "NONE"


def test_headroom_is_what_still_fits_below_the_threshold() -> None:
    assert headroom_events(150, 10_000, 100) == 50
    assert headroom_events(150, 6_667, 100) == 0
    assert headroom_events(150, 1_000, 20) == -5


def test_the_acquirer_is_the_sum_of_its_merchants() -> None:
    counts = [
        MonthCounts("A", "VISA", sales_not_present=9_000, fraud_reports_not_present=20),
        MonthCounts("B", "VISA", sales_not_present=1_000, disputes_not_present=40),
        MonthCounts("C", "MASTERCARD", sales_before=5, chargebacks=1),
    ]
    standings = stand_all(RULES.values(), counts, MAY)
    acquirer = next(item for item in standings if item.programme == "VISA_VAMP_ACQUIRER")
    assert (acquirer.numerator, acquirer.denominator, acquirer.tier) == (60, 10_000, "ABOVE_STANDARD")
    assert standings[0] == acquirer, "what is in a tier comes first"
    merchants = [item.merchant_id for item in standings if item.programme == "VISA_VAMP"]
    assert merchants == ["B", "A"]


def test_no_sales_have_no_ratio() -> None:
    standing = stand(ECP, MonthCounts("M", "MASTERCARD", chargebacks=500), MAY)
    assert (standing.ratio_bps, standing.tier) == (None, "NONE")


def test_malformed_rules_are_refused() -> None:
    with pytest.raises(ValueError, match="malformed"):
        programmes_from_json('{"programmes": [{"id": "X"}]}')


@pytest.mark.parametrize(
    ("country", "events", "minor", "tier"),
    [
        ("AE", 150, 7_500_001, "EXCESSIVE"),
        ("AE", 150, 7_500_000, "NONE"),  # not over 75,000 USD
        ("AE", 100, 9_000_000, "NONE"),  # not more than 100 events
        ("DE", 150, 9_000_000, "NONE"),  # elsewhere it takes more than 1,500
        (None, 150, 9_000_000, "NONE"),
    ],
)
def test_a_region_has_conditions_of_its_own(country: str | None, events: int, minor: int, tier: str) -> None:
    counts = MonthCounts(
        "M",
        "VISA",
        country,
        sales_not_present=5_000,
        disputes_not_present=events,
        reported_minor={"USD": minor},
    )
    assert _tier(VAMP, counts) == tier


def test_a_region_keeps_the_threshold_that_others_have_lowered() -> None:
    counts = MonthCounts(
        "M",
        "VISA",
        "AE",
        sales_not_present=100_000,
        disputes_not_present=2_000,
        reported_minor={"USD": 10**9},
    )  # 200 bps
    assert (_tier(VAMP, counts), stand(VAMP, counts, MAY).threshold_bps) == ("NONE", 220)
    assert stand(VAMP, MonthCounts("M", "VISA", "DE"), MAY).threshold_bps == 150


@pytest.mark.parametrize(
    ("chargebacks", "sales", "levels"),
    [
        (74, 1_000, ()),  # fewer than three quarters of a hundred
        (75, 1_000, ("EARLY_WARNING",)),
        (75, 6_667, ()),  # 112.49 bps, three quarters of 150 are 112.5
        (75, 6_666, ("EARLY_WARNING",)),
        (100, 1_000, ("EARLY_WARNING", "ECM")),
        (300, 1_000, ("EARLY_WARNING", "HECM")),
    ],
)
def test_the_warning_comes_at_three_quarters_of_both_conditions(
    chargebacks: int, sales: int, levels: tuple[str, ...]
) -> None:
    counts = MonthCounts("M", "MASTERCARD", chargebacks=chargebacks, sales_before=sales)
    assert stand(ECP, counts, MAY).levels == levels


def test_a_standing_says_what_the_events_are_and_who_has_most_of_them() -> None:
    counts = [
        MonthCounts(
            name, "VISA", sales_not_present=1_000, fraud_reports_not_present=n, disputes_not_present=1
        )
        for n, name in enumerate("ABCDEFG")
    ]
    acquirer = next(item for item in stand_all(RULES.values(), counts, MAY) if item.merchant_id is None)
    assert acquirer.parts == {"fraud_reports": 21, "disputes": 7}
    assert [(item.merchant_id, item.numerator) for item in acquirer.contributors] == [
        ("G", 7), ("F", 6), ("E", 5), ("D", 4), ("C", 3),
    ]  # fmt: skip
    assert sum(acquirer.parts.values()) == acquirer.numerator == 28


@pytest.mark.parametrize(
    ("month", "events", "tier"),
    [
        (date(2025, 12, 1), 699, "NONE"),  # above standard begins in 2026
        (date(2025, 12, 1), 700, "EXCESSIVE"),
        (date(2026, 1, 1), 499, "NONE"),
        (date(2026, 1, 1), 500, "ABOVE_STANDARD"),
        (date(2026, 1, 1), 699, "ABOVE_STANDARD"),
        (date(2026, 1, 1), 700, "EXCESSIVE"),
    ],
)
def test_the_acquirer_is_held_against_fifty_and_seventy_basis_points(
    month: date, events: int, tier: str
) -> None:
    counts = MonthCounts("", "VISA", sales_not_present=100_000, disputes_not_present=events)
    assert _tier(RULES["VISA_VAMP_ACQUIRER"], counts, month) == tier
