"""Load one chunk of a report: rows become events, events become facts."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from payscope.application.ingest.loading_ports import EventLedger, RowMapper
from payscope.application.ingest.map_report import find_profile
from payscope.application.ingest.report_ports import (
    CardGuard,
    ChunkRef,
    ChunkStore,
    MappingBook,
    ProfileBook,
)
from payscope.domain.ingest.problems import Problem
from payscope.domain.ingest.profiles import Profile
from payscope.domain.ingest.reports import RowAccount


@dataclass(frozen=True, slots=True)
class LoadChunk:
    """Loads a chunk once; a second time gives the same account and changes nothing.

    The rows go through the card guard again: nothing enters the database that was not guarded by the
    release that writes it, whatever lay in the work bucket.
    """

    chunks: ChunkStore
    guard: CardGuard
    mapper: RowMapper
    events: EventLedger
    profiles: ProfileBook
    mappings: MappingBook

    def load(
        self, bank_id: UUID, report_id: UUID, profile: str, chunk: ChunkRef, now: datetime
    ) -> RowAccount:
        """Map and record the rows of a chunk; key (bank_id, report_id, chunk).

        Raises:
            InvalidInput: There is no such profile.
            NotFound: The chunk is no longer in the work bucket.
            Unavailable: A store is away.
        """
        known = self.events.loaded(bank_id, report_id, chunk.number)
        if known is not None:
            return known
        chosen = find_profile(self.profiles, self.mappings, bank_id, profile)
        earlier = (
            self._guarded(self.chunks.read_number(bank_id, report_id, number), chosen, bank_id)[0]
            for number in range(chunk.number)
        )
        rows, found = self._guarded(self.chunks.read(chunk.key), chosen, bank_id)
        mapped = self.mapper.map(rows, chosen, bank_id, report_id, earlier)
        if found:
            mapped = replace(
                mapped,
                problems=(*found, *mapped.problems),
                rows=mapped.rows + len(found),
                quarantined=mapped.quarantined + len(found),
            )
        return self.events.load(bank_id, report_id, chunk, mapped, now)

    def _guarded(self, rows: Any, profile: Profile, bank_id: UUID) -> tuple[Any, tuple[Problem, ...]]:
        return self.guard.clean(rows, bank_id, profile.identifier_names)
