"""What the rows add up to."""

from collections.abc import Sequence
from decimal import Decimal

from psycopg import sql

from payscope.adapters.postgres.ask.metric_sql.parts import Fragment, Rows
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


def quantile_of(fraction: float) -> Fragment:
    """The quantile of a histogram (delay, upto, total), between its neighbours by straight line.

    The values in order have places from 0; ``upto`` is how many of them are not above a delay.
    """
    share = sql.Literal(Decimal(str(fraction)))
    return sql.SQL(
        "min(w.measured) filter (where w.upto > floor({share} * (w.total - 1)))\n"
        "       + mod({share} * (max(w.total) - 1), 1)\n"
        "       * (min(w.measured) filter (where w.upto > ceil({share} * (w.total - 1)))\n"
        "          - min(w.measured) filter (where w.upto > floor({share} * (w.total - 1))))"
    ).format(share=share)
