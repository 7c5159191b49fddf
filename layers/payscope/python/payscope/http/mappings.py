"""Routes about a bank's own layouts."""

from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, ConfigDict
from starlette.responses import JSONResponse

from payscope.application.ingest.approve_mapping import ApproveMapping
from payscope.application.ingest.manage_mappings import (
    MappingReader,
    MappingStatus,
    ProposeMapping,
    list_mappings,
)
from payscope.domain.identity import Action, Principal
from payscope.domain.ingest.profiles import Profile
from payscope.http.access import Allow, Gate, actor
from payscope.http.once import IdempotencyKey, answer_once
from payscope.http.parameters import Cursor, Limit, Name, known_id
from payscope.http.rendering import render_page


@dataclass(frozen=True, slots=True, kw_only=True)
class MappingPorts:
    """What the routes about mappings use."""

    mappings: MappingReader
    propose: ProposeMapping
    approve: ApproveMapping


class ProposalRequest(BaseModel):
    """A profile that a person wrote, and a report of that layout."""

    model_config = ConfigDict(extra="forbid")

    report_id: UUID
    profile: Profile


class ApprovalRequest(BaseModel):
    """An approval; with a profile, what the person changed about the proposal."""

    model_config = ConfigDict(extra="forbid")

    profile: Profile | None = None


def mapping_routes(ports: MappingPorts) -> APIRouter:
    """GET and POST /admin/mappings, POST /admin/mappings/{id}/approval."""
    router = APIRouter(tags=["mappings"], redirect_slashes=False)

    @router.get("/admin/mappings")
    def read_list(
        principal: Annotated[Principal, Depends(Allow(Action.READ_MAPPINGS))],
        status: Annotated[MappingStatus | None, Query()] = None,
        limit: Limit = 50,
        cursor: Cursor = None,
    ) -> dict[str, Any]:
        return render_page(list_mappings(ports.mappings, principal.bank_id, status, limit, cursor))

    @router.post("/admin/mappings", status_code=201)
    def propose(
        request: Request,
        body: ProposalRequest,
        principal: Annotated[Principal, Depends(Allow(Action.PROPOSE_MAPPING))],
        key: IdempotencyKey = None,
    ) -> JSONResponse:
        gate: Gate = request.app.state.gate

        def run() -> object:
            mapping_id = ports.propose(
                principal.bank_id, body.report_id, body.profile, principal.subject, gate.new_id(), gate.now()
            )
            _record(request, principal, "mapping.proposed", mapping_id)
            return {"mapping_id": mapping_id}

        return answer_once(request, principal, key, body, run, 201)

    @router.post("/admin/mappings/{mapping_id}/approval")
    def approve(
        request: Request,
        principal: Annotated[Principal, Depends(Allow(Action.APPROVE_MAPPING))],
        mapping_id: Name,
        body: ApprovalRequest | None = None,
        key: IdempotencyKey = None,
    ) -> JSONResponse:
        gate: Gate = request.app.state.gate
        profile = body.profile if body else None

        def run() -> object:
            known = known_id(mapping_id)
            approved = ports.approve.approve(principal.bank_id, known, profile, principal.subject, gate.now())
            _record(request, principal, "mapping.approved", known)
            return approved

        return answer_once(request, principal, key, {"profile": profile}, run)

    return router


def _record(request: Request, principal: Principal, action: str, mapping_id: UUID) -> None:
    gate: Gate = request.app.state.gate
    gate.audit(
        principal.bank_id,
        actor=actor(principal),
        action=action,
        resource=f"mapping/{mapping_id}",
        outcome="done",
        request_id=request.state.request_id,
    )
