"""Interchange by dated rules: what a payment should have cost, and why it cost more.

A rate says what is charged, a cap only what may not be passed. Amounts are minor units of the settlement
currency and positive as costs. The rules are chosen here, once for each combination of attributes; the
arithmetic on rows is the ledger's, by the same formula.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

_BPS = 10_000


class RuleKind(StrEnum):
    """Whether a rule is the price or only its ceiling."""

    RATE = "RATE"
    CAP = "CAP"


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeRule:
    """``bps`` of the amount plus ``fixed_minor``, kept between ``min_minor`` and ``max_minor``.

    A condition that is None holds for every payment. The last three are those that a payment qualifies
    for by how it was handled; a payment that misses one is downgraded to a dearer rule.

    Attributes:
        currency: Of the amounts in minor units; needed where there are any.
        max_days: From the authorisation to the clearing.
        is_downgrade: Whether a payment that is rightly charged this rule lost a cheaper one.
    """

    id: str
    kind: RuleKind
    bps: int
    source: str
    from_on: date
    to_on: date | None = None
    fixed_minor: int = 0
    min_minor: int | None = None
    max_minor: int | None = None
    currency: str | None = None
    networks: frozenset[str] | None = None
    products: frozenset[str] | None = None
    merchant_countries: frozenset[str] | None = None
    issuer_countries: frozenset[str] | None = None
    mcc_from: str | None = None
    mcc_to: str | None = None
    channels: frozenset[str] | None = None
    max_days: int | None = None
    entry_modes: frozenset[str] | None = None
    three_ds: frozenset[str] | None = None
    is_downgrade: bool = False

    def __post_init__(self) -> None:
        """Refuse amounts without a currency, a range of one end, and rates below zero.

        Raises:
            ValueError: The rule says one of these.
        """
        has_amount = bool(self.fixed_minor) or self.min_minor is not None or self.max_minor is not None
        if has_amount and self.currency is None:
            raise ValueError(f"rule {self.id} has an amount without its currency")
        if (self.mcc_from is None) != (self.mcc_to is None):
            raise ValueError(f"rule {self.id} names one end of a range of categories")
        if self.bps < 0 or self.fixed_minor < 0:
            raise ValueError(f"rule {self.id} charges less than nothing")

    def expected_minor(self, amount_minor: int) -> int:
        """The fee of an amount that is not negative, rounded half up."""
        fee = (amount_minor * self.bps + _BPS // 2) // _BPS + self.fixed_minor
        if self.min_minor is not None:
            fee = max(fee, self.min_minor)
        return fee if self.max_minor is None else min(fee, self.max_minor)


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeCase:
    """What of a payment decides about its interchange; None is not known and meets no condition."""

    booked_on: date
    currency: str
    network: str | None = None
    product: str | None = None
    merchant_country: str | None = None
    issuer_country: str | None = None
    mcc: str | None = None
    channel: str | None = None
    days: int | None = None
    entry_mode: str | None = None
    three_ds: str | None = None


@dataclass(frozen=True, slots=True)
class Alternative:
    """A rule for such a card at such a merchant, and the conditions of handling in which it differs."""

    rule: FeeRule
    missed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FeeChoice:
    """The rules that hold for a case.

    Attributes:
        rate: The most specific price, or None where the schedule has none.
        cap: The lowest ceiling.
        dearer: What the payment would have been charged had it not qualified.
        cheaper: What it would have been charged had it qualified.
    """

    rate: FeeRule | None
    cap: FeeRule | None
    dearer: tuple[Alternative, ...]
    cheaper: tuple[Alternative, ...]


@dataclass(frozen=True, slots=True)
class FeeSchedule:
    """Dated rules."""

    version: str
    rules: tuple[FeeRule, ...]

    @property
    def turns(self) -> tuple[date, ...]:
        """The days on which a rule begins, or has just ended; between two of them nothing changes."""
        begins = {rule.from_on for rule in self.rules}
        return tuple(sorted(begins | {rule.to_on + timedelta(days=1) for rule in self.rules if rule.to_on}))

    def beside(self, own: "FeeSchedule") -> "FeeSchedule":
        """These rules and a bank's own."""
        return FeeSchedule(f"{self.version}, {own.version}", self.rules + own.rules)

    def choose(self, case: FeeCase) -> FeeChoice:
        """The rules for a case: of the rates that fit, the most specific, then the latest."""
        fitting = [rule for rule in self.rules if _fits(rule, case)]
        held = [rule for rule in fitting if not _missed(rule, case)]
        rates = [rule for rule in held if rule.kind is RuleKind.RATE]
        caps = [rule for rule in held if rule.kind is RuleKind.CAP]
        rate = max(rates, key=_rank, default=None)
        cap = min(caps, key=lambda rule: (rule.bps, rule.fixed_minor, rule.id), default=None)
        dearer: list[Alternative] = []
        cheaper: list[Alternative] = []
        for other in fitting:
            if rate is None or other is rate or other.kind is not RuleKind.RATE:
                continue
            if _rate(other) > _rate(rate):
                dearer.append(Alternative(other, _differences(rate, other)))
            elif _rate(other) < _rate(rate) and _missed(other, case):
                cheaper.append(Alternative(other, _missed(other, case)))
        return FeeChoice(
            rate,
            cap,
            tuple(sorted(dearer, key=lambda item: (_rate(item.rule), item.rule.id))),
            tuple(sorted(cheaper, key=lambda item: (_rate(item.rule), item.rule.id))),
        )


def schedule_from_json(text: str) -> FeeSchedule:
    """Read a schedule.

    Raises:
        ValueError: A member is missing or malformed.
    """
    try:
        return schedule_of(json.loads(text))
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"the fee rules are malformed: {error}") from error


def schedule_of(document: Mapping[str, Any]) -> FeeSchedule:
    """A schedule from its JSON document.

    Raises:
        ValueError: A rule is malformed, or names a region that the schedule does not list.
        KeyError: A member is missing.
        TypeError: A member is unknown or of another type.
    """
    regions = {name: frozenset(countries) for name, countries in document.get("regions", {}).items()}
    rules = tuple(_rule(item, regions) for item in document["rules"])
    if len({rule.id for rule in rules}) != len(rules):
        raise ValueError("two fee rules have one id")
    return FeeSchedule(document["version"], rules)


_SETS = ("networks", "products", "channels", "entry_modes", "three_ds")
_REGIONS = {"merchant_region": "merchant_countries", "issuer_region": "issuer_countries"}
_INTEGERS = ("bps", "fixed_minor", "min_minor", "max_minor", "max_days")


def _rule(item: Mapping[str, Any], regions: Mapping[str, frozenset[str]]) -> FeeRule:
    apart = ("from", "to", *_SETS, *_REGIONS)
    values = {name: value for name, value in item.items() if name not in apart}
    for name in _INTEGERS:
        if type(values.get(name, 0)) not in (int, type(None)):
            raise TypeError(f"{name} of rule {item['id']} is not a whole number")
    values["kind"] = RuleKind(item["kind"])
    values["from_on"] = date.fromisoformat(item["from"])
    values["to_on"] = date.fromisoformat(item["to"]) if item.get("to") else None
    values |= {name: frozenset(item[name]) for name in _SETS if item.get(name) is not None}
    for name, member in _REGIONS.items():
        if item.get(name) is not None:
            if item[name] not in regions:
                raise ValueError(f"rule {item['id']} names a region that is not listed: {item[name]}")
            values[member] = regions[item[name]]
    return FeeRule(**values)


def _fits(rule: FeeRule, case: FeeCase) -> bool:
    """Whether a rule is about such a payment, however it was handled."""
    return (
        rule.from_on <= case.booked_on
        and (rule.to_on is None or case.booked_on <= rule.to_on)
        and rule.currency in (None, case.currency)
        and (rule.mcc_from is None or rule.mcc_from <= (case.mcc or "") <= (rule.mcc_to or ""))
        and all(
            allowed is None or value in allowed
            for allowed, value in (
                (rule.networks, case.network),
                (rule.products, case.product),
                (rule.channels, case.channel),
                (rule.merchant_countries, case.merchant_country),
                (rule.issuer_countries, case.issuer_country),
            )
        )
    )


def _missed(rule: FeeRule, case: FeeCase) -> tuple[str, ...]:
    """The conditions of handling that the payment does not meet."""
    missed: list[str] = []
    if rule.max_days is not None and (case.days is None or case.days > rule.max_days):
        missed.append("TIMELINESS")
    if rule.entry_modes is not None and case.entry_mode not in rule.entry_modes:
        missed.append("ENTRY_MODE")
    if rule.three_ds is not None and case.three_ds not in rule.three_ds:
        missed.append("THREE_DS")
    return tuple(missed)


def _differences(qualified: FeeRule, other: FeeRule) -> tuple[str, ...]:
    """The conditions of handling in which two rules differ."""
    pairs = (
        ("TIMELINESS", qualified.max_days, other.max_days),
        ("ENTRY_MODE", qualified.entry_modes, other.entry_modes),
        ("THREE_DS", qualified.three_ds, other.three_ds),
    )
    return tuple(name for name, mine, theirs in pairs if mine != theirs) or ("CATEGORY",)


def _rank(rule: FeeRule) -> tuple[int, date, str]:
    return _conditions(rule), rule.from_on, rule.id


def _conditions(rule: FeeRule) -> int:
    given: Iterable[object] = (
        rule.networks, rule.products, rule.merchant_countries, rule.issuer_countries, rule.mcc_from,
        rule.channels, rule.max_days, rule.entry_modes, rule.three_ds, rule.currency,
    )  # fmt: skip
    return sum(condition is not None for condition in given)


def _rate(rule: FeeRule) -> tuple[int, int]:
    return rule.bps, rule.fixed_minor
