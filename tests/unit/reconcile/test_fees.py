"""Which interchange rule holds for a payment, and what it charges."""

import json
from datetime import date
from typing import Any

import pytest

from payscope.domain.reconcile.fees import FeeCase, FeeSchedule, schedule_from_json
from tests.support.desk import rules

LAW = schedule_from_json(rules("fees"))
DAY = date(2026, 3, 2)


def case(**changes: Any) -> FeeCase:
    return FeeCase(
        **{
            "booked_on": DAY,
            "currency": "EUR",
            "network": "VISA",
            "product": "DEBIT",
            "merchant_country": "DE",
            "issuer_country": "FR",
            **changes,
        }
    )


def schedule(*items: dict[str, Any]) -> FeeSchedule:
    common = {"kind": "RATE", "from": "2020-01-01", "source": "the bank's own tariff"}
    document = {"version": "1", "rules": [{**common, "id": f"R{n}", **item} for n, item in enumerate(items)]}
    return schedule_from_json(json.dumps(document))


@pytest.mark.parametrize(
    ("changes", "cap"),
    [
        ({}, "EU_IFR_DEBIT"),
        ({"product": "CREDIT", "network": "MASTERCARD"}, "EU_IFR_CREDIT"),
        ({"merchant_country": "GB", "issuer_country": "GB"}, "UK_IFR_DEBIT"),
        ({"booked_on": date(2015, 12, 8)}, None),  # the day before the regulation
        ({"issuer_country": "GB"}, None),  # between the regions
        ({"issuer_country": "US"}, None),
        ({"product": "COMMERCIAL"}, None),
        ({"product": None}, None),  # what is not known is not judged
        ({"network": "AMEX"}, None),
    ],
    ids=str,
)
def test_the_law_caps_consumer_cards_inside_its_region(changes: dict[str, Any], cap: str | None) -> None:
    found = LAW.choose(case(**changes)).cap
    assert (found.id if found else None) == cap


def test_a_cap_is_two_or_three_tenths_of_a_per_cent() -> None:
    debit, credit = LAW.choose(case()).cap, LAW.choose(case(product="CREDIT")).cap
    assert debit is not None
    assert credit is not None
    assert (debit.expected_minor(10_000), credit.expected_minor(10_000)) == (20, 30)
    assert debit.expected_minor(250) == 1  # half a cent rounds up


def test_a_fee_stays_between_its_ends() -> None:
    (rule,) = schedule(
        {"bps": 100, "fixed_minor": 5, "min_minor": 10, "max_minor": 50, "currency": "EUR"}
    ).rules
    assert [rule.expected_minor(amount) for amount in (0, 1_000, 4_500, 9_999)] == [10, 15, 50, 50]


def test_the_most_specific_rule_holds_then_the_latest() -> None:
    tariff = schedule(
        {"bps": 90},
        {"bps": 80, "networks": ["VISA"]},
        {"bps": 70, "networks": ["VISA"], "from": "2026-01-01"},
        {"bps": 60, "networks": ["VISA"], "from": "2026-06-01"},
        {"bps": 50, "networks": ["VISA"], "mcc_from": "5411", "mcc_to": "5411"},
        {"bps": 40, "networks": ["VISA"], "from": "2026-01-01", "to": "2026-02-28"},
    )

    def rate(**changes: Any) -> int | None:
        found = tariff.choose(case(**changes)).rate
        return found.bps if found else None

    assert rate() == 70
    assert rate(booked_on=date(2026, 6, 1)) == 60
    assert rate(booked_on=date(2026, 2, 28)) == 40, "of two that began together the id decides"
    assert rate(mcc="5411") == 50
    assert rate(network="JCB") == 90
    assert rate(booked_on=date(2019, 12, 31)) is None
    assert tariff.turns == (date(2020, 1, 1), date(2026, 1, 1), date(2026, 3, 1), date(2026, 6, 1))


def test_what_a_payment_misses_makes_it_dearer_and_is_named() -> None:
    tariff = schedule(
        {"bps": 30, "max_days": 2, "three_ds": ["AUTHENTICATED"]},
        {"bps": 60, "max_days": 2},
        {"bps": 90, "is_downgrade": True},
    )
    best = tariff.choose(case(days=1, three_ds="AUTHENTICATED"))
    assert best.rate is not None
    assert best.rate.bps == 30
    assert [(item.rule.bps, item.missed) for item in best.dearer] == [
        (60, ("THREE_DS",)),
        (90, ("TIMELINESS", "THREE_DS")),
    ]
    late = tariff.choose(case(days=5, three_ds="AUTHENTICATED"))
    assert late.rate is not None
    assert late.rate.bps == 90
    assert [(item.rule.bps, item.missed) for item in late.cheaper] == [
        (30, ("TIMELINESS",)),
        (60, ("TIMELINESS",)),
    ]


@pytest.mark.parametrize(
    "item",
    [
        {},
        {"bps": 10, "fixed_minor": 5},
        {"bps": -1},
        {"bps": 10, "mcc_from": "5411"},
        {"bps": 10, "merchant_region": "NOWHERE"},
        {"bps": 10, "colour": "red"},
        {"bps": 10, "kind": "GUESS"},
    ],
    ids=str,
)
def test_a_rule_that_cannot_hold_is_refused(item: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"rule|RuleKind"):
        schedule(item)


def test_every_cap_names_the_law_that_it_comes_from() -> None:
    assert all("201" in rule.source or "CFR" in rule.source for rule in LAW.rules)
