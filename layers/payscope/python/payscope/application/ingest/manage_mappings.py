"""A bank's own layouts: what was proposed, and proposals that people make themselves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Protocol
from uuid import UUID

from payscope.application.ingest.read_reports import ReportReader, get_report
from payscope.application.ingest.report_ports import MappingBook, MappingProposal
from payscope.application.paging import Page, decode_cursor, page_of
from payscope.domain.ingest.layouts import fingerprint
from payscope.domain.ingest.profiles import Profile
from payscope.errors import InvalidInput


class MappingStatus(StrEnum):
    """Where a mapping stands."""

    PROPOSED = "PROPOSED"
    APPROVED = "APPROVED"
    REFUSED = "REFUSED"


@dataclass(frozen=True, slots=True)
class MappingRow:
    """A mapping with its evidence and who decided about it."""

    mapping_id: UUID
    name: str
    version: int
    status: str
    report_id: UUID
    profile: Mapping[str, Any]
    evidence: Mapping[str, Any]
    confidence: Decimal
    proposed_at: datetime
    decided_at: datetime | None
    decided_by: str | None


class MappingReader(Protocol):
    """Reads the mappings of one bank."""

    def page(
        self, bank_id: UUID, status: str | None, before: tuple[datetime, UUID] | None, limit: int
    ) -> Sequence[MappingRow]:
        """Mappings, newest first, older than the pair of proposal time and id."""
        ...


def list_mappings(
    reader: MappingReader, bank_id: UUID, status: MappingStatus | None, limit: int, cursor: str | None
) -> Page[MappingRow]:
    """A page of the bank's mappings, newest first.

    Raises:
        InvalidInput: The cursor is not one of this list.
    """
    key = decode_cursor(cursor, 2)
    try:
        before = (datetime.fromisoformat(key[0]), UUID(key[1])) if key else None
    except ValueError as error:
        raise InvalidInput("The cursor is not one that this list gave.") from error
    rows = reader.page(bank_id, status.value if status else None, before, limit + 1)
    return page_of(rows, limit, lambda row: (row.proposed_at.isoformat(), str(row.mapping_id)))


@dataclass(frozen=True, slots=True)
class ProposeMapping:
    """Keeps a profile that a person wrote as a proposal; it applies once it is approved."""

    book: MappingBook
    reports: ReportReader

    def __call__(
        self, bank_id: UUID, report_id: UUID, profile: Profile, subject: str, mapping_id: UUID, now: datetime
    ) -> UUID:
        """The proposal's id; an open proposal for the same columns is given instead of a second one.

        Args:
            report_id: A report of the bank with this layout.
            mapping_id: The id of a new proposal.

        Raises:
            NotFound: The bank has no such report.
        """
        get_report(self.reports, bank_id, report_id)
        proposal = MappingProposal(
            mapping_id,
            profile.name,
            report_id,
            fingerprint(profile.header),
            profile.model_dump(mode="json", exclude_defaults=True),
            {"written_by": subject},
            1.0,
        )
        return self.book.propose(bank_id, proposal, now)
