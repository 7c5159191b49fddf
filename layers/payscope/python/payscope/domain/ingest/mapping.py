"""A profile inferred for a layout that nobody has described: evidence first, then a person decides."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import pairwise
from typing import Any
from uuid import UUID

from payscope.domain.ingest.layouts import normal_name
from payscope.domain.ingest.profiles import Numbers
from payscope.domain.ingest.vocabulary import network_of
from payscope.errors import InvalidInput

# What reports call the canonical columns, in English, German and French; the first words are the surest.
_NAMES: Mapping[str, tuple[str, ...]] = {
    target: tuple(name.strip() for name in names.split("|"))
    for target, names in (
        (
            "occurred",
            "transaction date|transaction time|created|created at|date|timestamp|datetime|booking date"
            "|trade date|datum|buchungsdatum|transaktionsdatum|date operation",
        ),
        (
            "booked",
            "settlement date|value date|processing date|posting date|payout date|available on|valuta"
            "|wertstellung|date valeur",
        ),
        (
            "amount",
            "amount|gross|gross amount|transaction amount|payment amount|total|value|betrag|brutto|montant"
            "|sum",
        ),
        ("net", "net|net amount|payout amount|settlement amount|netto"),
        ("fee", "fee|fees|fee amount|commission|charge|charges|gebuhr|gebühr|frais"),
        ("credit", "credit|credit amount|haben|gutschrift|money in"),
        ("debit", "debit|debit amount|soll|lastschrift|belastung|money out"),
        ("currency", "currency|transaction currency|ccy|currency code|wahrung|währung|devise"),
        (
            "reference",
            "transaction id|payment id|id|reference|transaction reference|reference number|payment reference"
            "|psp reference|referenz|numero de transaction|line id",
        ),
        (
            "merchant_id",
            "merchant id|merchant account|merchant|mid|merchant number|shop id|store id|händler|haendler"
            "|commercant",
        ),
        ("merchant_name", "merchant name|shop name|store name|händlername"),
        ("mcc", "mcc|merchant category code|category code"),
        (
            "network",
            "network|card brand|brand|scheme|card type|payment method|card scheme|kartenmarke|kartentyp"
            "|marque",
        ),
        ("response_code", "response code|result code|auth response|decline code"),
        ("approval_code", "approval code|authorisation code|authorization code|auth code"),
        ("arn", "arn|acquirer reference number"),
        ("order_ref", "order id|order number|merchant reference|invoice id|order reference"),
        ("batch_ref", "batch|batch number|payout id|batch id"),
        ("balance", "balance|running balance|saldo|kontostand|solde|saldo disponibile"),
        ("kind", "type|transaction type|event|status|category|art|kind"),
    )
}
_DATE_FORMATS = (
    "%Y-%m-%d", "%d.%m.%Y %H:%M:%S", "%d.%m.%Y", "%d/%m/%Y %H:%M:%S", "%d/%m/%Y", "%m/%d/%Y %H:%M:%S",
    "%m/%d/%Y", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d", "%Y%m%d", "%d-%m-%Y", "%d %b %Y",
)  # fmt: skip
_CURRENCY = re.compile(r"[A-Za-z]{3}")
_POINT = re.compile(r"[-+(]?[\d,' \u00a0]*\d\.\d{1,4}\)?-?")
_COMMA = re.compile(r"[-+(]?[\d.' \u00a0]*\d,\d{1,4}\)?-?")
_WHOLE = re.compile(r"[-+(]?\d{1,12}\)?-?")
_ENOUGH = 0.55
_SURE = 0.85
_SPACES = re.compile("[ '\u00a0\u202f\u2009\u2019+]")
_AMOUNT_TARGETS = frozenset({"amount", "net", "fee", "credit", "debit", "balance"})


_REQUIRED = frozenset({"occurred", "amount", "credit", "debit", "currency"})
# With points the day comes first everywhere; with slashes and dashes countries differ.
_DAY_OR_MONTH = re.compile(r"(\d{1,2})[/-](\d{1,2})[/-]\d{2,4}")


@dataclass(frozen=True, slots=True)
class InferredProfile:
    """A proposal: the profile document, why each column was chosen, and how sure that is (0 to 1).

    ``is_sure`` says that it needs nobody: every required column is told by its name and its values, dates
    can be read in one way only, and the running balance proves the amounts and their signs.
    """

    name: str
    profile: dict[str, Any]
    evidence: dict[str, Any]
    confidence: float
    is_sure: bool = False


def waiting_reason(mapping_id: UUID) -> str:
    """What a report that waits for a mapping says about itself."""
    return f"The layout is not known yet; mapping {mapping_id} waits for approval."


def infer_profile(
    fingerprint: str, columns: Sequence[str], sample: Mapping[str, Sequence[str]]
) -> InferredProfile:
    """Propose what the columns mean.

    Args:
        fingerprint: Identity of the layout.
        columns: Its column names.
        sample: Some values of each column, empty ones included.

    Raises:
        InvalidInput: There is no column of amounts, or none of dates.
    """
    scores = {
        (target, column): _score(target, names, column, sample.get(column, ()))
        for target, names in _NAMES.items()
        for column in columns
    }
    chosen: dict[str, tuple[str, float]] = {}
    for (target, column), score in sorted(scores.items(), key=lambda item: -item[1]):
        taken = {name for name, _ in chosen.values()}
        if score >= _ENOUGH and target not in chosen and column not in taken:
            chosen[target] = (column, score)
    if "occurred" not in chosen and "booked" in chosen:
        chosen["occurred"] = chosen.pop("booked")
    if "amount" not in chosen and "net" in chosen:
        chosen["amount"] = chosen.pop("net")
    has_amount = "amount" in chosen or {"credit", "debit"} <= set(chosen)
    if not has_amount or "occurred" not in chosen:
        missing = "amounts" if not has_amount else "dates"
        raise InvalidInput(f"The table has no column of {missing}, so it is not a payment report.")
    return _proposal(fingerprint, columns, sample, chosen)


def _proposal(
    fingerprint: str,
    columns: Sequence[str],
    sample: Mapping[str, Sequence[str]],
    chosen: Mapping[str, tuple[str, float]],
) -> InferredProfile:
    assumptions: list[str] = []
    column = {target: name for target, (name, _) in chosen.items()}
    amount_names = [
        column[target] for target in ("amount", "credit", "debit", "net", "fee") if target in column
    ]
    numbers = _number_format([value for name in amount_names for value in sample.get(name, ())])
    formats = _date_formats([*sample.get(column["occurred"], ()), *sample.get(column.get("booked", ""), ())])
    currency: dict[str, Any] = {"column": column["currency"]} if "currency" in column else {"constant": "EUR"}
    if "currency" not in column:
        assumptions.append("No column tells the currency: EUR is assumed.")
    amount: dict[str, Any] = (
        {"plus": column["amount"]}
        if "amount" in column
        else {"plus": column["credit"], "minus": column["debit"]}
    )
    event, subtype = _event(column)
    rolls = _balance_rolls(column, sample, Numbers.model_validate(numbers))
    if rolls:
        # A running balance belongs to an account: each row is a movement of it.
        event, subtype = "BANK_ENTRY", None
    else:
        assumptions.append(f"Every row is taken for {event}.")
    reference = [column["reference"]] if "reference" in column else list(column.values())
    if "reference" not in column:
        assumptions.append("No column identifies a row: its recognised values together do.")
    rule: dict[str, Any] = {
        "event": event,
        "ref": reference,
        "sequence_by_order": "reference" not in column,
        "occurred": column["occurred"],
        "amount": {**amount, "currency": currency},
        "fields": _fields(column),
    }
    if "booked" in column:
        rule["booked"] = column["booked"]
    if subtype:
        rule["subtype"] = {"constant": subtype}
    if "net" in column:
        rule["settlement"] = {"plus": column["net"], "currency": currency}
    if "fee" in column:
        rule["fee"] = {"plus": column["fee"], "sign": "negative"}
    name = f"layout-{fingerprint[:12]}"
    profile: dict[str, Any] = {
        "profile": f"{name}@1",
        "title": "Inferred layout",
        "source": name,
        "header": [item for item in columns if item.strip()],
        "guess_totals": True,
        "equal_rows": "once" if "reference" in column else "each",
        "numbers": numbers,
        "formats": formats,
        "controls": [{"name": "rows"}],
        "rules": [rule],
    }
    evidence: dict[str, Any] = {
        "columns": {
            target: {"column": name, "score": round(score, 3)} for target, (name, score) in chosen.items()
        },
        "unused": [item for item in columns if item not in column.values()],
        "numbers": numbers,
        "formats": formats,
        "assumptions": assumptions,
    }
    if rolls is not None:
        evidence["balance_rolls"] = rolls
    needed = [
        score
        for target, (_, score) in chosen.items()
        if target in ("occurred", "amount", "credit", "debit", "currency", "reference")
    ]
    confidence = sum(needed) / len(needed) * (1 - 0.15 * max(len(assumptions) - 1, 0))
    is_sure = (
        rolls is True
        and "currency" in column
        and min(score for target, (_, score) in chosen.items() if target in _REQUIRED) >= _SURE
        and not _is_ambiguous([*sample[column["occurred"]], *sample.get(column.get("booked", ""), ())])
    )
    return InferredProfile(name, profile, evidence, round(max(confidence, 0.05), 3), is_sure)


def _balance_rolls(
    column: Mapping[str, str], sample: Mapping[str, Sequence[str]], numbers: Numbers
) -> bool | None:
    """Whether each balance is the one before it, or after it, with the amount; None when that is not told.

    Two rows at least must say so, and amounts must differ from their opposites.
    """
    if "balance" not in column:
        return None
    balances = [_number(text, numbers) for text in sample[column["balance"]]]
    if "amount" in column:
        amounts = [_number(text, numbers) for text in sample[column["amount"]]]
    else:
        credits_, debits = (
            [_number(text or "0", numbers) for text in sample[column[side]]] for side in ("credit", "debit")
        )
        amounts = [
            None if plus is None or minus is None else plus - minus
            for plus, minus in zip(credits_, debits, strict=True)
        ]
    if len(balances) < 3 or None in balances or None in amounts or not any(amounts):
        return None
    rows = [(balance, amount) for balance, amount in zip(balances, amounts, strict=True)]
    return _rolls(rows) or _rolls(rows[::-1])


def _rolls(rows: Sequence[tuple[Decimal | None, Decimal | None]]) -> bool:
    return all(
        earlier is not None and later is not None and amount is not None and earlier + amount == later
        for (earlier, _), (later, amount) in pairwise(rows)
    )


def _number(text: str, numbers: Numbers) -> Decimal | None:
    plain = numbers.plain(_SPACES.sub("", text))
    return None if plain is None else Decimal(plain)


def _is_ambiguous(values: Sequence[str]) -> bool:
    """Whether day and month could be exchanged in every date."""
    parts = [match for value in values if (match := _DAY_OR_MONTH.match(value.strip()))]
    return bool(parts) and all(
        int(first) <= 12 and int(second) <= 12 for first, second in (m.groups() for m in parts)
    )


def _fields(column: Mapping[str, str]) -> dict[str, Any]:
    fields: dict[str, Any] = {
        target: column[target]
        for target in (
            "merchant_id",
            "merchant_name",
            "mcc",
            "approval_code",
            "arn",
            "order_ref",
            "batch_ref",
            "response_code",
        )
        if target in column
    }
    if "network" in column:
        fields["network"] = {"column": column["network"], "standard": "network"}
    if "kind" in column:
        fields["reason_code"] = column["kind"]
    if "reference" in column:
        fields["processor_ref"] = column["reference"]
    return fields


def _event(column: Mapping[str, str]) -> tuple[str, str | None]:
    if "response_code" in column:
        return "AUTH", None
    if {"credit", "debit"} <= set(column) and "fee" not in column:
        return "BANK_ENTRY", None
    return ("SETTLEMENT", None) if {"net", "fee", "batch_ref"} & set(column) else ("CLEARING", None)


def _score(target: str, names: Sequence[str], column: str, values: Sequence[str]) -> float:
    """How well a column fits a meaning: its name for 0.6, its values for 0.4; values that contradict veto."""
    bare = re.sub(r"\s*\((utc|[a-z]{3})\)$", "", re.sub(r"[_\-.]+", " ", normal_name(column))).strip()
    name = 0.0
    for rank, word in enumerate(names):
        if bare == word:
            name = max(name, 1.0 - rank * 0.02)
        elif len(word) > 3 and re.search(rf"(^|\s){re.escape(word)}(\s|$)", bare):
            name = max(name, 0.7 - rank * 0.02)
    filled = [value.strip() for value in values if value and value.strip()]
    fit = _values_fit(target, filled)
    if fit is None or not filled:
        return name * 0.75
    return 0.0 if fit < 0.5 else name * 0.6 + fit * 0.4 * (1.0 if name else 0.6)


def _values_fit(target: str, values: Sequence[str]) -> float | None:
    """Share of the values that have the form of the meaning; None where any text has it."""
    if not values:
        return None
    if target in _AMOUNT_TARGETS:
        return _share(
            values,
            lambda value: bool(_POINT.fullmatch(value) or _COMMA.fullmatch(value) or _WHOLE.fullmatch(value)),
        )
    if target in ("occurred", "booked"):
        return _share(values, lambda value: _date_format(value) is not None)
    if target == "currency":
        return _share(values, lambda value: bool(_CURRENCY.fullmatch(value)))
    if target == "reference":
        return len(set(values)) / len(values)
    if target == "mcc":
        return _share(values, lambda value: bool(re.fullmatch(r"\d{4}", value)))
    if target == "arn":
        return _share(values, lambda value: bool(re.fullmatch(r"\d{23}", value)))
    if target == "network":
        return _share(values, lambda value: network_of(value) != "OTHER")
    if target == "response_code":
        return _share(values, lambda value: bool(re.fullmatch(r"[0-9A-Z]{2}", value)))
    return None


def _share(values: Sequence[str], test: Callable[[str], bool]) -> float:
    return sum(1 for value in values if test(value)) / len(values)


def _number_format(values: Sequence[str]) -> dict[str, str]:
    points = sum(1 for value in values if _POINT.fullmatch(value.strip()))
    commas = sum(1 for value in values if _COMMA.fullmatch(value.strip()))
    # 1.234,56 and 1,234.56 tell themselves; where only whole thousands occur, the point is the decimal sign.
    return {"decimal": ",", "group": "."} if commas > points else {"decimal": ".", "group": ","}


def _date_formats(values: Sequence[str]) -> list[str]:
    """The formats that the values need, each value in the first that fits; day-first wins where both fit."""
    filled = [value.strip() for value in values if value and value.strip()]
    found: list[str] = []
    for pattern in ("iso", *_DATE_FORMATS):
        if pattern != "iso" and all(_fits(value, pattern) for value in filled):
            return [pattern]
    for value in filled:
        pattern = _date_format(value)
        if pattern and pattern not in found:
            found.append(pattern)
    return found or ["iso"]


def _date_format(value: str) -> str | None:
    if re.match(r"\d{4}-\d{2}-\d{2}", value):
        return "iso"
    return next((pattern for pattern in _DATE_FORMATS if _fits(value, pattern)), None)


def _fits(value: str, pattern: str) -> bool:
    try:
        datetime.strptime(value, pattern)  # noqa: DTZ007 -- only the form is tested
    except ValueError:
        return False
    return True
