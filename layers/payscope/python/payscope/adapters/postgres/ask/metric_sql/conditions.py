"""Which rows count: the conditions of a metric and the filters of a question."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import LiteralString

from psycopg import sql

from payscope.adapters.postgres.ask.metric_sql.parts import Fragment, Parameters, Rows, literals
from payscope.domain.ask.catalogue import find_dimension
from payscope.domain.ask.measured import Slice
from payscope.domain.ask.metric import Condition, Term, Test
from payscope.domain.ask.plans import Filter, Operator
from payscope.domain.money import currencies_by_exponent
from payscope.errors import InvalidInput

_COMPARISONS: Mapping[Operator, LiteralString] = {
    Operator.GT: ">",
    Operator.GTE: ">=",
    Operator.LT: "<",
    Operator.LTE: "<=",
}


def where_clause(piece: Slice, rows: Rows, conditions: Sequence[Fragment], bound: Parameters) -> sql.Composed:
    parts = [*rows.always]
    distinct = {part.as_string(None): part for part in conditions}
    scope = list(distinct.values())
    parts.append(sql.SQL("({})").format(sql.SQL("\n    or ").join(scope)) if len(scope) > 1 else scope[0])
    parts += [_filter(piece, each, rows, bound) for each in piece.filters]
    return sql.SQL("\n  and ").join(parts)


def conditions_of(piece: Slice, terms: Sequence[Term], rows: Rows, bound: Parameters) -> list[Fragment]:
    return [
        sql.SQL("({})").format(
            sql.SQL(" and ").join([_condition(piece, condition, rows, bound) for condition in term.where])
        )
        if term.where
        else sql.SQL("true")
        for term in terms
    ]


def _condition(piece: Slice, condition: Condition, rows: Rows, bound: Parameters) -> Fragment:
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
                column, column, literals(condition.values)
            )
        case Test.IN if condition.column == "event_type":
            return _event_types(piece, condition.values, rows, bound)
        case Test.IN:
            return sql.SQL("{} in ({})").format(column, literals(condition.values))


def _event_types(piece: Slice, types: Sequence[str], rows: Rows, bound: Parameters) -> Fragment:
    """The event types, each limited to the sources that count where several report the same payments."""
    plain = [each for each in types if each not in piece.sources]
    parts: list[Fragment] = []
    if plain:
        parts.append(sql.SQL("{} in ({})").format(rows.columns["event_type"], literals(plain)))
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


def _filter(piece: Slice, each: Filter, rows: Rows, bound: Parameters) -> Fragment:
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


def _amount_filter(each: Filter, bound: Parameters) -> Fragment:
    """The row's amount without its sign, in major units of its own currency."""
    if each.operator not in _COMPARISONS:
        raise InvalidInput("An amount is compared by gt, gte, lt or lte.", dimension="amount")
    try:
        bound_value = Decimal(each.values[0])
    except ArithmeticError as error:
        raise InvalidInput(f"{each.values[0]!r} is not an amount.", dimension="amount") from error
    cases = sql.SQL(" ").join(
        sql.SQL("when e.currency in ({}) then {}").format(literals(currencies), sql.Literal(places))
        for places, currencies in currencies_by_exponent().items()
    )
    return sql.SQL("abs(e.amount_minor) {} {} * 10::numeric ^ case {} else 2 end").format(
        sql.SQL(_COMPARISONS[each.operator]), bound.bind("amount", bound_value), cases
    )
