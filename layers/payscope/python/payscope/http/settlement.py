"""Routes that prove a day's settlement."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from fastapi import APIRouter, Query

from payscope.application.operate.export_table import Cell
from payscope.application.reconcile.prove_settlement import SettlementReader, prove_settlement
from payscope.domain.money import decimal_text
from payscope.domain.reconcile.settlement import SettlementProof
from payscope.http.exports import FormatName, Writers, file_of
from payscope.http.parameters import CurrencyCode, Reader

COLUMNS = ("date", "currency", "scheme", "line", "component", "rows", "amount")


def settlement_routes(reader: SettlementReader, writers: Writers) -> APIRouter:
    """GET /settlement/proof."""
    router = APIRouter(tags=["settlement"], redirect_slashes=False)

    @router.get("/settlement/proof")
    def proof(
        principal: Reader,
        day: Annotated[date, Query(alias="date")],
        currency: CurrencyCode = None,
        scheme: Annotated[str | None, Query(pattern="^[A-Z]{2,20}$")] = None,
        file: FormatName = "json",
    ) -> Any:
        proofs = prove_settlement(reader, principal.bank_id, day, currency, scheme)
        if file != "json":
            rows = (cells for item in proofs for cells in _lines(item))
            return file_of(writers, file, f"settlement-proof-{day}", COLUMNS, rows)
        if currency is not None:
            return render_proof(proofs[0])
        items = [render_proof(item) for item in proofs]
        return {"date": day.isoformat(), "scheme": scheme, "items": items, "next_cursor": None}

    return router


def render_proof(proof: SettlementProof) -> dict[str, Any]:
    """A proof with its amounts in major units; a null amount is one that cannot be compared."""

    def text(minor: int | None) -> str | None:
        return None if minor is None else decimal_text(minor, proof.currency)

    return {
        "date": proof.day_on.isoformat(),
        "currency": proof.currency,
        "scheme": proof.scheme,
        "waterfall": [
            {"component": item.name, "rows": item.rows, "amount": text(item.minor)}
            for item in proof.components
        ],
        "expected_net": text(proof.expected_minor),
        "payout_advice": text(proof.paid_out_minor),
        "payouts_not_matched_with_bank": text(proof.unmatched_minor),
        "bank_credit": text(proof.credited_minor),
        "shortfall": text(proof.shortfall_minor),
        "awaiting_payout": text(proof.awaiting_minor),
        "explained": {reason: text(minor) for reason, minor in proof.explained_minor.items()},
        "in_transit": text(proof.in_transit_minor),
        "unexplained": text(proof.unexplained_minor),
        "batches": proof.batches,
        "differing_batches": list(proof.differing),
        "differences": [
            {
                "source": item.source,
                "batch_ref": item.batch_ref,
                "lines_less_payout": text(item.unpaid_minor),
                "payout_less_credit": text(item.uncredited_minor),
                "reason": item.reason,
                "in_transit": item.in_transit,
            }
            for item in proof.differences
        ],
        "unbalanced_lines": [
            {
                "event_id": str(item.event_id),
                "report_id": str(item.report_id),
                "row_number": item.row_number,
                "batch_ref": item.batch_ref,
                "amount": text(item.minor),
            }
            for item in proof.unbalanced
        ],
    }


def _lines(proof: SettlementProof) -> Iterator[tuple[Cell, ...]]:
    """The waterfall from top to bottom, as one line a step."""

    def line(kind: str, name: str, minor: int | None, rows: int | None = None) -> tuple[Cell, ...]:
        amount = None if minor is None else Decimal(decimal_text(minor, proof.currency))
        return proof.day_on, proof.currency, proof.scheme, kind, name, rows, amount

    for item in proof.components:
        yield line("component", item.name, item.minor, item.rows)
    yield line("total", "expected_net", proof.expected_minor)
    yield line("total", "payout_advice", proof.paid_out_minor)
    yield line("total", "payouts_not_matched_with_bank", proof.unmatched_minor)
    yield line("total", "bank_credit", proof.credited_minor)
    yield line("total", "shortfall", proof.shortfall_minor)
    yield line("difference", "awaiting_payout", proof.awaiting_minor)
    for reason, minor in proof.explained_minor.items():
        yield line("difference", f"explained {reason}", minor)
    yield line("difference", "in_transit", proof.in_transit_minor)
    yield line("difference", "unexplained", proof.unexplained_minor)
    for batch in proof.differences:
        name = f"{batch.source} {batch.batch_ref}"
        yield line("batch, lines less payout", name, batch.unpaid_minor)
        yield line("batch, payout less credit", name, batch.uncredited_minor)
    for item in proof.unbalanced:
        yield line("unbalanced line", f"report {item.report_id} row {item.row_number}", item.minor)
