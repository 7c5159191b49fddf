"""Where the rows of a metric come from, and what each name of the catalogue is there."""

from collections.abc import Mapping
from typing import LiteralString
from uuid import UUID
from zoneinfo import ZoneInfo

from psycopg import sql

from payscope.adapters.postgres.ask.metric_sql.attempts import attempts_with_intents
from payscope.adapters.postgres.ask.metric_sql.columns import (
    EVENT_COLUMNS,
    OF_MERCHANT,
    PLAIN_DIMENSIONS,
    SHOWN_COLUMNS,
)
from payscope.adapters.postgres.ask.metric_sql.cubes import Rollup
from payscope.adapters.postgres.ask.metric_sql.groupings import (
    corridor_of,
    family_of,
    presence_of,
    region_of,
)
from payscope.adapters.postgres.ask.metric_sql.parts import Fragment, Parameters, Rows
from payscope.adapters.postgres.ask.metric_sql.periods import (
    between_days,
    calendar_dimensions,
    day_of,
    within_period,
)
from payscope.domain.ask.measured import Slice
from payscope.domain.ask.metric import Amount, Relation
from payscope.domain.ask.plans import Clock

_TABLES: Mapping[str, LiteralString] = {
    "event_daily": "payscope.event_daily e",
    "event_cube_daily": "payscope.event_cube_daily e",
}
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
        return _rollup_rows(bank_id, piece, bound, needed, rollup)
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
            start = _settled(known)
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
        amounts[Amount.DELAY] = sql.SQL("({} - {})").format(
            _weekdays_until(sql.SQL("e.booked_on")), _weekdays_until(sql.SQL("c.cleared_on"))
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
        from_clause=_joined(start, needed, bank, sql.SQL("e")),
        always=(known, *within_period(piece, bound)),
        dimensions=dimensions,
        columns=columns,
        amounts=amounts,
        row_count=sql.SQL("count(*)"),
        row_xor=sql.SQL("coalesce(bit_xor(uuid_hash_extended(e.event_id, e.revision)), 0)"),
    )


def _rollup_rows(bank_id: UUID, piece: Slice, bound: Parameters, needed: set[str], rollup: Rollup) -> Rows:
    bank = bound.bind("bank_id", bank_id)
    day = sql.SQL("e.occurred_on") if piece.clock is Clock.OCCURRED else sql.SQL("e.booked_on")
    always: list[Fragment] = [sql.SQL("e.bank_id = {}").format(bank)]
    if rollup.cube is not None:
        always.append(sql.SQL("e.cube = {}").format(sql.Literal(rollup.cube)))
    if piece.metric.relation is Relation.ATTEMPT:
        always.append(sql.SQL("e.is_first is not null"))
    if piece.period is not None:
        always.append(between_days(day, piece.period, bound))
    columns: dict[str, Fragment] = {
        name: sql.SQL("nullif(e.{}, '')").format(sql.Identifier(name))
        for name in ("subtype", "exclusion", "network", "card_present")
    }
    columns |= {
        name: sql.SQL("e.{}").format(sql.Identifier(name))
        for name in ("event_type", "source", "approved", "is_first", "intent_approved")
    }
    dimensions: dict[str, Fragment] = {
        name: sql.SQL("nullif(e.{}, '')").format(sql.Identifier(PLAIN_DIMENSIONS.get(name, name)))
        for name in (*PLAIN_DIMENSIONS, "hour", "card_present")
    }
    country = sql.SQL("coalesce(nullif(e.country, ''), mg.country)")
    mcc = sql.SQL("coalesce(nullif(e.mcc, ''), mg.mcc)")
    dimensions |= {
        **calendar_dimensions(day),
        "source": sql.SQL("e.source"),
        "currency": sql.SQL("coalesce(nullif(e.settlement_currency, ''), e.currency)")
        if piece.metric.settlement_currency
        else sql.SQL("e.currency"),
        "corridor": corridor_of(country, sql.SQL("nullif(e.issuer_country, '')")),
        "merchant_group": sql.SQL("mg.merchant_group"),
        "mcc": mcc,
        "mcc_family": family_of(mcc),
        "country": country,
        "region": region_of(country),
        "issuer": sql.SQL("i.name"),
    }
    return Rows(
        from_clause=_joined(sql.SQL(_TABLES[rollup.table]), needed, bank, sql.SQL("e")),
        always=tuple(always),
        dimensions=dimensions,
        columns=columns,
        amounts={
            Amount.ROWS: sql.SQL("e.row_count"),
            Amount.AMOUNT: sql.SQL("e.amount_minor"),
            Amount.SETTLEMENT: sql.SQL(
                "case when e.settlement_currency = '' then e.amount_minor else e.settlement_minor end"
            ),
            Amount.FEE: sql.SQL("e.fee_minor"),
            Amount.INTERCHANGE: sql.SQL("e.interchange_minor"),
            Amount.SCHEME_FEE: sql.SQL("e.scheme_fee_minor"),
            Amount.MARKUP: sql.SQL("e.markup_minor"),
        },
        row_count=sql.SQL("coalesce(sum(e.row_count), 0)::bigint"),
        row_xor=sql.SQL("coalesce(bit_xor(e.row_xor), 0)"),
        is_rollup=True,
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
        from_clause=_joined(sql.SQL("payscope.break b"), needed, bank, sql.SQL("b")),
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
            "currency": sql.SQL("b.currency"),
            "break_reason": sql.SQL("b.reason"),
            "break_state": state,
            **calendar_dimensions(day),
        },
        columns={
            "state": state,
            "row_id": sql.SQL("b.break_id"),
            "revision": sql.SQL("0"),
            "report_id": sql.SQL("b.report_id"),
            "row_number": sql.SQL(
                "(select min(o.row_number) from payscope.event o where o.bank_id = b.bank_id"
                " and o.report_id = b.report_id and o.event_id = b.event_id)"
            ),
            "shown": shown,
        },
        amounts={Amount.ROWS: sql.SQL("1"), Amount.ABSOLUTE: sql.SQL("abs(b.amount_minor)")},
        row_count=sql.SQL("count(*)"),
        row_xor=sql.SQL("coalesce(bit_xor(uuid_hash_extended(b.break_id, 0)), 0)"),
    )


def _settled(known: Fragment) -> Fragment:
    """Settled sales with the day on which their clearing was booked."""
    return sql.SQL(
        "payscope.event e join (\n"
        "    select coalesce(e.arn, e.lifecycle_id) as link, min(e.booked_on) as cleared_on from"
        " payscope.event e\n"
        "    where {known} and e.event_type = 'CLEARING' and coalesce(e.arn, e.lifecycle_id) is not"
        " null group by 1\n"
        ") c on c.link = coalesce(e.arn, e.lifecycle_id) and e.event_type = 'SETTLEMENT' and"
        " e.amount_minor > 0"
        " and e.booked_on >= c.cleared_on"
    ).format(known=known)


def _weekdays_until(day: Fragment) -> Fragment:
    """Weekdays since Monday 1970-01-05, the day itself included."""
    return sql.SQL(
        "(({day} - date '1970-01-05') / 7 * 5 + least(mod({day} - date '1970-01-05', 7) + 1, 5))"
    ).format(day=day)


def _joined(start: Fragment, needed: set[str], bank: Fragment, alias: Fragment) -> Fragment:
    joined = start
    if needed & OF_MERCHANT:
        joined += sql.SQL(
            "\nleft join payscope.merchant mg on mg.bank_id = {} and mg.merchant_id = {}.merchant_id"
        ).format(bank, alias)
    if "issuer" in needed:
        joined += sql.SQL("\nleft join payscope.issuer i on i.bank_id = {} and i.bin = {}.bin").format(
            bank, alias
        )
    return joined
