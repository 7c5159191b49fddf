"""Every metric by every dimension: a statement, or a refusal that says why."""

from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from payscope.adapters.postgres.ask.metric_sql.cubes import rollup_for
from payscope.adapters.postgres.ask.metric_sql.statements import measure_statement
from payscope.domain.analyse.series import DayRange
from payscope.domain.ask.catalogue import METRICS_BY_ID, dimensions_of, find_dimension
from payscope.domain.ask.dimensions import DIMENSIONS, DIMENSIONS_BY_ID
from payscope.domain.ask.measured import Slice
from payscope.errors import InvalidInput

BANK = UUID("a3f0c1de-0000-4000-8000-000000000001")
# What the bank's analysts break payments down by.
ASKED_FOR = (
    "network", "merchant", "merchant_group", "mcc", "mcc_family", "issuer", "bin", "country", "region",
    "corridor", "entry_mode", "card_present", "three_ds", "card_token", "response_code", "decline_family",
    "currency", "channel", "weekday", "hour", "day", "week", "month", "quarter", "report", "source",
)  # fmt: skip


def test_every_dimension_that_is_asked_for_exists() -> None:
    assert set(ASKED_FOR) <= DIMENSIONS_BY_ID.keys()


@pytest.mark.parametrize("metric", sorted(METRICS_BY_ID))
@pytest.mark.parametrize("dimension", [each.id for each in DIMENSIONS if not each.filter_only])
def test_a_metric_by_a_dimension_is_a_statement_or_a_refusal_that_says_why(
    metric: str, dimension: str
) -> None:
    known = METRICS_BY_ID[metric]
    if DIMENSIONS_BY_ID[dimension] not in dimensions_of(known):
        with pytest.raises(InvalidInput) as refused:
            find_dimension(dimension, known)
        assert refused.value.message.startswith(f"{known.label} cannot be broken down")
        assert len(refused.value.message.partition(": ")[2]) > len("it is not.")
        return
    piece = Slice(
        metric=known,
        dimensions=tuple(dict.fromkeys((dimension, *(("currency",) if known.per_currency else ())))),
        filters=(),
        period=DayRange(date(2026, 3, 1), date(2026, 3, 31)),
        clock=known.clock,
        timezone="UTC",
        as_of=datetime(2026, 4, 1, tzinfo=UTC),
    )
    for rollup in {rollup_for(piece), None}:
        assert f'as "{dimension}"' in measure_statement(BANK, piece, rollup).query.as_string(None)


@pytest.mark.parametrize(
    ("metric", "dimension", "reason"),
    [
        ("sales_count", "response_code", "only authorisations have a response"),
        ("auth_rate_raw", "reason_code", "only disputes have a reason code"),
        ("settlement_shortfall", "merchant", "a line of a bank statement names no card and no merchant"),
        ("payouts", "issuer", "a payout is of many cards"),
        ("ecp_ratio", "week", "it is defined for calendar months"),
        ("open_break_count", "issuer", "a break is kept with its merchant"),
        ("match_rate", "hour", "delays and reconciliation count by days"),
        ("sales_count", "break_reason", "breaks alone have it"),
    ],
)
def test_a_breakdown_that_makes_no_sense_is_refused_with_the_reason(
    metric: str, dimension: str, reason: str
) -> None:
    with pytest.raises(InvalidInput, match=reason):
        find_dimension(dimension, METRICS_BY_ID[metric])


@pytest.mark.parametrize("dimension", ["network", "merchant", "currency", "month"])
def test_few_metrics_lack_what_everything_is_asked_by(dimension: str) -> None:
    lacking = {
        metric.id
        for metric in METRICS_BY_ID.values()
        if DIMENSIONS_BY_ID[dimension] not in dimensions_of(metric)
    }
    assert lacking <= {"bank_credits", "settlement_shortfall", "payouts", "payout_count"}
