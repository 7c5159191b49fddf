"""Raw rows to canonical events by a profile, whole columns at a time."""

# pyarrow.compute makes its functions when it is imported, so their names are unknown before.
# pyright: reportAttributeAccessIssue=false

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fnmatch import fnmatchcase
from typing import Any
from uuid import UUID

import pyarrow as pa
import pyarrow.compute as pc

from payscope.adapters.arrow.facts import ArrowEvents
from payscope.adapters.arrow.values import (
    agreed_formats,
    decimal_numbers,
    instants,
    is_currency,
    minor_units,
    nothing,
    number_style,
    translated,
    trimmed,
)
from payscope.application.ingest.loading_ports import MappedChunk, TotalPart
from payscope.domain.authorisation import Exclusion, decline_family, is_approved
from payscope.domain.events import COLUMNS, EventType
from payscope.domain.ingest.layouts import normal_name
from payscope.domain.ingest.problems import Problem, ProblemCode
from payscope.domain.ingest.profiles import (
    AmountField,
    Condition,
    Conditions,
    EventRule,
    Numbers,
    Profile,
    Sign,
    TextField,
    TimeField,
)
from payscope.domain.ingest.vocabulary import CARD_PRESENT, standard_word
from payscope.domain.money import decimal_text, rounded

ROW = "_row"
_TEXT = pa.string()
_PROBLEM = "problem"
_CARD_SHAPE = r"^card_(?P<bin>[0-9]{6,8})_(?P<last4>[0-9]{4})_(?P<token>[0-9a-f]{32})$"
_MASKED_SHAPE = r"^(?P<bin>[0-9]{6,8})[*xX\x{2022}.#-]{3,11}(?P<last4>[0-9]{4})$"
_BY_ORDER = "by_order"
_SEPARATOR = "\x1f"
# What a null is in the text that is hashed; no value can be it.
_NULL = "\x00"
# Where an event is from and which of its kind it is say nothing about its content.
_HASHED = tuple(name for name in COLUMNS if name not in ("report_id", "row_number", "sequence"))


@dataclass
class _Findings:
    """Problems of rows, by row number."""

    problems: dict[tuple[int, str, ProblemCode], str] = field(default_factory=dict)

    def add(
        self, rows: pa.Array, mask: pa.Array, name: str, code: ProblemCode, message: Callable[[int], str]
    ) -> None:
        """Note a problem for each marked row; ``message`` gets the position."""
        if not pc.any(mask).as_py():
            return
        for position in pc.indices_nonzero(mask).to_pylist():
            self.problems[(rows[position].as_py(), name, code)] = message(position)

    @property
    def rows(self) -> set[int]:
        return {row for row, _, _ in self.problems}


class _Sheet:
    """Rows under the profile's names of columns; a column that the file lacks is empty.

    ``whole`` is the chunk of which these rows were taken: how a column is written shows in all of it.
    """

    def __init__(self, table: pa.Table, profile: Profile, whole: "_Sheet | None" = None) -> None:
        self._table = table
        self._profile = profile
        self._positions = {normal_name(name): index for index, name in enumerate(table.column_names)}
        for column, others in profile.aliases.items():
            present = [name for name in map(normal_name, (column, *others)) if name in self._positions]
            if present:
                self._positions[normal_name(column)] = self._positions[present[0]]
        self._texts: dict[str, pa.Array] = {}
        self._styles: dict[str, Numbers] = {}
        self._formats: dict[tuple[str, ...], tuple[str, ...]] = {}
        self._whole = whole or self
        self.rows: pa.Array = _flat(table.column(ROW))

    def __len__(self) -> int:
        return self._table.num_rows

    def text(self, name: str) -> pa.Array:
        """The column without outer blanks, nothing where it is empty."""
        key = normal_name(name)
        if key not in self._texts:
            position = self._positions.get(key)
            column = None if position is None else self._table.column(position)
            self._texts[key] = pa.nulls(len(self), _TEXT) if column is None else trimmed(column)
        return self._texts[key]

    def present(self, names: Sequence[str]) -> str:
        """Of several columns the first that the file has, by the name that it has there."""
        for name in names:
            position = self._positions.get(normal_name(name))
            if position is not None:
                own = self._table.column_names[position]
                return name if normal_name(own) == normal_name(name) else own
        return names[0]

    def numbers(self, name: str) -> Numbers:
        """How the column writes numbers."""
        whole = self._whole
        if name not in whole._styles:
            whole._styles[name] = number_style(whole.text(name), self._profile.numbers)
        return whole._styles[name]

    def times(self, source: TimeField) -> pa.Array:
        """The texts of a time: date and time of day, where they are two columns."""
        text = self.first(source.column)
        if source.time is None:
            return text
        return pc.binary_join_element_wise(text, pc.fill_null(self.text(source.time), ""), " ")

    def formats(self, source: TimeField) -> tuple[str, ...]:
        """The formats in which a time may be written."""
        columns = (*source.column, *filter(None, (source.time,)))
        own = (source.formats_of.get(self.present((column,))) for column in columns)
        formats = next(filter(None, own), source.formats or self._profile.formats)
        if not source.one_format:
            return formats
        whole, key = self._whole, (*columns, "", *formats)
        if key not in whole._formats:
            whole._formats[key] = agreed_formats(whole.times(source), formats)
        return whole._formats[key]

    def first(self, names: Sequence[str]) -> pa.Array:
        """Of several columns the first that is not empty."""
        texts = [self.text(name) for name in names]
        return texts[0] if len(texts) == 1 else pc.coalesce(*texts)

    def taken(self, mask: pa.Array) -> "_Sheet":
        """The marked rows."""
        if pc.all(mask).as_py():
            return self
        return _Sheet(self._table.filter(mask), self._profile, self._whole)

    def raw(self, row: int) -> dict[str, str]:
        """A row as it was read, its empty cells left out."""
        position = pc.index(self.rows, pa.scalar(row, pa.int64())).as_py()
        cells = self._table.slice(position, 1).to_pylist()[0]
        return {name: text for name, text in cells.items() if name != ROW and text}


class ArrowMapper:
    """Applies profiles to chunks."""

    def map(
        self,
        rows: pa.Table,
        profile: Profile,
        bank_id: UUID,
        report_id: UUID,
        earlier: Iterable[pa.Table] = (),
    ) -> MappedChunk:
        """Canonical events of a chunk, what is wrong with the other rows, and the sums to check.

        Each row is in exactly one place: it has events, it has problems, or it is informative.

        Args:
            rows: Text columns and ``_row``.
            profile: What the columns mean.
            bank_id: Part of the events' identity.
            report_id: Written on each event.
            earlier: The report's chunks before this one, looked at only where occurrences of a
                reference are counted through the whole file.
        """
        sheet = _Sheet(rows, profile)
        findings = _Findings()
        events, informative = _canonical(sheet, profile, report_id, findings)
        if events is not None:
            events = _identified(
                events,
                bank_id,
                profile.equal_rows == "each",
                lambda: _contents(earlier, profile, bank_id, report_id),
            )
        problems = tuple(
            Problem(row, name, code, message, sheet.raw(row))
            for (row, name, code), message in sorted(findings.problems.items(), key=lambda item: item[0][:2])
        )
        staged = ArrowEvents(events) if events is not None else None
        totals = tuple(_totals(sheet, profile))
        return MappedChunk(staged, problems, len(sheet), len(findings.rows), informative, totals)


def _canonical(
    sheet: _Sheet, profile: Profile, report_id: UUID, findings: _Findings
) -> tuple[pa.Table | None, int]:
    """Canonical columns of the good rows in the order of the file, and how many rows are informative."""
    informative = 0
    parts: list[pa.Table] = []
    left = pc.invert(nothing(len(sheet)))
    for rule in profile.rules:
        here = pc.and_(left, _holds(sheet, rule.when))
        left = pc.and_not(left, here)
        count = pc.sum(here).as_py() or 0
        if rule.informative:
            informative += count
        elif count:
            taken = sheet.taken(here)
            parts.append(_RuleRun(taken, profile, rule, findings).columns(report_id))
            for further in rule.also:
                there = taken.taken(_holds(taken, further.when))
                if len(there):
                    parts.append(_RuleRun(there, profile, further, findings).columns(report_id))
    deciding = next((column for rule in profile.rules for column in rule.when), "")
    findings.add(
        sheet.rows, left, deciding, ProblemCode.UNKNOWN_ROW, lambda position: _stray(sheet, profile, position)
    )
    if not parts:
        return None, informative
    events = pa.concat_tables(parts, promote_options="default").combine_chunks()
    if findings.problems:
        bad = pa.array(sorted(findings.rows), pa.int64())
        events = events.filter(pc.invert(pc.is_in(events.column("row_number"), bad)))
    if len(parts) > 1:
        events = events.sort_by("row_number")
    return (events if events.num_rows else None), informative


class _RuleRun:
    """One rule over the rows that it takes."""

    def __init__(self, sheet: _Sheet, profile: Profile, rule: EventRule, findings: _Findings) -> None:
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
            self._keep(name, self._text(source, name))
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
        self._keep(_BY_ORDER, pa.repeat(pa.scalar(rule.sequence_by_order), count))
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
        texts = [self._sheet.text(name) for name in names]
        if len(texts) == 1:
            self._bad(pc.is_null(texts[0]), names[0], ProblemCode.MISSING, lambda _: f"{names[0]} is empty.")
            return texts[0]
        return pc.binary_join_element_wise(*texts, ":", null_handling="replace", null_replacement="")

    def _whole(self, text: pa.Array) -> pa.Array:
        name = self._rule.sequence or ""
        good = pc.fill_null(pc.match_substring_regex(text, "^[0-9]{1,9}$"), True)
        self._bad(
            pc.invert(good),
            name,
            ProblemCode.NOT_A_NUMBER,
            lambda at: f"{name}: {_shown(text, at)} is no count.",
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
            wrong = f"is not a date or time written as {wanted}"
        else:
            wrong = "may be read with the day or the month first, and no other date tells which"
        self._bad(
            found.not_a_date, name, ProblemCode.NOT_A_DATE,
            lambda at: f"{name}: {_shown(text, at)} {wrong}.",
        )  # fmt: skip
        self._bad(
            found.unknown_zone, source.zone_column or name, ProblemCode.UNKNOWN_ZONE,
            lambda at: f"{source.zone_column}: {_shown(zones, at)} is not a known time zone.",
        )  # fmt: skip
        return found.utc, found.local_date

    def _amounts(self) -> None:
        rule = self._rule
        minor, currency = self._amount(rule.amount, "amount", None)
        self._missing(rule.amount, "amount")
        self._keep("amount_minor", minor)
        self._keep("currency", currency)
        settled, settled_in = currency, currency
        for name, source in (("settlement", rule.settlement), ("billing", rule.billing)):
            if source is None:
                continue
            value, unit = self._amount(source, name, currency)
            self._keep(f"{name}_minor", value)
            self._keep(f"{name}_currency", pc.if_else(pc.is_valid(value), unit, pa.scalar(None, _TEXT)))
            if name == "settlement":
                settled_in = pc.coalesce(unit, settled)
        for name in ("fee", "interchange", "scheme_fee", "markup"):
            source: AmountField | None = getattr(rule, name)
            if source is not None:
                value, _ = self._amount(source, name, settled_in)
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
                lambda at: f"{rate_name}: {_shown(text, at)} is not a number.",
            )  # fmt: skip
            self._keep("fx_rate", rate)

    def _amount(
        self, source: AmountField | None, name: str, inherited: pa.Array | None
    ) -> tuple[pa.Array, pa.Array]:
        """Minor units and currencies of an amount; what is wrong is noted."""
        assert source is not None  # noqa: S101 -- the profile's validation
        currency = self._currency(source, inherited, name)
        total: pa.Array | None = None
        for columns, sign in ((source.plus, 1), (source.minus, -1)):
            for column in columns:
                value = self._cell_amount(column, currency, source)
                signed = value if sign > 0 else pc.negate(value)
                total = signed if total is None else _added(total, signed)
        assert total is not None  # noqa: S101 -- the profile's validation
        total = _signed(total, source, self._sheet)
        for part in source.adding:
            total = _added(total, self._amount(part, name, currency)[0])
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
            lambda at: f"{column}: {_shown(text, at)} is not a currency code of ISO 4217.",
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
        text = self._sheet.text(column)
        numbers = self._sheet.numbers(column)
        column = self._sheet.present((column,))
        implied = (
            source.implied_decimals
            if source.implied_decimals is not None
            else self._profile.numbers.implied_decimals
        )
        found = minor_units(text, pc.fill_null(currency, "XXX"), numbers, implied)
        self._bad(
            found.not_a_number, column, ProblemCode.NOT_A_NUMBER,
            lambda at: f"{column}: {_shown(text, at)} is not an amount as this layout writes them.",
        )  # fmt: skip
        self._bad(
            found.too_large, column, ProblemCode.TOO_LARGE,
            lambda at: f"{column}: {_shown(text, at)} has more than 14 digits.",
        )  # fmt: skip
        self._bad(
            found.too_precise, column, ProblemCode.TOO_PRECISE,
            lambda at: f"{column}: {_shown(text, at)} has more decimals than {currency[at].as_py()} allows.",
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
        unknown = pc.fill_null(pc.equal(mapped, _NULL), False)
        self._bad(
            unknown, column, ProblemCode.UNKNOWN_VALUE,
            lambda at: f"{column}: {_shown(text, at)} is none of {', '.join(list(source.map or {})[:12])}.",
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
        keys = pc.binary_join_element_wise(*parts, minute, _SEPARATOR, null_handling="emit_null").to_pylist()
        references = self._columns["source_ref"].to_pylist()
        first: dict[str, str] = {}
        found = [
            None
            if key is None or first.setdefault(key, reference) == reference
            else Exclusion.DUPLICATE.value
            for key, reference in zip(keys, references, strict=True)
        ]
        return pa.array(found, _TEXT)


def _identified(
    events: pa.Table, bank_id: UUID, each: bool, earlier: Callable[[], dict[str, dict[str, int]]]
) -> pa.Table:
    """The events with identity and content hash, each content once a reference.

    ``step`` counts the contents that one reference has in this chunk: later ones amend earlier ones,
    or, where the profile says so, are occurrences of their own (``sequence``). ``repeats`` counts the
    further rows of equal content that were left out; with ``each`` there are none of them.
    """
    by_order = events.column(_BY_ORDER).combine_chunks()
    ids, hashes = _digested(events, bank_id)
    events = events.drop_columns([_BY_ORDER])
    ordered = pc.any(by_order).as_py()
    if not ordered and len(set(ids)) == len(ids):
        zeros = pa.repeat(pa.scalar(0, pa.int64()), len(ids))
        return _with_columns(
            events, event_id=_texts(ids), content_hash=_texts(hashes), step=zeros, repeats=zeros
        )
    contents = earlier() if ordered else {}
    places = _placed(ids, _numbered(ids, hashes, _seen(contents)) if each else hashes, contents)
    kept = pa.array([place.index for place in places], pa.int64())
    events, by_order = events.take(kept), by_order.take(kept)
    counted = pa.array([place.step for place in places], pa.int64())
    zeros = pa.repeat(pa.scalar(0, pa.int64()), len(places))
    sequence = pc.add(events.column("sequence"), pc.if_else(by_order, counted, zeros))
    events = events.set_column(events.column_names.index("sequence"), "sequence", sequence)
    return _with_columns(
        events,
        event_id=_texts(_event_ids(events, bank_id)),
        content_hash=_texts([hashes[place.index] for place in places]),
        step=pc.if_else(by_order, zeros, counted),
        repeats=pa.array([place.repeats for place in places], pa.int64()),
    )


@dataclass
class _Place:
    """A row that is kept: which content of its reference it is, and how many rows repeat it."""

    index: int
    step: int
    repeats: int = 0


def _placed(ids: Sequence[str], hashes: Sequence[str], contents: dict[str, dict[str, int]]) -> list[_Place]:
    """The first row of each content of each reference, in order.

    Args:
        ids: Identity of each row's reference.
        hashes: Content of each row.
        contents: Contents of earlier chunks with their count, added to here.
    """
    places: dict[tuple[str, str], _Place] = {}
    for index, (identity, content) in enumerate(zip(ids, hashes, strict=True)):
        if (place := places.get((identity, content))) is not None:
            place.repeats += 1
            continue
        known = contents.setdefault(identity, {})
        places[(identity, content)] = _Place(index, known.setdefault(content, len(known)))
    return list(places.values())


def _seen(contents: Mapping[str, Mapping[str, int]]) -> Counter[tuple[str, str]]:
    """How often each content of a reference has occurred, by the numbers that it got."""
    return Counter(
        (identity, content.partition("#")[0]) for identity, known in contents.items() for content in known
    )


def _numbered(ids: Sequence[str], hashes: Sequence[str], seen: Counter[tuple[str, str]]) -> list[str]:
    """Contents told apart by how often they have occurred before; counted on in ``seen``."""
    numbered: list[str] = []
    for identity, content in zip(ids, hashes, strict=True):
        numbered.append(f"{content}#{seen[(identity, content)]}")
        seen[(identity, content)] += 1
    return numbered


def _contents(
    chunks: Iterable[pa.Table], profile: Profile, bank_id: UUID, report_id: UUID
) -> dict[str, dict[str, int]]:
    """Contents by reference, in order, of those rows of other chunks whose occurrences are counted."""
    found: dict[str, dict[str, int]] = {}
    seen: Counter[tuple[str, str]] = Counter()
    for chunk in chunks:
        events, _ = _canonical(_Sheet(chunk, profile), profile, report_id, _Findings())
        if events is None:
            continue
        events = events.filter(events.column(_BY_ORDER))
        ids, hashes = _digested(events, bank_id)
        if profile.equal_rows == "each":
            hashes = _numbered(ids, hashes, seen)
        for identity, content in zip(ids, hashes, strict=True):
            known = found.setdefault(identity, {})
            known.setdefault(content, len(known))
    return found


def _digested(events: pa.Table, bank_id: UUID) -> tuple[list[str], list[str]]:
    names = set(events.column_names)
    parts = (_hashable(_flat(events.column(name)) if name in names else None) for name in _HASHED)
    return _event_ids(events, bank_id), _digests(*parts)


def _event_ids(events: pa.Table, bank_id: UUID) -> list[str]:
    """``domain.events.event_id`` of each row, as 32 hexadecimal digits."""
    columns = [_flat(events.column(name)) for name in ("source", "event_type", "source_ref")]
    sequence = pc.cast(_flat(events.column("sequence")), _TEXT)
    return _digests(pa.scalar(str(bank_id), _TEXT), *columns, sequence)


def _digests(*parts: pa.Array | pa.Scalar) -> list[str]:
    """MD5 of the parts of each row, joined by the unit separator."""
    joined = pc.binary_join_element_wise(*parts, _SEPARATOR, null_handling="replace", null_replacement=_NULL)
    md5 = hashlib.md5
    return [md5(text, usedforsecurity=False).hexdigest() for text in pc.cast(joined, pa.binary()).to_pylist()]


def _texts(values: Sequence[str]) -> pa.Array:
    return pa.array(values, _TEXT)


def _with_columns(table: pa.Table, **columns: pa.Array) -> pa.Table:
    for name, values in columns.items():
        table = table.append_column(name, values)
    return table


def _hashable(column: pa.Array | None) -> pa.Array | pa.Scalar:
    if column is None:
        return pa.scalar(_NULL, _TEXT)
    return column if column.type == _TEXT else pc.cast(column, _TEXT)


def _holds(sheet: _Sheet, conditions: Conditions) -> pa.Array:
    """Rows for which every condition holds."""
    mask = pc.invert(nothing(len(sheet)))
    for column, condition in conditions.items():
        mask = pc.and_(mask, _condition_mask(sheet.text(column), condition))
        if not pc.any(mask).as_py():
            break
    return mask


def _condition_mask(text: pa.Array, condition: Condition) -> pa.Array:
    mask = pc.invert(nothing(len(text)))
    if condition.empty is not None:
        mask = pc.is_null(text) if condition.empty else pc.is_valid(text)
    for patterns, wanted in ((condition.one_of, True), (condition.none_of, False)):
        if patterns:
            folded = [pattern.casefold() for pattern in patterns]
            fits = translated(text, lambda value, folded=folded: _fits(value, folded), pa.bool_())
            mask = pc.and_(mask, pc.equal(pc.fill_null(fits, False), wanted))
    return mask


def _fits(value: str, patterns: Sequence[str]) -> bool:
    folded = value.casefold()
    return any(fnmatchcase(folded, item) if "*" in item else folded == item for item in patterns)


def _word(word: str, words: Mapping[str, Any], otherwise: str | None) -> str | None:
    folded = word.casefold()
    if folded in words:
        return None if words[folded] is None else str(words[folded])
    for pattern, value in words.items():
        if pattern.endswith("*") and fnmatchcase(folded, pattern):
            return None if value is None else str(value)
    if otherwise == "keep":
        return word
    return _NULL if otherwise == _PROBLEM else otherwise


def _totals(sheet: _Sheet, profile: Profile) -> Iterable[TotalPart]:
    """This chunk's part of each figure that the profile says to check."""
    for control in profile.controls:
        here = sheet.taken(_holds(sheet, control.when))
        keys = _control_keys(here, control.group, control.currency)
        if control.amount is None:
            for key, count in _counted(keys).items():
                yield TotalPart(*_named(control.name, key), None, Decimal(count))
        else:
            for key, amount in _summed(here, control.amount, keys, profile).items():
                yield TotalPart(*_named(control.name, key), None, amount)
        if control.stated is not None:
            rows = sheet.taken(_holds(sheet, control.stated.when))
            keys = _control_keys(rows, control.group, control.currency)
            for key, amount in _summed(rows, control.stated.amount, keys, profile).items():
                yield TotalPart(*_named(control.name, key), amount, Decimal(0))


def _control_keys(sheet: _Sheet, group: str | None, currency: str | None) -> pa.Array:
    empty = pa.repeat(pa.scalar("", _TEXT), len(sheet))
    groups = pc.fill_null(sheet.text(group), "") if group else empty
    units = pc.utf8_upper(pc.fill_null(sheet.text(currency), "")) if currency else empty
    return pc.binary_join_element_wise(groups, units, _SEPARATOR)


def _named(name: str, key: str) -> tuple[str, str]:
    group, _, currency = key.partition(_SEPARATOR)
    return (f"{name} {group}".strip(), currency)


def _counted(keys: pa.Array) -> dict[str, int]:
    return {item["values"]: item["counts"] for item in pc.value_counts(keys).to_pylist()}


def _summed(sheet: _Sheet, amount: AmountField, keys: pa.Array, profile: Profile) -> dict[str, Decimal]:
    """Sums in major units by key; cells that are no amounts count nothing, they are problems elsewhere."""
    if not len(sheet):
        return {}
    if profile.numbers.rounded:
        return _summed_exactly(sheet, amount, keys)
    currency = pc.list_element(pc.split_pattern(keys, _SEPARATOR), 1)
    minor, _ = _RuleRun(sheet, profile, _CONTROL_RULE, _Findings())._amount(
        amount.model_copy(update={"currency": None}), "control", currency
    )
    table = (
        pa.table({"key": keys, "minor": pc.fill_null(minor, 0)}).group_by("key").aggregate([("minor", "sum")])
    )
    return {
        key: Decimal(decimal_text(total, key.partition(_SEPARATOR)[2]))
        for key, total in zip(
            table.column("key").to_pylist(), table.column("minor_sum").to_pylist(), strict=True
        )
    }


def _summed_exactly(sheet: _Sheet, amount: AmountField, keys: pa.Array) -> dict[str, Decimal]:
    """Sums of amounts that have more places than their currency; only the sum is rounded."""
    total = pa.repeat(pa.scalar(Decimal(0), _SUM), len(sheet))
    for columns, add in ((amount.plus, pc.add), (amount.minus, pc.subtract)):
        for column in columns:
            exact, _, _ = decimal_numbers(sheet.text(column), sheet.numbers(column))
            total = pc.cast(add(total, pc.fill_null(pc.cast(exact, _SUM), Decimal(0))), _SUM)
    total = _signed(total, amount, sheet)
    found: dict[str, Decimal] = {}
    for key, value in zip(keys.to_pylist(), total.to_pylist(), strict=True):
        found[key] = found.get(key, Decimal(0)) + value
    return {key: rounded(value, key.partition(_SEPARATOR)[2]) for key, value in found.items()}


_SUM = pa.decimal128(30, 9)
_CONTROL_RULE = EventRule(informative=True)


def _added(left: pa.Array, right: pa.Array) -> pa.Array:
    """Sum in which an empty side counts nothing; both empty give nothing."""
    both = pc.add(pc.fill_null(left, 0), pc.fill_null(right, 0))
    return pc.if_else(pc.and_(pc.is_null(left), pc.is_null(right)), pa.scalar(None, pa.int64()), both)


def _signed(total: pa.Array, source: AmountField, sheet: _Sheet) -> pa.Array:
    """The amounts with the sign that the profile gives them."""
    if source.sign is Sign.POSITIVE:
        total = pc.abs(total)
    elif source.sign is Sign.NEGATIVE:
        total = pc.negate(pc.abs(total))
    elif source.sign is Sign.FLIPPED:
        total = pc.negate(total)
    if source.negative_when:
        total = pc.if_else(_holds(sheet, source.negative_when), pc.negate(total), total)
    return total


def _first_column(source: AmountField | None) -> str:
    return (*source.plus, *source.minus, "")[0] if source else ""


def _shown(text: pa.Array | None, position: int) -> str:
    value = text[position].as_py() if text is not None else None
    return f'"{str(value or "")[:60]}"'


def _stray(sheet: _Sheet, profile: Profile, position: int) -> str:
    columns = dict.fromkeys(column for rule in profile.rules for column in rule.when)
    shown = ", ".join(f"{column} {_shown(sheet.text(column), position)}" for column in columns)
    return f"{profile.profile} has no kind of row with {shown}."


def _flat(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
