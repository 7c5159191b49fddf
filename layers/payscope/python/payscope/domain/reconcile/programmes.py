"""Monitoring programmes of the schemes: dated rules, exact ratios, tiers and headroom.

All comparisons are between integers: a merchant at exactly the threshold is over it, one event below
is not. Which counts go in is named by the kind of programme: VAMP sets fraud reports and disputes
against settled sales of the same month, card not present; ECP sets a month's chargebacks against the
sales of the month before; EFM sets fraud chargebacks against the e-commerce sales of the month before.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import Any

_BPS = 10_000
_CONTRIBUTORS = 5
NO_TIER = "NONE"
EARLY_WARNING = "EARLY_WARNING"


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
        min_amount_minor: Of the events in one of the programme's currencies: for EFM of fraud chargebacks,
            for VAMP of everything reported.
        secured_below_bps: Share of authenticated sales below which the tier applies, and the same for
            merchants in a regulated country.
        countries, except_countries: Where the merchant must be, and must not be; None is anywhere. A
            merchant whose country is not known is in none of them.
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
    countries: frozenset[str] | None = None
    except_countries: frozenset[str] = frozenset()

    def in_force(self, month: date, country: str | None = None) -> bool:
        """Whether the tier applies in the country to the month that starts on this day."""
        if self.countries is not None and country not in self.countries:
            return False
        dated = self.from_on <= month and (self.to_on is None or month <= self.to_on)
        return dated and country not in self.except_countries


@dataclass(frozen=True, slots=True)
class Programme:
    """One programme with its tiers, mildest first.

    Attributes:
        warning_bps: Share of the mildest tier's threshold, and of its least events, from which on the bank
            is warned.
        warning_events: Fewer events are never announced: a month's first days have few sales.
    """

    id: str
    name: str
    kind: ProgrammeKind
    network: str
    level: Level
    tiers: tuple[Tier, ...]
    currencies: tuple[str, ...] = ()
    regulated_countries: frozenset[str] = frozenset()
    warning_bps: int = _BPS
    warning_events: int = 0


@dataclass(frozen=True, slots=True)
class MonthCounts:
    """What a merchant did on one network in a month, and in the month before.

    Attributes:
        fraud_minor: Amount of fraud chargebacks by currency, positive.
        reported_minor: Amount of fraud reports and disputes, card not present, by currency, positive.
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
    reported_minor: Mapping[str, int] = field(default_factory=dict[str, int])
    secured: int = 0
    securable: int = 0

    def __add__(self, other: "MonthCounts") -> "MonthCounts":
        """The counts of two merchants together, under the first one's name."""
        added = {name: getattr(self, name) + getattr(other, name) for name in _SUMMED}
        return MonthCounts(
            self.merchant_id,
            self.network,
            self.country,
            fraud_minor=_together(self.fraud_minor, other.fraud_minor),
            reported_minor=_together(self.reported_minor, other.reported_minor),
            **added,
        )


def _together(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    return {code: one.get(code, 0) + other.get(code, 0) for code in one.keys() | other.keys()}


_SUMMED = (
    "sales", "sales_not_present", "sales_before", "ecommerce_before", "chargebacks", "disputes_not_present",
    "fraud_reports_not_present", "fraud_chargebacks", "secured", "securable",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Contributor:
    """A merchant's part of the acquirer's events, largest first."""

    merchant_id: str
    numerator: int
    denominator: int


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a merchant, or the acquirer (``merchant_id`` None), stands in a programme in a month.

    Attributes:
        numerator: Events; ``denominator`` the sales they are set against.
        ratio_bps: None without sales.
        tier: "NONE", or the severest tier whose conditions all hold.
        threshold_bps: Of the mildest tier in force; ``headroom_events`` more events keep the ratio
            below or at it, and a negative number is over by so many.
        is_early_warning: Whether the mildest tier is near, or reached.
        parts: What the events are, by kind.
        contributors: The merchants that have most of the acquirer's events.
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
    is_early_warning: bool = False
    parts: Mapping[str, int] = field(default_factory=dict[str, int])
    contributors: tuple[Contributor, ...] = ()

    @property
    def levels(self) -> tuple[str, ...]:
        """What has been reached: the early warning, then the tier."""
        reached = (EARLY_WARNING,) if self.is_early_warning else ()
        return reached if self.tier == NO_TIER else (*reached, self.tier)


def stand(programme: Programme, counts: MonthCounts, month: date) -> Standing:
    """Where the counts of the month that starts on ``month`` stand in a programme."""
    parts, sales = _ratio(programme.kind, counts)
    events = sum(parts.values())
    tiers = [tier for tier in programme.tiers if tier.in_force(month, counts.country)]
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
        tier=shown.tier if shown is not None and shown in reached else NO_TIER,
        threshold_bps=None if mildest is None else mildest.bps,
        headroom_events=None if mildest is None else headroom_events(mildest.bps, sales, events),
        source=None if shown is None else shown.source,
        is_early_warning=mildest is not None and _is_near(programme, mildest, events, sales),
        parts=parts,
    )


def stand_all(programmes: Iterable[Programme], counts: Iterable[MonthCounts], month: date) -> list[Standing]:
    """All merchants in all programmes of their network, and the acquirer as the sum of them; worst first."""
    by_network: dict[str, list[MonthCounts]] = {}
    for item in counts:
        by_network.setdefault(item.network, []).append(item)
    standings: list[Standing] = []
    for programme in programmes:
        merchants = by_network.get(programme.network, [])
        if programme.level is Level.MERCHANT:
            standings += [stand(programme, item, month) for item in merchants]
        elif merchants:
            total = MonthCounts("", programme.network)
            for item in merchants:
                total = total + item
            contributors = _contributors(programme.kind, merchants)
            standings.append(replace(stand(programme, total, month), contributors=contributors))
    kept = [item for item in standings if item.numerator or item.merchant_id is None]
    return sorted(
        kept,
        key=lambda item: (
            item.tier == NO_TIER,
            -(item.ratio_bps or Fraction(0)),
            item.programme,
            item.merchant_id or "",
        ),
    )


def headroom_events(threshold_bps: int, sales: int, events: int) -> int:
    """How many more events fit below or at a threshold: floor(threshold * sales) - events."""
    return threshold_bps * sales // _BPS - events


def mildest_threshold(
    programmes: Iterable[Programme], kind: ProgrammeKind, level: Level, month: date
) -> int | None:
    """Basis points of the mildest tier in force everywhere in the month that starts on ``month``, if any."""
    tiers = [
        tier.bps
        for programme in programmes
        if programme.kind is kind and programme.level is level
        for tier in programme.tiers
        if tier.in_force(month)
    ]
    return min(tiers, default=None)


def programmes_from_json(text: str) -> tuple[Programme, ...]:
    """Read the dated rules.

    Raises:
        ValueError: A member is missing or malformed.
    """
    document: dict[str, Any] = json.loads(text)
    try:
        regions = {name: frozenset(countries) for name, countries in document.get("regions", {}).items()}
        warning: dict[str, Any] = document.get("early_warning", {})
        limits = {name: warning[name] for name in ("warning_bps", "warning_events") if name in warning}
        return tuple(_programme(item, regions, limits) for item in document["programmes"])
    except (KeyError, TypeError) as error:
        raise ValueError(f"the programme rules are malformed: {error}") from error


def _programme(
    item: dict[str, Any], regions: Mapping[str, frozenset[str]], limits: Mapping[str, int]
) -> Programme:
    return Programme(
        id=item["id"],
        name=item["name"],
        kind=ProgrammeKind(item["kind"]),
        network=item["network"],
        level=Level(item["level"]),
        tiers=tuple(_tier(tier, regions) for tier in item["tiers"]),
        currencies=tuple(item.get("currencies", ())),
        regulated_countries=frozenset(item.get("regulated_countries", ())),
        **limits,
    )


def _tier(item: dict[str, Any], regions: Mapping[str, frozenset[str]]) -> Tier:
    values = {name: value for name, value in item.items() if name not in ("from", "to", *_REGIONS)}
    values["from_on"] = date.fromisoformat(item["from"])
    values["to_on"] = date.fromisoformat(item["to"]) if item["to"] else None
    for name, member in _REGIONS.items():
        if name in item:
            values[member] = frozenset[str]().union(*(regions[region] for region in item[name]))
    return Tier(**values)


_REGIONS = {"regions": "countries", "except_regions": "except_countries"}


def _ratio(kind: ProgrammeKind, counts: MonthCounts) -> tuple[dict[str, int], int]:
    """The events by kind, and the sales that they are set against."""
    match kind:
        case ProgrammeKind.VAMP:
            parts = {
                "fraud_reports": counts.fraud_reports_not_present,
                "disputes": counts.disputes_not_present,
            }
            return parts, counts.sales_not_present
        case ProgrammeKind.ECP:
            return {"chargebacks": counts.chargebacks}, counts.sales_before
        case ProgrammeKind.EFM:
            return {"fraud_chargebacks": counts.fraud_chargebacks}, counts.ecommerce_before


def _contributors(kind: ProgrammeKind, merchants: Iterable[MonthCounts]) -> tuple[Contributor, ...]:
    found: list[Contributor] = []
    for item in merchants:
        parts, sales = _ratio(kind, item)
        if any(parts.values()):
            found.append(Contributor(item.merchant_id, sum(parts.values()), sales))
    found.sort(key=lambda item: (-item.numerator, item.merchant_id))
    return tuple(found[:_CONTRIBUTORS])


def _is_near(programme: Programme, tier: Tier, events: int, sales: int) -> bool:
    """Whether events and ratio reach the programme's share of the tier's."""
    least = max(tier.at_least_events or 0, (tier.more_than_events or -1) + 1)
    return (
        sales > 0
        and events >= max(programme.warning_events, 1)
        and events * _BPS >= least * programme.warning_bps
        and events * _BPS * _BPS >= tier.bps * programme.warning_bps * sales
    )


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
        minor = counts.reported_minor if programme.kind is ProgrammeKind.VAMP else counts.fraud_minor
        amounts = [minor.get(currency, 0) for currency in programme.currencies]
        if max(amounts, default=0) < tier.min_amount_minor:
            return False
    regulated = counts.country in programme.regulated_countries
    limit = tier.secured_below_regulated_bps if regulated else tier.secured_below_bps
    return limit is None or counts.secured * _BPS < limit * max(counts.securable, 1)
