"""What-if: a bank's own rows with one thing changed, in exact integer arithmetic.

Each change maps the facts of a slice to the facts it would have had. What is assumed to stay as it
was is part of the answer. Rounding is half to even, once per count and per amount of a currency.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from payscope.domain.analyse.series import FACT_COLUMNS, Facts, Unit

FactsByCurrency = Mapping[str, Facts]


class FeeComponent(StrEnum):
    """The parts of what a settled row is charged."""

    INTERCHANGE = "interchange"
    SCHEME_FEE = "scheme_fee"
    MARKUP = "markup"


class RateTarget(StrEnum):
    """Rates that can be supposed different."""

    APPROVAL_RATE = "approval_rate"
    REFUND_RATE = "refund_rate"
    CHARGEBACK_RATE = "chargeback_rate"


@dataclass(frozen=True, slots=True)
class Shift:
    """A rate's change: to a value, by points, or by per cent of itself; exactly one is given.

    Attributes:
        to: The new rate, a share from 0 to 1.
        points: Percentage points to add (1 means 0.01).
        percent: Per cent of the rate to add.
    """

    to: Decimal | None = None
    points: Decimal | None = None
    percent: Decimal | None = None

    def __post_init__(self) -> None:
        if sum(way is not None for way in (self.to, self.points, self.percent)) != 1:
            raise ValueError("a shift is given in exactly one way")

    def apply(self, rate: Fraction) -> Fraction:
        """The shifted rate.

        Raises:
            ValueError: It would lie outside 0..1.
        """
        shifted = rate
        if self.to is not None:
            shifted = Fraction(self.to)
        elif self.points is not None:
            shifted = rate + Fraction(self.points) / 100
        elif self.percent is not None:
            shifted = rate * (1 + Fraction(self.percent) / 100)
        if not 0 <= shifted <= 1:
            raise ValueError("a rate lies between 0 and 1")
        return shifted


@dataclass(frozen=True, slots=True)
class VolumeChange:
    """The slice has ``percent`` more (or, negative, fewer) of everything."""

    percent: Decimal


@dataclass(frozen=True, slots=True)
class TicketChange:
    """The slice's amounts are ``percent`` higher (or lower), its counts the same."""

    percent: Decimal


@dataclass(frozen=True, slots=True)
class RateChange:
    """A rate of the slice is another."""

    target: RateTarget
    shift: Shift


@dataclass(frozen=True, slots=True)
class FeeChange:
    """A fee component of the slice becomes ``bps`` of the gross plus ``fixed_minor`` a row."""

    component: FeeComponent
    bps: Decimal
    fixed_minor: int = 0


@dataclass(frozen=True, slots=True)
class FeePercentChange:
    """What the slice is charged is ``percent`` higher (or lower); all components, or one."""

    percent: Decimal
    component: FeeComponent | None = None


Change = VolumeChange | TicketChange | RateChange | FeeChange | FeePercentChange


@dataclass(frozen=True, slots=True)
class ChargedAmount:
    """Settled sales of one gross amount: how many rows, and what each component charged them."""

    currency: str
    gross_minor: int
    rows: int
    interchange_minor: int
    scheme_fee_minor: int
    markup_minor: int


@dataclass(frozen=True, slots=True)
class ScenarioValue:
    """One metric before and after; None where it has no value (zero denominator).

    Attributes:
        scope: "slice" for the changed rows alone, "whole" for the bank.
        unit: count, money (minor units of ``currency``), ratio, or bps.
    """

    scope: str
    metric: str
    unit: str
    currency: str | None
    baseline: Fraction | None
    scenario: Fraction | None

    @property
    def delta(self) -> Fraction | None:
        """Scenario minus baseline."""
        if self.baseline is None or self.scenario is None:
            return None
        return self.scenario - self.baseline


def change_volume(facts: FactsByCurrency, change: VolumeChange) -> dict[str, Facts]:
    """Every count and amount times (100 + percent) / 100.

    Raises:
        ValueError: Less than nothing would be left.
    """
    return _scale_all(facts, change.percent, FACT_COLUMNS)


def change_ticket(facts: FactsByCurrency, change: TicketChange) -> dict[str, Facts]:
    """Every amount times (100 + percent) / 100, fees included.

    Raises:
        ValueError: Less than nothing would be left.
    """
    return _scale_all(facts, change.percent, _AMOUNT_COLUMNS)


def change_fees(facts: FactsByCurrency, change: FeePercentChange) -> dict[str, Facts]:
    """Every fee component, or one, times (100 + percent) / 100; the total follows.

    Raises:
        ValueError: Less than nothing would be charged.
    """
    components = _FEE_COLUMNS if change.component is None else (f"{change.component.value}_minor",)
    changed: dict[str, Facts] = {}
    for currency, rows in facts.items():
        # What is charged without a component (blended fees) moves with "all components" only.
        scaled = _scaled(rows, _factor(change.percent), components)
        difference = sum(getattr(scaled, name) - getattr(rows, name) for name in components)
        if change.component is None:
            blended = rows.fee_minor - sum(getattr(rows, name) for name in _FEE_COLUMNS)
            difference += round(_factor(change.percent) * blended) - blended
        changed[currency] = replace(scaled, fee_minor=rows.fee_minor + difference)
    return changed


def change_rate(facts: FactsByCurrency, change: RateChange) -> dict[str, Facts]:
    """Move a rate of the slice and what follows from it.

    Raises:
        ValueError: The new rate is impossible, or the slice has nothing to take a rate of.
    """
    match change.target:
        case RateTarget.APPROVAL_RATE:
            return _change_approvals(facts, change.shift)
        case RateTarget.REFUND_RATE:
            return _change_share_of_sales(facts, change.shift, "refunds", "refunded_minor")
        case RateTarget.CHARGEBACK_RATE:
            return _change_share_of_sales(facts, change.shift, "chargebacks", "charged_back_minor")


def _change_approvals(facts: FactsByCurrency, shift: Shift) -> dict[str, Facts]:
    """Approve more of what was declined, or decline some of what was approved.

    The difference is shared over currencies in proportion to their declines (or approvals), at
    the average amount of those. After the authorisation, counts follow the approved count of their
    currency and amounts the approved amount, in proportion.
    """
    attempts = sum(rows.attempts for rows in facts.values())
    if attempts == 0:
        raise ValueError("the slice has no attempts")
    approved = sum(rows.approved for rows in facts.values())
    extra = round(shift.apply(Fraction(approved, attempts)) * attempts) - approved
    pools = {
        currency: (rows.attempts - rows.approved if extra > 0 else rows.approved)
        for currency, rows in facts.items()
    }
    moved = _allocated(abs(extra), pools)
    changed: dict[str, Facts] = {}
    for currency, rows in facts.items():
        pool, part = pools[currency], moved[currency]
        amount = rows.requested_minor - rows.approved_minor if extra > 0 else rows.approved_minor
        sign = 1 if extra > 0 else -1
        added = sign * round(Fraction(amount * part, pool)) if pool else 0
        factor = 1 + Fraction(added, rows.approved_minor) if rows.approved_minor else Fraction(1)
        by_count = 1 + Fraction(sign * part, rows.approved) if rows.approved else Fraction(1)
        after = _scaled(_scaled(rows, factor, _AMOUNTS_AFTER_APPROVAL), by_count, _COUNTS_AFTER_APPROVAL)
        changed[currency] = replace(
            after,
            approved=rows.approved + sign * part,
            approved_minor=rows.approved_minor + added,
        )
    return changed


def _change_share_of_sales(facts: FactsByCurrency, shift: Shift, count: str, amount: str) -> dict[str, Facts]:
    """Move a count that is a share of sales; its amount keeps the average, per currency."""
    sales = sum(rows.sales for rows in facts.values())
    if sales == 0:
        raise ValueError("the slice has no sales")
    before = sum(getattr(rows, count) for rows in facts.values())
    if before == 0:
        raise ValueError("the slice has none of these in the period, so there is no average amount to use")
    wanted = round(shift.apply(Fraction(before, sales)) * sales)
    moved = _allocated(wanted, {currency: getattr(rows, count) for currency, rows in facts.items()})
    return {
        currency: replace(
            rows,
            **{
                count: moved[currency],
                amount: round(Fraction(getattr(rows, amount) * moved[currency], getattr(rows, count)))
                if getattr(rows, count)
                else getattr(rows, amount),
            },
        )
        for currency, rows in facts.items()
    }


def charge_again(
    facts: FactsByCurrency, amounts: Iterable[ChargedAmount], change: FeeChange
) -> dict[str, Facts]:
    """Charge one fee component of every settled row anew, each row rounded for itself.

    Args:
        facts: The slice, whose component is replaced.
        amounts: All settled sales of the slice, grouped by gross amount.
        change: The new tariff.
    """
    before: dict[str, int] = {}
    after: dict[str, int] = {}
    column = f"{change.component.value}_minor"
    rate = Fraction(change.bps) / 10_000
    for group in amounts:
        charge = round(rate * group.gross_minor) + change.fixed_minor
        before[group.currency] = before.get(group.currency, 0) + getattr(group, column)
        after[group.currency] = after.get(group.currency, 0) + group.rows * charge
    changed = dict(facts)
    for currency, charged in after.items():
        rows = facts.get(currency, Facts())
        difference = charged - before[currency]
        changed[currency] = replace(
            rows,
            fee_minor=rows.fee_minor + difference,
            **{column: getattr(rows, column) + difference},
        )
    return changed


def scenario_values(scope: str, baseline: FactsByCurrency, scenario: FactsByCurrency) -> list[ScenarioValue]:
    """The metrics of both versions: counts and ratios of the whole, money and bps per currency."""
    old, new = (sum(version.values(), Facts()) for version in (baseline, scenario))
    values = [
        ScenarioValue(
            scope, metric, Unit.COUNT, None, Fraction(getattr(old, column)), Fraction(getattr(new, column))
        )
        for metric, column in _COUNTS
    ]
    values += [
        ScenarioValue(
            scope,
            metric,
            Unit.RATIO,
            None,
            _over(getattr(old, top), getattr(old, bottom)),
            _over(getattr(new, top), getattr(new, bottom)),
        )
        for metric, top, bottom in _RATIOS
    ]
    for currency in sorted(baseline.keys() | scenario.keys()):
        was, would_be = baseline.get(currency, Facts()), scenario.get(currency, Facts())
        amounts = [
            (metric, sign * getattr(was, column), sign * getattr(would_be, column))
            for metric, column, sign in _AMOUNTS
        ]
        amounts.append(
            (
                "settlement_after_fees",
                was.settled_minor - was.fee_minor,
                would_be.settled_minor - would_be.fee_minor,
            )
        )
        values += [
            ScenarioValue(scope, metric, Unit.MONEY, currency, Fraction(before), Fraction(after))
            for metric, before, after in amounts
        ]
        values.append(
            ScenarioValue(
                scope,
                "effective_rate_bps",
                "bps",
                currency,
                _over(10_000 * was.fee_minor, was.settled_minor),
                _over(10_000 * would_be.fee_minor, would_be.settled_minor),
            )
        )
    return [value for value in values if value.baseline or value.scenario]


_AMOUNT_COLUMNS = tuple(name for name in FACT_COLUMNS if name.endswith("_minor"))
_AMOUNTS_AFTER_APPROVAL = tuple(
    name for name in _AMOUNT_COLUMNS if name not in ("requested_minor", "approved_minor")
)
_COUNTS_AFTER_APPROVAL = ("sales", "refunds", "settled", "chargebacks", "fraud_reports")
_FEE_COLUMNS = tuple(f"{component.value}_minor" for component in FeeComponent)
_COUNTS = (
    ("auth_attempts", "attempts"),
    ("auth_approved", "approved"),
    ("sales_count", "sales"),
    ("refund_count", "refunds"),
    ("chargeback_count", "chargebacks"),
)
_RATIOS = (
    ("auth_rate_raw", "approved", "attempts"),
    ("refund_rate", "refunds", "sales"),
    ("chargeback_rate", "chargebacks", "sales"),
)
_AMOUNTS = (
    ("approved_amount", "approved_minor", 1),
    ("sales_amount", "sales_minor", 1),
    ("refund_amount", "refunded_minor", -1),
    ("chargeback_amount", "charged_back_minor", -1),
    ("gross_settlement", "settled_minor", 1),
    ("interchange", "interchange_minor", 1),
    ("scheme_fees", "scheme_fee_minor", 1),
    ("markup", "markup_minor", 1),
    ("fees_total", "fee_minor", 1),
)


def _factor(percent: Decimal) -> Fraction:
    if percent < -100:
        raise ValueError("nothing can fall by more than 100 %")
    return 1 + Fraction(percent) / 100


def _scale_all(facts: FactsByCurrency, percent: Decimal, columns: Iterable[str]) -> dict[str, Facts]:
    factor = _factor(percent)
    return {currency: _scaled(rows, factor, columns) for currency, rows in facts.items()}


def _scaled(facts: Facts, factor: Fraction, columns: Iterable[str]) -> Facts:
    return replace(facts, **{name: round(factor * getattr(facts, name)) for name in columns})


def _allocated(units: int, weights: Mapping[str, int]) -> dict[str, int]:
    """Units shared in proportion to the weights, the remainder to the largest fractions."""
    total = sum(weights.values())
    if total == 0:
        return dict.fromkeys(weights, 0)
    shares = {name: units * weight // total for name, weight in weights.items()}
    by_fraction = sorted(weights, key=lambda name: (-(units * weights[name] % total), name))
    for name in by_fraction[: units - sum(shares.values())]:
        shares[name] += 1
    return shares


def _over(top: int, bottom: int) -> Fraction | None:
    return Fraction(top, bottom) if bottom else None
