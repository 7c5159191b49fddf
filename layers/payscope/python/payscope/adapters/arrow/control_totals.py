"""A chunk's part of the figures that a profile says to check."""

# pyarrow.compute makes its functions when it is imported, so their names are unknown before.
# pyright: reportAttributeAccessIssue=false

from collections.abc import Iterable
from decimal import Decimal

import pyarrow as pa
import pyarrow.compute as pc

from payscope.adapters.arrow.rule_run import RuleRun, signed
from payscope.adapters.arrow.sheet import SEPARATOR, Findings, Sheet, holds
from payscope.adapters.arrow.values import decimal_numbers
from payscope.application.ingest.loading_ports import TotalPart
from payscope.domain.ingest.profiles import AmountField, Control, EventRule, Profile
from payscope.domain.money import decimal_text, rounded

_TEXT = pa.string()
_SUM = pa.decimal128(30, 9)
_CONTROL_RULE = EventRule(informative=True)


def total_parts(sheet: Sheet, profile: Profile) -> Iterable[TotalPart]:
    """This chunk's part of each figure that the profile says to check."""
    for control in profile.controls:
        here = sheet.taken(holds(sheet, control.when))
        keys = _control_keys(here, control.group, control.currency)
        if control.amount is None:
            for key, count in _counted(keys).items():
                yield TotalPart(*_named(control.name, key), None, Decimal(count))
        else:
            for key, amount in _summed(here, control.amount, keys, profile, control).items():
                yield TotalPart(*_named(control.name, key), None, amount)
        if control.stated is not None:
            rows = sheet.taken(holds(sheet, control.stated.when))
            keys = _control_keys(rows, control.group, control.currency)
            for key, amount in _summed(rows, control.stated.amount, keys, profile, control).items():
                yield TotalPart(*_named(control.name, key), amount, Decimal(0))


def _control_keys(sheet: Sheet, group: str | None, currency: str | None) -> pa.Array:
    empty = pa.repeat(pa.scalar("", _TEXT), len(sheet))
    groups = pc.fill_null(sheet.text(group), "") if group else empty
    units = pc.utf8_upper(pc.fill_null(sheet.text(currency), "")) if currency else empty
    return pc.binary_join_element_wise(groups, units, SEPARATOR)


def _named(name: str, key: str) -> tuple[str, str]:
    group, _, currency = key.partition(SEPARATOR)
    return (f"{name} {group}".strip(), currency)


def _counted(keys: pa.Array) -> dict[str, int]:
    return {item["values"]: item["counts"] for item in pc.value_counts(keys).to_pylist()}


def _summed(
    sheet: Sheet, amount: AmountField, keys: pa.Array, profile: Profile, control: Control
) -> dict[str, Decimal]:
    """Sums in major units by key; cells that are no amounts count nothing, they are problems elsewhere."""
    if not len(sheet):
        return {}
    if profile.numbers.rounded:
        sums = _summed_exactly(sheet, amount, keys)
        return {key: rounded(value, key.partition(SEPARATOR)[2]) for key, value in sums.items()}
    is_plain = profile.numbers.implied_decimals is None and amount.implied_decimals is None
    if control.currency is None and is_plain and not amount.adding and profile.format == "DELIMITED":
        # Without a currency nothing says how many places an amount has: dinars have three.
        return {key: _shown(value) for key, value in _summed_exactly(sheet, amount, keys).items()}
    currency = pc.list_element(pc.split_pattern(keys, SEPARATOR), 1)
    minor, _ = RuleRun(sheet, profile, _CONTROL_RULE, Findings()).amount(
        amount.model_copy(update={"currency": None}), "control", currency
    )
    table = (
        pa.table({"key": keys, "minor": pc.fill_null(minor, 0)}).group_by("key").aggregate([("minor", "sum")])
    )
    return {
        key: Decimal(decimal_text(total, key.partition(SEPARATOR)[2]))
        for key, total in zip(
            table.column("key").to_pylist(), table.column("minor_sum").to_pylist(), strict=True
        )
    }


def _summed_exactly(sheet: Sheet, amount: AmountField, keys: pa.Array) -> dict[str, Decimal]:
    """Sums of amounts as they are written, whatever the places of their currency."""
    total = pa.repeat(pa.scalar(Decimal(0), _SUM), len(sheet))
    for columns, add in ((amount.plus, pc.add), (amount.minus, pc.subtract)):
        for column in columns:
            exact, _, _ = decimal_numbers(sheet.text(column), sheet.numbers(column))
            total = pc.cast(add(total, pc.fill_null(pc.cast(exact, _SUM), Decimal(0))), _SUM)
    table = pa.table({"key": keys, "exact": signed(total, amount, sheet)})
    sums = table.group_by("key").aggregate([("exact", "sum")])
    return dict(zip(sums.column("key").to_pylist(), sums.column("exact_sum").to_pylist(), strict=True))


def _shown(value: Decimal) -> Decimal:
    """The sum with two places, or with as many more as it needs."""
    plain = value.normalize()
    return plain if plain != round(plain, 2) else value.quantize(Decimal("0.01"))
