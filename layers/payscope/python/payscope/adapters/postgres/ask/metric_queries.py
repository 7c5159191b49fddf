"""Measures slices in PostgreSQL: from the daily roll-up where it says the same, else from the events."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import psycopg

from payscope.adapters.postgres.ask.metric_sql.cubes import rollup_for
from payscope.adapters.postgres.ask.metric_sql.statements import (
    Statement,
    files_rollup_for,
    files_statement,
    measure_statement,
    rows_statement,
)
from payscope.adapters.postgres.ask.rollups import read_rollup_state
from payscope.adapters.postgres.tenancy import Database, TenantCursor
from payscope.domain.ask.answers import SourceFile
from payscope.domain.ask.measured import Group, LedgerRow, Measured, RowPage, Slice
from payscope.errors import InvalidInput

_DEADLINE_S = 25


class PostgresMetrics:
    """Runs compiled slices in the bank's own transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def measure(self, bank_id: UUID, piece: Slice, *, events_only: bool = False) -> Measured:
        """One group per combination of the slice's dimensions that has rows.

        Args:
            bank_id: The tenant.
            piece: What to measure.
            events_only: Leave the roll-up out, to prove that both say the same.
        """
        with self._database.tenant(bank_id, deadline_s=_DEADLINE_S) as cursor:
            rollup = None if events_only else rollup_for(piece)
            if rollup and not read_rollup_state(cursor, bank_id).serves(piece):
                rollup = None
            statement = measure_statement(bank_id, piece, rollup)
            rendered = _render(cursor, statement)
            cursor.execute(statement.query, statement.parameters)
            groups = tuple(_group(row, len(statement.columns)) for row in cursor)
        return Measured(groups, rendered, rollup.table if rollup else "event")

    def rows(self, bank_id: UUID, piece: Slice, limit: int, after: str | None) -> RowPage:
        """The rows behind the slice's groups, by report and row number."""
        place = _read_cursor(after) if after else None
        statement = rows_statement(bank_id, piece, limit=limit + 1, after=place)
        with self._database.tenant(bank_id, deadline_s=_DEADLINE_S) as cursor:
            rendered = _render(cursor, rows_statement(bank_id, piece, limit=limit, after=place))
            cursor.execute(statement.query, statement.parameters)
            found = [_ledger_row(row) for row in cursor]
        kept = tuple(found[:limit])
        return RowPage(kept, _write_cursor(kept[-1]) if len(found) > limit else None, rendered)

    def files(
        self, bank_id: UUID, pieces: Sequence[Slice], *, events_only: bool = False
    ) -> tuple[SourceFile, ...]:
        """The reports that brought rows of any of the slices, by file name.

        Args:
            bank_id: The tenant.
            pieces: What was measured.
            events_only: See ``measure``.
        """
        found: dict[UUID, SourceFile] = {}
        with self._database.tenant(bank_id, deadline_s=_DEADLINE_S) as cursor:
            for piece in pieces:
                rollup = None if events_only else files_rollup_for(piece)
                if rollup and not read_rollup_state(cursor, bank_id).serves(piece):
                    rollup = None
                statement = files_statement(bank_id, piece, rollup)
                cursor.execute(statement.query, statement.parameters)
                found |= {row[0]: SourceFile(report_id=row[0], file_name=row[1]) for row in cursor}
        return tuple(sorted(found.values(), key=lambda file: (file.file_name, str(file.report_id))))


def _render(cursor: TenantCursor, statement: Statement) -> str:
    """The statement with its values in place, so that it can be run again as it stands."""
    return psycopg.ClientCursor(cursor.connection).mogrify(statement.query, statement.parameters)


def _group(row: Sequence[Any], width: int) -> Group:
    numerator, denominator, quantile, row_count, row_xor = row[width:]
    return Group(
        key=tuple(row[:width]),
        numerator=int(numerator),
        denominator=None if denominator is None else int(denominator),
        row_count=int(row_count),
        row_xor=int(row_xor),
        quantile=quantile,
    )


def _ledger_row(row: Sequence[Any]) -> LedgerRow:
    event_id, revision, report_id, row_number, numerator, denominator, event, file_name, chunk_key = row
    return LedgerRow(
        event_id=event_id,
        revision=revision,
        report_id=report_id,
        file_name=file_name,
        row_number=row_number,
        numerator=int(numerator),
        denominator=None if denominator is None else int(denominator),
        chunk_key=chunk_key,
        event=event,
    )


def _write_cursor(row: LedgerRow) -> str:
    place = [str(row.report_id or UUID(int=0)), row.row_number or 0, str(row.event_id), row.revision]
    return urlsafe_b64encode(json.dumps(place).encode()).decode()


def _read_cursor(text: str) -> tuple[UUID, int, UUID, int]:
    try:
        report_id, row_number, event_id, revision = json.loads(urlsafe_b64decode(text.encode()))
        return UUID(report_id), int(row_number), UUID(event_id), int(revision)
    except (ValueError, TypeError, AttributeError) as error:
        raise InvalidInput("The cursor is not one that this list gave.") from error
