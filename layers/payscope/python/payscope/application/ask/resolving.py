"""Metric queries with everything filled in that would depend on when they run."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from payscope.application.ask.ports import BankProfile
from payscope.domain.analyse.series import DayRange
from payscope.domain.ask.catalogue import find_dimension, find_metric
from payscope.domain.ask.language.directory import Directory
from payscope.domain.ask.measured import Slice
from payscope.domain.ask.metric import Metric
from payscope.domain.ask.plans import MetricQuery
from payscope.domain.ask.sources import counting_sources
from payscope.domain.ask.time_ranges import ALL_DAYS_FROM, parse_range, range_text
from payscope.domain.reconcile.programmes import ProgrammeKind
from payscope.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class Setting:
    """For whom and as of when a query runs."""

    bank_id: UUID
    profile: BankProfile
    directory: Directory
    as_of: datetime
    today: date


def resolve_as_of(as_of: datetime | date | None, timezone: str, now: datetime) -> tuple[datetime, date]:
    """The instant whose knowledge counts, and the day that "today" means.

    A date stands for its end in the bank's time zone.

    Raises:
        InvalidInput: The instant has no offset.
    """
    zone = ZoneInfo(timezone)
    if as_of is None:
        return now, now.astimezone(zone).date()
    if isinstance(as_of, datetime):
        if as_of.tzinfo is None:
            raise InvalidInput("as_of needs an offset, for example 2026-03-31T12:00:00Z.")
        return as_of.astimezone(UTC), as_of.astimezone(zone).date()
    end = datetime.combine(as_of + timedelta(days=1), time(), zone) - timedelta(microseconds=1)
    return end.astimezone(UTC), as_of


def resolve(query: MetricQuery, setting: Setting) -> tuple[MetricQuery, tuple[Slice, ...]]:
    """The query with everything filled in that would depend on when it runs, and one slice per metric.

    Raises:
        InvalidInput: A metric, dimension, filter or range is not in the catalogue, or they do not fit.
    """
    period = _period(query.time_range, setting.today)
    dimensions = query.dimensions
    if query.grain is not None and query.grain.value not in dimensions:
        dimensions = (query.grain.value, *dimensions)
    if len(set(dimensions)) != len(dimensions):
        raise InvalidInput("A dimension is named twice.")
    metrics = [find_metric(name) for name in query.metrics]
    sources: dict[str, tuple[str, ...]] = dict(query.sources or {})
    named = {*dimensions, *(each.dimension for each in query.filters)}
    if query.sources is None and not named & {"source", "report"}:
        for metric in metrics:
            sources |= counting_sources(metric, setting.directory.sources)
    pieces: list[Slice] = []
    for metric in metrics:
        for name in named:
            if find_dimension(name, metric).filter_only and name in dimensions:
                raise InvalidInput(f"{name} is one value per row: filter by it, but do not group by it.")
        if query.share and not metric.additive:
            raise InvalidInput(f"{metric.label} has no parts that add up, so it has no shares.")
        _check_months(metric, period, named, dimensions, setting.today)
        grouped = dimensions
        if metric.per_currency and "currency" not in grouped:
            grouped = (*grouped, "currency")
        pieces.append(
            Slice(
                metric=metric,
                dimensions=grouped,
                filters=query.filters,
                period=period,
                clock=query.clock or metric.clock,
                timezone=setting.profile.timezone,
                as_of=setting.as_of,
                sources={name: kept for name, kept in sources.items() if name in metric.event_types},
            )
        )
    whole = query.model_copy(
        update={
            "dimensions": dimensions,
            "grain": None,
            "time_range": range_text(period),
            "as_of": setting.as_of,
            "sources": {name: tuple(kept) for name, kept in sorted(sources.items())},
        }
    )
    return whole, tuple(pieces)


def _period(text: str | None, today: date) -> DayRange:
    if text is None:
        return DayRange(ALL_DAYS_FROM, max(today, ALL_DAYS_FROM))
    return parse_range(text, today)


def _check_months(
    metric: Metric, period: DayRange, named: AbstractSet[str], dimensions: Sequence[str], today: date
) -> None:
    """Refuse parts of months, and headroom that no single threshold applies to."""
    if not metric.whole_months:
        return
    ends_month = (period.end_on + timedelta(days=1)).day == 1
    if period.start_on.day != 1 or not (ends_month or period.end_on == today):
        raise InvalidInput(
            f"{metric.label} is defined for calendar months: ask for one, for example {today:%Y-%m}."
        )
    if metric.programme is None:
        return
    is_one_month = (period.start_on.year, period.start_on.month) == (period.end_on.year, period.end_on.month)
    if not is_one_month and "month" not in dimensions:
        raise InvalidInput(f"{metric.label} is of a single month: ask for one, or by month.")
    if metric.programme is not ProgrammeKind.VAMP and "merchant" not in named:
        raise InvalidInput(f"{metric.label} is judged for each merchant: name one, or ask by merchant.")
