"""Compiles slices into SQL: identifiers only from these tables, every value a bound parameter."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from psycopg import sql

from payscope.adapters.postgres.ask.metric_sql.attempts import INTENT_COLUMNS
from payscope.adapters.postgres.ask.metric_sql.conditions import conditions_of, where_clause
from payscope.adapters.postgres.ask.metric_sql.cubes import Rollup, rollup_for
from payscope.adapters.postgres.ask.metric_sql.parts import Fragment, Parameters, Rows
from payscope.adapters.postgres.ask.metric_sql.periods import instants_of
from payscope.adapters.postgres.ask.metric_sql.relations import rows_of
from payscope.adapters.postgres.ask.metric_sql.totals import contribution_of, quantile_of, total_of
from payscope.domain.ask.measured import Slice
from payscope.domain.ask.metric import Metric, Relation, Term
from payscope.domain.ask.plans import Clock


@dataclass(frozen=True, slots=True)
class Statement:
    """A query with its parameters; ``columns`` are the dimensions in the order of the select list."""

    query: sql.Composed
    parameters: Mapping[str, Any]
    columns: tuple[str, ...]


def measure_statement(bank_id: UUID, piece: Slice, rollup: Rollup | None = None) -> Statement:
    """Groups of a slice: dimensions, numerator, denominator, quantile, row count, xor of row identities."""
    bound = Parameters()
    rows = rows_of(bank_id, piece, bound, rollup, lean=True)
    numerator = conditions_of(piece, piece.metric.numerator, rows, bound)
    denominator = conditions_of(piece, piece.metric.denominator, rows, bound)
    groups = [
        sql.SQL("{} as {}").format(rows.dimensions[name], sql.Identifier(name)) for name in piece.dimensions
    ]
    sums = [
        sql.SQL("{} as numerator").format(total_of(piece.metric.numerator, numerator, rows)),
        sql.SQL("{} as denominator").format(
            total_of(piece.metric.denominator, denominator, rows) if denominator else sql.SQL("null::numeric")
        ),
    ]
    counts = [
        sql.SQL("{} as row_count").format(rows.row_count),
        sql.SQL("{} as row_xor").format(rows.row_xor),
    ]
    where = where_clause(piece, rows, (*numerator, *denominator), bound)
    if piece.metric.quantile is None or rows.measured is None:
        query = _grouped(
            [*groups, *sums, sql.SQL("null::numeric as quantile"), *counts], rows, where, len(groups)
        )
    else:
        measured = sql.SQL("{} as measured").format(rows.measured)
        histogram = _grouped([*groups, measured, *sums, *counts], rows, where, len(groups) + 1)
        query = _quantiles(piece, piece.metric.quantile, histogram)
    if piece.dimensions:
        query += sql.SQL("\norder by {}").format(_places(len(groups)))
    return Statement(query, bound.values, piece.dimensions)


def _grouped(selected: Sequence[Fragment], rows: Rows, where: Fragment, width: int) -> sql.Composed:
    """The rows summed by the first ``width`` of what is selected."""
    query = sql.SQL("select {}\nfrom {}\nwhere {}").format(
        sql.SQL(",\n       ").join(selected), rows.from_clause, where
    )
    return query + sql.SQL("\ngroup by {}").format(_places(width)) if width else query


def _places(width: int) -> Fragment:
    return sql.SQL(", ").join(sql.Literal(place) for place in range(1, width + 1))


def _quantiles(piece: Slice, fraction: float, histogram: Fragment) -> sql.Composed:
    """How many rows have which measure, and from that the quantile of each group."""
    names = [sql.Identifier(name) for name in piece.dimensions]
    split = sql.SQL("partition by {}").format(sql.SQL(", ").join(names)) if names else sql.SQL("")
    selected = [sql.SQL("w.{}").format(name) for name in names]
    selected += [
        sql.SQL("coalesce(sum(w.numerator), 0) as numerator"),
        sql.SQL("null::numeric as denominator"),
        sql.SQL("{} as quantile").format(quantile_of(fraction)),
        sql.SQL("coalesce(sum(w.row_count), 0)::bigint as row_count"),
        sql.SQL("coalesce(bit_xor(w.row_xor), 0) as row_xor"),
    ]
    query = sql.SQL(
        "select {}\nfrom (\nselect h.*, sum(h.row_count) over ({} order by h.measured) as upto,"
        " sum(h.row_count) over ({}) as total\nfrom (\n{}\n) h\n) w"
    ).format(sql.SQL(",\n       ").join(selected), split, split, histogram)
    return query + sql.SQL("\ngroup by {}").format(_places(len(names))) if names else query


def rows_statement(
    bank_id: UUID, piece: Slice, *, limit: int, after: tuple[UUID, int, UUID, int] | None
) -> Statement:
    """The rows behind a slice, by (report, row number, event, revision), with what each adds."""
    bound = Parameters()
    rows = rows_of(bank_id, piece, bound)
    numerator = conditions_of(piece, piece.metric.numerator, rows, bound)
    denominator = conditions_of(piece, piece.metric.denominator, rows, bound)
    where = where_clause(piece, rows, (*numerator, *denominator), bound)
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
                sql.SQL("{} as numerator").format(contribution_of(piece.metric.numerator, numerator, rows)),
                sql.SQL("{} as denominator").format(
                    contribution_of(piece.metric.denominator, denominator, rows)
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


def files_rollup_for(piece: Slice) -> Rollup | None:
    """The roll-up that knows which reports have rows in the slice, if it holds what the slice looks at."""
    return rollup_for(replace(_plain(piece), dimensions=("report",)))


def files_statement(bank_id: UUID, piece: Slice, rollup: Rollup | None = None) -> Statement:
    """Reports with at least one row in the slice.

    Without a roll-up each report of the bank that covers the days and events is probed, which ends at
    its first row.
    """
    bound = Parameters()
    piece = _plain(piece)
    whole = replace(piece, dimensions=() if rollup is None else ("report",))
    rows = rows_of(bank_id, whole, bound, rollup)
    conditions = conditions_of(whole, (*whole.metric.numerator, *whole.metric.denominator), rows, bound)
    where = where_clause(whole, rows, conditions, bound)
    if rollup is not None:
        query = sql.SQL(
            "select r.report_id, r.file_name\nfrom payscope.report r\nwhere r.bank_id = {bank}\n"
            "  and r.report_id in (select ({reported})::uuid from {rows}\nwhere {where})\n"
            "order by r.file_name, r.report_id"
        ).format(
            bank=bound.bind("bank_id", bank_id),
            reported=rows.dimensions["report"],
            rows=rows.from_clause,
            where=where,
        )
        return Statement(query, bound.values, ())
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


def _plain(piece: Slice) -> Slice:
    if piece.metric.relation is not Relation.ATTEMPT:
        return piece
    return replace(piece, metric=_as_plain_attempts(piece.metric))


def _as_plain_attempts(metric: Metric) -> Metric:
    """The metric's attempts wherever they stand in their intent: every attempt of an intent bears on it."""

    def plain(terms: tuple[Term, ...]) -> tuple[Term, ...]:
        return tuple(
            replace(term, where=tuple(each for each in term.where if each.column not in INTENT_COLUMNS))
            for term in terms
        )

    return replace(
        metric,
        relation=Relation.EVENT,
        numerator=plain(metric.numerator),
        denominator=plain(metric.denominator),
    )


def _likely(piece: Slice, bound: Parameters) -> Fragment:
    """What is known of a report without looking at its rows; nothing known means it may have some."""
    if piece.metric.relation is not Relation.EVENT:
        return sql.SQL("true")
    parts: list[Fragment] = [
        sql.SQL("(w.detail -> 'types' is null or w.detail -> 'types' ?| {})").format(
            bound.bind("event_types", sorted(piece.metric.event_types))
        )
    ]
    if piece.days is not None and piece.clock is Clock.BOOKED:
        parts.append(
            sql.SQL(
                "(w.detail -> 'booked' is null or (w.detail -> 'booked' ->> 0)::date <= {end}"
                " and (w.detail -> 'booked' ->> 1)::date >= {start})"
            ).format(
                start=bound.bind("report_from", piece.days.start_on),
                end=bound.bind("report_to", piece.days.end_on),
            )
        )
    elif piece.period is not None:
        start, end = instants_of(piece)
        parts.append(
            sql.SQL(
                "(w.detail -> 'occurred' is null or (w.detail -> 'occurred' ->> 0)::timestamptz < {end}"
                " and (w.detail -> 'occurred' ->> 1)::timestamptz >= {start})"
            ).format(start=bound.bind("occurred_from", start), end=bound.bind("occurred_until", end))
        )
    return sql.SQL("\n  and ").join(parts)
