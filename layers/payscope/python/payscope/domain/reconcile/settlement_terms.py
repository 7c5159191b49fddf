"""What was agreed about settlement: after how many business days it is late, and what late money costs."""

import json
from dataclasses import dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True, slots=True)
class Term:
    """How many business days from the clearing to the value date are agreed, in whole months."""

    agreed_days: int
    from_on: date
    to_on: date | None
    source: str


@dataclass(frozen=True, slots=True)
class FloatRate:
    """What money costs in a currency, in basis points a year of 360 days; an empty currency is any other."""

    currency: str
    bps: int
    from_on: date
    to_on: date | None
    source: str


@dataclass(frozen=True, slots=True)
class SettlementTerms:
    """The dated rules, each list with the newest first."""

    version: str
    terms: tuple[Term, ...]
    rates: tuple[FloatRate, ...]


def terms_from_json(text: str) -> SettlementTerms:
    """Read the dated rules.

    Raises:
        ValueError: A member is missing or malformed, or a rule begins or ends within a month, which a roll-up
            by months could not follow.
    """
    try:
        document: dict[str, Any] = json.loads(text)
        terms = [Term(item["agreed_days"], *_dates(item), item["source"]) for item in document["terms"]]
        rates = [
            FloatRate(item["currency"], item["bps"], *_dates(item), item["source"])
            for item in document["float_rates"]
        ]
        version: str = document["version"]
    except (KeyError, TypeError) as error:
        raise ValueError(f"the settlement terms are malformed: {error}") from error
    terms.sort(key=lambda term: term.from_on, reverse=True)
    rates.sort(key=lambda rate: (rate.currency, rate.from_on), reverse=True)
    return SettlementTerms(version, tuple(terms), tuple(rates))


def _dates(item: dict[str, Any]) -> tuple[date, date | None]:
    first = date.fromisoformat(item["from"])
    last = date.fromisoformat(item["to"]) if item["to"] else None
    if first.day != 1 or (last is not None and last.toordinal() + 1 != _first_after(last).toordinal()):
        raise ValueError("settlement terms hold for whole months")
    return first, last


def _first_after(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)
