"""Routes about the bank's own audit log."""

import json
from typing import Annotated, Any

from fastapi import APIRouter, Depends

from payscope.application.operate.prove_audit import AuditReader, list_events, prove_event, read_head
from payscope.domain.audit import AuditEvent
from payscope.domain.identity import Action, Principal
from payscope.http.access import Allow
from payscope.http.parameters import Cursor, Limit, Name, known_id
from payscope.http.rendering import render

Auditor = Annotated[Principal, Depends(Allow(Action.READ_AUDIT))]


def audit_routes(reader: AuditReader) -> APIRouter:
    """GET /audit/head, /audit/events and /audit/proof/{event_id}."""
    router = APIRouter(tags=["audit"], redirect_slashes=False)

    @router.get("/audit/head")
    def head(principal: Auditor) -> dict[str, Any]:
        return {"bank_id": str(principal.bank_id), **render(read_head(reader, principal.bank_id))}

    @router.get("/audit/events")
    def events(principal: Auditor, limit: Limit = 100, cursor: Cursor = None) -> dict[str, Any]:
        page = list_events(reader, principal.bank_id, limit, cursor)
        return {"items": [_with_id(event) for event in page.items], "next_cursor": page.next_cursor}

    @router.get("/audit/proof/{event_id}")
    def proof(principal: Auditor, event_id: Name) -> dict[str, Any]:
        return render(prove_event(reader, principal.bank_id, known_id(event_id)))

    return router


def _with_id(event: AuditEvent) -> dict[str, Any]:
    """An entry, with the id that its proof is asked for by beside the text that is hashed."""
    return {"event_id": json.loads(event.canonical)["event_id"], **render(event)}
