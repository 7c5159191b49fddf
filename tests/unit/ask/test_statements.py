"""One rendered statement per metric: what changes here changes a number."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID

import pytest

from payscope.adapters.postgres.ask.metric_sql.cubes import rollup_for
from payscope.adapters.postgres.ask.metric_sql.statements import Statement, measure_statement
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
    statement = measure_statement(BANK, piece, rollup_for(piece))
    rendered = statement.query.as_string(None) + "\n"
    kept = (SNAPSHOTS / f"{metric}.sql").read_text() if (SNAPSHOTS / f"{metric}.sql").exists() else ""
    assert rendered == kept, f"review, then keep as {metric}.sql:\n{rendered}"


def test_no_snapshot_is_left_of_a_metric_that_is_gone() -> None:
    assert {path.stem for path in SNAPSHOTS.glob("*.sql")} == METRICS_BY_ID.keys()


@pytest.mark.parametrize("text", ["VISA'; drop table payscope.event; --", '"', "%s", "%(bank_id)s", "\\"])
def test_a_value_is_only_ever_a_parameter(text: str) -> None:
    def statement(value: str) -> Statement:
        piece = slice_of("decline_count", Filter(dimension="network", values=(value,)))
        return measure_statement(BANK, piece)

    assert statement(text).query.as_string(None) == statement("VISA").query.as_string(None)
    assert [text] in statement(text).parameters.values()


def test_the_days_of_the_period_are_those_of_the_banks_time_zone() -> None:
    parameters = measure_statement(BANK, slice_of("auth_attempts")).parameters
    assert parameters["occurred_from"] == datetime(2026, 2, 28, 23, tzinfo=UTC)
    assert parameters["occurred_until"] == datetime(2026, 3, 31, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    ("dimensions", "cube"),
    [
        (("network", "response_code"), "network"),
        (("merchant", "response_code"), "code"),
        (("merchant",), "shop"),
        (("report",), "report"),
        (("issuer",), "bin"),
        (("bin", "response_code"), "issuer"),
        (("hour", "decline_family"), "hour"),
        (("entry_mode", "three_ds"), "entry"),
        (("merchant", "corridor"), "merchant"),
    ],
)
def test_a_slice_is_read_from_the_smallest_roll_up_that_holds_it(
    dimensions: tuple[str, ...], cube: str
) -> None:
    rollup = rollup_for(slice_of("auth_attempts", dimensions=dimensions))
    assert rollup is not None
    assert rollup.cube == cube


@pytest.mark.parametrize(
    "dimensions", [("report", "merchant"), ("card_token",), ("hour", "merchant"), ("issuer", "entry_mode")]
)
def test_what_no_roll_up_holds_together_is_read_from_the_events(dimensions: tuple[str, ...]) -> None:
    assert rollup_for(slice_of("auth_attempts", dimensions=dimensions)) is None
    filters = [Filter(dimension=name, operator=Operator.NOT_NULL) for name in dimensions]
    assert rollup_for(slice_of("auth_attempts", *filters)) is None


@pytest.mark.parametrize(
    ("start", "end", "dimensions", "tables"),
    [
        ("2026-03-01", "2026-03-31", (), ("monthly",)),
        ("2026-01-20", "2026-03-31", (), ("monthly", "daily")),
        ("2026-01-20", "2026-03-20", (), ("monthly", "daily", "daily")),
        ("2026-01-20", "2026-03-20", ("quarter",), ("monthly", "daily", "daily")),
        ("2026-01-20", "2026-03-20", ("week",), ("daily",)),
        ("2026-03-02", "2026-03-31", (), ("daily",)),
        ("2025-12-31", "2026-01-01", (), ("daily",)),
    ],
)
def test_whole_months_of_a_period_are_read_by_month_and_the_rest_by_day(
    start: str, end: str, dimensions: tuple[str, ...], tables: tuple[str, ...]
) -> None:
    period = DayRange(date.fromisoformat(start), date.fromisoformat(end))
    piece = replace(slice_of("sales_count", dimensions=dimensions), period=period)
    text = measure_statement(BANK, piece, rollup_for(piece)).query.as_string(None)
    assert tuple(re.findall(r"event_cube_(\w+)", text)) == tables
