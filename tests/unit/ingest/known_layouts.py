"""Layouts whose meaning is known: the packaged profiles with tables made for them, and others by hand."""

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from payscope.adapters.yaml.profiles import PackagedProfiles
from payscope.domain.ingest.profiles import AmountField, EventRule, Profile, TextField
from tests.unit.ingest.hand_layouts import HAND_WRITTEN

_ROWS = 40
_CURRENCIES = ("EUR", "CHF", "GBP")
_NAMED_WORDS = {
    "network": ("Visa", "Mastercard", "Amex"),
    "channel": ("ecom", "pos"),
    "three_ds": ("full", "none"),
}


@dataclass
class KnownLayout:
    """A table and what its columns mean; several columns may be right for one meaning."""

    name: str
    columns: tuple[str, ...]
    sample: dict[str, list[str]]
    truth: dict[str, set[str]]
    totals: tuple[tuple[str, ...], ...] = ()

    @property
    def meanings(self) -> dict[str, set[str]]:
        """The meanings of each column."""
        found: dict[str, set[str]] = {}
        for target, columns in self.truth.items():
            for column in columns:
                found.setdefault(column, set()).add(target)
        return found


def known_layouts() -> tuple[KnownLayout, ...]:
    """All of them, in the order of their names."""
    profiles = (p for p in PackagedProfiles().all() if p.format == "DELIMITED" and p.records is None)
    return (*map(_of_profile, profiles), *map(_by_hand, sorted(HAND_WRITTEN)))


def _by_hand(name: str) -> KnownLayout:
    text, truth = HAND_WRITTEN[name]
    head, *rows = [line.split(";") for line in text.strip().splitlines()]
    data = [row for row in rows if not row[0].startswith(("Total", "Summe", "Totale"))]
    totals = tuple(tuple(row) for row in rows if row not in data)
    sample = {column: [row[place] for row in data] for place, column in enumerate(head)}
    return KnownLayout(name, tuple(head), sample, {key: {value} for key, value in truth.items()}, totals)


@dataclass
class _Writer:
    """Writes the values of a profile's columns by what its rules take them for."""

    profile: Profile
    chance: random.Random
    truth: dict[str, set[str]] = field(default_factory=dict[str, set[str]])

    def mean(self, target: str, columns: Iterable[str]) -> None:
        self.truth.setdefault(target, set()).update(columns)

    def number(self, amount: Decimal) -> str:
        return f"{amount:.2f}".replace(".", "," if self.profile.numbers.decimal == "," else ".")

    def time(self, place: int, formats: Sequence[str]) -> str:
        pattern = (formats or self.profile.formats or ("iso",))[0]
        moment = datetime(2026, 3, 1, 9) + timedelta(hours=7 * place)  # noqa: DTZ001 -- only written
        text = moment.strftime("%Y-%m-%d %H:%M:%S" if pattern == "iso" else pattern.replace("%z", "+0000"))
        return text.strip()


def _of_profile(profile: Profile) -> KnownLayout:
    writer = _Writer(profile, random.Random(profile.name))  # noqa: S311 -- makes test values
    columns = tuple(name for name in (*profile.header, *profile.optional) if "*" not in name)
    rules = [part for rule in profile.rules if not rule.informative for part in (rule, *rule.also)]
    formats: dict[str, tuple[str, ...]] = {}
    for rule in rules:
        _meanings(rule, writer, formats)
    truth = {target: found & set(columns) for target, found in writer.truth.items()}
    # A rule may ask for the sign of an amount or for the time; that does not make the column a kind of row.
    others = {
        name for target, found in truth.items() if target not in ("kind", "reference") for name in found
    }
    truth["kind"] = truth.get("kind", set()) - others
    truth = {target: found for target, found in truth.items() if found}
    columns_of = {name: _values(name, truth, writer, formats) for name in columns}
    _tie(truth, columns_of, rules, writer)
    return KnownLayout(profile.profile, columns, columns_of, truth)


def _meanings(rule: EventRule, writer: _Writer, formats: dict[str, tuple[str, ...]]) -> None:
    for target, time in (("occurred", rule.occurred), ("booked", rule.booked)):
        if time is not None:
            writer.mean(target, time.column)
            formats.update(dict.fromkeys(time.column, time.formats))
    if rule.amount is not None:
        _amount_meanings(rule.amount, writer)
        writer.mean("currency", _columns(rule.amount.currency))
    settled = rule.settlement
    if (
        settled is not None
        and len(settled.plus) == 1
        and not settled.minus
        and not (rule.amount and settled.plus == rule.amount.plus)
    ):
        writer.mean("net", settled.plus)
        writer.mean("settlement_currency", _columns(settled.currency))
    if rule.fee is not None and len((*rule.fee.plus, *rule.fee.minus)) == 1:
        writer.mean("fee", (*rule.fee.plus, *rule.fee.minus))
    if rule.fee is not None and len((*rule.fee.plus, *rule.fee.minus)) > 1:
        for target, word in (("interchange", "interchange"), ("scheme_fee", "scheme"), ("markup", "markup")):
            parts = (*rule.fee.plus, *rule.fee.minus)
            writer.mean(target, [name for name in parts if word in name.casefold()])
    writer.mean("reference", rule.ref)
    for target, text in rule.fields.items():
        names = {"reason_code": "kind", "processor_ref": "reference"}
        if target in ("country", "lifecycle_id", "decline_family"):
            continue
        writer.mean(names.get(target, target), _columns(text))
    writer.mean("kind", rule.when)
    if rule.card is not None:
        writer.mean("bin", filter(None, (rule.card.bin,)))
        writer.mean("last4", filter(None, (rule.card.last4,)))


def _amount_meanings(amount: AmountField, writer: _Writer) -> None:
    sides = (*amount.plus, *amount.minus)
    if len(sides) == 1:
        writer.mean("amount", sides)
    elif len(sides) == 2:
        credit, debit = sides
        writer.mean("credit", (credit,))
        writer.mean("debit", (debit,))


def _columns(source: TextField | None) -> tuple[str, ...]:
    return source.column if source is not None else ()


def _values(
    name: str, truth: Mapping[str, set[str]], writer: _Writer, formats: Mapping[str, tuple[str, ...]]
) -> list[str]:
    targets = {target for target, columns in truth.items() if name in columns}
    chance, lower = writer.chance, name.casefold()
    if targets & {"occurred", "booked"}:
        return [writer.time(place, formats.get(name, ())) for place in range(_ROWS)]
    if targets & {"amount", "net", "fee", "interchange", "scheme_fee", "markup"}:
        return [writer.number(Decimal(chance.randint(100, 90_000)) / 100) for _ in range(_ROWS)]
    if targets & {"credit", "debit"}:
        return [
            writer.number(Decimal(chance.randint(100, 90_000)) / 100)
            if (place % 3 == 0) == ("debit" in targets)
            else ""
            for place in range(_ROWS)
        ]
    if targets & {"currency", "settlement_currency"}:
        return [chance.choice(_CURRENCIES) for _ in range(_ROWS)]
    if "reference" in targets:
        return [f"{name[:2].upper()}{chance.randint(10**9, 10**10)}" for _ in range(_ROWS)]
    made = {
        "mcc": ("5812", "5411", "4511"), "response_code": ("00", "05", "51"), "bin": ("411111", "555544"),
        "last4": ("1111", "4242", "0005"), "approval_code": ("A1B2C3", "004417"),
        "arn": ("74123456060000000000001", "74123456060000000000019"), "issuer_country": ("DE", "FR"),
        "merchant_country": ("DE", "GB"), "entry_mode": ("chip", "contactless"), **_NAMED_WORDS,
    }  # fmt: skip
    for target in targets:
        if target in made:
            return [chance.choice(made[target]) for _ in range(_ROWS)]
    if "kind" in targets:
        return [chance.choice(("Sale", "Refund", "Fee")) for _ in range(_ROWS)]
    if targets:
        return [f"{chance.choice(('Shop', 'Order', 'Acme'))} {chance.randint(1, 30)}" for _ in range(_ROWS)]
    # Columns that the profile does not use hold what their names say.
    if any(word in lower for word in ("date", "datum", " at", "_at", "_on", "time")):
        return [writer.time(place, ()) for place in range(_ROWS)]
    if "currency" in lower or "währung" in lower:
        return [chance.choice(_CURRENCIES) for _ in range(_ROWS)]
    if any(word in lower for word in ("amount", "fee", "balance", "saldo", "betrag", "rate", "price", "tax")):
        return [writer.number(Decimal(chance.randint(100, 9_000)) / 100) for _ in range(_ROWS)]
    return [f"{chance.choice(('alpha', 'beta', 'gamma'))} {chance.randint(1, 9)}" for _ in range(_ROWS)]


def _tie(
    truth: Mapping[str, set[str]],
    values: dict[str, list[str]],
    rules: Sequence[EventRule],
    writer: _Writer,
) -> None:
    """Let net be gross less the fee where the layout has one column of each."""
    amount, net, fee = (sorted(truth.get(target, ())) for target in ("amount", "net", "fee"))
    settled = next((rule.settlement for rule in rules if rule.settlement), None)
    if not (amount and net and fee) or settled is None or settled.minus:
        return
    charged = any(rule.fee and (rule.fee.minus or rule.fee.sign == "flipped") for rule in rules)
    for place in range(_ROWS):
        gross, cost = (Decimal(values[name][place].replace(",", ".")) for name in (amount[0], fee[0]))
        cost = min(cost / 100, gross / 2).quantize(Decimal("0.01"))
        values[fee[0]][place] = writer.number(cost if charged else -cost)
        values[net[0]][place] = writer.number(gross - cost)
