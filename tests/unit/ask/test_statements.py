"""One rendered statement per metric: what changes here changes a number."""

from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID

import pytest

from payscope.adapters.postgres.ask.metric_sql.statements import Statement, can_use_rollup, measure_statement
from payscope.domain.analyse.series import DayRange
from payscope.domain.ask.catalogue import METRICS_BY_ID
from payscope.domain.ask.measured import Slice
from payscope.domain.ask.plans import Filter, Operator

SNAPSHOTS = Path(__file__).parent / "snapshots"
BANK = UUID("a3f0c1de-0000-4000-8000-000000000001")


def slice_of(metric: str, *filters: Filter, dimensions: tuple[str, ...] = ()) -> Slice:
    known = METRICS_BY_ID[metric]
    return Slice(
        metric=known,
        dimensions=dimensions or (("currency",) if known.per_currency else ()),
        filters=filters,
        period=DayRange(date(2026, 3, 1), date(2026, 3, 31)),
        clock=known.clock,
        timezone="Europe/Berlin",
        as_of=datetime(2026, 4, 1, tzinfo=UTC),
    )


@pytest.mark.parametrize("metric", sorted(METRICS_BY_ID))
def test_the_statement_of_a_metric_is_the_one_reviewed(metric: str) -> None:
    piece = slice_of(metric)
    statement = measure_statement(BANK, piece, rollup=can_use_rollup(piece))
    rendered = statement.query.as_string(None) + "\n"
    kept = (SNAPSHOTS / f"{metric}.sql").read_text() if (SNAPSHOTS / f"{metric}.sql").exists() else ""
    assert rendered == kept, f"review, then keep as {metric}.sql:\n{rendered}"


def test_no_snapshot_is_left_of_a_metric_that_is_gone() -> None:
    assert {path.stem for path in SNAPSHOTS.glob("*.sql")} == METRICS_BY_ID.keys()


@pytest.mark.parametrize("text", ["VISA'; drop table payscope.event; --", '"', "%s", "%(bank_id)s", "\\"])
def test_a_value_is_only_ever_a_parameter(text: str) -> None:
    def statement(value: str) -> Statement:
        piece = slice_of("decline_count", Filter(dimension="network", values=(value,)))
        return measure_statement(BANK, piece, rollup=False)

    assert statement(text).query.as_string(None) == statement("VISA").query.as_string(None)
    assert [text] in statement(text).parameters.values()


def test_the_days_of_the_period_are_those_of_the_banks_time_zone() -> None:
    parameters = measure_statement(BANK, slice_of("auth_attempts"), rollup=False).parameters
    assert parameters["occurred_from"] == datetime(2026, 2, 28, 23, tzinfo=UTC)
    assert parameters["occurred_until"] == datetime(2026, 3, 31, 22, tzinfo=UTC)


@pytest.mark.parametrize("dimension", ["issuer", "bin", "hour", "report", "entry_mode"])
def test_a_dimension_that_the_roll_up_lacks_reads_the_events(dimension: str) -> None:
    assert not can_use_rollup(slice_of("auth_attempts", dimensions=(dimension,)))
    assert not can_use_rollup(
        slice_of("auth_attempts", Filter(dimension=dimension, operator=Operator.NOT_NULL))
    )
