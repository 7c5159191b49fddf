"""Days, instants and steps of time."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from psycopg import sql

from payscope.adapters.postgres.ask.metric_sql.parts import Fragment, Parameters
from payscope.domain.analyse.series import DayRange
from payscope.domain.ask.dimensions import WEEKDAYS
from payscope.domain.ask.measured import Slice
from payscope.domain.ask.plans import Clock


def calendar_dimensions(day: Fragment) -> dict[str, Fragment]:
    names = sql.SQL(", ").join(sql.Literal(name) for name in WEEKDAYS)
    return {
        "day": sql.SQL("to_char({}, 'YYYY-MM-DD')").format(day),
        "week": sql.SQL("to_char(date_trunc('week', ({})::timestamp), 'YYYY-MM-DD')").format(day),
        "month": sql.SQL("to_char({}, 'YYYY-MM')").format(day),
        "quarter": sql.SQL("to_char({}, 'YYYY-\"Q\"Q')").format(day),
        "weekday": sql.SQL("(array[{}])[extract(isodow from {})::integer]").format(names, day),
    }


def day_of(piece: Slice, bound: Parameters) -> Fragment:
    if piece.clock is Clock.BOOKED:
        return counted_on(piece, sql.SQL("e.booked_on"), sql.SQL("e.event_type"))
    return sql.SQL("(e.occurred_at at time zone {})::date").format(bound.bind("timezone", piece.timezone))


def counted_on(piece: Slice, day: Fragment, event_type: Fragment) -> Fragment:
    """The day on which a row counts: its own, or the first of the month after where its kind lags."""
    if not piece.metric.lagged:
        return day
    return sql.SQL(
        "case when {} = any({}) then (date_trunc('month', {}) + interval '1 month')::date else {} end"
    ).format(event_type, sql.Literal(sorted(piece.metric.lagged)), day, day)


def within_period(piece: Slice, bound: Parameters) -> tuple[Fragment, ...]:
    if piece.period is None or piece.days is None:
        return ()
    if piece.metric.lagged:
        day = counted_on(piece, sql.SQL("e.booked_on"), sql.SQL("e.event_type"))
        read = sql.SQL("e.booked_on between {} and {}").format(
            bound.bind("read_from", piece.days.start_on), bound.bind("read_to", piece.days.end_on)
        )
        return (read, between_days(day, piece.period, bound))
    if piece.clock is Clock.BOOKED:
        return (between_days(sql.SQL("e.booked_on"), piece.period, bound),)
    start, end = instants_of(piece)
    return (
        sql.SQL("e.occurred_at >= {} and e.occurred_at < {}").format(
            bound.bind("occurred_from", start), bound.bind("occurred_until", end)
        ),
    )


def between_days(day: Fragment, period: DayRange, bound: Parameters) -> Fragment:
    return sql.SQL("{} between {} and {}").format(
        day, bound.bind("start_on", period.start_on), bound.bind("end_on", period.end_on)
    )


def instants_of(piece: Slice) -> tuple[datetime, datetime]:
    """First instant of the period and of the day after it, in the bank's time zone."""
    if piece.period is None:
        raise ValueError("a slice of all days has no instants")
    zone = ZoneInfo(piece.timezone)

    def midnight(day: date) -> datetime:
        return datetime.combine(day, time(), zone).astimezone(UTC)

    return midnight(piece.period.start_on), midnight(piece.period.end_on + timedelta(days=1))
