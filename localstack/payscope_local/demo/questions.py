"""Questions with their truth, and how an answer is held against it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

Answer = Mapping[str, Any]
# What is wrong with an answer, or None.
Verdict = Callable[[Answer], str | None]


@dataclass(frozen=True)
class Question:
    """One question of the demo, the day that it calls today, and what the answer must be."""

    text: str
    intent: str
    verdict: Verdict
    as_of: str


def equals(expected: Iterable[Mapping[str, Any]]) -> Verdict:
    """Every expected value is among the answer's, exactly, and no other value is.

    An expected value names ``value`` (to six decimals for ratios), perhaps ``currency``,
    ``numerator`` and ``denominator``, and one dimension's value under any other name.
    """
    wanted = list(expected)

    def judge(answer: Answer) -> str | None:
        given = [value for value in answer["values"] if value["value"] is not None]
        missing = [item for item in wanted if not any(_same(item, value) for value in given)]
        if missing:
            return f"expected {missing}, got {[_short(value) for value in given]}"
        if len(given) != len(wanted):
            return f"expected {len(wanted)} values, got {[_short(value) for value in given]}"
        return None

    return judge


def _same(expected: Mapping[str, Any], value: Mapping[str, Any]) -> bool:
    if not _close(str(expected["value"]), str(value["value"])):
        return False
    for name, wanted in expected.items():
        if name == "value":
            continue
        if name in ("numerator", "denominator"):
            if wanted is not None and Decimal(str(value[name])) != Decimal(str(wanted)):
                return False
        elif name == "currency":
            if value["currency"] != wanted:
                return False
        elif str(wanted) not in {str(part) for part in value["dimensions"].values()}:
            return False
    return True


def _close(expected: str, value: str) -> bool:
    places = len(expected.partition(".")[2])
    return Decimal(expected) == round(Decimal(value), places)


def _short(value: Mapping[str, Any]) -> str:
    return f"{value['value']}{value.get('currency') or ''}{value['dimensions'] or ''}"


def money(minor: int, places: int = 2) -> str:
    """Minor units as the decimal text of an answer."""
    return f"{Decimal(minor).scaleb(-places):.{places}f}"


def ratio(numerator: int, denominator: int) -> dict[str, Any]:
    """A ratio with its parts, to six decimals."""
    value = f"{Decimal(numerator) / Decimal(denominator):.6f}"
    return {"value": value, "numerator": numerator, "denominator": denominator}
