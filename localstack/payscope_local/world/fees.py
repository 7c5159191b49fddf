"""Interchange, scheme fees and exchange rates by dated rules; all arithmetic on integers, half up."""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import numpy as np

from payscope_local.world.calendar import day_number
from payscope_local.world.parties import CHANNELS, CURRENCIES, EURO_VALUE, EXPONENTS, NETWORKS, PRODUCTS
from payscope_local.world.plan import WorldPlan

RATE_UNIT = 1_000_000


@dataclass(frozen=True, slots=True)
class InterchangeRule:
    """``bps`` of the amount plus ``fixed_minor``, at most ``max_minor`` (0 = no cap), from a day on."""

    network: str
    same_region: bool
    product: str
    channel: str
    from_on: date
    bps: int
    fixed_minor: int
    max_minor: int


@dataclass(frozen=True, slots=True)
class SchemeFeeRule:
    """What the scheme itself takes, from a day on."""

    network: str
    from_on: date
    bps: int
    fixed_minor: int


# Invented, in the shape of public tariffs: capped consumer cards at home, dearer cards from abroad.
_HOME = {"DEBIT": (20, 0, 0), "CREDIT": (30, 0, 0), "COMMERCIAL": (150, 5, 0)}
_ABROAD = {"DEBIT": (115, 0, 0), "CREDIT": (150, 0, 0), "COMMERCIAL": (185, 10, 2_500)}
_HOME_FROM_OCTOBER_2026 = {"DEBIT": (20, 0, 500), "CREDIT": (30, 0, 900), "COMMERCIAL": (160, 5, 0)}
_LONG_AGO = date(2020, 1, 1)
_CHANGE = date(2026, 10, 16)


def interchange_rules() -> tuple[InterchangeRule, ...]:
    """The whole tariff; of the rules that fit a payment, the latest that has begun applies."""
    rules: list[InterchangeRule] = []
    for network in NETWORKS:
        extra = 0 if network in ("VISA", "MASTERCARD") else 90
        for channel in CHANNELS:
            online = 0 if channel == "POS" else 5
            for product in PRODUCTS:
                bps, fixed, cap = _HOME[product]
                rules.append(
                    InterchangeRule(network, True, product, channel, _LONG_AGO, bps + extra, fixed, cap)
                )
                bps, fixed, cap = _HOME_FROM_OCTOBER_2026[product]
                rules.append(
                    InterchangeRule(network, True, product, channel, _CHANGE, bps + extra, fixed, cap)
                )
                bps, fixed, cap = _ABROAD[product]
                rules.append(
                    InterchangeRule(
                        network, False, product, channel, _LONG_AGO, bps + extra + online, fixed, cap
                    )
                )
    return tuple(rules)


def scheme_fee_rules() -> tuple[SchemeFeeRule, ...]:
    """Scheme fees rise by a basis point at the same change."""
    return tuple(
        SchemeFeeRule(network, start, bps + (n > 1) * 3, 2)
        for n, network in enumerate(NETWORKS)
        for start, bps in ((_LONG_AGO, 4), (_CHANGE, 5))
    )


def rules_document() -> dict[str, list[dict[str, Any]]]:
    """The tariff as plain values, for whoever wants to check fees."""
    return {
        "interchange": [asdict(rule) | {"from_on": str(rule.from_on)} for rule in interchange_rules()],
        "scheme": [asdict(rule) | {"from_on": str(rule.from_on)} for rule in scheme_fee_rules()],
    }


def share_of(amount: np.ndarray, bps: np.ndarray | int) -> np.ndarray:
    """``bps`` basis points of non-negative minor units, rounded half up."""
    return (amount * bps + 5_000) // 10_000


def interchange(
    amount: np.ndarray,
    day: np.ndarray,
    network: np.ndarray,
    same_region: np.ndarray,
    product: np.ndarray,
    channel: np.ndarray,
) -> np.ndarray:
    """Interchange of each payment in minor units of its settlement currency. int64 [payments]."""
    shape = (len(NETWORKS), 2, len(PRODUCTS), len(CHANNELS), 2)
    bps, fixed, cap = np.zeros(shape, np.int64), np.zeros(shape, np.int64), np.zeros(shape, np.int64)
    for rule in sorted(interchange_rules(), key=lambda r: r.from_on):
        period = slice(1, 2) if rule.from_on == _CHANGE else slice(0, 2)
        place = (
            NETWORKS.index(rule.network),
            int(rule.same_region),
            PRODUCTS.index(rule.product),
            CHANNELS.index(rule.channel),
            period,
        )
        bps[place], fixed[place], cap[place] = rule.bps, rule.fixed_minor, rule.max_minor
    where = (network, same_region.astype(int), product, channel, (day >= day_number(_CHANGE)).astype(int))
    charged = share_of(amount, bps[where]) + fixed[where]
    return np.where(cap[where] > 0, np.minimum(charged, cap[where]), charged)


def scheme_fee(amount: np.ndarray, day: np.ndarray, network: np.ndarray) -> np.ndarray:
    """Scheme fee of each payment in minor units of its settlement currency. int64 [payments]."""
    bps = np.array([4 + (n > 1) * 3 for n in range(len(NETWORKS))])[network] + (day >= day_number(_CHANGE))
    return share_of(amount, bps) + 2


class Rates:
    """One exchange rate per pair and day (a small random walk), in millionths."""

    def __init__(self, plan: WorldPlan, bank_index: int, first: date, days: int) -> None:
        stream = plan.stream(bank_index, "rates")
        value = np.array([EURO_VALUE[code] for code in CURRENCIES])
        walk = np.exp(np.cumsum(stream.normal(0, 0.002, (days, len(CURRENCIES))), axis=0))
        worth = value * walk
        self._first = day_number(first)
        self._rates = np.rint(worth[:, :, None] / worth[:, None, :] * RATE_UNIT).astype(np.int64)

    def of(self, day: np.ndarray, source: np.ndarray, target: np.ndarray) -> np.ndarray:
        """Millionths of a target unit for one source unit. int64 [payments]."""
        return self._rates[day - self._first, source, target]


def converted(amount: np.ndarray, rate: np.ndarray, source: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Minor units of the target currency, rounded half up; exact where the currencies are equal."""
    exponents = np.array([EXPONENTS[code] for code in CURRENCIES])
    up, down = 10 ** exponents[target], 10 ** exponents[source] * RATE_UNIT
    return (amount * rate * up + down // 2) // down
