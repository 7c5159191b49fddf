"""Metadata filters of the vector API, compiled to SQL conditions with parameters only."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from psycopg import sql

from payscope.errors import InvalidInput

Scalar = str | int | float | bool
_ORDER = {"$gt": sql.SQL(">"), "$gte": sql.SQL(">="), "$lt": sql.SQL("<"), "$lte": sql.SQL("<=")}


@dataclass(frozen=True)
class Condition:
    """A boolean SQL expression over column ``metadata`` and the parameters it needs, in order."""

    text: sql.Composable
    parameters: tuple[object, ...] = ()


ALWAYS = Condition(sql.SQL("true"))


def compile_filter(document: Mapping[str, object] | None) -> Condition:
    """The condition of a filter document.

    A value of a stored list counts as equal when the list contains it. ``$ne`` and ``$nin`` also
    hold where the field is absent; comparisons hold for numbers only.

    Raises:
        InvalidInput: An unknown operator, or an operand of the wrong type.
    """
    if not document:
        return ALWAYS
    return _join("and", [_entry(key, value) for key, value in document.items()])


def _entry(key: str, value: object) -> Condition:
    if key in ("$and", "$or"):
        if not isinstance(value, list) or not value:
            raise InvalidInput(f"{key} takes a list of filters.")
        return _join(key[1:], [compile_filter(_document(part)) for part in value])
    if key.startswith("$"):
        raise InvalidInput(f"{key} is not a filter operator at this place.")
    if isinstance(value, Mapping):
        return _join("and", [_operator(key, str(name), operand) for name, operand in value.items()])
    return _equal(key, value)


def _operator(field: str, name: str, operand: object) -> Condition:
    if name == "$eq":
        return _equal(field, operand)
    if name == "$ne":
        return _negate(_equal(field, operand))
    if name == "$in":
        return _in(field, operand)
    if name == "$nin":
        return _negate(_in(field, operand))
    if name in _ORDER:
        return _compare(field, name, operand)
    if name == "$exists":
        if not isinstance(operand, bool):
            raise InvalidInput("$exists takes true or false.")
        return Condition(sql.SQL("(metadata ? %s) = %s"), (field, operand))
    raise InvalidInput(f"{name} is not a known filter operator.")


def _equal(field: str, operand: object) -> Condition:
    return Condition(
        sql.SQL("coalesce(metadata -> %s @> %s::jsonb, false)"), (field, json.dumps(_scalar(operand)))
    )


def _in(field: str, operand: object) -> Condition:
    if not isinstance(operand, list):
        raise InvalidInput("$in and $nin take a list.")
    options = [json.dumps(_scalar(item)) for item in operand]
    return Condition(sql.SQL("coalesce(metadata -> %s @> any(%s::text[]::jsonb[]), false)"), (field, options))


def _compare(field: str, name: str, operand: object) -> Condition:
    if isinstance(operand, bool) or not isinstance(operand, (int, float)):
        raise InvalidInput(f"{name} compares numbers only.")
    text = sql.SQL(
        "case when jsonb_typeof(metadata -> %s) = 'number'"
        " then (metadata ->> %s)::double precision {} %s::double precision else false end"
    ).format(_ORDER[name])
    return Condition(text, (field, field, operand))


def _negate(condition: Condition) -> Condition:
    return Condition(sql.SQL("not ({})").format(condition.text), condition.parameters)


def _join(word: str, conditions: Sequence[Condition]) -> Condition:
    glue = sql.SQL(" or " if word == "or" else " and ")
    text = glue.join(sql.SQL("({})").format(part.text) for part in conditions)
    return Condition(text, tuple(value for part in conditions for value in part.parameters))


def _document(value: object) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise InvalidInput("A filter is an object.")
    return {str(key): item for key, item in value.items()}


def _scalar(value: object) -> Scalar:
    if isinstance(value, (str, int, float, bool)):
        return value
    raise InvalidInput("A filter compares with a string, a number or a boolean.")
