"""Routes about the bank's own audit log."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends

from payscope.application.operate.prove_audit import AuditReader, list_events, prove_event, read_head
from payscope.domain.identity import Action, Principal
from payscope.http.access import Allow
from payscope.http.parameters import Cursor, Limit, Name, known_id
from payscope.http.rendering import render, render_page

Auditor = Annotated[Principal, Depends(Allow(Action.READ_AUDIT))]


def audit_routes(reader: AuditReader) -> APIRouter:
    """GET /audit/head, /audit/events and /audit/proof/{event_id}."""
    router = APIRouter(tags=["audit"], redirect_slashes=False)

    @router.get("/audit/head")
    def head(principal: Auditor) -> dict[str, Any]:
        return {"bank_id": str(principal.bank_id), **render(read_head(reader, principal.bank_id))}

    @router.get("/audit/events")
    def events(principal: Auditor, limit: Limit = 100, cursor: Cursor = None) -> dict[str, Any]:
        return render_page(list_events(reader, principal.bank_id, limit, cursor))

    @router.get("/audit/proof/{event_id}")
    def proof(principal: Auditor, event_id: Name) -> dict[str, Any]:
        return render(prove_event(reader, principal.bank_id, known_id(event_id)))

    return router
