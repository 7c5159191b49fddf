"""The application of questions: in words, as metric queries, and down to the rows behind a number."""

import hashlib
import json
import time
from collections.abc import Iterator, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, Query, Request
from starlette.responses import JSONResponse, Response

from payscope.application.ask.answer_question import answer_question
from payscope.application.ask.drill_receipt import MOST_ROWS, drill_receipt, drill_rows
from payscope.application.ask.ports import AskPorts
from payscope.application.ask.run_query import run_query
from payscope.application.operate.export_table import Cell
from payscope.domain.ask.answers import Answer, DrilledRow, Question
from payscope.domain.ask.catalogue import catalogue_document
from payscope.domain.ask.plans import MetricQuery
from payscope.domain.audit import Json
from payscope.domain.identity import Action, Principal
from payscope.domain.telemetry import counted, observed
from payscope.http.access import Allow, Gate, actor
from payscope.http.application import framed_application
from payscope.http.exports import MOST_ROWS as FILE_ROWS
from payscope.http.exports import FormatName, Writers, file_of
from payscope.http.once import IdempotencyKey, answer_once
from payscope.http.parameters import Cursor, Name, Reader, known_id
from payscope.http.rendering import render
from payscope.http.streaming import answer_with_events, wants_events

Asker = Annotated[Principal, Depends(Allow(Action.ASK))]


def create_chat_app(gate: Gate, ports: AskPorts, writers: Writers) -> FastAPI:
    """The application; every answer is in the bank's audit log before it leaves."""
    routers = (_question_routes(ports), _number_routes(ports, writers))
    return framed_application("PayScope questions", gate, routers)


def _question_routes(ports: AskPorts) -> APIRouter:
    router = APIRouter(tags=["questions"], redirect_slashes=False)

    @router.post("/chat/query")
    def ask(request: Request, body: Question, principal: Asker, key: IdempotencyKey = None) -> Response:
        gate: Gate = request.app.state.gate

        def run() -> Answer:
            start = time.perf_counter()
            answer = answer_question(
                body, bank_id=principal.bank_id, subject=principal.subject, now=gate.now(), ports=ports
            )
            _count(gate, principal, answer, time.perf_counter() - start)
            detail: dict[str, Json] = {
                "intent": answer.intent.value,
                "query_sha256": hashlib.sha256(body.query.encode("utf-8", "backslashreplace")).hexdigest(),
                "row_hash": answer.evidence.row_hash if answer.evidence else None,
                "thread_id": str(answer.thread_id),
                "decisions": [render(decision) for decision in answer.decisions],
                "value_ids": [str(value.id) for value in answer.values],
            }
            _record(request, principal, "question.asked", f"query/{answer.query_id}", answer.status, detail)
            return answer

        if wants_events(request):
            return answer_with_events(request, lambda: answer_once(request, principal, key, body, run))
        return answer_once(request, principal, key, body, run)

    return router


def _number_routes(ports: AskPorts, writers: Writers) -> APIRouter:
    router = APIRouter(tags=["numbers"], redirect_slashes=False)

    @router.post("/query")
    def query(
        request: Request, body: MetricQuery, principal: Asker, key: IdempotencyKey = None
    ) -> JSONResponse:
        gate: Gate = request.app.state.gate

        def run() -> object:
            result = run_query(body, bank_id=principal.bank_id, now=gate.now(), ports=ports)
            detail: dict[str, Json] = {
                "metrics": list(body.metrics),
                "row_hash": result.evidence.row_hash,
                "value_ids": [str(value.id) for value in result.values],
            }
            _record(request, principal, "query.run", f"query/{result.query_id}", "answered", detail)
            return result

        return answer_once(request, principal, key, body, run)

    @router.get("/catalogue", dependencies=[Depends(Allow(Action.READ))])
    def catalogue() -> dict[str, Any]:
        return render(catalogue_document())

    @router.get("/receipts/{value_id}")
    def receipt(
        request: Request,
        principal: Reader,
        value_id: Name,
        limit: Annotated[int, Query(ge=1, le=MOST_ROWS)] = 50,
        cursor: Cursor = None,
        file: FormatName = "json",
    ) -> Any:
        known = known_id(value_id)
        if file != "json":
            drilled = drill_rows(known, bank_id=principal.bank_id, ports=ports, most=FILE_ROWS, cursor=cursor)
            _record(request, principal, "receipt.read", f"value/{known}", file, {"rows": len(drilled.rows)})
            columns, cells = _sheet(drilled.rows)
            return file_of(writers, file, f"receipt-{known}", columns, cells, drilled.next_cursor)
        page = drill_receipt(known, bank_id=principal.bank_id, ports=ports, limit=limit, cursor=cursor)
        _record(request, principal, "receipt.read", f"value/{known}", "answered", {"rows": len(page.rows)})
        return render(page)

    return router


def _sheet(rows: Sequence[DrilledRow]) -> tuple[list[str], Iterator[tuple[Cell, ...]]]:
    """The heading and the lines of a file of drilled rows."""
    amounts = sorted({name for row in rows for name in row.contribution})
    fields = sorted({name for row in rows for name in row.event})
    columns = ["event_id", "revision", "report_id", "file_name", "row_number", *amounts, *fields, "raw"]

    def cells(row: DrilledRow) -> tuple[Cell, ...]:
        return (
            str(row.event_id), row.revision, str(row.report_id) if row.report_id else None, row.file_name,
            row.row_number, *(row.contribution.get(name) for name in amounts),
            *(_cell(row.event.get(name)) for name in fields),
            None if row.raw is None else json.dumps(row.raw, ensure_ascii=False),
        )  # fmt: skip

    return columns, map(cells, rows)


def _cell(value: object) -> Cell:
    """A field of an event: numbers stay numbers, anything else is told as the JSON answer tells it."""
    shown = render(value)
    if shown is None or isinstance(shown, bool | int | str):
        return shown
    return json.dumps(shown)


def _record(
    request: Request,
    principal: Principal,
    action: str,
    resource: str,
    outcome: str,
    detail: dict[str, Json],
) -> None:
    gate: Gate = request.app.state.gate
    gate.audit(
        principal.bank_id,
        actor=actor(principal),
        action=action,
        resource=resource,
        outcome=outcome,
        request_id=request.state.request_id,
        detail=detail,
    )


def _count(gate: Gate, principal: Principal, answer: Answer, seconds: float) -> None:
    samples = [
        *counted("chat_queries_total", (answer.intent.value, answer.status)),
        *observed("chat_query_duration_seconds", seconds, (answer.intent.value,)),
    ]
    for agent in answer.agents_invoked:
        samples += counted("agent_executions_total", (agent, answer.status))
        samples += observed("agent_execution_duration_seconds", seconds, (agent,))
    gate.recorder.add(principal.bank_id, samples)
