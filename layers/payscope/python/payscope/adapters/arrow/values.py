"""Text columns to exact values, whole columns at a time; what is no value is told by mask."""

# pyarrow.compute makes its functions when it is imported, so their names are unknown before.
# pyright: reportAttributeAccessIssue=false

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any
from zoneinfo import available_timezones

import pyarrow as pa
import pyarrow.compute as pc

from payscope.domain.ingest.months import month_in_digits
from payscope.domain.ingest.profiles import COMMA_DECIMAL, POINT_DECIMAL, ImpliedDecimals, Numbers
from payscope.domain.ingest.zones import ABBREVIATIONS
from payscope.domain.money import exponent

_NUMBER = r"^-?[0-9]{1,14}(?:\.[0-9]{0,9})?$"
_HUGE = r"^-?[0-9]{15,}(?:\.[0-9]*)?$"
_EXACT = pa.decimal128(28, 9)
_FACTOR = pa.decimal128(9, 4)
_WIDE = pa.decimal128(38, 13)
_CURRENCY = re.compile(r"[A-Z]{3}")
# Signs of currencies that stand before or after an amount.
_SIGNS = "$\u20ac\u00a3\u00a5\u20b9"
_OFFSET = r"(?P<sign>[+-])(?P<hours>[0-9]{2}):?(?P<minutes>[0-9]{2})$"
_ISO = (
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]{1,9})?)?)?"
    r"(?:Z|[+-][0-9]{2}:?[0-9]{2})?$"
)
_TIMESTAMP = pa.timestamp("us")
# Events lie in one table a month: a slip of the pen in a year must not make tables in other centuries.
YEARS = (1970, 2099)
# Texts that occur this often on average are looked at once each.
_FEW = 4


@dataclass(frozen=True, slots=True)
class Amounts:
    """Minor units (int64, null where there is none) and, as masks, the cells that are no amount."""

    minor: pa.Array
    not_a_number: pa.Array
    too_large: pa.Array
    too_precise: pa.Array


@dataclass(frozen=True, slots=True)
class Instants:
    """UTC instants (timestamp us), local dates as written (date32), and the cells that are neither."""

    utc: pa.Array
    local_date: pa.Array
    not_a_date: pa.Array
    unknown_zone: pa.Array


def trimmed(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    """The text without outer blanks and NUL characters; nothing where it is empty."""
    flat = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    data = flat.buffers()[-1]
    if data is not None and b"\0" in data.to_pybytes():
        # Records of fixed width are filled up with them, and the database takes none.
        flat = pc.replace_substring(flat, "\0", "")
    text = pc.utf8_trim_whitespace(flat)
    return pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)


def translated(column: pa.Array, function: Callable[[str], Any], kind: pa.DataType) -> pa.Array:
    """A function of each distinct value, spread over the column; nulls stay."""
    encoded = column.dictionary_encode()
    values = pa.array([function(value) for value in encoded.dictionary.to_pylist()], kind)
    if len(values) == 0:
        return pa.nulls(len(column), kind)
    return values.take(encoded.indices)


def nothing(length: int) -> pa.Array:
    """A mask that marks no cell."""
    return pa.repeat(pa.scalar(False), length)


def is_currency(code: str) -> bool:
    """Whether the code has the form of ISO 4217."""
    return _CURRENCY.fullmatch(code) is not None


def decimal_numbers(text: pa.Array, numbers: Numbers) -> tuple[pa.Array, pa.Array, pa.Array]:
    """Exact decimals (128 bit, 9 places) of texts, with masks of bad and huge ones."""
    plain, grouped = _ungrouped(text, numbers)
    good = pc.match_substring_regex(plain, _NUMBER)
    if not pc.all(good).as_py() and pc.sum(pc.invert(good)).as_py():
        plain = _unusual(plain)
        good = pc.match_substring_regex(plain, _NUMBER)
    good = pc.fill_null(pc.and_not(good, grouped), True)
    if pc.all(good).as_py():
        none = nothing(len(text))
        return pc.cast(plain, _EXACT), none, none
    huge = pc.fill_null(pc.and_not(pc.match_substring_regex(plain, _HUGE), good), False)
    safe = pc.if_else(good, plain, pa.scalar(None, pa.string()))
    return pc.cast(safe, _EXACT), pc.and_not(pc.invert(good), huge), huge


def _ungrouped(text: pa.Array, numbers: Numbers) -> tuple[pa.Array, pa.Array]:
    """Numbers with a point for their decimal sign and without group signs; a mask of those ill grouped."""
    plain, grouped = text, nothing(len(text))
    if numbers.group:
        has_group = pc.match_substring(text, numbers.group)
        if pc.any(has_group).as_py():
            wrong = pc.invert(pc.match_substring_regex(text, _grouped(numbers)))
            grouped = pc.and_(has_group, wrong)
            plain = pc.replace_substring(plain, numbers.group, "")
    if numbers.decimal != ".":
        # A point that is neither decimal nor group sign must not pass for one.
        plain = pc.replace_substring(pc.replace_substring(plain, ".", "?"), numbers.decimal, ".")
    return plain, grouped


def number_style(text: pa.Array, numbers: Numbers) -> Numbers:
    """The numbers of a column with the decimal sign that its cells show."""
    if numbers.decimal != "any":
        return numbers
    commas, points = (
        pc.sum(pc.match_substring_regex(text, pattern)).as_py() or 0
        for pattern in (COMMA_DECIMAL, POINT_DECIMAL)
    )
    return numbers.shown_by(commas > points)


def minor_units(
    text: pa.Array, currency: pa.Array, numbers: Numbers, implied: ImpliedDecimals | None
) -> Amounts:
    """Amounts as integers of the currency's minor unit.

    Args:
        text: As the layout writes them; null for no amount.
        currency: ISO 4217 codes, one a row.
        numbers: Decimal and group signs.
        implied: Digits after an unwritten decimal point, null when it is written.
    """
    plain = _plain_minor_units(text, currency, numbers) if implied is None else None
    if plain is not None:
        none = nothing(len(text))
        return Amounts(plain, none, none, none)
    exact, bad, huge = decimal_numbers(text, numbers)

    def factor(code: str) -> Decimal:
        places = exponent(code)
        return Decimal(10) ** (places - (places if implied == "minor" else implied or 0))

    scaled = pc.multiply(exact, translated(currency, factor, _FACTOR))
    if numbers.rounded:
        scaled = pc.round(scaled, 0, "half_towards_infinity")
    minor = pc.cast(scaled, pa.int64(), safe=False)
    inexact = pc.fill_null(pc.not_equal(pc.cast(minor, _WIDE), pc.cast(scaled, _WIDE)), False)
    return Amounts(pc.if_else(inexact, pa.scalar(None, pa.int64()), minor), bad, huge, inexact)


def _plain_minor_units(text: pa.Array, currency: pa.Array, numbers: Numbers) -> pa.Array | None:
    """Amounts of a column in which each cell has just the decimals of its currency; None for any other.

    That is how reports are written, and then the digits are the minor units.
    """
    places = {exponent(code) for code in pc.unique(currency).to_pylist() if code is not None}
    if len(places) != 1:
        return None
    # One look at each cell: signs of groups only where they belong.
    if not pc.all(
        pc.match_substring_regex(text, _plain_shape(numbers.group, numbers.decimal, places.pop()))
    ).as_py():
        return None
    for sign in filter(None, (numbers.group, numbers.decimal)):
        text = pc.replace_substring(text, sign, "")
    return pc.cast(text, pa.int64())


@cache
def _plain_shape(group: str, point: str, decimals: int) -> str:
    """An amount of up to 14 digits before its decimals; of 12 where they are grouped."""
    whole = "[0-9]{1,14}"
    if group:
        whole = rf"(?:{whole}|[0-9]{{1,3}}(?:{re.escape(group)}[0-9]{{3}}){{1,3}})"
    return rf"^-?{whole}" + (rf"{re.escape(point)}[0-9]{{{decimals}}}$" if decimals else "$")


def instants(text: pa.Array, formats: Sequence[str], zone: str | pa.Array) -> Instants:
    """Times as UTC instants and as local dates; a time outside of ``YEARS`` is none.

    Args:
        text: As the layout writes them.
        formats: ``iso`` or strptime patterns, ``%z`` only at the end; the first that fits a cell counts.
        zone: Of times without an offset: a name for all, or a column of names.
    """
    if isinstance(zone, str):
        # Reports repeat the few dates and times that they have.
        distinct = text.dictionary_encode()
        if len(distinct.dictionary) * _FEW <= len(text):
            return _spread(_instants(distinct.dictionary, formats, zone), distinct.indices)
    return _instants(text, formats, zone)


def _spread(found: Instants, places: pa.Array) -> Instants:
    """What was found of distinct texts, at the places where they stand; null stands for no text."""
    return Instants(
        found.utc.take(places),
        found.local_date.take(places),
        pc.fill_null(found.not_a_date.take(places), False),
        pc.fill_null(found.unknown_zone.take(places), False),
    )


def _instants(text: pa.Array, formats: Sequence[str], zone: str | pa.Array) -> Instants:
    local, offset = _parse(text, formats)
    years = pc.year(local)
    reasonable = pc.and_(pc.greater_equal(years, YEARS[0]), pc.less_equal(years, YEARS[1]))
    local = pc.if_else(reasonable, local, pa.scalar(None, _TIMESTAMP))
    bad = pc.and_(pc.is_valid(text), pc.is_null(local))
    dates = pc.cast(local, pa.date32())
    minutes = offset
    unknown = nothing(len(text))
    needs_zone = pc.and_(pc.is_valid(local), pc.is_null(offset))
    if pc.any(needs_zone).as_py():
        shifted, unknown = _localised(local, zone)
        with_offset = _shift(local, pc.fill_null(minutes, 0))
        utc = pc.if_else(needs_zone, shifted, with_offset)
        unknown = pc.and_(unknown, needs_zone)
    else:
        utc = _shift(local, pc.fill_null(minutes, 0))
    return Instants(utc, dates, bad, unknown)


def agreed_formats(text: pa.Array, formats: Sequence[str]) -> tuple[str, ...]:
    """The one format that a whole column keeps to; none when two give different times for every cell.

    The format that fits most cells is taken. Of several that fit as many, the one under which the
    column is in order, ascending or descending, as reports are.
    """
    readings = {pattern: _parse(text, (pattern,))[0] for pattern in formats}
    most = max(len(text) - times.null_count for times in readings.values())
    fitting = {
        pattern: times.drop_null()
        for pattern, times in readings.items()
        if len(text) - times.null_count == most
    }
    first = next(iter(fitting.values()))
    if most == 0 or all(times.equals(first) for times in fitting.values()):
        return tuple(fitting)[:1]
    ordered = tuple(pattern for pattern, times in fitting.items() if _is_ordered(times))
    return ordered if len(ordered) == 1 else ()


def _is_ordered(times: pa.Array) -> bool:
    earlier, later = times[:-1], times[1:]
    rises, falls = (pc.all(compare(earlier, later)).as_py() for compare in (pc.less_equal, pc.greater_equal))
    return rises is not False or falls is not False


def _grouped(numbers: Numbers) -> str:
    group, point = re.escape(numbers.group), re.escape(numbers.decimal)
    return rf"^[-+(\x{{2212}}]?[{_SIGNS}]?[-+]?[0-9]{{1,3}}(?:{group}[0-9]{{3}})+(?:{point}[0-9]*)?[)-]?$"


def _unusual(text: pa.Array) -> pa.Array:
    """Accountants' ways of writing numbers in the plain one: ``+1``, ``.5``, ``1-``, ``(1)``, ``1'000``."""
    text = pc.replace_substring_regex(text, f"[ '\u00a0\u202f\u2009\u2019\u00b4{_SIGNS}]", "")
    text = pc.replace_substring(text, "\u2212", "-")
    text = pc.replace_substring_regex(text, r"^([-+(]?)[A-Z]{3}([-+(]?[0-9])", r"\1\2")
    text = pc.replace_substring_regex(text, r"([0-9])[A-Z]{3}$", r"\1")
    text = pc.replace_substring_regex(text, r"^\((.*)\)$", r"-\1")
    text = pc.replace_substring_regex(text, r"^([0-9.]+)-$", r"-\1")
    text = pc.replace_substring_regex(text, r"^\+", "")
    return pc.replace_substring_regex(text, r"^(-?)\.([0-9])", r"\10.\2")


def _parse(text: pa.Array, formats: Sequence[str]) -> tuple[pa.Array, pa.Array]:
    """Local times as written, and the written offset in minutes (null where none is)."""
    local = pa.nulls(len(text), _TIMESTAMP)
    offset = pa.nulls(len(text), pa.int64())
    for pattern in formats:
        missing = pc.and_(pc.is_valid(text), pc.is_null(local))
        if not pc.any(missing).as_py():
            break
        rest = pc.if_else(missing, text, pa.scalar(None, pa.string()))
        times, offsets = _parse_iso(rest) if pattern == "iso" else _parse_pattern(rest, pattern)
        local = pc.coalesce(local, times)
        offset = pc.coalesce(offset, offsets)
    return local, offset


def _parse_iso(text: pa.Array) -> tuple[pa.Array, pa.Array]:
    shaped = pc.match_substring_regex(text, _ISO)
    text = pc.if_else(shaped, text, pa.scalar(None, pa.string()))
    offset = pa.nulls(len(text), pa.int64())
    zulu = pc.ends_with(text, "Z")
    if pc.any(zulu).as_py():
        text = pc.replace_substring_regex(text, "Z$", "")
        offset = pc.if_else(zulu, pa.scalar(0, pa.int64()), offset)
    if not pc.all(zulu).as_py():
        text, written = _split_offset(text, 16)
        offset = pc.coalesce(offset, written)
    text = pc.replace_substring(text, ",", ".")
    try:
        return pc.cast(text, _TIMESTAMP), offset
    except pa.ArrowInvalid:
        return translated(text, _iso_time, _TIMESTAMP), offset


def _parse_pattern(text: pa.Array, pattern: str) -> tuple[pa.Array, pa.Array]:
    offset = pa.nulls(len(text), pa.int64())
    if "%b" in pattern or "%B" in pattern:
        text = translated(text, month_in_digits, pa.string())
        pattern = pattern.replace("%b", "%m").replace("%B", "%m")
    if pattern.endswith("%z"):
        text, offset = _split_offset(text, 0)
        text = pc.if_else(pc.is_valid(offset), text, pa.scalar(None, pa.string()))
        pattern = pattern.removesuffix("%z").rstrip()
    shaped = pc.match_substring_regex(text, _pattern_shape(pattern))
    text = pc.if_else(shaped, text, pa.scalar(None, pa.string()))
    times = pc.strptime(text, format=pattern, unit="us", error_is_null=True)
    # strptime lets the 31st of a short month pass; such a day reads back as another one.
    exists = pc.equal(pc.strftime(times, format="%d"), pc.utf8_lpad(_day_digits(text, pattern), 2, "0"))
    return pc.if_else(exists, times, pa.scalar(None, _TIMESTAMP)), offset


def _day_digits(text: pa.Array, pattern: str) -> pa.Array:
    return pc.struct_field(pc.extract_regex(text, _pattern_shape(pattern)), "d")


@cache
def _pattern_shape(pattern: str) -> str:
    """The digits that a strptime pattern takes, strictly: four for a year, one or two for the rest."""
    shape = re.escape(pattern).replace(r"\%", "%").replace("\\ ", " ")
    parts = {
        "%Y": "[0-9]{4}", "%y": "[0-9]{2}", "%m": "[0-9]{1,2}", "%d": "(?P<d>[0-9]{1,2})", "%H": "[0-9]{1,2}",
        "%M": "[0-9]{2}", "%S": "[0-9]{1,2}", "%I": "[0-9]{1,2}", "%p": "[AaPp][Mm]",
    }  # fmt: skip
    for code, digits in parts.items():
        shape = shape.replace(code, digits)
    return f"^{shape}$"


def _split_offset(text: pa.Array, least: int) -> tuple[pa.Array, pa.Array]:
    """Texts without their offset, and the offset in minutes."""
    del least
    parts = pc.extract_regex(text, _OFFSET)
    has = pc.and_(pc.is_valid(parts), pc.match_substring(text, ":"))
    if not pc.any(has).as_py():
        return text, pa.nulls(len(text), pa.int64())
    hours = pc.cast(pc.struct_field(parts, "hours"), pa.int64())
    minutes = pc.add(pc.multiply(hours, 60), pc.cast(pc.struct_field(parts, "minutes"), pa.int64()))
    signed = pc.if_else(pc.equal(pc.struct_field(parts, "sign"), "-"), pc.negate(minutes), minutes)
    offset = pc.if_else(has, signed, pa.scalar(None, pa.int64()))
    bare = pc.utf8_trim_whitespace(pc.replace_substring_regex(text, r"[+-][0-9]{2}:?[0-9]{2}$", ""))
    return pc.if_else(has, bare, text), offset


def _localised(local: pa.Array, zone: str | pa.Array) -> tuple[pa.Array, pa.Array]:
    """Local times of a zone as UTC, and a mask of the rows whose zone is unknown."""
    if isinstance(zone, str):
        return _in_zone(local, zone), nothing(len(local))
    utc = pa.nulls(len(local), _TIMESTAMP)
    unknown = pc.is_null(zone)
    for name in pc.unique(zone).to_pylist():
        if name is None:
            continue
        here = pc.fill_null(pc.equal(zone, name), False)
        if not is_zone(name):
            unknown = pc.or_(unknown, here)
            continue
        utc = pc.if_else(here, _in_zone(local, name), utc)
    return utc, unknown


def is_zone(name: str) -> bool:
    """Whether the name is a known abbreviation or an IANA zone."""
    return name.upper() in ABBREVIATIONS or name in _zones()


@cache
def _zones() -> frozenset[str]:
    # A name out of a file is looked up here and never opened as a path. Two names are of no place.
    return frozenset(available_timezones() - {"Factory", "localtime"})


def _in_zone(local: pa.Array, name: str) -> pa.Array:
    minutes = ABBREVIATIONS.get(name.upper())
    if minutes is not None:
        return _shift(local, pa.scalar(minutes, pa.int64()))
    aware = pc.assume_timezone(local, name, ambiguous="earliest", nonexistent="latest")
    return pc.cast(pc.cast(aware, pa.timestamp("us", "UTC")), _TIMESTAMP)


def _shift(local: pa.Array, minutes: pa.Array | pa.Scalar) -> pa.Array:
    micros = pc.multiply(pc.cast(minutes, pa.int64()), 60_000_000)
    return pc.cast(pc.subtract(pc.cast(local, pa.int64()), micros), _TIMESTAMP)


def _iso_time(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None
