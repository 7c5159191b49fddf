"""How far a dispute has come, whose turn it is, and by when."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from payscope.domain.events import EventType, PaymentEvent
from payscope.domain.reconcile.disputes import Dispute, disputes_of, windows_from_json
from payscope.domain.reconcile.rule_files import dispute_windows
from tests.support.payments import event

OPENED = date(2026, 3, 2)
ARN = "2" * 23


def stage(name: str, after: int = 0, network: str = "VISA", **attributes: Any) -> PaymentEvent:
    common: dict[str, Any] = {"subtype": name, "network": network, "arn": ARN, "reason_code": "10.4"}
    return event(EventType.DISPUTE, name, OPENED + timedelta(days=after), -1000, **{**common, **attributes})


def disputes(*events: PaymentEvent, after: int) -> tuple[Dispute, ...]:
    return disputes_of(events, dispute_windows(), OPENED + timedelta(days=after))


@pytest.mark.parametrize(
    ("stages", "after", "state", "waits_for", "days_left"),
    [
        (["FIRST_CHARGEBACK"], 0, "OPEN", "ACQUIRER", 30),
        (["FIRST_CHARGEBACK"], 30, "OPEN", "ACQUIRER", 0),
        (["FIRST_CHARGEBACK"], 31, "OPEN", "ACQUIRER", -1),
        (["FIRST_CHARGEBACK", "REPRESENTMENT"], 12, "REPRESENTED", "ISSUER", 28),
        (["FIRST_CHARGEBACK", "REPRESENTMENT"], 60, "WON", None, None),
        (["FIRST_CHARGEBACK", "REPRESENTMENT", "PRE_ARBITRATION"], 20, "PRE_ARBITRATION", "ACQUIRER", 30),
        (
            ["FIRST_CHARGEBACK", "REPRESENTMENT", "PRE_ARBITRATION", "ARBITRATION"],
            30,
            "ARBITRATION",
            "NETWORK",
            45,
        ),
        (["FIRST_CHARGEBACK", "REVERSAL"], 500, "WON", None, None),
    ],
    ids=str,
)
def test_the_last_stage_says_whose_turn_it_is_and_by_when(
    stages: list[str], after: int, state: str, waits_for: str | None, days_left: int | None
) -> None:
    (dispute,) = disputes(*(stage(name, 10 * number) for number, name in enumerate(stages)), after=after)
    assert (dispute.state, dispute.waits_for, dispute.days_left) == (state, waits_for, days_left)
    assert dispute.is_overdue is (days_left is not None and days_left < 0)
    assert [item.stage for item in dispute.stages] == stages


def test_each_network_has_its_own_days() -> None:
    due = {
        network: disputes(stage("FIRST_CHARGEBACK", network=network), after=0)[0].days_left
        for network in ("VISA", "MASTERCARD", "AMEX", "JCB")
    }
    assert due == {"VISA": 30, "MASTERCARD": 45, "AMEX": 20, "JCB": 20}


def test_what_several_files_tell_of_one_stage_is_one_stage() -> None:
    told = stage("FIRST_CHARGEBACK", 2)
    (dispute,) = disputes(
        stage("FIRST_CHARGEBACK", source="acquirer"),
        told,
        replace(told, source="processor", arn=None),
        after=5,
    )
    assert [(item.stage, item.entered_on) for item in dispute.stages] == [("FIRST_CHARGEBACK", OPENED)]
    assert dispute.due_on == OPENED + timedelta(days=30)


def test_two_disputed_clearings_are_two_disputes() -> None:
    first, second = disputes(
        stage("FIRST_CHARGEBACK"), stage("FIRST_CHARGEBACK", 3, arn="3" * 23), stage("REVERSAL", 9), after=10
    )
    assert (first.arn, first.state, second.arn, second.state) == (ARN, "WON", "3" * 23, "OPEN")


def test_a_payment_without_disputes_has_none() -> None:
    assert disputes(event(EventType.REFUND, "r", OPENED, -5), after=0) == ()


def test_malformed_rules_are_refused() -> None:
    with pytest.raises(ValueError, match="malformed"):
        windows_from_json('{"windows": [{"network": "VISA"}]}')
