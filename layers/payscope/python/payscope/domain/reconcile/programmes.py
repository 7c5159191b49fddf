"""Monitoring programmes of the schemes: dated rules, exact ratios, tiers and headroom.

All comparisons are between integers: a merchant at exactly the threshold is over it, one event below
is not. Which counts go in is named by the kind of programme: VAMP sets fraud reports and disputes
against settled sales of the same month, card not present; ECP sets a month's chargebacks against the
sales of the month before; EFM sets fraud chargebacks against the e-commerce sales of the month before.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import Any

_BPS = 10_000


class ProgrammeKind(StrEnum):
    """Which counts make the ratio."""

    VAMP = "VAMP"
    ECP = "ECP"
    EFM = "EFM"


class Level(StrEnum):
    """Whose ratio it is."""

    MERCHANT = "MERCHANT"
    ACQUIRER = "ACQUIRER"


@dataclass(frozen=True, slots=True)
class Tier:
    """A dated threshold; every condition that is given must hold.

    Attributes:
        more_than_events: Events must exceed this; ``at_least_events`` must reach that.
        min_sales: Of the denominator.
        min_amount_minor: Of fraud in one of the programme's currencies.
        secured_below_bps: Share of authenticated sales below which the tier applies, and the same for
            merchants in a regulated country.
    """

    tier: str
    bps: int
    from_on: date
    to_on: date | None
    source: str
    more_than_events: int | None = None
    at_least_events: int | None = None
    min_sales: int | None = None
    min_amount_minor: int | None = None
    secured_below_bps: int | None = None
    secured_below_regulated_bps: int | None = None

    def in_force(self, month: date) -> bool:
        """Whether the tier applies to the month that starts on this day."""
        return self.from_on <= month and (self.to_on is None or month <= self.to_on)


@dataclass(frozen=True, slots=True)
class Programme:
    """One programme with its tiers, mildest first."""

    id: str
    name: str
    kind: ProgrammeKind
    network: str
    level: Level
    tiers: tuple[Tier, ...]
    currencies: tuple[str, ...] = ()
    regulated_countries: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class MonthCounts:
    """What a merchant did on one network in a month, and in the month before.

    Attributes:
        fraud_minor: Amount of fraud chargebacks by currency, positive.
        secured: E-commerce authorisations of the month before that 3-D Secure authenticated, of
            ``securable`` ones.
    """

    merchant_id: str
    network: str
    country: str | None = None
    sales: int = 0
    sales_not_present: int = 0
    sales_before: int = 0
    ecommerce_before: int = 0
    chargebacks: int = 0
    disputes_not_present: int = 0
    fraud_reports_not_present: int = 0
    fraud_chargebacks: int = 0
    fraud_minor: Mapping[str, int] = field(default_factory=dict[str, int])
    secured: int = 0
    securable: int = 0

    def __add__(self, other: "MonthCounts") -> "MonthCounts":
        """The counts of two merchants together, under the first one's name."""
        added = {name: getattr(self, name) + getattr(other, name) for name in _SUMMED}
        currencies = self.fraud_minor.keys() | other.fraud_minor.keys()
        minor = {code: self.fraud_minor.get(code, 0) + other.fraud_minor.get(code, 0) for code in currencies}
        return MonthCounts(self.merchant_id, self.network, self.country, fraud_minor=minor, **added)


_SUMMED = (
    "sales", "sales_not_present", "sales_before", "ecommerce_before", "chargebacks", "disputes_not_present",
    "fraud_reports_not_present", "fraud_chargebacks", "secured", "securable",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a merchant, or the acquirer (``merchant_id`` None), stands in a programme in a month.

    Attributes:
        numerator: Events; ``denominator`` the sales they are set against.
        ratio_bps: None without sales.
        tier: "NONE", or the severest tier whose conditions all hold.
        threshold_bps: Of the mildest tier in force; ``headroom_events`` more events keep the ratio
            below or at it, and a negative number is over by so many.
    """

    programme: str
    merchant_id: str | None
    network: str
    month: date
    numerator: int
    denominator: int
    ratio_bps: Fraction | None
    tier: str
    threshold_bps: int | None
    headroom_events: int | None
    source: str | None


def stand(programme: Programme, counts: MonthCounts, month: date) -> Standing:
    """Where the counts of the month that starts on ``month`` stand in a programme."""
    events, sales = _ratio(programme.kind, counts)
    tiers = [tier for tier in programme.tiers if tier.in_force(month)]
    reached = [tier for tier in tiers if _holds(programme, tier, counts, events, sales)]
    mildest = min(tiers, key=lambda tier: tier.bps, default=None)
    shown = max(reached, key=lambda tier: tier.bps, default=mildest)
    return Standing(
        programme=programme.id,
        merchant_id=counts.merchant_id if programme.level is Level.MERCHANT else None,
        network=programme.network,
        month=month,
        numerator=events,
        denominator=sales,
        ratio_bps=Fraction(events * _BPS, sales) if sales else None,
        tier=shown.tier if shown is not None and shown in reached else "NONE",
        threshold_bps=None if mildest is None else mildest.bps,
        headroom_events=None if mildest is None else headroom_events(mildest.bps, sales, events),
        source=None if shown is None else shown.source,
    )


def stand_all(programmes: Iterable[Programme], counts: Iterable[MonthCounts], month: date) -> list[Standing]:
    """All merchants in all programmes of their network, and the acquirer as the sum of them; worst first."""
    by_network: dict[str, list[MonthCounts]] = {}
    for item in counts:
        by_network.setdefault(item.network, []).append(item)
    standings: list[Standing] = []
    for programme in programmes:
        merchants = by_network.get(programme.network, [])
        if programme.level is Level.ACQUIRER and merchants:
            total = MonthCounts("", programme.network)
            for item in merchants:
                total = total + item
            merchants = [total]
        standings += [stand(programme, item, month) for item in merchants]
    kept = [item for item in standings if item.numerator or item.merchant_id is None]
    return sorted(
        kept,
        key=lambda item: (
            item.tier == "NONE",
            -(item.ratio_bps or Fraction(0)),
            item.programme,
            item.merchant_id or "",
        ),
    )


def headroom_events(threshold_bps: int, sales: int, events: int) -> int:
    """How many more events fit below or at a threshold: floor(threshold * sales) - events."""
    return threshold_bps * sales // _BPS - events


def programmes_from_json(text: str) -> tuple[Programme, ...]:
    """Read the dated rules.

    Raises:
        ValueError: A member is missing or malformed.
    """
    document: dict[str, Any] = json.loads(text)
    try:
        return tuple(_programme(item) for item in document["programmes"])
    except (KeyError, TypeError) as error:
        raise ValueError(f"the programme rules are malformed: {error}") from error


def _programme(item: dict[str, Any]) -> Programme:
    return Programme(
        id=item["id"],
        name=item["name"],
        kind=ProgrammeKind(item["kind"]),
        network=item["network"],
        level=Level(item["level"]),
        tiers=tuple(_tier(tier) for tier in item["tiers"]),
        currencies=tuple(item.get("currencies", ())),
        regulated_countries=frozenset(item.get("regulated_countries", ())),
    )


def _tier(item: dict[str, Any]) -> Tier:
    dates = {
        "from_on": date.fromisoformat(item["from"]),
        "to_on": date.fromisoformat(item["to"]) if item["to"] else None,
    }
    return Tier(**dates, **{name: value for name, value in item.items() if name not in ("from", "to")})


def _ratio(kind: ProgrammeKind, counts: MonthCounts) -> tuple[int, int]:
    match kind:
        case ProgrammeKind.VAMP:
            return counts.fraud_reports_not_present + counts.disputes_not_present, counts.sales_not_present
        case ProgrammeKind.ECP:
            return counts.chargebacks, counts.sales_before
        case ProgrammeKind.EFM:
            return counts.fraud_chargebacks, counts.ecommerce_before


def _holds(programme: Programme, tier: Tier, counts: MonthCounts, events: int, sales: int) -> bool:
    if not sales or events * _BPS < tier.bps * sales:
        return False
    if tier.more_than_events is not None and events <= tier.more_than_events:
        return False
    if tier.at_least_events is not None and events < tier.at_least_events:
        return False
    if tier.min_sales is not None and sales < tier.min_sales:
        return False
    if tier.min_amount_minor is not None:
        amounts = [counts.fraud_minor.get(currency, 0) for currency in programme.currencies]
        if max(amounts, default=0) < tier.min_amount_minor:
            return False
    regulated = counts.country in programme.regulated_countries
    limit = tier.secured_below_regulated_bps if regulated else tier.secured_below_bps
    return limit is None or counts.secured * _BPS < limit * max(counts.securable, 1)
