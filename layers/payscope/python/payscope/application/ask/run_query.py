"""A metric query without language: measured, tabled, with receipts and evidence."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from payscope.application.ask.measuring import Outcome, measure, rows_of, values_and_receipts
from payscope.application.ask.ports import AskPorts, ReportSpan
from payscope.application.ask.resolving import Setting, resolve_as_of
from payscope.domain.analyse.series import DayRange
from payscope.domain.ask.answers import Completeness, Evidence, MetricVersion, MissingDay, QueryResult
from payscope.domain.ask.catalogue import find_metric
from payscope.domain.ask.measured import Slice
from payscope.domain.ask.plans import MetricQuery
from payscope.domain.ask.sources import bears_on
from payscope.domain.ask.tables import table_of

# Days for which a source that lags the others is not called missing yet.
_UNDER_WAY = timedelta(days=3)
# Of a kind with fewer rows, a day without any proves nothing.
_FEWEST_ROWS_A_DAY = 5
_USUAL = (7, 10)


def run_query(
    query: MetricQuery,
    *,
    bank_id: UUID,
    now: datetime,
    ports: AskPorts,
    new_id: Callable[[], UUID] = uuid4,
) -> QueryResult:
    """Answer POST /query: one value per group and metric, each with a stored receipt.

    Args:
        query: What to measure.
        bank_id: The tenant, from the token.
        now: The present, aware.
        ports: What asking reaches.
        new_id: Where ids come from.

    Raises:
        InvalidInput: Something in the query is not in the catalogue or does not fit together.
        Unavailable: The database did not answer in time.
    """
    setting = setting_for(bank_id, query.as_of, now, ports)
    outcome = measure(query, setting, ports.metrics)
    query_id = new_id()
    values, receipts = values_and_receipts(outcome.cells, query_id, setting, now, new_id)
    ports.receipts.keep(bank_id, receipts)
    evidence = evidence_for((outcome,), {"query": outcome.query.model_dump(mode="json")}, setting, ports)
    return QueryResult(
        query_id=query_id,
        values=values,
        table=table_of(values, outcome.query.dimensions),
        evidence=evidence,
        caveats=(*outcome.caveats, *completeness_caveats(evidence.completeness)),
    )


def setting_for(bank_id: UUID, as_of: datetime | date | None, now: datetime, ports: AskPorts) -> Setting:
    """The bank's calendar, names and "today" for one question."""
    profile = ports.banks.profile(bank_id)
    instant, today = resolve_as_of(as_of, profile.timezone, now)
    return Setting(bank_id, profile, ports.banks.directory(bank_id, now), instant, today)


def evidence_for(
    outcomes: Sequence[Outcome], plan: Mapping[str, Any], setting: Setting, ports: AskPorts
) -> Evidence:
    """Everything that lets the values be checked: queries, rows, files, freshness, gaps."""
    pieces = [piece for outcome in outcomes for piece in outcome.pieces]
    files = ports.metrics.files(setting.bank_id, pieces)
    completeness, watermark = completeness_for(pieces, setting, ports)
    row_count, row_hash = rows_of(outcomes)
    statements = dict.fromkeys(result.sql for outcome in outcomes for result in outcome.measured)
    versions = dict.fromkeys(piece.metric.id for piece in pieces)
    return Evidence(
        plan=dict(plan),
        metrics=tuple(
            MetricVersion(id=name, version=find_metric(name).version, definition=find_metric(name).definition)
            for name in versions
        ),
        sql=";\n\n".join(statements),
        row_count=row_count,
        row_hash=row_hash,
        files=files,
        watermark=watermark,
        completeness=completeness,
    )


def completeness_for(
    pieces: Sequence[Slice], setting: Setting, ports: AskPorts
) -> tuple[Completeness, datetime | None]:
    """Which of the reports that bear on the slices are missing, and when the newest report was complete."""
    spans, watermark = ports.banks.report_spans(setting.bank_id)
    completeness = completeness_of(
        spans,
        [piece.days for piece in pieces],
        setting.today,
        lambda span: any(
            bears_on(piece.metric, piece.sources, span.source, span.event_types) for piece in pieces
        ),
    )
    return completeness, watermark


def completeness_of(
    spans: Sequence[ReportSpan],
    periods: Sequence[DayRange | None],
    today: date,
    counts: Callable[[ReportSpan], bool] = lambda _: True,
) -> Completeness:
    """Source days due in the periods, between the first and the last day that any report covers.

    Reports of a kind are due on the weekdays that they usually cover; for the newest days they may
    still be under way, and of a kind with few rows a day without any is nothing unusual.

    Args:
        counts: Which reports bear on the question.
    """
    kinds: dict[tuple[str, str], list[ReportSpan]] = {}
    for each in spans:
        if counts(each):
            kinds.setdefault((each.source, each.kind), []).append(each)
    if not kinds:
        return Completeness(expected=0, present=0)
    last = min(max(each.end_on for each in spans), today)
    wanted = {day for period in periods if period for day in _within(period, spans, last)}
    expected = present = 0
    missing: dict[tuple[str, date], MissingDay] = {}
    for (source, _), own in sorted(kinds.items()):
        covered = {day for each in own for day in DayRange(each.start_on, each.end_on)}
        if sum(each.rows for each in own) < _FEWEST_ROWS_A_DAY * len(covered):
            continue
        usual = _usual_weekdays(covered)
        until = max(*covered, last - _UNDER_WAY)
        due = {day for day in wanted if min(covered) <= day <= until and day.weekday() in usual}
        expected += len(due)
        present += len(due & covered)
        missing |= {(source, day): MissingDay(source=source, day=day) for day in sorted(due - covered)}
    return Completeness(expected=expected, present=present, missing=tuple(missing.values())[:200])


def _within(period: DayRange, spans: Sequence[ReportSpan], last: date) -> Iterable[date]:
    start, end = max(period.start_on, min(each.start_on for each in spans)), min(period.end_on, last)
    return DayRange(start, end) if start <= end else ()


def completeness_caveats(completeness: Completeness) -> tuple[str, ...]:
    """What has to be said before any conclusion where reports are missing."""
    if not completeness.missing:
        return ()
    named = ", ".join(f"{each.source} {each.day.isoformat()}" for each in completeness.missing[:5])
    more = len(completeness.missing) - 5
    return (f"Reports are missing: {named}{f' and {more} more' if more > 0 else ''}.",)


def _usual_weekdays(days: set[date]) -> set[int]:
    first, last = min(days), max(days)
    usual: set[int] = set()
    for weekday in range(7):
        all_days = sum(
            1 for n in range((last - first).days + 1) if (first + timedelta(days=n)).weekday() == weekday
        )
        own = sum(1 for day in days if day.weekday() == weekday)
        if all_days and own * _USUAL[1] >= all_days * _USUAL[0]:
            usual.add(weekday)
    return usual
