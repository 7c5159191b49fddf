"""The ledger of reports: deliveries, readings, problems, control totals, mappings."""

import json
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from psycopg.types.json import Jsonb

from payscope.adapters.postgres.tenancy import Database, TenantCursor, load_query
from payscope.application.ingest.report_ports import MappingProposal, NewReport, ReportRecord, TotalLine
from payscope.domain.ingest.mapping import waiting_reason
from payscope.domain.ingest.problems import Problem, StatedTotal
from payscope.domain.ingest.profiles import Profile
from payscope.domain.ingest.reports import ReportStatus, RowAccount
from payscope.errors import Conflict, NotFound

_PROBLEM_BATCH = 5_000


class PostgresReportLedger:
    """``ReportLedger``, ``RowLedger`` and ``AccountLedger`` on ``payscope.report`` and its details."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def knows_bank(self, bank_id: UUID) -> bool:
        """Whether the bank is a tenant."""
        with self._database.tenant(bank_id) as cursor:
            cursor.execute("select 1 from payscope.bank where bank_id = %s", (bank_id,))
            return cursor.fetchone() is not None

    def register(self, bank_id: UUID, report: NewReport) -> ReportRecord:
        """See ``ReportLedger.register``; natural key (bank_id, report_id)."""
        with self._database.tenant(bank_id) as cursor:
            # Two deliveries of the same bytes, or of the same key, at once must see each other.
            for shared in (report.content_sha256, report.object_key):
                cursor.execute(
                    "select pg_advisory_xact_lock(hashtextextended(%s, 0))", (f"{bank_id} {shared}",)
                )
            cursor.execute(
                load_query("register_report"),
                {
                    "bank_id": bank_id,
                    "report_id": report.report_id,
                    "file_name": report.file_name,
                    "object_key": report.object_key,
                    "object_version": report.object_version,
                    "byte_size": report.byte_size,
                    "content_sha256": report.content_sha256,
                    "received_at": report.received_at,
                    "write_order": report.write_order,
                },
            )
            if cursor.rowcount:
                cursor.execute(
                    load_query("number_revisions"), {"bank_id": bank_id, "object_key": report.object_key}
                )
            return _record(cursor, bank_id, report.report_id)

    def find(self, bank_id: UUID, report_id: UUID) -> ReportRecord:
        """Where a report stands.

        Raises:
            NotFound: The bank has no such report.
        """
        with self._database.tenant(bank_id) as cursor:
            return _record(cursor, bank_id, report_id)

    def advance(
        self,
        bank_id: UUID,
        report_id: UUID,
        status: ReportStatus,
        *,
        format: str | None = None,  # noqa: A002 -- the ledger's word
        profile: str | None = None,
        source: str | None = None,
        reason: str | None = None,
        drift: Sequence[str] | None = None,
    ) -> None:
        """See ``ReportLedger.advance``."""
        with self._database.tenant(bank_id) as cursor:
            cursor.execute(
                load_query("advance_report"),
                {
                    "bank_id": bank_id,
                    "report_id": report_id,
                    "status": status.value,
                    "format": format,
                    "profile": profile,
                    "source": source,
                    "reason": reason,
                    "drift": None if drift is None else json.dumps(list(drift)),
                },
            )

    def record_reading(
        self, bank_id: UUID, report_id: UUID, account: RowAccount, stated: Sequence[StatedTotal]
    ) -> None:
        """See ``RowLedger.record_reading``; natural keys (bank_id, report_id, chunk -1 | name, currency)."""
        with self._database.tenant(bank_id) as cursor:
            cursor.execute(
                load_query("record_reading"),
                {
                    "bank_id": bank_id,
                    "report_id": report_id,
                    "read": account.read,
                    "quarantined": account.quarantined,
                    "informative": account.informative,
                },
            )
            for total in stated:
                cursor.execute(
                    load_query("record_stated_total"),
                    {
                        "bank_id": bank_id,
                        "report_id": report_id,
                        "name": total.name,
                        "currency": total.currency,
                        "stated": total.stated,
                        "opening": total.opening,
                    },
                )

    def record_problems(self, bank_id: UUID, report_id: UUID, problems: Sequence[Problem]) -> None:
        """See ``RowLedger.record_problems``."""
        if not problems:
            return
        with self._database.tenant(bank_id) as cursor:
            insert_problems(cursor, bank_id, report_id, problems)

    def close_account(self, bank_id: UUID, report_id: UUID) -> tuple[int, RowAccount]:
        """See ``AccountLedger.close_account``."""
        keys = {"bank_id": bank_id, "report_id": report_id}
        with self._database.tenant(bank_id) as cursor:
            cursor.execute(load_query("close_account"), keys)
            chunks, *counts = cursor.fetchone() or (0, 0, 0, 0, 0, 0)
        return chunks, RowAccount(*(int(count or 0) for count in counts))

    def totals(self, bank_id: UUID, report_id: UUID) -> tuple[TotalLine, ...]:
        """See ``AccountLedger.totals``."""
        with self._database.tenant(bank_id) as cursor:
            cursor.execute(load_query("list_totals"), {"bank_id": bank_id, "report_id": report_id})
            return tuple(TotalLine(*row) for row in cursor.fetchall())

    def judge(self, bank_id: UUID, report_id: UUID, lines: Sequence[TotalLine]) -> None:
        """See ``TotalsLedger.judge``."""
        with self._database.tenant(bank_id) as cursor:
            for line in lines:
                cursor.execute(
                    load_query("judge_total"),
                    {
                        "bank_id": bank_id,
                        "report_id": report_id,
                        "name": line.name,
                        "currency": line.currency,
                        "stated": line.stated,
                        "computed": line.computed,
                        "agrees": line.agrees,
                    },
                )

    def stalled(self, bank_id: UUID, before: datetime) -> tuple[ReportRecord, ...]:
        """See ``StalledReports.stalled``."""
        with self._database.tenant(bank_id) as cursor:
            cursor.execute(load_query("list_stalled_reports"), {"bank_id": bank_id, "before": before})
            return tuple(_as_record(row) for row in cursor.fetchall())


class PostgresMappingBook:
    """``MappingBook`` and ``MappingDecisions`` on ``payscope.mapping``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def approved(self, bank_id: UUID) -> tuple[Profile, ...]:
        """Profiles that a person of the bank has approved, newest version last."""
        with self._database.tenant(bank_id) as cursor:
            cursor.execute(
                "select profile from payscope.mapping where bank_id = %s and status = 'APPROVED'"
                " order by name, version",
                (bank_id,),
            )
            return tuple(Profile.model_validate(row[0]) for row in cursor.fetchall())

    def propose(self, bank_id: UUID, proposal: MappingProposal, now: datetime) -> UUID:
        """See ``MappingBook.propose``; natural key (bank_id, fingerprint) while it is open."""
        with self._database.tenant(bank_id) as cursor:
            cursor.execute(
                load_query("propose_mapping"),
                {
                    "bank_id": bank_id,
                    "mapping_id": proposal.mapping_id,
                    "name": proposal.name,
                    "report_id": proposal.report_id,
                    "fingerprint": proposal.fingerprint,
                    "profile": Jsonb(proposal.profile),
                    "evidence": Jsonb(proposal.evidence),
                    "confidence": proposal.confidence,
                    "now": now,
                },
            )
            (mapping_id,) = cursor.fetchone() or (proposal.mapping_id,)
        return mapping_id

    def approve(
        self, bank_id: UUID, mapping_id: UUID, profile: Profile | None, actor: str, now: datetime
    ) -> Profile:
        """See ``MappingDecisions.approve``."""
        keys = {"bank_id": bank_id, "mapping_id": mapping_id}
        with self._database.tenant(bank_id) as cursor:
            cursor.execute(load_query("take_mapping"), keys)
            row = cursor.fetchone()
            if row is None:
                raise NotFound("There is no such mapping.")
            status, proposed, name = row
            if status != "PROPOSED":
                raise Conflict(f"The mapping is {status.lower()} already.", mapping_id=str(mapping_id))
            document = profile.model_dump(mode="json") if profile else proposed
            decided = Profile.model_validate({**document, "profile": name})
            kept = decided.model_dump(mode="json", exclude_defaults=True)
            cursor.execute(
                load_query("approve_mapping"), {**keys, "profile": Jsonb(kept), "actor": actor, "now": now}
            )
        return decided

    def proposed(self, bank_id: UUID, mapping_id: UUID) -> Profile:
        """See ``MappingDecisions.proposed``."""
        with self._database.tenant(bank_id) as cursor:
            cursor.execute(
                "select profile from payscope.mapping where bank_id = %s and mapping_id = %s",
                (bank_id, mapping_id),
            )
            row = cursor.fetchone()
        if row is None:
            raise NotFound("There is no such mapping.")
        return Profile.model_validate(row[0])

    def waiting(self, bank_id: UUID, mapping_id: UUID) -> tuple[ReportRecord, ...]:
        """See ``MappingDecisions.waiting``."""
        with self._database.tenant(bank_id) as cursor:
            cursor.execute(
                load_query("list_waiting_reports"),
                {"bank_id": bank_id, "reason": waiting_reason(mapping_id)},
            )
            return tuple(_as_record(row) for row in cursor.fetchall())


def insert_problems(
    cursor: TenantCursor, bank_id: UUID, report_id: UUID, problems: Sequence[Problem]
) -> None:
    """Keep quarantined rows inside a running tenant transaction."""
    for start in range(0, len(problems), _PROBLEM_BATCH):
        part = problems[start : start + _PROBLEM_BATCH]
        cursor.execute(
            load_query("insert_problems"),
            {
                "bank_id": bank_id,
                "report_id": report_id,
                "row_numbers": [item.row_number for item in part],
                "fields": [_storable(item.field) for item in part],
                "codes": [item.code.value for item in part],
                "messages": [_storable(item.message) for item in part],
                "raws": [
                    None if item.raw is None else _storable(json.dumps(dict(item.raw))) for item in part
                ],
            },
        )


def _storable(text: str) -> str:
    """PostgreSQL's text and jsonb hold no NUL, neither plain nor escaped."""
    return text.replace("\x00", "\ufffd").replace("\\u0000", "\\ufffd")


def _record(cursor: TenantCursor, bank_id: UUID, report_id: UUID) -> ReportRecord:
    cursor.execute(load_query("find_report"), {"bank_id": bank_id, "report_id": report_id})
    row = cursor.fetchone()
    if row is None:
        raise NotFound("The bank has no such report.", report_id=str(report_id))
    return _as_record(row)


def _as_record(row: tuple[object, ...]) -> ReportRecord:
    report_id, object_key, object_version, status, revision, duplicate_of, reason, profile = row
    return ReportRecord(
        report_id=report_id,  # pyright: ignore[reportArgumentType]
        object_key=str(object_key),
        object_version=str(object_version),
        status=ReportStatus(str(status)),
        revision=int(str(revision)),
        duplicate_of=duplicate_of,  # pyright: ignore[reportArgumentType]
        reason=None if reason is None else str(reason),
        profile=None if profile is None else str(profile),
    )
