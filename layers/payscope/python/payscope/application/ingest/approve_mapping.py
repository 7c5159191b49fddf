"""A person approves a proposed mapping, and the reports that waited for it go on."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from payscope.application.ingest.receive_report import ReportMachine
from payscope.application.ingest.report_ports import ReportRecord
from payscope.domain.ingest.profile_columns import check_columns
from payscope.domain.ingest.profiles import Profile
from payscope.domain.ingest.reports import ReportStatus


class MappingDecisions(Protocol):
    """Proposals and who decided them."""

    def approve(
        self, bank_id: UUID, mapping_id: UUID, profile: Profile | None, actor: str, now: datetime
    ) -> Profile:
        """Make a proposal the bank's profile, with the person's changes where given.

        Raises:
            NotFound: The bank has no such mapping.
            Conflict: It is decided already.
        """
        ...

    def proposed(self, bank_id: UUID, mapping_id: UUID) -> Profile:
        """The profile as it was proposed or decided.

        Raises:
            NotFound: The bank has no such mapping.
        """
        ...

    def waiting(self, bank_id: UUID, mapping_id: UUID) -> tuple[ReportRecord, ...]:
        """Reports that wait for this mapping."""
        ...


@dataclass(frozen=True, slots=True)
class ApprovedMapping:
    """The profile that now applies and the reports that go on."""

    profile: str
    report_ids: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class ApproveMapping:
    """Approves mappings."""

    decisions: MappingDecisions
    machine: ReportMachine
    bucket: str

    def approve(
        self, bank_id: UUID, mapping_id: UUID, profile: Profile | None, actor: str, now: datetime
    ) -> ApprovedMapping:
        """Approve and start the chain again for every report that waits for this layout.

        Args:
            profile: What the person changed the proposal to; it reads columns of the layout only.

        Raises:
            NotFound: The bank has no such mapping.
            InvalidInput: The changed profile reads a column that the layout has not.
            Conflict: It is decided already.
        """
        if profile is not None:
            check_columns(profile, self.decisions.proposed(bank_id, mapping_id).header)
        approved = self.decisions.approve(bank_id, mapping_id, profile, actor, now)
        waiting = self.decisions.waiting(bank_id, mapping_id)
        for report in waiting:
            self.machine.start(
                f"{report.report_id}-{report.revision}-{approved.profile.replace('@', '-')}",
                {
                    "bank_id": str(bank_id),
                    "report_id": str(report.report_id),
                    "bucket": self.bucket,
                    "key": report.object_key,
                    "version": report.object_version,
                    "status": ReportStatus.RECEIVED.value,
                },
            )
        return ApprovedMapping(approved.profile, tuple(report.report_id for report in waiting))
