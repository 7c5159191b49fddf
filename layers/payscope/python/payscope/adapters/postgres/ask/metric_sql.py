"""Compiles slices into SQL: identifiers only from the tables below, every value a bound parameter."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, LiteralString
from uuid import UUID
from zoneinfo import ZoneInfo

from psycopg import sql

from payscope.domain.analyse.series import DayRange
from payscope.domain.ask.catalogue import find_dimension
from payscope.domain.ask.dimensions import WEEKDAYS
from payscope.domain.ask.measured import Slice
from payscope.domain.ask.metrics import Amount, Condition, Metric, Relation, Term, Test
from payscope.domain.ask.plans import Clock, Filter, Operator
from payscope.domain.money import currencies_by_exponent
from payscope.errors import InvalidInput

Fragment = sql.Composable
_INTENT_WINDOW = timedelta(hours=24)
_COMPARISONS: Mapping[Operator, LiteralString] = {
    Operator.GT: ">",
    Operator.GTE: ">=",
    Operator.LT: "<",
    Operator.LTE: "<=",
}
# What event_daily keeps, and what of it is '' where the event has null.
_ROLLED_UP = frozenset(
    {
        "network",
        "merchant",
        "merchant_group",
        "mcc",
        "country",
        "channel",
        "response_code",
        "decline_family",
        "currency",
        "source",
        "weekday",
        "day",
        "week",
        "month",
    }
)
# What a row takes from its merchant where it does not say so itself (settlement lines carry no MCC).
_OF_MERCHANT = frozenset({"merchant_group", "mcc", "country", "corridor"})
_ROLLED_UP_COLUMNS = frozenset({"event_type", "subtype", "source", "exclusion", "approved"})
_ROLLED_UP_AMOUNTS = frozenset(Amount) - {Amount.DELAY, Amount.ABSOLUTE}


@dataclass(frozen=True, slots=True)
class Statement:
    """A query with its parameters; ``columns`` are the dimensions in the order of the select list."""

    query: sql.Composed
    parameters: Mapping[str, Any]
    columns: tuple[str, ...]


@dataclass(slots=True)
class _Parameters:
    """Bound values under short, stable names."""

    values: dict[str, Any] = field(default_factory=dict[str, Any])

    def bind(self, name: str, value: Any) -> sql.Placeholder:
        unique = name
        while unique in self.values and self.values[unique] != value:
            unique = f"{name}_{sum(key.startswith(name) for key in self.values)}"
        self.values[unique] = value
        return sql.Placeholder(unique)


@dataclass(frozen=True, slots=True)
class _Rows:
    """A relation in SQL: where rows come from, and what each name of the catalogue is there."""

    from_clause: Fragment
    always: tuple[Fragment, ...]
    dimensions: Mapping[str, Fragment]
    columns: Mapping[str, Fragment]
    amounts: Mapping[Amount, Fragment]
    row_count: Fragment
    row_xor: Fragment
    is_rollup: bool = False


def can_use_rollup(piece: Slice) -> bool:
    """Whether the daily roll-up holds everything that the slice looks at."""
    if piece.metric.relation is not Relation.EVENT or piece.clock is None:
        return False
    terms = (*piece.metric.numerator, *piece.metric.denominator)
    names = {*piece.dimensions, *(each.dimension for each in piece.filters)}
    columns = {condition.column for term in terms for condition in term.where}
    amounts = {term.amount for term in terms}
    return names <= _ROLLED_UP and columns <= _ROLLED_UP_COLUMNS and amounts <= _ROLLED_UP_AMOUNTS


def measure_statement(bank_id: UUID, piece: Slice, *, rollup: bool) -> Statement:
    """Groups of a slice: dimensions, numerator, denominator, quantile, row count, xor of row identities."""
    bound = _Parameters()
    rows = _rows(bank_id, piece, bound, rollup=rollup, lean=True)
    numerator = _conditions_of(piece, piece.metric.numerator, rows, bound)
    denominator = _conditions_of(piece, piece.metric.denominator, rows, bound)
    selected = [
        sql.SQL("{} as {}").format(rows.dimensions[name], sql.Identifier(name)) for name in piece.dimensions
    ]
    selected += [
        sql.SQL("{} as numerator").format(_total(piece.metric.numerator, numerator, rows)),
        sql.SQL("{} as denominator").format(
            _total(piece.metric.denominator, denominator, rows) if denominator else sql.SQL("null::numeric")
        ),
        sql.SQL("{} as quantile").format(_quantile(piece, rows, bound)),
        sql.SQL("{} as row_count").format(rows.row_count),
        sql.SQL("{} as row_xor").format(rows.row_xor),
    ]
    groups = sql.SQL(", ").join(sql.SQL(str(n)) for n in range(1, len(piece.dimensions) + 1))  # type: ignore[arg-type]
    query = sql.SQL("select {}\nfrom {}\nwhere {}").format(
        sql.SQL(",\n       ").join(selected),
        rows.from_clause,
        _where(piece, rows, (*numerator, *denominator), bound),
    )
    if piece.dimensions:
        query += sql.SQL("\ngroup by {}\norder by {}").format(groups, groups)
    return Statement(query, bound.values, piece.dimensions)


def rows_statement(
    bank_id: UUID, piece: Slice, *, limit: int, after: tuple[UUID, int, UUID, int] | None
) -> Statement:
    """The rows behind a slice, by (report, row number, event, revision), with what each adds."""
    bound = _Parameters()
    rows = _rows(bank_id, piece, bound)
    numerator = _conditions_of(piece, piece.metric.numerator, rows, bound)
    denominator = _conditions_of(piece, piece.metric.denominator, rows, bound)
    where = _where(piece, rows, (*numerator, *denominator), bound)
    order = sql.SQL("(coalesce({report}, {nil}), coalesce({row}, 0), {id}, {revision})").format(
        report=rows.columns["report_id"],
        nil=sql.SQL("'00000000-0000-0000-0000-000000000000'::uuid"),
        row=rows.columns["row_number"],
        id=rows.columns["row_id"],
        revision=rows.columns["revision"],
    )
    if after is not None:
        where += sql.SQL("\n  and {} > ({}, {}, {}, {})").format(
            order,
            *(bound.bind(f"after_{n}", value) for n, value in enumerate(after)),
        )
    query = sql.SQL(
        "select x.*, r.file_name, c.object_key as chunk_key\nfrom (\nselect {}\nfrom {}\nwhere"
        " {}\norder by {}\nlimit {}\n) x\n"
        "left join payscope.report r on r.bank_id = {bank} and r.report_id = x.report_id\n"
        "left join lateral (\nselect k.object_key from payscope.report_chunk k"
        " where k.bank_id = {bank} and k.report_id = x.report_id"
        " and k.object_key <> '' and k.first_row <= x.row_number"
        " order by k.first_row desc limit 1\n) c on true\n"
        "order by coalesce(x.report_id, '00000000-0000-0000-0000-000000000000'::uuid),"
        " coalesce(x.row_number, 0), x.row_id, x.revision"
    ).format(
        sql.SQL(",\n       ").join(
            [
                sql.SQL("{} as {}").format(rows.columns[name], sql.Identifier(name))
                for name in ("row_id", "revision", "report_id", "row_number")
            ]
            + [
                sql.SQL("{} as numerator").format(_contribution(piece.metric.numerator, numerator, rows)),
                sql.SQL("{} as denominator").format(
                    _contribution(piece.metric.denominator, denominator, rows)
                    if denominator
                    else sql.SQL("null::bigint")
                ),
                sql.SQL("{} as event").format(rows.columns["shown"]),
            ]
        ),
        rows.from_clause,
        where,
        order,
        bound.bind("row_limit", limit),
        bank=bound.bind("bank_id", bank_id),
    )
    return Statement(query, bound.values, ())


def files_statement(bank_id: UUID, piece: Slice) -> Statement:
    """Reports with at least one row in the slice.

    Each report of the bank that covers the days and events is probed, which ends at its first row.
    """
    bound = _Parameters()
    if piece.metric.relation is Relation.ATTEMPT:
        piece = replace(piece, metric=_as_plain_attempts(piece.metric))
    whole = replace(piece, dimensions=())
    rows = _rows(bank_id, whole, bound)
    conditions = _conditions_of(whole, (*whole.metric.numerator, *whole.metric.denominator), rows, bound)
    where = _where(whole, rows, conditions, bound)
    reported = rows.columns["report_id"]
    if piece.metric.relation is Relation.EVENT:
        query = sql.SQL(
            "select r.report_id, r.file_name\nfrom payscope.report r\n"
            "left join payscope.watermark w on w.bank_id = r.bank_id and w.name = 'event_daily/' ||"
            " r.report_id\n"
            "where r.bank_id = {bank} and r.rows_loaded > 0\n  and {likely}\n"
            "  and exists (select from {rows}\nwhere {where} and {reported} = r.report_id)\n"
            "order by r.file_name, r.report_id"
        )
    else:
        query = sql.SQL(
            "select r.report_id, r.file_name\nfrom payscope.report r\nwhere r.bank_id = {bank}\n "
            " and {likely}\n"
            "  and r.report_id in (select {reported} from {rows}\nwhere {where})\n"
            "order by r.file_name, r.report_id"
        )
    return Statement(
        query.format(
            bank=bound.bind("bank_id", bank_id),
            rows=rows.from_clause,
            where=where,
            reported=reported,
            likely=_likely(piece, bound),
        ),
        bound.values,
        (),
    )


def _as_plain_attempts(metric: Metric) -> Metric:
    """The metric's attempts wherever they stand in their intent: every attempt of an intent bears on it."""

    def plain(terms: tuple[Term, ...]) -> tuple[Term, ...]:
        return tuple(
            replace(term, where=tuple(each for each in term.where if each.column not in _INTENT_COLUMNS))
            for term in terms
        )

    return replace(
        metric,
        relation=Relation.EVENT,
        numerator=plain(metric.numerator),
        denominator=plain(metric.denominator),
    )


def _likely(piece: Slice, bound: _Parameters) -> Fragment:
    """What is known of a report without looking at its rows; nothing known means it may have some."""
    if piece.metric.relation is not Relation.EVENT:
        return sql.SQL("true")
    parts: list[Fragment] = [
        sql.SQL("(w.detail -> 'types' is null or w.detail -> 'types' ?| {})").format(
            bound.bind("event_types", sorted(piece.metric.event_types))
        )
    ]
    if piece.period is not None and piece.clock is Clock.BOOKED:
        parts.append(
            sql.SQL(
                "(w.detail -> 'booked' is null or (w.detail -> 'booked' ->> 0)::date <= {end}"
                " and (w.detail -> 'booked' ->> 1)::date >= {start})"
            ).format(
                start=bound.bind("start_on", piece.period.start_on),
                end=bound.bind("end_on", piece.period.end_on),
            )
        )
    elif piece.period is not None:
        start, end = _instants(piece)
        parts.append(
            sql.SQL(
                "(w.detail -> 'occurred' is null or (w.detail -> 'occurred' ->> 0)::timestamptz < {end}"
                " and (w.detail -> 'occurred' ->> 1)::timestamptz >= {start})"
            ).format(start=bound.bind("occurred_from", start), end=bound.bind("occurred_until", end))
        )
    return sql.SQL("\n  and ").join(parts)


def _rows(
    bank_id: UUID, piece: Slice, bound: _Parameters, *, rollup: bool = False, lean: bool = False
) -> _Rows:
    needed = {*piece.dimensions, *(each.dimension for each in piece.filters)}
    match piece.metric.relation:
        case Relation.EVENT if rollup:
            return _rollup_rows(bank_id, piece, bound, needed)
        case Relation.BREAK:
            return _break_rows(bank_id, piece, bound, needed)
        case _:
            return _event_rows(bank_id, piece, bound, needed, lean=lean)


def _event_rows(bank_id: UUID, piece: Slice, bound: _Parameters, needed: set[str], *, lean: bool) -> _Rows:
    bank, as_of = bound.bind("bank_id", bank_id), bound.bind("as_of", piece.as_of)
    known = sql.SQL("e.bank_id = {} and e.known_from <= {} and e.known_to > {}").format(bank, as_of, as_of)
    columns: dict[str, Fragment] = {
        name: sql.SQL("e.{}").format(sql.Identifier(name)) for name in _EVENT_COLUMNS
    }
    match piece.metric.relation:
        case Relation.ATTEMPT:
            start: Fragment = _attempts(piece, known, bound, needed if lean else None)
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
    day = _day_of(piece, bound)
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
        sql.SQL("{}, e.{}").format(sql.Literal(name), sql.Identifier(name)) for name in _SHOWN_COLUMNS
    )
    columns |= {
        "row_id": sql.SQL("e.event_id"),
        "shown": sql.SQL("jsonb_strip_nulls(jsonb_build_object({}))").format(shown),
    }
    dimensions = {
        **{
            name: sql.SQL("e.{}").format(sql.Identifier(column)) for name, column in _PLAIN_DIMENSIONS.items()
        },
        **_calendar_dimensions(day),
        "hour": sql.SQL("to_char(e.occurred_at at time zone {}, 'HH24')").format(
            bound.bind("timezone", piece.timezone)
        )
        if "hour" in needed
        else sql.SQL("null"),
        "currency": sql.SQL("coalesce(e.settlement_currency, e.currency)")
        if piece.metric.settlement_currency
        else sql.SQL("e.currency"),
        "corridor": sql.SQL(
            "case when coalesce(e.country, mg.country) = e.issuer_country then 'DOMESTIC'"
            " when coalesce(e.country, mg.country) <> e.issuer_country then 'CROSS_BORDER' end"
        ),
        "report": sql.SQL("e.report_id::text"),
        "merchant_group": sql.SQL("mg.merchant_group"),
        "mcc": sql.SQL("coalesce(e.mcc, mg.mcc)"),
        "country": sql.SQL("coalesce(e.country, mg.country)"),
        "issuer": sql.SQL("i.name"),
    }
    return _Rows(
        from_clause=_joined(start, needed, bank, sql.SQL("e")),
        always=(known, *_period(piece, bound)),
        dimensions=dimensions,
        columns=columns,
        amounts=amounts,
        row_count=sql.SQL("count(*)"),
        row_xor=sql.SQL("coalesce(bit_xor(uuid_hash_extended(e.event_id, e.revision)), 0)"),
    )


def _rollup_rows(bank_id: UUID, piece: Slice, bound: _Parameters, needed: set[str]) -> _Rows:
    bank = bound.bind("bank_id", bank_id)
    day = sql.SQL("e.occurred_on") if piece.clock is Clock.OCCURRED else sql.SQL("e.booked_on")
    always: list[Fragment] = [sql.SQL("e.bank_id = {}").format(bank)]
    if piece.period is not None:
        always.append(_between(day, piece.period, bound))
    columns: dict[str, Fragment] = {
        name: sql.SQL("nullif(e.{}, '')").format(sql.Identifier(name)) for name in ("subtype", "exclusion")
    }
    columns |= {
        name: sql.SQL("e.{}").format(sql.Identifier(name)) for name in ("event_type", "source", "approved")
    }
    dimensions: dict[str, Fragment] = {
        name: sql.SQL("nullif(e.{}, '')").format(sql.Identifier(_PLAIN_DIMENSIONS[name]))
        for name in ("network", "merchant", "channel", "response_code", "decline_family")
    }
    dimensions |= {
        **_calendar_dimensions(day),
        "source": sql.SQL("e.source"),
        "currency": sql.SQL("coalesce(nullif(e.settlement_currency, ''), e.currency)")
        if piece.metric.settlement_currency
        else sql.SQL("e.currency"),
        "merchant_group": sql.SQL("mg.merchant_group"),
        "mcc": sql.SQL("coalesce(nullif(e.mcc, ''), mg.mcc)"),
        "country": sql.SQL("coalesce(nullif(e.country, ''), mg.country)"),
    }
    return _Rows(
        from_clause=_joined(sql.SQL("payscope.event_daily e"), needed, bank, sql.SQL("e")),
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


def _break_rows(bank_id: UUID, piece: Slice, bound: _Parameters, needed: set[str]) -> _Rows:
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
    return _Rows(
        from_clause=_joined(sql.SQL("payscope.break b"), needed, bank, sql.SQL("b")),
        always=(
            sql.SQL("b.bank_id = {} and {} <= {}").format(bank, day, bound.bind("today", today)),
            *((_between(day, piece.period, bound),) if piece.period else ()),
        ),
        dimensions={
            "network": sql.SQL("b.network"),
            "merchant": sql.SQL("b.merchant_id"),
            "merchant_group": sql.SQL("mg.merchant_group"),
            "mcc": sql.SQL("mg.mcc"),
            "currency": sql.SQL("b.currency"),
            "break_reason": sql.SQL("b.reason"),
            "break_state": state,
            **_calendar_dimensions(day),
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


def _attempts(piece: Slice, known: Fragment, bound: _Parameters, needed: set[str] | None) -> Fragment:
    """Attempts with their place in their intent; the intents reach a day over both ends of the period.

    The rows are sorted by intent, so they carry only the columns that the ``needed`` dimensions take,
    or all of them where rows are to be shown.
    """
    around: Fragment = sql.SQL("true")
    if piece.period is not None:
        start, end = _instants(piece)
        around = sql.SQL("e.occurred_at >= {} and e.occurred_at < {}").format(
            bound.bind("intents_from", start - _INTENT_WINDOW),
            bound.bind("intents_until", end + _INTENT_WINDOW),
        )
    names = _EVENT_COLUMNS if needed is None else _lean_columns(needed)
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
    columns = [*_ATTEMPT_COLUMNS, *(_PLAIN_DIMENSIONS[name] for name in needed if name in _PLAIN_DIMENSIONS)]
    if "issuer" in needed:
        columns.append("bin")
    if "corridor" in needed:
        columns += ["country", "issuer_country"]
    if "report" in needed:
        columns.append("report_id")
    return tuple(sorted(set(columns)))


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
    if needed & _OF_MERCHANT:
        joined += sql.SQL(
            "\nleft join payscope.merchant mg on mg.bank_id = {} and mg.merchant_id = {}.merchant_id"
        ).format(bank, alias)
    if "issuer" in needed:
        joined += sql.SQL("\nleft join payscope.issuer i on i.bank_id = {} and i.bin = {}.bin").format(
            bank, alias
        )
    return joined


def _calendar_dimensions(day: Fragment) -> dict[str, Fragment]:
    names = sql.SQL(", ").join(sql.Literal(name) for name in WEEKDAYS)
    return {
        "day": sql.SQL("to_char({}, 'YYYY-MM-DD')").format(day),
        "week": sql.SQL("to_char(date_trunc('week', ({})::timestamp), 'YYYY-MM-DD')").format(day),
        "month": sql.SQL("to_char({}, 'YYYY-MM')").format(day),
        "weekday": sql.SQL("(array[{}])[extract(isodow from {})::integer]").format(names, day),
    }


def _day_of(piece: Slice, bound: _Parameters) -> Fragment:
    if piece.clock is Clock.BOOKED:
        return sql.SQL("e.booked_on")
    return sql.SQL("(e.occurred_at at time zone {})::date").format(bound.bind("timezone", piece.timezone))


def _period(piece: Slice, bound: _Parameters) -> tuple[Fragment, ...]:
    if piece.period is None:
        return ()
    if piece.clock is Clock.BOOKED:
        return (_between(sql.SQL("e.booked_on"), piece.period, bound),)
    start, end = _instants(piece)
    return (
        sql.SQL("e.occurred_at >= {} and e.occurred_at < {}").format(
            bound.bind("occurred_from", start), bound.bind("occurred_until", end)
        ),
    )


def _between(day: Fragment, period: DayRange, bound: _Parameters) -> Fragment:
    return sql.SQL("{} between {} and {}").format(
        day, bound.bind("start_on", period.start_on), bound.bind("end_on", period.end_on)
    )


def _instants(piece: Slice) -> tuple[datetime, datetime]:
    """First instant of the period and of the day after it, in the bank's time zone."""
    if piece.period is None:
        raise ValueError("a slice of all days has no instants")
    zone = ZoneInfo(piece.timezone)

    def midnight(day: date) -> datetime:
        return datetime.combine(day, time(), zone).astimezone(UTC)

    return midnight(piece.period.start_on), midnight(piece.period.end_on + timedelta(days=1))


def _where(piece: Slice, rows: _Rows, conditions: Sequence[Fragment], bound: _Parameters) -> sql.Composed:
    parts = [*rows.always]
    distinct = {part.as_string(None): part for part in conditions}
    scope = list(distinct.values())
    parts.append(sql.SQL("({})").format(sql.SQL("\n    or ").join(scope)) if len(scope) > 1 else scope[0])
    parts += [_filter(piece, each, rows, bound) for each in piece.filters]
    return sql.SQL("\n  and ").join(parts)


def _conditions_of(piece: Slice, terms: Sequence[Term], rows: _Rows, bound: _Parameters) -> list[Fragment]:
    return [
        sql.SQL("({})").format(
            sql.SQL(" and ").join([_condition(piece, condition, rows, bound) for condition in term.where])
        )
        if term.where
        else sql.SQL("true")
        for term in terms
    ]


def _condition(piece: Slice, condition: Condition, rows: _Rows, bound: _Parameters) -> Fragment:
    column = rows.columns[condition.column]
    match condition.test:
        case Test.EMPTY:
            return sql.SQL("{} is null").format(column)
        case Test.FILLED:
            return sql.SQL("{} is not null").format(column)
        case Test.TRUE:
            return sql.SQL("coalesce({}, false)").format(column)
        case Test.NOT_TRUE:
            return sql.SQL("not coalesce({}, false)").format(column)
        case Test.NOT_IN:
            return sql.SQL("({} is null or {} not in ({}))").format(
                column, column, _literals(condition.values)
            )
        case Test.IN if condition.column == "event_type":
            return _event_types(piece, condition.values, rows, bound)
        case Test.IN:
            return sql.SQL("{} in ({})").format(column, _literals(condition.values))


def _event_types(piece: Slice, types: Sequence[str], rows: _Rows, bound: _Parameters) -> Fragment:
    """The event types, each limited to the sources that count where several report the same payments."""
    plain = [each for each in types if each not in piece.sources]
    parts: list[Fragment] = []
    if plain:
        parts.append(sql.SQL("{} in ({})").format(rows.columns["event_type"], _literals(plain)))
    parts += [
        sql.SQL("({} = {} and {} = any({}))").format(
            rows.columns["event_type"],
            sql.Literal(each),
            rows.columns["source"],
            bound.bind(f"sources_{each.lower()}", sorted(piece.sources[each])),
        )
        for each in types
        if each in piece.sources
    ]
    return parts[0] if len(parts) == 1 else sql.SQL("({})").format(sql.SQL(" or ").join(parts))


def _literals(values: Sequence[str]) -> Fragment:
    return sql.SQL(", ").join(sql.Literal(value) for value in values)


def _filter(piece: Slice, each: Filter, rows: _Rows, bound: _Parameters) -> Fragment:
    dimension = find_dimension(each.dimension, piece.metric)
    if dimension.filter_only:
        return _amount_filter(each, bound)
    expression = rows.dimensions[each.dimension]
    match each.operator:
        case Operator.IS_NULL:
            return sql.SQL("{} is null").format(expression)
        case Operator.NOT_NULL:
            return sql.SQL("{} is not null").format(expression)
        case Operator.IN if each.dimension == "issuer":
            values = bound.bind("issuer", list(each.values))
            return sql.SQL("(i.name = any({}) or i.issuer_id = any({}))").format(values, values)
        case Operator.IN:
            return sql.SQL("{} = any({})").format(expression, bound.bind(each.dimension, list(each.values)))
        case Operator.NOT_IN:
            return sql.SQL("({} is null or {} <> all({}))").format(
                expression, expression, bound.bind(f"not_{each.dimension}", list(each.values))
            )
        case _ if dimension.calendar:
            return sql.SQL("{} {} {}").format(
                expression, sql.SQL(_COMPARISONS[each.operator]), bound.bind(each.dimension, each.values[0])
            )
        case _:
            raise InvalidInput(
                f"{dimension.label} cannot be compared by {each.operator}.", dimension=dimension.id
            )


def _amount_filter(each: Filter, bound: _Parameters) -> Fragment:
    """The row's amount without its sign, in major units of its own currency."""
    if each.operator not in _COMPARISONS:
        raise InvalidInput("An amount is compared by gt, gte, lt or lte.", dimension="amount")
    try:
        bound_value = Decimal(each.values[0])
    except ArithmeticError as error:
        raise InvalidInput(f"{each.values[0]!r} is not an amount.", dimension="amount") from error
    cases = sql.SQL(" ").join(
        sql.SQL("when e.currency in ({}) then {}").format(_literals(currencies), sql.SQL(str(places)))  # type: ignore[arg-type]
        for places, currencies in currencies_by_exponent().items()
    )
    return sql.SQL("abs(e.amount_minor) {} {} * 10::numeric ^ case {} else 2 end").format(
        sql.SQL(_COMPARISONS[each.operator]), bound.bind("amount", bound_value), cases
    )


def _total(terms: Sequence[Term], conditions: Sequence[Fragment], rows: _Rows) -> Fragment:
    parts: list[Fragment] = []
    for term, condition in zip(terms, conditions, strict=True):
        sign = sql.SQL("-") if term.sign < 0 else sql.SQL("")
        counted = term.amount is Amount.ROWS and not rows.is_rollup
        what = sql.SQL("count(*)") if counted else sql.SQL("sum({})").format(rows.amounts[term.amount])
        parts.append(sql.SQL("{}coalesce({} filter (where {}), 0)").format(sign, what, condition))
    return sql.SQL(" + ").join(parts)


def _contribution(terms: Sequence[Term], conditions: Sequence[Fragment], rows: _Rows) -> Fragment:
    return sql.SQL(" + ").join(
        sql.SQL("case when {} then {}{} else 0 end").format(
            condition, sql.SQL("-") if term.sign < 0 else sql.SQL(""), rows.amounts[term.amount]
        )
        for term, condition in zip(terms, conditions, strict=True)
    )


def _quantile(piece: Slice, rows: _Rows, bound: _Parameters) -> Fragment:
    if piece.metric.quantile is None:
        return sql.SQL("null::numeric")
    return sql.SQL("(percentile_cont({}) within group (order by {}))::numeric").format(
        bound.bind("quantile", piece.metric.quantile), rows.amounts[piece.metric.numerator[0].amount]
    )


_PLAIN_DIMENSIONS: Mapping[str, str] = {
    "network": "network",
    "merchant": "merchant_id",
    "mcc": "mcc",
    "bin": "bin",
    "country": "country",
    "issuer_country": "issuer_country",
    "channel": "channel",
    "entry_mode": "entry_mode",
    "three_ds": "three_ds",
    "response_code": "response_code",
    "decline_family": "decline_family",
    "reason_code": "reason_code",
    "source": "source",
}
_SHOWN_COLUMNS = (
    "source",
    "event_type",
    "subtype",
    "source_ref",
    "sequence",
    "occurred_at",
    "booked_on",
    "amount_minor",
    "currency",
    "settlement_minor",
    "settlement_currency",
    "fee_minor",
    "merchant_id",
    "network",
    "bin",
    "response_code",
    "approved",
    "exclusion",
    "lifecycle_id",
    "arn",
    "order_ref",
)
_INTENT_COLUMNS = frozenset({"is_first", "intent_approved"})
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
_EVENT_COLUMNS = tuple(
    dict.fromkeys(
        (
            "event_id",
            "revision",
            "report_id",
            "row_number",
            *_SHOWN_COLUMNS,
            *_PLAIN_DIMENSIONS.values(),
            "interchange_minor",
            "scheme_fee_minor",
            "markup_minor",
            "card_token",
        )
    )
)
