"""The rows of a roll-up: whole months by month, the days beside them by day."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from uuid import UUID

from psycopg import sql

from payscope.adapters.postgres.ask.metric_sql.columns import PLAIN_DIMENSIONS
from payscope.adapters.postgres.ask.metric_sql.cubes import BELOW_MONTHS, CUBES, Rollup
from payscope.adapters.postgres.ask.metric_sql.delays import delay_amounts, is_late
from payscope.adapters.postgres.ask.metric_sql.groupings import corridor_of, family_of, region_of
from payscope.adapters.postgres.ask.metric_sql.parts import Fragment, Parameters, Rows, joined
from payscope.adapters.postgres.ask.metric_sql.periods import between_days, calendar_dimensions, counted_on
from payscope.domain.analyse.series import DayRange
from payscope.domain.ask.measured import Slice
from payscope.domain.ask.metric import Amount, Relation
from payscope.domain.ask.plans import Clock

_MONTHS = "event_cube_monthly"
# What event_daily has of the columns of the cubes.
_OF_CODES = (
    "event_type", "subtype", "source", "network", "merchant_id", "mcc", "country", "channel", "response_code",
    "decline_family", "exclusion", "approved", "currency", "settlement_currency", "row_count", "amount_minor",
    "settlement_minor", "fee_minor", "interchange_minor", "scheme_fee_minor", "markup_minor", "row_xor",
)  # fmt: skip


def rollup_rows(bank_id: UUID, piece: Slice, bound: Parameters, needed: set[str], rollup: Rollup) -> Rows:
    """The slice's rows from the roll-up; only columns that it has can be asked for."""
    bank = bound.bind("bank_id", bank_id)
    own_day = sql.Identifier("occurred_on" if piece.clock is Clock.OCCURRED else "booked_on")
    plain_day = sql.SQL("e.{}").format(own_day)
    day = counted_on(piece, plain_day, sql.SQL("e.event_type"))
    always: list[Fragment] = []
    match piece.metric.relation:
        case Relation.ATTEMPT:
            always = [sql.SQL("e.is_first is not null")]
        case Relation.SETTLED:
            always = [sql.SQL("e.delay_days is not null")]
        case _:
            pass
    parts = [
        (table, [sql.SQL("e.bank_id = {}").format(bank), *_within(table, rollup, days, plain_day, bound, n)])
        for n, (table, days) in enumerate(_parts(piece, needed, rollup))
    ]
    if len(parts) == 1:
        ((table, within),) = parts
        start: Fragment = sql.SQL("payscope.{} e").format(sql.Identifier(table))
        always += within
    else:
        start = _together(parts, own_day, rollup)
    if piece.metric.lagged and piece.period is not None:
        # Rows of the month before that do not lag were read, too.
        always.append(between_days(day, piece.period, bound))
    return Rows(
        from_clause=joined(start, needed, bank, sql.SQL("e")),
        always=tuple(always),
        dimensions=_dimensions(piece, day),
        columns=_columns(piece),
        amounts=_amounts(piece),
        row_count=sql.SQL("coalesce(sum(e.row_count), 0)::bigint"),
        row_xor=sql.SQL("coalesce(bit_xor(e.row_xor), 0)"),
        is_rollup=True,
        measured=sql.SQL("e.delay_days"),
    )


def _together(
    parts: Sequence[tuple[str, Sequence[Fragment]]], own_day: sql.Identifier, rollup: Rollup
) -> Fragment:
    """The rows of several tables, with the columns that these share."""
    names = [own_day, *(sql.Identifier(name) for name in _OF_CODES)]
    whole = rollup.table == CUBES
    selected = sql.SQL("*") if whole else sql.SQL(", ").join(sql.SQL("e.{}").format(name) for name in names)
    return sql.SQL("({}) e").format(
        sql.SQL("\n      union all\n      ").join(
            sql.SQL("select {} from payscope.{} e where {}").format(
                selected, sql.Identifier(table), sql.SQL(" and ").join(within)
            )
            for table, within in parts
        )
    )


def _parts(piece: Slice, needed: set[str], rollup: Rollup) -> tuple[tuple[str, DayRange | None], ...]:
    """Which days of which table make the period up."""
    days = piece.days
    if needed & BELOW_MONTHS:
        return ((rollup.table, days),)
    if days is None:
        return ((_MONTHS, None),)
    first = days.start_on if days.start_on.day == 1 else _next_month(days.start_on)
    after = (days.end_on + timedelta(days=1)).replace(day=1)
    if first >= after:
        return ((rollup.table, days),)
    parts: list[tuple[str, DayRange | None]] = [(_MONTHS, DayRange(first, after - timedelta(days=1)))]
    if days.start_on < first:
        parts.append((rollup.table, DayRange(days.start_on, first - timedelta(days=1))))
    if after <= days.end_on:
        parts.append((rollup.table, DayRange(after, days.end_on)))
    return tuple(parts)


def _next_month(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1)


def _within(
    table: str, rollup: Rollup, days: DayRange | None, day: Fragment, bound: Parameters, number: int
) -> list[Fragment]:
    parts: list[Fragment] = []
    if table in (CUBES, _MONTHS):
        parts.append(sql.SQL("e.cube = {}").format(sql.Literal(rollup.cube)))
    if days is not None:
        start = bound.bind(f"part_{number}_from", days.start_on)
        parts.append(
            sql.SQL("{} between {} and {}").format(day, start, bound.bind(f"part_{number}_to", days.end_on))
        )
    return parts


def _columns(piece: Slice) -> dict[str, Fragment]:
    columns: dict[str, Fragment] = {
        name: sql.SQL("nullif(e.{}, '')").format(sql.Identifier(name))
        for name in (
            "subtype", "exclusion", "network", "card_present", "channel", "three_ds", "reason_code",
        )
    }  # fmt: skip
    columns |= {
        name: sql.SQL("e.{}").format(sql.Identifier(name))
        for name in ("event_type", "source", "approved", "is_first", "intent_approved")
    }
    columns["state"] = sql.SQL("e.match_state")
    if piece.metric.relation is Relation.SETTLED:
        columns["late"] = is_late(sql.SQL("e.delay_days"))
    return columns


def _dimensions(piece: Slice, day: Fragment) -> Mapping[str, Fragment]:
    dimensions: dict[str, Fragment] = {
        name: sql.SQL("nullif(e.{}, '')").format(sql.Identifier(PLAIN_DIMENSIONS.get(name, name)))
        for name in (*PLAIN_DIMENSIONS, "hour", "card_present")
    }
    country = sql.SQL("coalesce(nullif(e.country, ''), mg.country)")
    mcc = sql.SQL("coalesce(nullif(e.mcc, ''), mg.mcc)")
    return dimensions | {
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
        "report": sql.SQL("nullif(e.report_id, '')"),
    }


def _amounts(piece: Slice) -> dict[Amount, Fragment]:
    amounts: dict[Amount, Fragment] = {
        Amount.ROWS: sql.SQL("e.row_count"),
        Amount.AMOUNT: sql.SQL("e.amount_minor"),
        Amount.ABSOLUTE: sql.SQL("e.absolute_minor"),
        Amount.SETTLEMENT: sql.SQL(
            "case when e.settlement_currency = '' then e.amount_minor else e.settlement_minor end"
        ),
        Amount.FEE: sql.SQL("e.fee_minor"),
        Amount.INTERCHANGE: sql.SQL("e.interchange_minor"),
        Amount.SCHEME_FEE: sql.SQL("e.scheme_fee_minor"),
        Amount.MARKUP: sql.SQL("e.markup_minor"),
    }
    if piece.metric.relation is Relation.SETTLED:
        amounts |= delay_amounts(
            sql.SQL("e.delay_days"),
            sql.SQL("e.row_count"),
            amounts[Amount.SETTLEMENT],
            sql.SQL("coalesce(nullif(e.settlement_currency, ''), e.currency)"),
        )
    return amounts
