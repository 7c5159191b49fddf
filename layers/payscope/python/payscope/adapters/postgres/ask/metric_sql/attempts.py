"""Authorisation attempts with their place in their intent."""

from collections.abc import Mapping
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
    """Attempts with their place in their intent; the rows reach a day over both ends of the period.

    An attempt opens an intent where no attempt of the same intent precedes it within 24 hours, and is
    approved in the end where it or an attempt within the 24 hours after it is. Both look a day far, so
    that a day says the same alone as within a longer period, and from the roll-up as from the rows.

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
        "(select a.*, lag(a.occurred_at) over w is null\n"
        "            or a.occurred_at > lag(a.occurred_at) over w + interval '24 hours' as is_first,\n"
        "       bool_or(coalesce(a.approved, false)) over (partition by a.intent order by a.occurred_at\n"
        "            range between current row and interval '24 hours' following) as intent_approved\n"
        " from (select {kept},\n"
        "              case when e.order_ref is not null then 'o|' || e.order_ref\n"
        "                   when e.card_token is not null then concat_ws('|', 'c', e.card_token,"
        " e.merchant_id, e.amount_minor, e.currency)\n"
        "                   else 'e|' || e.event_id end as intent\n"
        "       from payscope.event e\n"
        "       where {known} and e.event_type = 'AUTH' and e.exclusion is null and {around}) a\n"
        " window w as (partition by a.intent order by a.occurred_at, a.event_id)) e"
    ).format(kept=kept, known=known, around=around)


def _lean_columns(needed: set[str]) -> tuple[str, ...]:
    columns = [*_ATTEMPT_COLUMNS, *(PLAIN_DIMENSIONS[name] for name in needed if name in PLAIN_DIMENSIONS)]
    columns += [column for name in sorted(needed) for column in _WORKED_OUT_OF.get(name, ())]
    return tuple(sorted(set(columns)))


_WORKED_OUT_OF: Mapping[str, tuple[str, ...]] = {
    "issuer": ("bin",),
    "corridor": ("country", "issuer_country"),
    "region": ("country",),
    "mcc_family": ("mcc",),
    "card_present": ("card_present", "channel"),
    "report": ("report_id",),
}


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
