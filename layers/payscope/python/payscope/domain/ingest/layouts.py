"""Layouts: the header that tells a report, found by content in the first lines of a file."""

import csv
import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace

from payscope.domain.ingest.column_words import normal_name
from payscope.domain.ingest.layout_drift import drifted, is_reordered
from payscope.domain.ingest.profiles import Profile
from payscope.errors import InvalidInput

DELIMITERS = (",", ";", "\t", "|")
_HEAD_LINES = 60
_LOOKS_LIKE = "looks like "
_NUMBER = re.compile(r"[-+(]?[\d.,'\u00a0\u202f ]*\d[)-]?%?")
_DATE = re.compile(r"\d{1,4}[-./]\d{1,2}[-./]\d{1,4}([ T].*)?")
# Words that begin a line of totals, in the languages of the profiles.
_TOTAL_WORDS = re.compile(
    r"#?\s*(grand |sub)?-?(totals?|trailer|summary|summe|gesamt|saldo|totale|totaal|suma|somme|sum|eof|footer"
    r"|end of (file|report)|(carried|brought) forward|.bertrag|riporto)\b.*",
    re.IGNORECASE,
)
# A total that says nothing but that it is one; a cell that is not the line's first may name anything else.
_BARE_TOTAL = re.compile(
    r"(grand |sub)?-?(totals?|summe|gesamt(summe|betrag)?|totale|totaal|suma|somme|sum)( [a-z]{3})?\s*:?",
    re.IGNORECASE,
)
# What every line of totals begins with, in the language of RE2; the others decide.
MAYBE_TOTAL = (
    r"(?i)^\s*#?\s*(grand |sub)?-?(tota|trailer|summ|gesamt|saldo|sum|somme|end of|eof|footer|carried|brought"
    r"|.bertrag|riporto)"
)


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the table of a delimited file is and what its columns are called.

    ``header_line`` is the 1-based physical line of the header, 0 where the file has none.
    ``drift`` tells the columns that the profile does not know and the optional ones that are missing.
    """

    delimiter: str
    header_line: int
    columns: tuple[str, ...]
    preamble: int
    profile: Profile | None
    drift: tuple[str, ...] = ()
    records: str | None = field(default=None)


def fingerprint(columns: Iterable[str]) -> str:
    """Identity of a layout: its column names without order."""
    names = sorted(normal_name(column) for column in columns if column.strip())
    return hashlib.sha256("\x1f".join(names).encode()).hexdigest()


def is_total_label(text: str) -> bool:
    """Whether a line that begins so says of itself that it sums others."""
    return _TOTAL_WORDS.fullmatch(text) is not None


def is_bare_total(text: str) -> bool:
    """Whether a text is a word for totals and nothing else, but for a currency."""
    return _BARE_TOTAL.fullmatch(text) is not None


def lacks_column(note: str) -> bool:
    """Whether a note of drift says that a known layout lacks a column that it needs."""
    return note.startswith(_LOOKS_LIKE)


def match_profile(columns: Sequence[str], profiles: Iterable[Profile]) -> Profile | None:
    """The profile whose required columns are all there; of several the most demanding, then the newest."""
    present = {normal_name(column) for column in columns}
    fitting = [
        profile
        for profile in profiles
        if profile.format == "DELIMITED"
        and not (profile.records and profile.records.lead)
        and all(_is_present(column, profile, present) for column in profile.header)
    ]
    return max(fitting, key=lambda profile: (len(profile.header), profile.version), default=None)


def _is_present(column: str, profile: Profile, present: Collection[str]) -> bool:
    return any(normal_name(name) in present for name in profile.names_of(column))


def unknown_columns(columns: Sequence[str], profile: Profile) -> tuple[str, ...]:
    """Columns that the profile does not know; ``*`` at the end of a known one matches any continuation."""
    others = (name for names in profile.aliases.values() for name in names)
    known = {normal_name(column) for column in (*profile.header, *profile.optional, *others)}
    prefixes = tuple(name[:-1] for name in known if name.endswith("*"))
    return tuple(
        column
        for column in columns
        if column.strip()
        and normal_name(column) not in known
        and not normal_name(column).startswith(prefixes or "\0")
    )


def tell_layout(head: str, profiles: Sequence[Profile]) -> Layout:
    """Find the table in the first lines of a text.

    A header that a profile knows decides. Otherwise it is the first line of several distinct words
    that lines of as many cells follow, of which a known layout may be told that has changed.

    Args:
        head: The beginning of the file, decoded; its last line may be cut off.
        profiles: The layouts that are known to this bank.

    Raises:
        InvalidInput: There is no table.
    """
    lines = head.splitlines()[:_HEAD_LINES]
    found = _led_layout(lines, profiles) or _known_layout(lines, profiles)
    if found is not None:
        return found
    found = _likely_layout(lines)
    if found is None:
        raise InvalidInput("The file is text without a table of columns: no header line was found.")
    return _drifted_layout(found, lines, profiles)


def _drifted_layout(found: Layout, lines: Sequence[str], profiles: Sequence[Profile]) -> Layout:
    """The layout as a known one that has changed, where it is one; told beside it where it lacks a column."""
    rows = [_cells(line, found.delimiter) for line in lines[found.header_line :]]
    rows = [row for row in rows if len(row) == len(found.columns)]
    sample = {name: [row[place] for row in rows] for place, name in enumerate(found.columns)}
    near = [
        drift
        for profile in profiles
        if profile.format == "DELIMITED" and profile.records is None
        if (drift := drifted(found.columns, sample, profile))
    ]
    near.sort(key=lambda drift: (-len(drift.lacking), drift.known, drift.profile.version))
    best = near[-1] if near else None
    if best is None:
        return found
    if best.lacking:
        lacks = ", ".join(best.lacking)
        return replace(found, drift=(f"{_LOOKS_LIKE}{best.profile.profile}, but lacks the column {lacks}",))
    columns = tuple(best.renamed.get(name, name) for name in found.columns)
    strange = (f"unknown column {name}" for name in unknown_columns(columns, best.profile))
    moved = ("the columns are in another order",) if is_reordered(columns, best.profile) else ()
    return replace(found, columns=columns, profile=best.profile, drift=(*best.notes, *moved, *strange))


def _led_layout(lines: Sequence[str], profiles: Sequence[Profile]) -> Layout | None:
    """A layout without a header, told by the first cells of the first line."""
    first = next((line for line in lines if line.strip()), "")
    for profile in sorted(profiles, key=lambda profile: -profile.version):
        if profile.records is None or not profile.records.lead:
            continue
        lead = profile.records.lead
        for delimiter in DELIMITERS:
            cells = [cell.strip() for cell in _cells(first, delimiter)]
            if tuple(cells[: len(lead)]) == lead:
                return Layout(delimiter, 0, profile.records.columns, 0, profile)
    return None


def _known_layout(lines: Sequence[str], profiles: Sequence[Profile]) -> Layout | None:
    for number, line in enumerate(lines, 1):
        for delimiter in DELIMITERS:
            if delimiter not in line:
                continue
            cells = _cells(line, delimiter)
            above = _cells(lines[number - 2], delimiter) if number > 1 else []
            cells = _on_two_lines(above, cells) or cells
            profile = match_profile(cells, profiles)
            if profile is None:
                continue
            if profile.records is not None and cells[0].strip() != profile.records.header:
                continue
            return _layout(cells, delimiter, number, lines, profile)
    return None


def _likely_layout(lines: Sequence[str]) -> Layout | None:
    best: tuple[float, Layout] | None = None
    for delimiter in DELIMITERS:
        rows = [_cells(line, delimiter) for line in lines]
        widths = Counter(len(row) for row in rows if len(row) > 1)
        for number, row in enumerate(rows, 1):
            if not _is_header(row):
                continue
            if number < len(rows) and (both := _on_two_lines(row, rows[number])) is not None:
                row, number = both, number + 1
            following = rows[number : number + 10]
            alike = sum(
                1 for other in following if len(other) == len(row) and any(cell.strip() for cell in other)
            )
            if following and alike == 0 and number < len(lines):
                continue
            score = widths[len(row)] * len(row) / (1 + number * 0.01)
            if best is None or score > best[0]:
                best = (score, _layout(row, delimiter, number, lines, None))
            break
    return best[1] if best else None


def _on_two_lines(upper: Sequence[str], lower: Sequence[str]) -> list[str] | None:
    """The column names of a header whose cells were merged downwards; None when the lines are none.

    Such cells are empty in the lower line. Cells merged to the right are titles over several columns,
    which have names of their own in the lower line.
    """
    if len(upper) != len(lower):
        return None
    names = [own.strip() or over.strip() for over, own in zip(upper, lower, strict=True)]
    is_merged = any(over.strip() and not own.strip() for over, own in zip(upper, lower, strict=True))
    is_told = any(own.strip() for own in lower)
    return names if is_merged and is_told and all(names) and _is_header(names) and _is_words(lower) else None


def _is_words(cells: Sequence[str]) -> bool:
    return not any(_NUMBER.fullmatch(cell.strip()) or _DATE.fullmatch(cell.strip()) for cell in cells if cell)


def _is_header(cells: Sequence[str]) -> bool:
    words = [cell.strip() for cell in cells]
    named = [word for word in words if word]
    if (
        len(named) < 3
        or len(named) < len(words) * 0.6
        or len({word.casefold() for word in named}) < len(named) * 0.8
    ):
        return False
    return not any(_NUMBER.fullmatch(word) or _DATE.fullmatch(word) or len(word) > 80 for word in named)


def _layout(
    cells: Sequence[str], delimiter: str, number: int, lines: Sequence[str], profile: Profile | None
) -> Layout:
    columns = _distinct(cells)
    drift: tuple[str, ...] = ()
    if profile is not None:
        own = _data_columns(columns, profile)
        moved = ("the columns are in another order",) if is_reordered(own, profile) else ()
        drift = (*moved, *(f"unknown column {column}" for column in unknown_columns(own, profile)))
    preamble = sum(1 for line in lines[: number - 1] if line.strip(" \t;,|"))
    return Layout(delimiter, number, columns, preamble, profile, drift)


def _data_columns(columns: Sequence[str], profile: Profile) -> Sequence[str]:
    return columns[1:] if profile.records is not None else columns


def _distinct(cells: Sequence[str]) -> tuple[str, ...]:
    """Column names that are unique: blank ones are numbered, repeated ones counted."""
    seen: Counter[str] = Counter()
    names: list[str] = []
    for index, cell in enumerate(cells, 1):
        name = unicodedata.normalize("NFKC", cell).strip().strip("\ufeff") or f"column {index}"
        seen[name.casefold()] += 1
        names.append(name if seen[name.casefold()] == 1 else f"{name} ({seen[name.casefold()]})")
    return tuple(names)


def _cells(line: str, delimiter: str) -> list[str]:
    try:
        rows = list(csv.reader([line], delimiter=delimiter))
    except csv.Error:
        return []
    return rows[0] if rows else []
