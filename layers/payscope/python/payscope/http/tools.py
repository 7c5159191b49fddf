"""What a language model of a client may call: the catalogue's own operations, typed, for one principal.

No tool takes SQL and none takes a bank: the tenant is the principal's.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from payscope.application.ask.answer_question import answer_question
from payscope.application.ask.drill_receipt import MOST_ROWS, drill_receipt
from payscope.application.ask.ports import AskPorts
from payscope.application.ask.run_query import run_query
from payscope.application.reconcile.prove_settlement import SettlementReader, prove_settlement
from payscope.application.reconcile.read_breaks import BreakFilter, BreakReader, list_breaks
from payscope.domain.ask.answers import Question
from payscope.domain.ask.catalogue import catalogue_document
from payscope.domain.ask.plans import MetricQuery
from payscope.domain.identity import Action, Principal
from payscope.domain.reconcile.calendars import Calendars
from payscope.domain.reconcile.reconciliation import BreakReason, MatchState
from payscope.http.rendering import render
from payscope.http.reports import render_break
from payscope.http.settlement import render_proof


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolPorts:
    """What the tools use."""

    ask: AskPorts
    breaks: BreakReader
    calendars: Calendars
    settlements: SettlementReader


class _Arguments(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Nothing(_Arguments):
    pass


class _Receipt(_Arguments):
    value_id: UUID
    limit: int = Field(default=50, ge=1, le=MOST_ROWS)
    cursor: str | None = Field(default=None, max_length=512)


class _Breaks(_Arguments):
    state: MatchState | None = None
    reason: BreakReason | None = None
    currency: str | None = Field(default=None, pattern="^[A-Z]{3}$")
    limit: int = Field(default=50, ge=1, le=200)
    cursor: str | None = Field(default=None, max_length=512)


class _Proof(_Arguments):
    day: date = Field(alias="date")
    currency: str | None = Field(default=None, pattern="^[A-Z]{3}$")
    scheme: str | None = Field(default=None, pattern="^[A-Z]{2,20}$")


@dataclass(frozen=True, slots=True)
class Tool:
    """One operation.

    Attributes:
        run: Gives the JSON document of the result.
    """

    name: str
    description: str
    action: Action
    arguments: type[BaseModel]
    run: Callable[[Any, Principal, datetime], Any]


def tools_over(ports: ToolPorts) -> dict[str, Tool]:
    """The tools by name."""

    def metrics(_: _Nothing, __: Principal, ___: datetime) -> Any:
        return render(catalogue_document())

    def query(asked: MetricQuery, principal: Principal, now: datetime) -> Any:
        return render(run_query(asked, bank_id=principal.bank_id, now=now, ports=ports.ask))

    def ask(asked: Question, principal: Principal, now: datetime) -> Any:
        return render(
            answer_question(
                asked, bank_id=principal.bank_id, subject=principal.subject, now=now, ports=ports.ask
            )
        )

    def explain(asked: _Receipt, principal: Principal, _: datetime) -> Any:
        return render(
            drill_receipt(
                asked.value_id,
                bank_id=principal.bank_id,
                ports=ports.ask,
                limit=asked.limit,
                cursor=asked.cursor,
            )
        )

    def breaks(asked: _Breaks, principal: Principal, now: datetime) -> Any:
        wanted = BreakFilter(state=asked.state, reason=asked.reason, currency=asked.currency)
        page = list_breaks(
            ports.breaks, principal.bank_id, wanted, ports.calendars, now.date(), asked.limit, asked.cursor
        )
        return {"items": [render_break(item) for item in page.items], "next_cursor": page.next_cursor}

    def proof(asked: _Proof, principal: Principal, _: datetime) -> Any:
        proofs = prove_settlement(
            ports.settlements, principal.bank_id, asked.day, asked.currency, asked.scheme
        )
        return {"items": [render_proof(item) for item in proofs]}

    tools = (
        Tool("list_metrics", "The metrics and dimensions that exist.", Action.READ, _Nothing, metrics),
        Tool(
            "query_metrics",
            "Exact values of metrics by dimensions, filters and time, each with a receipt.",
            Action.ASK,
            MetricQuery,
            query,
        ),
        Tool(
            "ask",
            "A question in words: an answer with receipts, a question back, or a refusal.",
            Action.ASK,
            Question,
            ask,
        ),
        Tool("explain_receipt", "The rows behind a value, by its id.", Action.READ, _Receipt, explain),
        Tool("list_breaks", "Differences between the files that are open.", Action.READ, _Breaks, breaks),
        Tool("settlement_proof", "A day's settlement proved to the cent.", Action.READ, _Proof, proof),
    )
    return {tool.name: tool for tool in tools}
