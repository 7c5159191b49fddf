"""What must hold of whatever is read from hostile bytes, from the file to the events that would be loaded."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from uuid import UUID

import pyarrow as pa

from payscope.adapters.arrow.chunks import ArrowSampler, ChunkCutter
from payscope.adapters.arrow.guard import ArrowCardGuard
from payscope.adapters.arrow.mapper import ArrowMapper
from payscope.adapters.arrow.values import YEARS
from payscope.adapters.yaml.profiles import PackagedProfiles
from payscope.application.ingest.loading_ports import MappedChunk
from payscope.application.ingest.parse_report import ParseReport
from payscope.application.ingest.report_ports import ChunkRef, ReportFile, ReportReader
from payscope.domain.ingest.layouts import fingerprint
from payscope.domain.ingest.mapping import infer_profile
from payscope.domain.ingest.problems import Problem
from payscope.domain.ingest.profiles import Profile
from payscope.domain.ingest.reports import RowAccount
from payscope.errors import InvalidInput

BANK = UUID("11111111-1111-4111-8111-111111111111")
CARD = "4929102875318648"
PROFILES = PackagedProfiles().all()
_FILE = ReportFile("reports", "key", "1")
_GUARD = ArrowCardGuard(b"k" * 32)
_MAPPER = ArrowMapper()
# The card number that all seeds carry, standing by itself and not behind a decimal point.
_IN_CLEAR = re.compile(rf"(?<![0-9A-Za-z.]){CARD}(?![0-9A-Za-z])")
_LARGEST = 2**63 - 1
# Layouts with footers, records, leads, preambles and stated totals; all of them are tried by the mapper.
_TRIED = ("adyen-settlement", "processor-settlement", "paypal-stl", "trustly-funding", "dlocal-settlement",
          "stripe-balance", "acquirer-auth", "acquirer-disputes", "creditsuisse-account")  # fmt: skip
KNOWN = tuple(profile for profile in PROFILES if profile.format != "DELIMITED" or profile.name in _TRIED)


@dataclass
class Kept:
    """Reader, store, books and ledger of one file at once; it remembers everything that it was given."""

    open_reader: Callable[[Sequence[Profile]], ReportReader]
    profile: Profile | None = None
    tables: list[pa.Table] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    account: RowAccount = field(default_factory=RowAccount)
    texts: list[str] = field(default_factory=list)

    def open(self, _file: ReportFile, known: Sequence[Profile]) -> ReportReader:
        reader = self.open_reader(known)
        self.profile = reader.layout.profile
        return reader

    def all(self) -> tuple[Profile, ...]:
        return KNOWN

    def approved(self, _bank: UUID) -> tuple[Profile, ...]:
        return ()

    def advance(self, *_: Any) -> None:
        return None

    def write(self, _bank: UUID, _report: UUID, number: int, table: pa.Table) -> ChunkRef:
        table.validate(full=True)
        self.tables.append(table)
        return ChunkRef(number, str(number), 0, table.num_rows)

    def record_problems(self, _bank: UUID, _report: UUID, problems: Sequence[Problem]) -> None:
        self.problems += problems

    def record_reading(self, _bank: UUID, _report: UUID, account: RowAccount, stated: Sequence[Any]) -> None:
        self.account = account
        self.texts += [part for total in stated for part in (total.name, total.currency)]


def judge(open_reader: Callable[[Sequence[Profile]], ReportReader]) -> Kept | None:
    """Read, guard and map what the reader gives, and check it; None when the file is refused.

    Raises:
        AssertionError: A row is lost or counted twice, a card number is left, or a text cannot be stored.
    """
    kept = Kept(open_reader)
    each: Any = kept
    try:
        use = ParseReport(each, _GUARD, each, ChunkCutter, each, each, each, each)
        parsed = use.parse(BANK, BANK, _FILE)
    except InvalidInput as error:
        _check_texts([error.message])
        return None
    kept.texts += [*parsed.columns, *parsed.drift]
    _check_rows(kept)
    profile = kept.profile or _inferred(kept, parsed.columns)
    for table in kept.tables:
        _check_cells(table, kept.profile)
    if profile is not None:
        for number, table in enumerate(kept.tables):
            judge_mapping(table, profile, kept.tables[:number])
    _check_texts(kept.texts)
    _check_problems(kept.problems)
    return kept


def cleaned(rows: pa.Table, profile: Profile) -> pa.Table:
    """Rows as loading hands them to the mapper: without card numbers."""
    return _GUARD.clean(rows, BANK, profile.identifier_names)[0]


def judge_mapping(rows: pa.Table, profile: Profile, earlier: Sequence[pa.Table] = ()) -> MappedChunk:
    """Map rows as loading does and check what would go into the database."""
    chunk = _MAPPER.map(rows, profile, BANK, BANK, earlier)
    events: Any = chunk.events
    loaded = events.rows if events is not None else 0
    assert chunk.rows == loaded + chunk.informative + chunk.quarantined, "rows are lost or counted twice"
    assert chunk.rows == rows.num_rows
    _check_problems(chunk.problems, _identifiers(profile))
    if events is not None:
        text = bytes(events.copy_text(events.columns))
        assert text
        assert b"\0" not in text, "the database takes no NUL character"
        first, last = events.span()
        # A time at either end of the years that are accepted may be in the next one in UTC.
        assert YEARS[0] - 1 <= first.year <= last.year <= YEARS[1] + 1, f"{first} to {last}"
        assert events.months()
        events.parties()
        for name in events.table.column_names:
            if name.endswith("_minor"):
                values = [value for value in events.table.column(name).to_pylist() if value is not None]
                assert all(-_LARGEST <= value <= _LARGEST for value in values)
    for part in chunk.totals:
        assert part.computed == part.computed, "a sum is no number"
    return chunk


def _inferred(kept: Kept, columns: Sequence[str]) -> Profile | None:
    if not kept.tables:
        return None
    sample = ArrowSampler().sample(kept.tables[0], 500)
    try:
        inferred = infer_profile(fingerprint(columns), columns, sample)
    except InvalidInput as error:
        _check_texts([error.message])
        return None
    return Profile.model_validate(inferred.profile)


def _check_rows(kept: Kept) -> None:
    """Every row is in one place, under a number of its own."""
    numbers = [number for table in kept.tables for number in table.column("_row").to_pylist()]
    refused = {problem.row_number for problem in kept.problems}
    assert len(numbers) == len(set(numbers)), "a row was read twice"
    assert not refused & set(numbers), "a row was read and refused"
    assert all(number > 0 for number in (*numbers, *refused)), "a row has no number"
    account = kept.account
    assert account.balances
    assert account.quarantined == len(refused), "a refused row was counted twice or not at all"
    assert account.informative >= 0


def _check_cells(table: pa.Table, profile: Profile | None) -> None:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    if CARD.encode() not in sink.getvalue().to_pybytes():
        return
    spared = _identifiers(profile)
    for name in table.column_names:
        if name != "_row" and name.casefold() not in spared:
            _check_texts(table.column(name).to_pylist())


def _check_problems(problems: Sequence[Problem], spared: frozenset[str] = frozenset()) -> None:
    for problem in problems:
        raw = problem.raw or {}
        kept = [text for name, text in raw.items() if name.casefold() not in spared]
        _check_texts([problem.field, problem.message, *raw, *kept])


def _check_texts(texts: Sequence[str]) -> None:
    joined = "\n".join(texts)
    # The database takes no half of a surrogate pair.
    joined.encode()
    if CARD in joined:
        found = _IN_CLEAR.search(joined)
        assert found is None, f"a card number is left in clear: {joined[:500]!r}"


@cache
def _names(name: str) -> frozenset[str]:
    profile = next(profile for profile in PROFILES if profile.profile == name)
    return frozenset(other.casefold() for column in profile.identifiers for other in profile.names_of(column))


def _identifiers(profile: Profile | None) -> frozenset[str]:
    """Columns in which a bare number is an identifier by the layout's definition."""
    known = profile is not None and any(profile is other for other in PROFILES)
    return _names(profile.profile) if profile is not None and known else frozenset()
