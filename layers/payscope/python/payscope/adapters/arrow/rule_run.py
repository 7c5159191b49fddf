"""One rule of a profile over the rows that it takes."""

# pyarrow.compute makes its functions when it is imported, so their names are unknown before.
# pyright: reportAttributeAccessIssue=false

from collections.abc import Callable, Mapping
from fnmatch import fnmatchcase
from typing import Any
from uuid import UUID

import pyarrow as pa
import pyarrow.compute as pc

from payscope.adapters.arrow.identity import BY_ORDER, NULL
from payscope.adapters.arrow.sheet import SEPARATOR, Findings, Sheet, holds, shown
from payscope.adapters.arrow.values import (
    YEARS,
    decimal_numbers,
    instants,
    is_currency,
    nothing,
    translated,
)
from payscope.domain.authorisation import Exclusion, decline_family, is_approved
from payscope.domain.events import EventType
from payscope.domain.ingest.problems import ProblemCode
from payscope.domain.ingest.profiles import AmountField, EventRule, Profile, Sign, TextField, TimeField
from payscope.domain.ingest.vocabulary import CARD_PRESENT, standard_word

_TEXT = pa.string()
_PROBLEM = "problem"
# Two references of which a spreadsheet keeps the first digits may look like one.
_SHORTENED = r"^[0-9](?:[.,][0-9]{1,14})?E\+[12][0-9]$"
# A reference of digits in a column that a program took for numbers, as it takes one with empty cells.
_FLOAT = r"^([0-9]{4,15})[.,]0$"
_IDENTIFIERS = frozenset({"lifecycle_id", "processor_ref", "order_ref", "batch_ref", "merchant_id", "mcc"})
_CARD_SHAPE = r"^card_(?P<bin>[0-9]{6,8})_(?P<last4>[0-9]{4})_(?P<token>[0-9a-f]{32})$"
_MASKED_SHAPE = r"^(?P<bin>[0-9]{6,8})[*xX\x{2022}.#-]{3,11}(?P<last4>[0-9]{4})$"


class RuleRun:
    """One rule over the rows that it takes."""

    def __init__(self, sheet: Sheet, profile: Profile, rule: EventRule, findings: Findings) -> None:
        self._sheet = sheet
        self._profile = profile
        self._rule = rule
        self._findings = findings
        self._columns: dict[str, pa.Array] = {}

    def columns(self, report_id: UUID) -> pa.Table:
        rule, count = self._rule, len(self._sheet)
        self._columns = {"row_number": self._sheet.rows}
        self._constant("source", self._profile.source)
        self._constant("event_type", str(rule.event))
        self._constant("report_id", str(report_id))
        self._keep("source_ref", self._reference())
        self._times()
        self._amounts()
        for name, source in rule.fields.items():
            text = self._text(source, name)
            self._keep(name, _without_fraction(text) if name in _IDENTIFIERS else text)
        if rule.subtype is not None:
            self._keep("subtype", self._text(rule.subtype, "subtype"))
        self._card()
        self._derive()
        if rule.event is EventType.AUTH:
            self._authorisation()
        sequence = self._sheet.text(rule.sequence) if rule.sequence else None
        self._keep(
            "sequence",
            self._whole(sequence) if sequence is not None else pa.repeat(pa.scalar(0, pa.int64()), count),
        )
        self._keep(BY_ORDER, pa.repeat(pa.scalar(rule.sequence_by_order), count))
        return pa.table(self._columns)

    def _constant(self, name: str, value: str) -> None:
        self._columns[name] = pa.repeat(pa.scalar(value, _TEXT), len(self._sheet))

    def _keep(self, name: str, values: pa.Array) -> None:
        self._columns[name] = values

    def _bad(self, mask: pa.Array, name: str, code: ProblemCode, message: Callable[[int], str]) -> None:
        self._findings.add(self._sheet.rows, mask, name, code, message)

    def _reference(self) -> pa.Array:
        """The source's reference; several columns are joined, a single one must not be empty."""
        names = self._rule.ref
        texts = [_without_fraction(self._sheet.text(name)) for name in names]
        if len(texts) == 1:
            self._bad(pc.is_null(texts[0]), names[0], ProblemCode.MISSING, lambda _: f"{names[0]} is empty.")
            self._bad(
                pc.fill_null(pc.match_substring_regex(texts[0], _SHORTENED), False),
                names[0],
                ProblemCode.DAMAGED_REFERENCE,
                lambda at: (
                    f"{names[0]}: {shown(texts[0], at)} is what a spreadsheet left of a longer reference;"
                    " send the file as the system wrote it, or format the column as text before it is filled."
                ),
            )
            return texts[0]
        return pc.binary_join_element_wise(*texts, ":", null_handling="replace", null_replacement="")

    def _whole(self, text: pa.Array) -> pa.Array:
        name = self._rule.sequence or ""
        good = pc.fill_null(pc.match_substring_regex(text, "^[0-9]{1,9}$"), True)
        self._bad(
            pc.invert(good),
            name,
            ProblemCode.NOT_A_NUMBER,
            lambda at: f"{name}: {shown(text, at)} is no count.",
        )
        return pc.fill_null(pc.cast(pc.if_else(good, text, pa.scalar(None, _TEXT)), pa.int64()), 0)

    def _times(self) -> None:
        occurred = self._time(self._rule.occurred, required=True)
        booked = self._time(self._rule.booked, required=False) if self._rule.booked else occurred
        self._keep("occurred_at", occurred[0])
        self._keep("booked_on", pc.coalesce(booked[1], occurred[1]))

    def _time(self, source: TimeField | None, *, required: bool) -> tuple[pa.Array, pa.Array]:
        assert source is not None  # noqa: S101 -- the profile's validation
        text = self._sheet.times(source)
        name = self._sheet.present(source.column)
        zone = source.zone or self._profile.zone
        zones = self._sheet.text(source.zone_column) if source.zone_column else None
        formats = self._sheet.formats(source)
        found = instants(text, formats, zone if zones is None else pc.fill_null(zones, zone))
        if required:
            self._bad(pc.is_null(text), name, ProblemCode.MISSING, lambda _: f"{name} is empty.")
        wanted = " or ".join("ISO 8601" if item == "iso" else item for item in formats)
        if formats:
            wrong = f"is not a date or time of the years {YEARS[0]} to {YEARS[1]} written as {wanted}"
        else:
            wrong = "may be read with the day or the month first, and no other date tells which"
        self._bad(
            found.not_a_date, name, ProblemCode.NOT_A_DATE,
            lambda at: f"{name}: {shown(text, at)} {wrong}.",
        )  # fmt: skip
        self._bad(
            found.unknown_zone, source.zone_column or name, ProblemCode.UNKNOWN_ZONE,
            lambda at: f"{source.zone_column}: {shown(zones, at)} is not a known time zone.",
        )  # fmt: skip
        return found.utc, found.local_date

    def _amounts(self) -> None:
        rule = self._rule
        minor, currency = self.amount(rule.amount, "amount", None)
        self._missing(rule.amount, "amount")
        self._keep("amount_minor", minor)
        self._keep("currency", currency)
        settled, settled_in = currency, currency
        for name, source in (("settlement", rule.settlement), ("billing", rule.billing)):
            if source is None:
                continue
            value, unit = self.amount(source, name, currency)
            self._keep(f"{name}_minor", value)
            self._keep(f"{name}_currency", pc.if_else(pc.is_valid(value), unit, pa.scalar(None, _TEXT)))
            if name == "settlement":
                settled_in = pc.coalesce(unit, settled)
        for name in ("fee", "interchange", "scheme_fee", "markup"):
            source: AmountField | None = getattr(rule, name)
            if source is not None:
                value, _ = self.amount(source, name, settled_in)
                self._keep(f"{name}_minor", value)
        if rule.fx_rate:
            text = self._sheet.text(rule.fx_rate)
            numbers = self._sheet.numbers(rule.fx_rate)
            rate, bad, huge = decimal_numbers(text, numbers)
            rate_name = self._sheet.present((rule.fx_rate,))
            # A rate may have more places than are kept; what is beyond them is cut off.
            if pc.any(bad).as_py():
                cut = pc.replace_substring_regex(text, r"^(-?[0-9]+[.,][0-9]{9})[0-9]+$", r"\1")
                rate, bad, huge = decimal_numbers(cut, numbers)
            self._bad(
                pc.or_(bad, huge), rate_name, ProblemCode.NOT_A_NUMBER,
                lambda at: f"{rate_name}: {shown(text, at)} is not a number.",
            )  # fmt: skip
            self._keep("fx_rate", rate)

    def amount(
        self, source: AmountField | None, name: str, inherited: pa.Array | None
    ) -> tuple[pa.Array, pa.Array]:
        """Minor units and currencies of an amount; what is wrong is noted."""
        assert source is not None  # noqa: S101 -- the profile's validation
        currency = self._currency(source, inherited, name)
        total: pa.Array | None = None
        for columns, sign in ((source.plus, 1), (source.minus, -1)):
            for column in columns:
                value = self._cell_amount(column, currency, source)
                part = value if sign > 0 else pc.negate(value)
                total = part if total is None else _added(total, part)
        assert total is not None  # noqa: S101 -- the profile's validation
        total = signed(total, source, self._sheet)
        for part in source.adding:
            total = _added(total, self.amount(part, name, currency)[0])
        if source.required:
            self._missing(source, name)
        return total, currency

    def _missing(self, source: AmountField | None, name: str) -> None:
        """Note the rows in which every cell of an amount is empty."""
        column = _first_column(source)
        filled = self._filled(source) if source else nothing(len(self._sheet))
        self._bad(pc.invert(filled), column, ProblemCode.MISSING, lambda _: f"There is no {name}.")

    def _filled(self, source: AmountField) -> pa.Array:
        """Rows in which any cell of the amount is filled."""
        cells = [self._sheet.text(name) for name in (*source.plus, *source.minus)]
        filled = pc.is_valid(cells[0])
        for cell in cells[1:]:
            filled = pc.or_(filled, pc.is_valid(cell))
        return filled

    def _currency(self, source: AmountField, inherited: pa.Array | None, name: str) -> pa.Array:
        if source.currency is None:
            if inherited is None:
                return pa.repeat(pa.scalar("EUR", _TEXT), len(self._sheet))
            return inherited
        text = pc.utf8_upper(self._text(source.currency, f"{name} currency"))
        column = source.currency.column[0] if source.currency.column else name
        wrong = pc.invert(translated(text, is_currency, pa.bool_()))
        self._bad(
            pc.fill_null(wrong, False), column, ProblemCode.UNKNOWN_CURRENCY,
            lambda at: f"{column}: {shown(text, at)} is not a currency code of ISO 4217.",
        )  # fmt: skip
        has_amount = self._filled(source)
        self._bad(
            pc.and_(pc.is_null(text), has_amount),
            column,
            ProblemCode.MISSING,
            lambda _: f"{column} is empty.",
        )
        return text

    def _cell_amount(self, column: str, currency: pa.Array, source: AmountField) -> pa.Array:
        text, name = self._sheet.text(column), column
        column = self._sheet.present((column,))
        implied = (
            source.implied_decimals
            if source.implied_decimals is not None
            else self._profile.numbers.implied_decimals
        )
        numbers = self._sheet.numbers(name)
        found = self._sheet.amounts(name, pc.fill_null(currency, "XXX"), numbers, implied)
        self._bad(
            found.not_a_number, column, ProblemCode.NOT_A_NUMBER,
            lambda at: f"{column}: {shown(text, at)} is not an amount as this layout writes them.",
        )  # fmt: skip
        self._bad(
            found.too_large, column, ProblemCode.TOO_LARGE,
            lambda at: f"{column}: {shown(text, at)} has more than 14 digits.",
        )  # fmt: skip
        self._bad(
            found.too_precise, column, ProblemCode.TOO_PRECISE,
            lambda at: f"{column}: {shown(text, at)} has more decimals than {currency[at].as_py()} allows.",
        )  # fmt: skip
        return found.minor

    def _text(self, source: TextField, name: str) -> pa.Array:
        sheet = self._sheet
        if source.constant is not None:
            text: pa.Array = pa.repeat(pa.scalar(str(source.constant), _TEXT), len(sheet))
        elif source.join:
            parts = [sheet.text(item) for item in source.join]
            text = pc.binary_join_element_wise(*parts, ":", null_handling="skip")
        else:
            text = sheet.first(source.column)
        column = sheet.present(source.column) if source.column else name
        if source.required:
            self._bad(pc.is_null(text), column, ProblemCode.MISSING, lambda _: f"{column} is empty.")
        if source.standard is not None:
            vocabulary = source.standard
            return translated(text, lambda word: standard_word(vocabulary, word), _TEXT)
        if source.map is None:
            return text
        words = {key.casefold(): value for key, value in source.map.items()}
        mapped = translated(text, lambda word: _word(word, words, source.otherwise), _TEXT)
        unknown = pc.fill_null(pc.equal(mapped, NULL), False)
        self._bad(
            unknown, column, ProblemCode.UNKNOWN_VALUE,
            lambda at: f"{column}: {shown(text, at)} is none of {', '.join(list(source.map or {})[:12])}.",
        )  # fmt: skip
        return mapped

    def _card(self) -> None:
        card = self._rule.card
        if card is None:
            return
        none = pa.nulls(len(self._sheet), _TEXT)
        token = self._sheet.text(card.token) if card.token else none
        prefix = self._sheet.text(card.bin) if card.bin else none
        last4 = self._sheet.text(card.last4) if card.last4 else none
        if card.number:
            number = self._sheet.text(card.number)
            ours, masked = pc.extract_regex(number, _CARD_SHAPE), pc.extract_regex(number, _MASKED_SHAPE)
            token = pc.coalesce(token, pc.struct_field(ours, "token"))
            prefix = pc.coalesce(prefix, pc.struct_field(ours, "bin"), pc.struct_field(masked, "bin"))
            last4 = pc.coalesce(last4, pc.struct_field(ours, "last4"), pc.struct_field(masked, "last4"))
        if card.token:
            found = pc.extract_regex(token, _CARD_SHAPE)
            prefix = pc.coalesce(prefix, pc.struct_field(found, "bin"))
            last4 = pc.coalesce(last4, pc.struct_field(found, "last4"))
            token = pc.coalesce(pc.struct_field(found, "token"), token)
        digits = pc.match_substring_regex(prefix, "^[0-9]{6,}$")
        prefix = pc.utf8_slice_codeunits(pc.if_else(digits, prefix, pa.scalar(None, _TEXT)), 0, 8)
        four = pc.match_substring_regex(last4, "^[0-9]{4}$")
        self._keep("card_token", token)
        self._keep("bin", prefix)
        self._keep("last4", pc.if_else(four, last4, pa.scalar(None, _TEXT)))

    def _derive(self) -> None:
        """Presence of the card from the channel, where the report does not say it."""
        present = self._columns.get("card_present")
        if present is not None and present.type == _TEXT:
            present = translated(
                present, lambda word: {"true": True, "false": False}.get(word.casefold()), pa.bool_()
            )
            self._columns["card_present"] = present
        channel = self._columns.get("channel")
        if present is None and channel is not None:
            self._columns["card_present"] = translated(channel, CARD_PRESENT.get, pa.bool_())

    def _authorisation(self) -> None:
        code = self._columns.get("response_code")
        if code is not None:
            approved = translated(code, is_approved, pa.bool_())
            family = translated(code, decline_family, _TEXT)
            told = self._columns.get("decline_family")
            self._keep("approved", pc.fill_null(approved, False))
            self._keep("decline_family", family if told is None else pc.coalesce(family, told))
        if self._rule.approved is not None:
            words = self._text(self._rule.approved, "approved")
            self._keep("approved", pc.equal(words, pa.scalar("True", _TEXT)))
        exclusion = pa.nulls(len(self._sheet), _TEXT)
        if self._rule.exclusion is not None:
            exclusion = self._text(self._rule.exclusion, "exclusion")
        if self._rule.duplicate_of:
            exclusion = pc.coalesce(exclusion, self._repeats())
        self._keep("exclusion", exclusion)

    def _repeats(self) -> pa.Array:
        """DUPLICATE for a request that repeats an earlier one under another reference within the minute."""
        minute = pc.cast(pc.floor_temporal(self._columns["occurred_at"], unit="minute"), _TEXT)
        parts = [self._sheet.text(name) for name in self._rule.duplicate_of]
        # A request that lacks one of the attributes is never told to be a repeat.
        keys = pc.binary_join_element_wise(*parts, minute, SEPARATOR, null_handling="emit_null").to_pylist()
        references = self._columns["source_ref"].to_pylist()
        first: dict[str, str] = {}
        found = [
            None
            if key is None or first.setdefault(key, reference) == reference
            else Exclusion.DUPLICATE.value
            for key, reference in zip(keys, references, strict=True)
        ]
        return pa.array(found, _TEXT)


def _word(word: str, words: Mapping[str, Any], otherwise: str | None) -> str | None:
    folded = word.casefold()
    if folded in words:
        return None if words[folded] is None else str(words[folded])
    for pattern, value in words.items():
        if pattern.endswith("*") and fnmatchcase(folded, pattern):
            return None if value is None else str(value)
    if otherwise == "keep":
        return word
    return NULL if otherwise == _PROBLEM else otherwise


def _added(left: pa.Array, right: pa.Array) -> pa.Array:
    """Sum in which an empty side counts nothing; both empty give nothing."""
    both = pc.add(pc.fill_null(left, 0), pc.fill_null(right, 0))
    return pc.if_else(pc.and_(pc.is_null(left), pc.is_null(right)), pa.scalar(None, pa.int64()), both)


def signed(total: pa.Array, source: AmountField, sheet: Sheet) -> pa.Array:
    """The amounts with the sign that the profile gives them."""
    if source.sign is Sign.POSITIVE:
        total = pc.abs(total)
    elif source.sign is Sign.NEGATIVE:
        total = pc.negate(pc.abs(total))
    elif source.sign is Sign.FLIPPED:
        total = pc.negate(total)
    if source.negative_when:
        total = pc.if_else(holds(sheet, source.negative_when), pc.negate(total), total)
    return total


def _without_fraction(text: pa.Array) -> pa.Array:
    """References without the fraction of a float, ``4814769.0``."""
    if not pc.any(pc.ends_with(text, "0")).as_py():
        return text
    return pc.replace_substring_regex(text, _FLOAT, r"\1")


def _first_column(source: AmountField | None) -> str:
    return (*source.plus, *source.minus, "")[0] if source else ""
