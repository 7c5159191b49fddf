"""Routes about reports and transactions."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse

from payscope.application.ask.resolving import resolve_as_of
from payscope.application.ingest.issue_upload import UploadSigner, issue_upload
from payscope.application.ingest.read_reports import (
    ReportProblem,
    ReportReader,
    ReportReceipt,
    get_report,
    list_problems,
    list_reports,
)
from payscope.application.operate.export_table import Cell
from payscope.application.reconcile.get_transaction import Lifecycle, LifecycleReader, get_transaction
from payscope.application.reconcile.read_breaks import AgedBreak, aged_break
from payscope.domain.ask.time_ranges import AsOf
from payscope.domain.identity import Action, Principal
from payscope.domain.ingest.reports import ReportStatus
from payscope.domain.money import decimal_text
from payscope.domain.reconcile.calendars import Calendars
from payscope.domain.reconcile.disputes import Dispute, ResponseWindow, disputes_of
from payscope.http.access import Allow, actor
from payscope.http.exports import MOST_ROWS, FormatName, Writers, file_of
from payscope.http.once import IdempotencyKey, answer_once
from payscope.http.parameters import Cursor, Limit, Name, Reader, known_id
from payscope.http.rendering import render, render_page


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportPorts:
    """What the routes about reports read from."""

    reports: ReportReader
    lifecycles: LifecycleReader
    signer: UploadSigner
    calendars: Calendars
    dispute_windows: Sequence[ResponseWindow]
    writers: Writers


class UploadRequest(BaseModel):
    """The file that a bank wants to put into its inbox."""

    model_config = ConfigDict(extra="forbid")

    file_name: str = Field(min_length=1, max_length=255)


PROBLEM_COLUMNS = ("row_number", "field", "code", "message", "raw")


def report_routes(ports: ReportPorts) -> APIRouter:
    """POST /reports, GET /reports, /reports/{id}, /reports/{id}/problems and /transactions/{id}."""
    router = APIRouter(tags=["reports"], redirect_slashes=False)

    @router.post("/reports", status_code=201)
    def request_upload(
        request: Request,
        body: UploadRequest,
        principal: Annotated[Principal, Depends(Allow(Action.UPLOAD))],
        key: IdempotencyKey = None,
    ) -> JSONResponse:
        gate = request.app.state.gate

        def issue() -> object:
            ticket = issue_upload(ports.signer, principal.bank_id, body.file_name, gate.now())
            gate.audit(
                principal.bank_id,
                actor=actor(principal),
                action="upload.permitted",
                resource=f"object/{ticket.object_key}",
                outcome="allowed",
                request_id=request.state.request_id,
            )
            return ticket

        return answer_once(request, principal, key, body, issue, 201)

    @router.get("/reports")
    def read_list(
        principal: Reader,
        status: Annotated[ReportStatus | None, Query()] = None,
        limit: Limit = 50,
        cursor: Cursor = None,
    ) -> dict[str, Any]:
        return render_page(list_reports(ports.reports, principal.bank_id, status, limit, cursor))

    @router.get("/reports/{report_id}")
    def read_receipt(principal: Reader, report_id: Name) -> dict[str, Any]:
        return render_receipt(get_report(ports.reports, principal.bank_id, known_id(report_id)))

    @router.get("/reports/{report_id}/problems")
    def read_problems(
        principal: Reader,
        report_id: Name,
        limit: Limit = 50,
        cursor: Cursor = None,
        file: FormatName = "json",
    ) -> Any:
        known, most = known_id(report_id), limit if file == "json" else MOST_ROWS
        page = list_problems(ports.reports, principal.bank_id, known, most, cursor)
        if file == "json":
            return render_page(page)
        rows = map(_problem_cells, page.items)
        return file_of(ports.writers, file, f"problems-{known}", PROBLEM_COLUMNS, rows, page.next_cursor)

    @router.get("/transactions/{transaction_id}")
    def read_transaction(
        request: Request,
        principal: Reader,
        transaction_id: Name,
        as_of: Annotated[AsOf | None, Query()] = None,
    ) -> dict[str, Any]:
        now = request.app.state.gate.now()
        known_at, today = None, now.date()
        if as_of is not None:
            zone = ports.lifecycles.timezone(principal.bank_id)
            known_at, today = resolve_as_of(as_of, zone, now)
        found = get_transaction(ports.lifecycles, principal.bank_id, transaction_id, known_at)
        disputes = disputes_of((item.event for item in found.events), ports.dispute_windows, today)
        return render_lifecycle(found, disputes, lambda row: aged_break(row, ports.calendars, today))

    return router


def render_receipt(receipt: ReportReceipt) -> dict[str, Any]:
    """A receipt as one flat document, the report's own fields first."""
    document = render(receipt)
    return {**document.pop("report"), **document}


def render_lifecycle(
    found: Lifecycle, disputes: Sequence[Dispute], aged: Callable[..., AgedBreak]
) -> dict[str, Any]:
    """A payment as one document: each event with its amount in major units beside the minor ones."""
    events = [
        {
            "event_id": str(item.event_id),
            "revision": item.revision,
            "amount": decimal_text(item.event.amount_minor, item.event.currency),
            **{name: value for name, value in render(item.event).items() if name != "card_token"},
        }
        for item in found.events
    ]
    return {
        "events": events,
        "matches": render(found.matches),
        "breaks": [render_break(aged(row)) for row in found.breaks],
        "disputes": render(disputes),
        "files": render(found.files),
    }


def render_break(item: AgedBreak) -> dict[str, Any]:
    """A break as one flat document."""
    return {**render(item.row), "amount": item.amount, "age_days": item.age_days, "age": item.age}


def _problem_cells(problem: ReportProblem) -> tuple[Cell, ...]:
    raw = None if problem.raw is None else json.dumps(render(problem.raw), ensure_ascii=False)
    return problem.row_number, problem.field, problem.code, problem.message, raw
