"""Where the rows of a metric come from, and what each name of the catalogue is there."""

from uuid import UUID
from zoneinfo import ZoneInfo

from psycopg import sql
from psycopg.types.json import Jsonb

from payscope.adapters.postgres.ask.metric_sql.attempts import attempts_with_intents
from payscope.adapters.postgres.ask.metric_sql.columns import (
    EVENT_COLUMNS,
    PLAIN_DIMENSIONS,
    SHOWN_COLUMNS,
)
from payscope.adapters.postgres.ask.metric_sql.cubes import Rollup
from payscope.adapters.postgres.ask.metric_sql.delays import (
    DELAY_DAYS,
    closed_days,
    delay_amounts,
    is_late,
    settled_with_clearing,
)
from payscope.adapters.postgres.ask.metric_sql.groupings import (
    corridor_of,
    family_of,
    presence_of,
    region_of,
)
from payscope.adapters.postgres.ask.metric_sql.parts import Fragment, Parameters, Rows, joined
from payscope.adapters.postgres.ask.metric_sql.periods import (
    between_days,
    calendar_dimensions,
    day_of,
    within_period,
)
from payscope.adapters.postgres.ask.metric_sql.rollup_rows import rollup_rows
from payscope.domain.ask.measured import Slice
from payscope.domain.ask.metric import Amount, Relation

_HOUR = "to_char(e.occurred_at at time zone {}, 'HH24')"


def rows_of(
    bank_id: UUID, piece: Slice, bound: Parameters, rollup: Rollup | None = None, *, lean: bool = False
) -> Rows:
    """The rows of the slice: from the roll-up where one is given, else as they were delivered.

    Args:
        lean: The rows are only counted and summed, not shown.
    """
    needed = {*piece.dimensions, *(each.dimension for each in piece.filters)}
    if rollup is not None:
        return rollup_rows(bank_id, piece, bound, needed, rollup)
    if piece.metric.relation is Relation.BREAK:
        return _break_rows(bank_id, piece, bound, needed)
    return _event_rows(bank_id, piece, bound, needed, lean=lean)


def _event_rows(bank_id: UUID, piece: Slice, bound: Parameters, needed: set[str], *, lean: bool) -> Rows:
    bank, as_of = bound.bind("bank_id", bank_id), bound.bind("as_of", piece.as_of)
    known = sql.SQL("e.bank_id = {} and e.known_from <= {} and e.known_to > {}").format(bank, as_of, as_of)
    columns: dict[str, Fragment] = {
        name: sql.SQL("e.{}").format(sql.Identifier(name)) for name in EVENT_COLUMNS
    }
    match piece.metric.relation:
        case Relation.ATTEMPT:
            start: Fragment = attempts_with_intents(piece, known, bound, needed if lean else None)
            columns |= {"is_first": sql.SQL("e.is_first"), "intent_approved": sql.SQL("e.intent_approved")}
            known = sql.SQL("true")
        case Relation.SETTLED:
            days = piece.period
            closed = closed_days(days.start_on if days else None, days.end_on if days else piece.as_of.date())
            start = settled_with_clearing(known, bound.bind("closed", Jsonb(closed)))
            columns["late"] = is_late(DELAY_DAYS)
        case Relation.MATCH:
            start = sql.SQL(
                "payscope.match_event me join payscope.match m on m.bank_id = me.bank_id and"
                " m.match_id = me.match_id\n"
                "     join payscope.event e on e.bank_id = me.bank_id and e.event_id = me.event_id"
            )
            known = sql.SQL("{} and me.bank_id = {} and me.stage in ('CLEARING', 'SETTLEMENT')").format(
                known, bank
            )
            columns["state"] = sql.SQL("m.state")
        case _:
            start = sql.SQL("payscope.event e")
    day = day_of(piece, bound)
    amounts: dict[Amount, Fragment] = {
        Amount.ROWS: sql.SQL("1"),
        Amount.AMOUNT: sql.SQL("e.amount_minor"),
        Amount.ABSOLUTE: sql.SQL("abs(e.amount_minor)"),
        Amount.SETTLEMENT: sql.SQL("coalesce(e.settlement_minor, e.amount_minor)"),
        Amount.FEE: sql.SQL("coalesce(e.fee_minor, 0)"),
        Amount.INTERCHANGE: sql.SQL("coalesce(e.interchange_minor, 0)"),
        Amount.SCHEME_FEE: sql.SQL("coalesce(e.scheme_fee_minor, 0)"),
        Amount.MARKUP: sql.SQL("coalesce(e.markup_minor, 0)"),
    }
    if piece.metric.relation is Relation.SETTLED:
        amounts |= delay_amounts(
            DELAY_DAYS,
            sql.SQL("1"),
            amounts[Amount.SETTLEMENT],
            sql.SQL("coalesce(e.settlement_currency, e.currency)"),
        )
    shown = sql.SQL(", ").join(
        sql.SQL("{}, e.{}").format(sql.Literal(name), sql.Identifier(name)) for name in SHOWN_COLUMNS
    )
    columns |= {
        "row_id": sql.SQL("e.event_id"),
        "shown": sql.SQL("jsonb_strip_nulls(jsonb_build_object({}))").format(shown),
    }
    country = sql.SQL("coalesce(e.country, mg.country)")
    mcc = sql.SQL("coalesce(e.mcc, mg.mcc)")
    columns["card_present"] = presence_of(sql.SQL("e.card_present"), sql.SQL("e.channel"))
    dimensions = {
        **{name: sql.SQL("e.{}").format(sql.Identifier(column)) for name, column in PLAIN_DIMENSIONS.items()},
        **calendar_dimensions(day),
        "hour": sql.SQL(_HOUR).format(bound.bind("timezone", piece.timezone))
        if "hour" in needed
        else sql.SQL("null"),
        "currency": sql.SQL("coalesce(e.settlement_currency, e.currency)")
        if piece.metric.settlement_currency
        else sql.SQL("e.currency"),
        "corridor": corridor_of(country, sql.SQL("e.issuer_country")),
        "card_present": columns["card_present"],
        "report": sql.SQL("e.report_id::text"),
        "merchant_group": sql.SQL("mg.merchant_group"),
        "mcc": mcc,
        "mcc_family": family_of(mcc),
        "country": country,
        "region": region_of(country),
        "issuer": sql.SQL("i.name"),
    }
    return Rows(
        from_clause=joined(start, needed, bank, sql.SQL("e")),
        always=(known, *within_period(piece, bound)),
        dimensions=dimensions,
        columns=columns,
        amounts=amounts,
        row_count=sql.SQL("count(*)"),
        row_xor=sql.SQL("coalesce(bit_xor(uuid_hash_extended(e.event_id, e.revision)), 0)"),
        measured=DELAY_DAYS if piece.metric.relation is Relation.SETTLED else None,
    )


def _break_rows(bank_id: UUID, piece: Slice, bound: Parameters, needed: set[str]) -> Rows:
    bank = bound.bind("bank_id", bank_id)
    as_of = bound.bind("as_of", piece.as_of)
    today = piece.as_of.astimezone(ZoneInfo(piece.timezone)).date()
    # A break that was cleared after it had been known at that instant was open then.
    state = sql.SQL(
        "case when b.cleared_at is null then b.state when b.opened_at <= {} and b.cleared_at > {}"
        " then 'UNMATCHED'"
        " else 'MATCHED' end"
    ).format(as_of, as_of)
    day = sql.SQL("b.expected_on")
    shown = sql.SQL(
        "jsonb_strip_nulls(jsonb_build_object('break_id', b.break_id, 'event_id', b.event_id,"
        " 'reason', b.reason,"
        " 'state', b.state, 'currency', b.currency, 'amount_minor', b.amount_minor, 'expected_on',"
        " b.expected_on,"
        " 'merchant_id', b.merchant_id, 'network', b.network, 'evidence', b.evidence))"
    )
    return Rows(
        from_clause=joined(sql.SQL("payscope.break b"), needed, bank, sql.SQL("b")),
        always=(
            sql.SQL("b.bank_id = {} and {} <= {}").format(bank, day, bound.bind("today", today)),
            *((between_days(day, piece.period, bound),) if piece.period else ()),
        ),
        dimensions={
            "network": sql.SQL("b.network"),
            "merchant": sql.SQL("b.merchant_id"),
            "merchant_group": sql.SQL("mg.merchant_group"),
            "mcc": sql.SQL("mg.mcc"),
            "mcc_family": family_of(sql.SQL("mg.mcc")),
            "country": sql.SQL("mg.country"),
            "region": region_of(sql.SQL("mg.country")),
            "report": sql.SQL("b.report_id::text"),
            "currency": sql.SQL("b.currency"),
            "break_reason": sql.SQL("b.reason"),
            "break_state": state,
            **calendar_dimensions(day),
        },
        columns={
            "state": state,
            "reason": sql.SQL("b.reason"),
            "row_id": sql.SQL("b.break_id"),
            "revision": sql.SQL("0"),
            "report_id": sql.SQL("b.report_id"),
            "row_number": sql.SQL(
                "(select min(o.row_number) from payscope.event o where o.bank_id = b.bank_id"
                " and o.report_id = b.report_id and o.event_id = b.event_id)"
            ),
            "shown": shown,
        },
        amounts={
            Amount.ROWS: sql.SQL("1"),
            Amount.AMOUNT: sql.SQL("b.amount_minor"),
            Amount.ABSOLUTE: sql.SQL("abs(b.amount_minor)"),
        },
        row_count=sql.SQL("count(*)"),
        row_xor=sql.SQL("coalesce(bit_xor(uuid_hash_extended(b.break_id, 0)), 0)"),
    )
