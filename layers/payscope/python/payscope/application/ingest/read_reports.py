"""What became of the files that a bank dropped."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Protocol
from uuid import UUID

from payscope.application.paging import Page, decode_cursor, page_of
from payscope.domain.ingest.reports import ReportStatus
from payscope.errors import InvalidInput, NotFound


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportSummary:
    """One delivered file in a list."""

    report_id: UUID
    file_name: str
    status: ReportStatus
    reason: str | None
    duplicate_of: UUID | None
    revision: int
    revision_of: UUID | None
    profile: str | None
    format: str | None
    source: str | None
    rows_read: int
    rows_loaded: int
    rows_quarantined: int
    rows_duplicate: int
    rows_informative: int
    first_at: datetime | None
    last_at: datetime | None
    received_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class ControlTotal:
    """A figure of the file about itself beside ours; ``agrees`` is null where it cannot be compared."""

    name: str
    currency: str | None
    stated: Decimal | None
    computed: Decimal | None
    agrees: bool | None


@dataclass(frozen=True, slots=True)
class CurrencyTotal:
    """Rows of a report in one currency and their sum, towards the merchant positive."""

    rows: int
    amount: str


@dataclass(frozen=True, slots=True)
class ReportReceipt:
    """The whole account of one file."""

    report: ReportSummary
    object_key: str
    object_version: str
    byte_size: int | None
    content_sha256: str | None
    control_totals: tuple[ControlTotal, ...]
    currencies: Mapping[str, CurrencyTotal]
    problems: Mapping[str, int]
    drift: object


@dataclass(frozen=True, slots=True)
class ReportProblem:
    """A quarantined row with its reason; row 0 is the file as a whole."""

    row_number: int
    field: str
    code: str
    message: str
    raw: object


class ReportReader(Protocol):
    """Reads the reports of one bank."""

    def page(
        self, bank_id: UUID, status: ReportStatus | None, before: tuple[datetime, UUID] | None, limit: int
    ) -> Sequence[ReportSummary]:
        """Reports, newest first, older than the pair of arrival and id."""
        ...

    def receipt(self, bank_id: UUID, report_id: UUID) -> ReportReceipt | None:
        """The account of one report."""
        ...

    def problems(
        self, bank_id: UUID, report_id: UUID, after: tuple[int, str, str], limit: int
    ) -> Sequence[ReportProblem]:
        """Problems behind the triple of row, field and code, in that order."""
        ...


def list_reports(
    reader: ReportReader, bank_id: UUID, status: ReportStatus | None, limit: int, cursor: str | None
) -> Page[ReportSummary]:
    """A page of the bank's reports, newest first.

    Raises:
        InvalidInput: The cursor is not one of this list.
    """
    key = decode_cursor(cursor, 2)
    try:
        before = (datetime.fromisoformat(key[0]), UUID(key[1])) if key else None
    except ValueError as error:
        raise InvalidInput("The cursor is not one that this list gave.") from error
    rows = reader.page(bank_id, status, before, limit + 1)
    return page_of(rows, limit, lambda row: (row.received_at.isoformat(), str(row.report_id)))


def get_report(reader: ReportReader, bank_id: UUID, report_id: UUID) -> ReportReceipt:
    """The account of one file.

    Raises:
        NotFound: The bank has no such report.
    """
    receipt = reader.receipt(bank_id, report_id)
    if receipt is None:
        raise NotFound("There is no such report.")
    return receipt


def list_problems(
    reader: ReportReader, bank_id: UUID, report_id: UUID, limit: int, cursor: str | None
) -> Page[ReportProblem]:
    """A page of the rows that were not taken from a file, each with its reason.

    Raises:
        NotFound: The bank has no such report.
        InvalidInput: The cursor is not one of this list.
    """
    key = decode_cursor(cursor, 3)
    try:
        after = (int(key[0]), key[1], key[2]) if key else (-1, "", "")
    except ValueError as error:
        raise InvalidInput("The cursor is not one that this list gave.") from error
    if not -1 <= after[0] < 2**63:
        raise InvalidInput("The cursor is not one that this list gave.")
    get_report(reader, bank_id, report_id)
    rows = reader.problems(bank_id, report_id, after, limit + 1)
    return page_of(rows, limit, lambda row: (str(row.row_number), row.field, row.code))
