"""What deliveries have left in a bank's ledger, in words that depend on no id, no time and no order."""

# Statements are read as tables, and are composed of nothing but the constants of this module.
# ruff: noqa: E501, S608

import json
from typing import Any
from uuid import UUID

from payscope.adapters.postgres.tenancy import Database

_KEY = "concat_ws(' ', e.source, e.event_type, e.source_ref, e.sequence)"
# Of files with equal bytes one is the original; which, is decided by the order of their arrival. Where it
# fails and is sent through the chain again, a copy that came meanwhile is taken as well.
_FILE = "left(r.content_sha256, 12)"
_PARTS = {
    "current events": f"""
        select {_KEY}, e.content_hash, e.occurred_at, e.amount_minor, e.currency
        from payscope.event e where e.known_from < e.known_to and e.known_to = 'infinity'""",
    "contents ever told": f"select distinct {_KEY}, e.content_hash from payscope.event e",
    "reports": f"""
        select distinct {_FILE}, r.status, r.profile, r.format, r.rows_read, r.rows_loaded + r.rows_duplicate,
               r.rows_quarantined, r.rows_informative, r.first_at, r.last_at, r.drift,
               case when r.status = 'REJECTED' then r.reason end, r.finished_at is not null
        from payscope.report r where r.status <> 'DUPLICATE'""",
    "revisions": "select r.object_key, r.object_version, r.revision from payscope.report r",
    "rows loaded": "select sum(r.rows_loaded) from payscope.report r",
    "control totals": f"""
        select distinct {_FILE}, t.name, t.currency, t.stated, t.computed, t.agrees
        from payscope.control_total t join payscope.report r using (bank_id, report_id)""",
    "problems": f"""
        select distinct {_FILE}, p.row_number, p.field, p.code, p.message, p.raw
        from payscope.problem p join payscope.report r using (bank_id, report_id)""",
    "matches": f"""
        select m.rule, m.state, m.score, m.evidence - 'payment_key',
               (select array_agg(concat_ws(' ', me.stage, {_KEY}) order by {_KEY})
                from payscope.match_event me join payscope.event e on e.event_id = me.event_id
                where me.match_id = m.match_id and e.known_to = 'infinity' and e.known_from < e.known_to)
        from payscope.match m""",
    "open breaks": f"""
        select b.reason, b.currency, b.amount_minor, b.expected_on, b.merchant_id, b.network, b.evidence - 'payment_key',
               (select {_KEY} from payscope.event e where e.event_id = b.event_id and e.known_to = 'infinity' limit 1)
        from payscope.break b where b.cleared_at is null""",
    "roll-ups": """
        select occurred_on, booked_on, event_type, subtype, source, network, merchant_id, mcc, country, channel,
               response_code, decline_family, exclusion, approved, currency, settlement_currency, row_count,
               amount_minor, settlement_minor, fee_minor, interchange_minor, scheme_fee_minor, markup_minor
        from payscope.event_daily""",
    "merchants": "select merchant_id, name, mcc, country from payscope.merchant",
    "cards": "select card_token, bin, last4 from payscope.card",
    "mappings": "select fingerprint, status, version from payscope.mapping",
}


def left_over(database: Database, bank_id: UUID) -> dict[str, list[str]]:
    """Sorted rows by part of the ledger; equal for any two runs that had the same files."""
    found: dict[str, list[str]] = {}
    with database.tenant(bank_id) as cursor:
        for name, statement in _PARTS.items():
            cursor.execute(statement)  # pyright: ignore[reportArgumentType, reportCallIssue]
            found[name] = sorted(
                json.dumps(row, default=str).replace(str(bank_id), "BANK") for row in cursor.fetchall()
            )
    return found


def flaws(database: Database, bank_id: UUID) -> list[str]:
    """What must not be in any ledger, whatever was delivered how; each in one sentence."""
    return [
        f"{sentence}: {row}"
        for sentence, statement in _FLAWS.items()
        for row in _rows(database, bank_id, statement)
    ]


_FLAWS = {
    "an event has two current revisions": f"""
        select {_KEY}, count(*) from payscope.event e
        where e.known_to = 'infinity' and e.known_from < e.known_to group by 1 having count(*) > 1""",
    "revisions of an event have gaps or repeat": f"""
        select {_KEY}, array_agg(e.revision order by e.revision) from payscope.event e
        group by 1 having count(*) <> max(e.revision) or count(distinct e.revision) <> count(*)""",
    "two revisions of an event were known at once": f"""
        select {_KEY}, e.revision, o.revision from payscope.event e join payscope.event o using (bank_id, event_id)
        where e.revision < o.revision and e.known_from < o.known_to and o.known_from < e.known_to
          and e.known_from < e.known_to and o.known_from < o.known_to""",
    "a report lost or invented rows": """
        select r.object_key, r.rows_read from payscope.report r
        where r.rows_read <> r.rows_loaded + r.rows_quarantined + r.rows_duplicate + r.rows_informative""",
    "a report's problems are not its quarantined rows": """
        select r.object_key, r.rows_quarantined from payscope.report r
        where r.status <> 'NEEDS_MAPPING' and r.rows_quarantined <> (
            select count(distinct p.row_number) from payscope.problem p where p.report_id = r.report_id)""",
    "a report neither ended nor waits": """
        select r.object_key, r.status from payscope.report r
        where (r.finished_at is null) <> (r.status = 'NEEDS_MAPPING')""",
    "the end of a report stands twice in the log": """
        select resource, outcome, count(*) from payscope.audit_event
        where action = 'report.closed' and outcome <> 'failed' group by 1, 2 having count(*) > 1""",
    "the end of a report is not in the log": """
        select r.object_key from payscope.report r
        where r.finished_at is not null and not exists (
            select from payscope.audit_event a
            where a.resource = 'report/' || r.report_id and a.outcome = lower(r.status))""",
    "the end of a report was announced twice or never": """
        select r.object_key, count(o.outbox_id) from payscope.report r
        left join payscope.outbox o on o.detail ->> 'report_id' = r.report_id::text
            and o.detail_type like 'report.%' and o.detail ->> 'status' = r.status
        where r.finished_at is not null group by 1, r.report_id having count(o.outbox_id) <> 1""",
    "a copy names no report that was taken": """
        select r.object_key from payscope.report r where r.status = 'DUPLICATE' and not exists (
            select from payscope.report o
            where o.report_id = r.duplicate_of and o.content_sha256 = r.content_sha256 and o.status <> 'DUPLICATE')""",
    "an announcement still waits": "select detail_type from payscope.outbox where published_at is null",
}


def _rows(database: Database, bank_id: UUID, statement: str) -> list[tuple[Any, ...]]:
    with database.tenant(bank_id) as cursor:
        cursor.execute(statement)  # pyright: ignore[reportArgumentType, reportCallIssue]
        return cursor.fetchall()
