"""Routes about a bank's own interchange tariff."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse

from payscope.application.reconcile.audit_fees import FeeScheduleBook, add_schedule
from payscope.domain.identity import Action, Principal
from payscope.domain.reconcile.fees import FeeSchedule
from payscope.http.access import Allow, actor
from payscope.http.once import IdempotencyKey, answer_once
from payscope.http.parameters import Reader
from payscope.http.rendering import render


class ScheduleRequest(BaseModel):
    """A tariff: rules in the form of the packaged caps, with the lists of countries that they name."""

    model_config = ConfigDict(extra="forbid")

    version: str = Field(min_length=1, max_length=100)
    regions: dict[str, list[str]] = Field(default_factory=dict, max_length=100)
    rules: list[dict[str, Any]] = Field(min_length=1, max_length=5_000)


def fee_routes(book: FeeScheduleBook, law: FeeSchedule) -> APIRouter:
    """GET and POST /admin/fee-schedules."""
    router = APIRouter(tags=["fees"], redirect_slashes=False)

    @router.get("/admin/fee-schedules")
    def read(principal: Reader) -> dict[str, Any]:
        own = book.newest(principal.bank_id)
        return {"law": _document(law), "own": None if own is None else _document(own)}

    @router.post("/admin/fee-schedules", status_code=201)
    def add(
        request: Request,
        body: ScheduleRequest,
        principal: Annotated[Principal, Depends(Allow(Action.KEEP_TARIFF))],
        key: IdempotencyKey = None,
    ) -> JSONResponse:
        gate = request.app.state.gate

        def keep() -> object:
            version = add_schedule(book, principal.bank_id, body.model_dump(), actor(principal), gate.now())
            gate.audit(
                principal.bank_id,
                actor=actor(principal),
                action="fees.schedule_added",
                resource=f"fee-schedule/{version}",
                outcome="added",
                request_id=request.state.request_id,
            )
            return {"version": version, "rules": len(body.rules)}

        return answer_once(request, principal, key, body, keep, 201)

    return router


def _document(schedule: FeeSchedule) -> dict[str, Any]:
    rules = [
        {name: sorted(value) if isinstance(value, list) else value for name, value in render(rule).items()}
        for rule in schedule.rules
    ]
    return {"version": schedule.version, "rules": rules}
