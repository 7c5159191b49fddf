"""Routes about breaks."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse

from payscope.application.reconcile.read_breaks import (
    BreakFilter,
    BreakReader,
    get_break,
    list_breaks,
    of_age,
    sum_breaks,
)
from payscope.application.reconcile.resolve_break import ResolveBreak, Wish, is_pending
from payscope.domain.identity import Action, Principal
from payscope.domain.reconcile.calendars import Calendars
from payscope.domain.reconcile.reconciliation import BreakReason, MatchState
from payscope.domain.reconcile.resolutions import Decision
from payscope.http.access import Allow, actor
from payscope.http.once import IdempotencyKey, answer_once
from payscope.http.parameters import CurrencyCode, Cursor, Limit, Name, Reader, known_id
from payscope.http.rendering import render
from payscope.http.reports import render_break


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakPorts:
    """What the routes about breaks use."""

    breaks: BreakReader
    resolve: ResolveBreak
    calendars: Calendars


class ResolutionRequest(BaseModel):
    """A decision about a break."""

    model_config = ConfigDict(extra="forbid")

    action: Decision
    note: str = Field(min_length=1, max_length=2000)
    assignee: str | None = Field(default=None, min_length=1, max_length=255)


def break_routes(ports: BreakPorts) -> APIRouter:
    """GET /breaks, /breaks/summary, /breaks/{id} and POST /breaks/{id}/resolution."""
    router = APIRouter(tags=["breaks"], redirect_slashes=False)

    @router.get("/breaks")
    def read_list(
        request: Request,
        principal: Reader,
        state: Annotated[MatchState | None, Query()] = None,
        reason: Annotated[BreakReason | None, Query()] = None,
        age: Annotated[str | None, Query(max_length=8)] = None,
        currency: CurrencyCode = None,
        min_amount: Annotated[Decimal | None, Query(ge=0, max_digits=18, decimal_places=4)] = None,
        owner: Annotated[str | None, Query(min_length=1, max_length=255)] = None,
        with_cleared: Annotated[bool, Query()] = False,
        limit: Limit = 50,
        cursor: Cursor = None,
    ) -> dict[str, Any]:
        today = request.app.state.gate.now().date()
        wanted = BreakFilter(
            state=state,
            reason=reason,
            currency=currency,
            min_amount=min_amount,
            owner=owner,
            with_cleared=with_cleared or state is MatchState.WRITTEN_OFF,
        )
        if age is not None:
            wanted = of_age(wanted, age, ports.calendars, today)
        page = list_breaks(ports.breaks, principal.bank_id, wanted, ports.calendars, today, limit, cursor)
        return {"items": [render_break(item) for item in page.items], "next_cursor": page.next_cursor}

    @router.get("/breaks/summary")
    def read_summary(request: Request, principal: Reader) -> dict[str, Any]:
        today = request.app.state.gate.now().date()
        items = sum_breaks(ports.breaks, principal.bank_id, ports.calendars, today)
        return {"items": render(items), "next_cursor": None}

    @router.get("/breaks/{break_id}")
    def read_break(request: Request, principal: Reader, break_id: Name) -> dict[str, Any]:
        today = request.app.state.gate.now().date()
        case = get_break(ports.breaks, principal.bank_id, known_id(break_id), ports.calendars, today)
        return {
            **render_break(case.aged),
            "resolutions": render(case.resolutions),
            "history": render(case.history),
        }

    @router.post("/breaks/{break_id}/resolution")
    def resolve(
        request: Request,
        body: ResolutionRequest,
        principal: Annotated[Principal, Depends(Allow(Action.RESOLVE_BREAK))],
        break_id: Name,
        key: IdempotencyKey = None,
    ) -> JSONResponse:
        def decide() -> object:
            resolution = ports.resolve(
                principal.bank_id,
                known_id(break_id),
                Wish(decision=body.action, note=body.note, assignee=body.assignee),
                subject=principal.subject,
                actor=actor(principal),
                request_id=request.state.request_id,
            )
            return {**render(resolution), "needs_second_person": is_pending(resolution)}

        return answer_once(request, principal, key, body, decide)

    return router
