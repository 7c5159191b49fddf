"""JSON without the liberties that tokens are forged with: no duplicate members, no NaN, no depth."""

import json
from typing import Any, NoReturn


def parse_object(text: bytes | str) -> dict[str, Any]:
    """The object of a JSON text.

    Raises:
        ValueError: It is not JSON, not an object, names a member twice or holds NaN or infinity.
    """
    try:
        value = json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    if not isinstance(value, dict):
        raise ValueError("not an object")
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member is named twice")
    return members


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number")
