"""Authorisation attempts with their place in their intent."""

from datetime import timedelta

from psycopg import sql

from payscope.adapters.postgres.ask.metric_sql.columns import EVENT_COLUMNS, PLAIN_DIMENSIONS
from payscope.adapters.postgres.ask.metric_sql.parts import Fragment, Parameters
from payscope.adapters.postgres.ask.metric_sql.periods import instants_of
from payscope.domain.ask.measured import Slice

_INTENT_WINDOW = timedelta(hours=24)


def attempts_with_intents(
    piece: Slice, known: Fragment, bound: Parameters, needed: set[str] | None
) -> Fragment:
    """Attempts with their place in their intent; the intents reach a day over both ends of the period.

    The rows are sorted by intent, so they carry only the columns that the ``needed`` dimensions take,
    or all of them where rows are to be shown.
    """
    around: Fragment = sql.SQL("true")
    if piece.period is not None:
        start, end = instants_of(piece)
        around = sql.SQL("e.occurred_at >= {} and e.occurred_at < {}").format(
            bound.bind("intents_from", start - _INTENT_WINDOW),
            bound.bind("intents_until", end + _INTENT_WINDOW),
        )
    names = EVENT_COLUMNS if needed is None else _lean_columns(needed)
    kept = sql.SQL(", ").join(sql.SQL("e.{}").format(sql.Identifier(name)) for name in names)
    return sql.SQL(
        "(select s.*, s.step = 1 as is_first,\n"
        "       bool_or(coalesce(s.approved, false)) over (partition by s.intent, s.session) as"
        " intent_approved\n"
        " from (select k.*, sum(k.step) over (partition by k.intent order by k.occurred_at,"
        " k.event_id) as session\n"
        "       from (select a.*, case when lag(a.occurred_at) over w is null then 1\n"
        "                             when a.order_ref is null and a.occurred_at > lag(a.occurred_at) over w"
        " + interval '24 hours' then 1 else 0 end as step\n"
        "             from (select {kept},\n"
        "                          case when e.order_ref is not null then 'o|' || e.order_ref\n"
        "                               when e.card_token is not null then concat_ws('|', 'c', e.card_token,"
        " e.merchant_id, e.amount_minor, e.currency)\n"
        "                               else 'e|' || e.event_id end as intent\n"
        "                   from payscope.event e\n"
        "                   where {known} and e.event_type = 'AUTH' and e.exclusion is null and {around}) a\n"
        "             window w as (partition by a.intent order by a.occurred_at, a.event_id)) k) s) e"
    ).format(kept=kept, known=known, around=around)


def _lean_columns(needed: set[str]) -> tuple[str, ...]:
    columns = [*_ATTEMPT_COLUMNS, *(PLAIN_DIMENSIONS[name] for name in needed if name in PLAIN_DIMENSIONS)]
    if "issuer" in needed:
        columns.append("bin")
    if "corridor" in needed:
        columns += ["country", "issuer_country"]
    if "report" in needed:
        columns.append("report_id")
    return tuple(sorted(set(columns)))


INTENT_COLUMNS = frozenset({"is_first", "intent_approved"})


_ATTEMPT_COLUMNS = (
    "event_id",
    "revision",
    "event_type",
    "source",
    "exclusion",
    "approved",
    "occurred_at",
    "booked_on",
    "amount_minor",
    "currency",
    "settlement_currency",
    "order_ref",
    "merchant_id",
)
