"""Routes that prove a day's settlement."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query

from payscope.application.reconcile.prove_settlement import SettlementReader, prove_settlement
from payscope.domain.money import decimal_text
from payscope.domain.reconcile.settlement import SettlementProof
from payscope.http.parameters import CurrencyCode, Reader


def settlement_routes(reader: SettlementReader) -> APIRouter:
    """GET /settlement/proof."""
    router = APIRouter(tags=["settlement"], redirect_slashes=False)

    @router.get("/settlement/proof")
    def proof(
        principal: Reader,
        day: Annotated[date, Query(alias="date")],
        currency: CurrencyCode = None,
        scheme: Annotated[str | None, Query(pattern="^[A-Z]{2,20}$")] = None,
    ) -> dict[str, Any]:
        proofs = prove_settlement(reader, principal.bank_id, day, currency, scheme)
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
    }
