"""The same answers as events and as tools of the Model Context Protocol, by the protocol's own client."""

import json
from collections.abc import Collection, Iterator
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import anyio
import httpx2
import pytest
from fastapi import FastAPI
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from starlette.testclient import TestClient

from payscope.adapters.postgres.ask.asking import postgres_ask_ports
from payscope.adapters.postgres.tenancy import Database
from payscope.application.derive.search_documents import DocumentKind, Hit
from payscope.domain.identity import Role
from payscope.http.chat_app import create_chat_app
from payscope.http.mcp_app import create_mcp_app
from payscope.http.on_lambda import on_lambda
from payscope.http.tools import ToolPorts
from tests.support.ask import NOW, RowsInMemory, load_world
from tests.support.desk import CALENDARS, WRITERS, Desk, a_break
from tests.support.postgres import TestDatabases

OWN, OTHER = uuid4(), uuid4()
ATTEMPTS = "How many authorisation attempts in March 2026?"


NOTE = Hit("note", DocumentKind.BREAK_NOTE, "break/1", "The terminal sent its batch twice.", 0.8)


class Texts:
    """A search that finds one note of the first bank, and none of the other."""

    def find(self, bank_id: UUID, text: str, kinds: Collection[DocumentKind], limit: int) -> tuple[Hit, ...]:
        return (NOTE,)[:limit] if bank_id == OWN and NOTE.kind in kinds and text else ()


class Service:
    """Questions and tools over one database and one search."""

    def __init__(self, database: Database) -> None:
        self.desk = Desk()
        self.desk.now = NOW
        ask = replace(postgres_ask_ports(database, RowsInMemory()), texts=Texts())
        self.chat: FastAPI = create_chat_app(self.desk.gate, ask, WRITERS)
        self.desk.breaks.rows[OWN] = {UUID(int=1): a_break()}
        ports = ToolPorts(
            ask=ask, breaks=self.desk.breaks, calendars=CALENDARS, settlements=self.desk.settlements
        )
        self.tools: FastAPI = create_mcp_app(self.desk.gate, ports)

    def client(self, bank_id: UUID = OWN, role: Role = Role.ANALYST) -> TestClient:
        return self.desk.client(self.chat, role, bank_id)

    def call(self, bank_id: UUID, role: Role, name: str, arguments: dict[str, Any]) -> Any:
        async def run() -> Any:
            async with AsyncExitStack() as stack:
                headers = {"Authorization": f"Bearer {bank_id}:{role}:ana", "X-Bank-Id": str(bank_id)}
                transport = httpx2.ASGITransport(app=self.tools)
                base = "http://127.0.0.1:1"
                web = await stack.enter_async_context(
                    httpx2.AsyncClient(transport=transport, headers=headers, base_url=base)
                )
                wire = streamable_http_client(f"{base}/mcp", http_client=web)
                client = await stack.enter_async_context(Client(wire))
                return await (client.list_tools() if name == "" else client.call_tool(name, arguments))

        return anyio.run(run)


@pytest.fixture(scope="module")
def service(migrated: TestDatabases) -> Iterator[Service]:
    database = Database(migrated.app_dsn, migrated.context_key, migrated.context_key_id, 2)
    for bank_id, name in ((OWN, "Own Bank"), (OTHER, "Other Bank")):
        load_world(database, bank_id, name=name)
    yield Service(database)
    database.close()


def events_of(text: str) -> list[tuple[str, Any]]:
    blocks = [block.split("\n") for block in text.strip().split("\n\n")]
    return [
        (block[0].removeprefix("event: "), json.loads(block[1].removeprefix("data: "))) for block in blocks
    ]


def stream(service: Service, body: dict[str, Any], **headers: str) -> Any:
    return service.client().post("/chat/query", json=body, headers={"Accept": "text/event-stream", **headers})


def test_the_events_carry_the_very_document_of_the_plain_answer(service: Service) -> None:
    key = {"Idempotency-Key": str(uuid4())}
    plain = service.client().post("/chat/query", json={"query": ATTEMPTS}, headers=key)
    streamed = stream(service, {"query": ATTEMPTS}, **key)
    assert streamed.headers["content-type"].startswith("text/event-stream")
    events = events_of(streamed.text)
    assert [name for name, _ in events] == ["plan", "values", "answer", "done"]
    told = dict(events)
    assert told["answer"] == plain.json()
    assert told["values"] == {"values": plain.json()["values"]}
    assert told["plan"]["plan"] == plain.json()["evidence"]["plan"]


def test_a_question_back_and_an_error_are_events_too(service: Service) -> None:
    back = dict(events_of(stream(service, {"query": "show me the rate"}).text))
    assert back["answer"]["status"] == "needs_clarification"
    ((name, problem),) = events_of(stream(service, {"query": ATTEMPTS, "time_range": "nonsense"}).text)
    assert (name, problem["status"]) == ("error", 422)
    assert problem["request_id"]


def test_who_may_not_ask_gets_no_stream(service: Service) -> None:
    refused = service.client(role=Role.AUDITOR).post(
        "/chat/query", json={"query": ATTEMPTS}, headers={"Accept": "text/event-stream"}
    )
    assert (refused.status_code, refused.headers["content-type"]) == (403, "application/problem+json")


def test_events_pass_through_the_function_as_text(service: Service) -> None:
    event = {
        "version": "2.0", "routeKey": "$default", "rawPath": "/chat/query", "rawQueryString": "",
        "headers": {
            "authorization": f"Bearer {OWN}:ANALYST:ana", "x-bank-id": str(OWN),
            "content-type": "application/json", "accept": "text/event-stream",
        },
        "requestContext": {
            "http": {
                "method": "POST", "path": "/chat/query", "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1",
            },
            "requestId": "gateway-request", "stage": "$default",
        },
        "body": json.dumps({"query": ATTEMPTS}), "isBase64Encoded": False,
    }  # fmt: skip
    response = on_lambda(service.chat)(event, object())  # type: ignore[arg-type]  # reads nothing of it
    assert response["isBase64Encoded"] is False
    assert [name for name, _ in events_of(response["body"])] == ["plan", "values", "answer", "done"]


def test_the_tools_are_the_catalogues_and_none_takes_sql_or_a_bank(service: Service) -> None:
    tools = service.call(OWN, Role.ANALYST, "", {}).tools
    assert {tool.name for tool in tools} == {
        "list_metrics", "query_metrics", "ask", "explain_receipt", "list_breaks", "settlement_proof",
    }  # fmt: skip
    assert not any(
        {"sql", "bank_id", "bank"} & set(tool.input_schema.get("properties", {})) for tool in tools
    )


def test_a_tools_answer_is_the_routes_and_its_receipt_opens_for_its_bank_alone(service: Service) -> None:
    plain = service.client().post("/chat/query", json={"query": ATTEMPTS}).json()
    asked = service.call(OWN, Role.ANALYST, "ask", {"query": ATTEMPTS}).structured_content
    told = ("status", "intent", "confidence", "summary", "table", "chart", "metrics", "caveats", "citations")
    assert {name: asked[name] for name in told} == {name: plain[name] for name in told}
    assert [each["text"] for each in asked["citations"]] == [NOTE.body]
    assert [value["value"] for value in asked["values"]] == [value["value"] for value in plain["values"]]
    assert asked["evidence"]["row_hash"] == plain["evidence"]["row_hash"]
    receipt = {"value_id": asked["values"][0]["id"]}
    assert service.call(OWN, Role.ANALYST, "explain_receipt", receipt).structured_content["rows"]
    refused = service.call(OTHER, Role.ANALYST, "explain_receipt", receipt)
    assert refused.is_error
    assert refused.structured_content is None


def test_metrics_breaks_and_proofs_are_tools(service: Service) -> None:
    query = {"metrics": ["auth_attempts"], "time_range": "2026-03"}
    values = service.call(OWN, Role.ANALYST, "query_metrics", query).structured_content["values"]
    assert values[0]["metric"] == "auth_attempts"
    assert len(service.call(OWN, Role.ANALYST, "list_metrics", {}).structured_content["metrics"]) >= 45
    breaks = service.call(OWN, Role.ANALYST, "list_breaks", {}).structured_content["items"]
    assert [item["amount"] for item in breaks] == ["12.34"]
    assert service.call(OTHER, Role.ANALYST, "list_breaks", {}).structured_content["items"] == []
    day = {"date": (NOW - timedelta(days=1)).date().isoformat(), "currency": "EUR"}
    (proof,) = service.call(OWN, Role.ANALYST, "settlement_proof", day).structured_content["items"]
    assert proof["currency"] == "EUR"


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("ask", {"query": ATTEMPTS, "bank_id": str(OTHER)}),
        ("query_metrics", {"metrics": ["no_such_metric"]}),
        ("run_sql", {"sql": "select 1"}),
        ("explain_receipt", {"value_id": "nonsense"}),
    ],
)
def test_what_is_not_a_tools_argument_is_an_error_without_a_result(
    name: str, arguments: dict[str, Any], service: Service
) -> None:
    result = service.call(OWN, Role.ANALYST, name, arguments)
    assert result.is_error
    assert result.structured_content is None


def test_a_role_that_may_read_but_not_ask_reads_only(service: Service) -> None:
    assert service.call(OWN, Role.AUDITOR, "ask", {"query": ATTEMPTS}).is_error
    assert service.call(OWN, Role.AUDITOR, "list_breaks", {}).structured_content["items"]
    _, draft = service.desk.audit.drafts[-2]
    assert (draft.action, draft.outcome) == ("tool.called", "forbidden")


@pytest.mark.parametrize(
    ("token", "bank", "status"),
    [("forged", str(OWN), 401), (f"{OWN}:ANALYST:ana", str(OTHER), 403), (f"{OWN}:ANALYST:ana", "", 400)],
)
def test_a_forged_token_or_another_banks_header_reaches_no_tool(
    token: str, bank: str, status: int, service: Service
) -> None:
    headers = {"Authorization": f"Bearer {token}", "X-Bank-Id": bank, "Accept": "application/json"}
    call = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    assert TestClient(service.tools).post("/mcp", json=call, headers=headers).status_code == status


def test_a_scenario_is_told_in_the_metrics_labels(service: Service) -> None:
    asked = {"query": "what if volume grows by 10% in March 2026?", "as_of": "2026-04-01"}
    answer = service.client().post("/chat/query", json=asked).json()
    assert answer["status"] in ("answered", "partial"), answer["summary"]
    assert "as it was" in answer["summary"]
    assert "_" not in answer["summary"]
    assert answer["decisions"][0]["outcome"] == "found"


def test_each_decision_is_in_the_banks_log_with_the_hash_of_its_inputs(service: Service) -> None:
    answer = service.client().post("/chat/query", json={"query": ATTEMPTS}).json()
    _, draft = service.desk.audit.drafts[-1]
    assert draft.action == "question.asked"
    assert draft.detail["decisions"] == answer["decisions"]
    (decision,) = answer["decisions"]
    assert (decision["agent"], len(decision["inputs_sha256"])) == ("ReconciliationAgent", 64)
    assert decision["row_hash"] == answer["evidence"]["row_hash"]
