"""Routes about breaks."""

import json
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse

from payscope.application.operate.export_table import Cell
from payscope.application.reconcile.read_breaks import (
    AgedBreak,
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
from payscope.http.exports import MOST_ROWS, FormatName, Writers, file_of
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
    writers: Writers


class ResolutionRequest(BaseModel):
    """A decision about a break."""

    model_config = ConfigDict(extra="forbid")

    action: Decision
    note: str = Field(min_length=1, max_length=2000)
    assignee: str | None = Field(default=None, min_length=1, max_length=255)


COLUMNS = (
    "break_id", "state", "reason", "currency", "amount", "expected_on", "age_days", "age", "owner",
    "merchant_id", "network", "opened_at_utc", "cleared_at_utc", "event_id", "report_id",
    "match_id", "evidence",
)  # fmt: skip


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
        file: FormatName = "json",
    ) -> Any:
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
        most = limit if file == "json" else MOST_ROWS
        page = list_breaks(ports.breaks, principal.bank_id, wanted, ports.calendars, today, most, cursor)
        if file != "json":
            return file_of(ports.writers, file, "breaks", COLUMNS, map(_cells, page.items), page.next_cursor)
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


def _cells(item: AgedBreak) -> tuple[Cell, ...]:
    row = item.row
    return (
        str(row.break_id), row.state.value, row.reason, row.currency, Decimal(item.amount), row.expected_on,
        item.age_days, item.age, row.owner, row.merchant_id, row.network, row.opened_at, row.cleared_at,
        *(str(name) if name else None for name in (row.event_id, row.report_id, row.match_id)),
        json.dumps(render(row.evidence), sort_keys=True),
    )  # fmt: skip
