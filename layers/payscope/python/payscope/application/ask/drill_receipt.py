"""The rows behind an answered number, a page at a time, each as it was delivered."""

from dataclasses import dataclass
from uuid import UUID

from payscope.application.ask.ports import BASIS, AskPorts, RawRows, Receipt
from payscope.application.ask.resolving import resolve
from payscope.application.ask.run_query import setting_for
from payscope.domain.ask.answers import DrilledRow, ReceiptPage
from payscope.domain.ask.catalogue import find_metric
from payscope.domain.ask.measured import LedgerRow
from payscope.domain.ask.plans import MetricQuery
from payscope.errors import InvalidInput, NotFound

MOST_ROWS = 500
_PARTS = ("query", "minus")


def drill_receipt(
    value_id: UUID, *, bank_id: UUID, ports: AskPorts, limit: int = 50, cursor: str | None = None
) -> ReceiptPage:
    """List the rows of a number in the order of their reports.

    The contributions of all pages add up to the number's numerator and denominator. Where the
    number is a difference, the rows of the period that was subtracted come last, with the opposite
    sign. A forecast has the rows of the days that its model was trained on, which add up to their own
    total. A number of a scenario has its plan and no rows.

    Args:
        value_id: The id of the value in its answer.
        bank_id: The tenant, from the token.
        ports: What asking reaches.
        limit: Most rows of the page, at most ``MOST_ROWS``.
        cursor: ``next_cursor`` of the page before.

    Raises:
        NotFound: This bank has no such receipt.
        InvalidInput: The limit or the cursor is wrong.
    """
    if not 1 <= limit <= MOST_ROWS:
        raise InvalidInput(f"A page has 1 to {MOST_ROWS} rows.")
    receipt = ports.receipts.find(bank_id, value_id)
    if receipt is None:
        raise NotFound("There is no such receipt.")
    has_rows = _PARTS[0] in receipt.plan or BASIS in receipt.plan
    page = _rows_of(receipt, bank_id, ports, limit, cursor) if has_rows else _NO_ROWS
    return ReceiptPage(
        value_id=receipt.value_id,
        query_id=receipt.query_id,
        metric=receipt.metric,
        version=receipt.version,
        definition=find_metric(receipt.metric.partition(".")[0]).definition,
        value=receipt.value,
        plan=dict(receipt.plan),
        row_count=receipt.row_count,
        row_hash=receipt.row_hash,
        as_of=receipt.as_of,
        answered_at=receipt.answered_at,
        sql=page.sql,
        rows=page.rows,
        next_cursor=page.next_cursor,
    )


@dataclass(frozen=True, slots=True)
class DrilledRows:
    """Rows behind a number, and where the next ones begin if there are more."""

    rows: tuple[DrilledRow, ...]
    next_cursor: str | None


def drill_rows(
    value_id: UUID, *, bank_id: UUID, ports: AskPorts, most: int, cursor: str | None = None
) -> DrilledRows:
    """The rows of a number for a file: page after page, until there are at least so many or no more.

    Raises:
        NotFound: This bank has no such receipt.
        InvalidInput: The cursor is wrong.
    """
    rows: list[DrilledRow] = []
    while True:
        page = drill_receipt(value_id, bank_id=bank_id, ports=ports, limit=MOST_ROWS, cursor=cursor)
        rows += page.rows
        cursor = page.next_cursor
        if cursor is None or len(rows) >= most:
            return DrilledRows(tuple(rows), cursor)


@dataclass(frozen=True, slots=True)
class _DrilledPage:
    sql: str
    rows: tuple[DrilledRow, ...]
    next_cursor: str | None


_NO_ROWS = _DrilledPage("", (), None)


def _rows_of(
    receipt: Receipt, bank_id: UUID, ports: AskPorts, limit: int, cursor: str | None
) -> _DrilledPage:
    part, after = _place(cursor)
    document = receipt.plan.get(_PARTS[part], None if part else receipt.plan.get(BASIS))
    if document is None:
        raise InvalidInput("The cursor is not one that this list gave.")
    query = MetricQuery.model_validate(document)
    setting = setting_for(bank_id, query.as_of, receipt.answered_at, ports)
    _, (piece,) = resolve(query, setting)
    page = ports.metrics.rows(bank_id, piece, limit, after)
    raw = _raw_fields(page.rows, ports.raw_rows)
    following = None if page.next_cursor is None else f"{part}.{page.next_cursor}"
    if following is None and part + 1 < len(_PARTS) and _PARTS[part + 1] in receipt.plan:
        following = f"{part + 1}."
    rows = tuple(_drilled(row, raw, sign=-1 if part else 1) for row in page.rows)
    return _DrilledPage(page.sql, rows, following)


def _place(cursor: str | None) -> tuple[int, str | None]:
    if cursor is None:
        return 0, None
    part, dot, after = cursor.partition(".")
    if not dot or part not in ("0", "1"):
        raise InvalidInput("The cursor is not one that this list gave.")
    return int(part), after or None


def _raw_fields(
    rows: tuple[LedgerRow, ...], raw_rows: RawRows
) -> dict[tuple[str, int], dict[str, str | None]]:
    wanted: dict[str, list[int]] = {}
    for row in rows:
        if row.chunk_key is not None and row.row_number is not None:
            wanted.setdefault(row.chunk_key, []).append(row.row_number)
    found = raw_rows.fields({key: tuple(numbers) for key, numbers in wanted.items()})
    return {place: dict(fields) for place, fields in found.items()}


def _drilled(row: LedgerRow, raw: dict[tuple[str, int], dict[str, str | None]], *, sign: int) -> DrilledRow:
    contribution = {"numerator": sign * row.numerator}
    if row.denominator is not None:
        contribution["denominator"] = sign * row.denominator
    return DrilledRow(
        event_id=row.event_id,
        revision=row.revision,
        report_id=row.report_id,
        file_name=row.file_name,
        row_number=row.row_number,
        contribution=contribution,
        event=dict(row.event),
        raw=raw.get((row.chunk_key or "", row.row_number or 0)),
    )
