"""Routes for operating a bank's pipeline."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse

from payscope.application.operate.manage_dlq import ManageDlq
from payscope.domain.identity import Action, Principal
from payscope.http.access import Allow, actor
from payscope.http.once import IdempotencyKey, answer_once
from payscope.http.parameters import Limit
from payscope.http.rendering import render

_MOST_REDRIVEN = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationPorts:
    """What the routes of operations use.

    Attributes:
        validate: Counts a bank's rows in every store and says whether they agree.
    """

    dlq: ManageDlq
    validate: Callable[[UUID], object]


class RedriveRequest(BaseModel):
    """Which failed reports to process again; all of the bank's where the list is empty."""

    model_config = ConfigDict(extra="forbid")

    report_ids: list[UUID] = Field(default_factory=list[UUID], max_length=_MOST_REDRIVEN)


def operation_routes(ports: OperationPorts) -> APIRouter:
    """POST /admin/validate-datasets, GET /admin/dlq and POST /admin/dlq/redrive."""
    router = APIRouter(tags=["operations"], redirect_slashes=False)

    @router.post("/admin/validate-datasets")
    def validate(
        request: Request,
        principal: Annotated[Principal, Depends(Allow(Action.VALIDATE_STORES))],
        key: IdempotencyKey = None,
    ) -> JSONResponse:
        return answer_once(request, principal, key, {}, lambda: ports.validate(principal.bank_id))

    @router.get("/admin/dlq")
    def show(
        principal: Annotated[Principal, Depends(Allow(Action.READ_DLQ))], limit: Limit = 100
    ) -> dict[str, Any]:
        return render(ports.dlq.show(principal.bank_id, limit))

    @router.post("/admin/dlq/redrive", status_code=202)
    def redrive(
        request: Request,
        principal: Annotated[Principal, Depends(Allow(Action.REDRIVE))],
        body: RedriveRequest | None = None,
        key: IdempotencyKey = None,
    ) -> JSONResponse:
        wanted = body.report_ids if body else []

        def run() -> object:
            redriven = ports.dlq.redrive(principal.bank_id, wanted, _MOST_REDRIVEN)
            for item in redriven:
                request.app.state.gate.audit(
                    principal.bank_id,
                    actor=actor(principal),
                    action="report.redriven",
                    resource=f"report/{item.report_id}",
                    outcome="started",
                    request_id=request.state.request_id,
                )
            return {"redriven": redriven}

        return answer_once(request, principal, key, {"report_ids": wanted}, run, 202)

    return router
