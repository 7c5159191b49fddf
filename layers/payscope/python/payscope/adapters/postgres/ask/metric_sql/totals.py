"""What the rows add up to."""

from collections.abc import Sequence

from psycopg import sql

from payscope.adapters.postgres.ask.metric_sql.parts import Fragment, Parameters, Rows
from payscope.domain.ask.measured import Slice
from payscope.domain.ask.metric import Amount, Term


def total_of(terms: Sequence[Term], conditions: Sequence[Fragment], rows: Rows) -> Fragment:
    parts: list[Fragment] = []
    for term, condition in zip(terms, conditions, strict=True):
        sign = sql.SQL("-") if term.sign < 0 else sql.SQL("")
        counted = term.amount is Amount.ROWS and not rows.is_rollup
        what = sql.SQL("count(*)") if counted else sql.SQL("sum({})").format(rows.amounts[term.amount])
        parts.append(sql.SQL("{}coalesce({} filter (where {}), 0)").format(sign, what, condition))
    return sql.SQL(" + ").join(parts)


def contribution_of(terms: Sequence[Term], conditions: Sequence[Fragment], rows: Rows) -> Fragment:
    return sql.SQL(" + ").join(
        sql.SQL("case when {} then {}{} else 0 end").format(
            condition, sql.SQL("-") if term.sign < 0 else sql.SQL(""), rows.amounts[term.amount]
        )
        for term, condition in zip(terms, conditions, strict=True)
    )


def quantile_of(piece: Slice, rows: Rows, bound: Parameters) -> Fragment:
    if piece.metric.quantile is None:
        return sql.SQL("null::numeric")
    return sql.SQL("(percentile_cont({}) within group (order by {}))::numeric").format(
        bound.bind("quantile", piece.metric.quantile), rows.amounts[piece.metric.numerator[0].amount]
    )
