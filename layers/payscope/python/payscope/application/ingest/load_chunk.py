"""Load one chunk of a report: rows become events, events become facts."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from payscope.application.ingest.loading_ports import EventLedger, RowMapper
from payscope.application.ingest.map_report import find_profile
from payscope.application.ingest.report_ports import ChunkRef, ChunkStore, MappingBook, ProfileBook
from payscope.domain.ingest.reports import RowAccount


@dataclass(frozen=True, slots=True)
class LoadChunk:
    """Loads a chunk once; a second time gives the same account and changes nothing."""

    chunks: ChunkStore
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
        earlier = (self.chunks.read_number(bank_id, report_id, number) for number in range(chunk.number))
        mapped = self.mapper.map(self.chunks.read(chunk.key), chosen, bank_id, report_id, earlier)
        return self.events.load(bank_id, report_id, chunk, mapped, now)
