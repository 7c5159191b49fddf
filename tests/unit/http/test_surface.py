"""What holds for every route: who may call it, how errors look, what surrounds an answer."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote
from uuid import UUID

import pytest
from fastapi.routing import APIRoute
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from payscope.domain.identity import PERMISSIONS, Action, Role, may
from payscope.http.access import Allow
from payscope.http.application import OPEN_ROUTES
from payscope.http.frame import LARGEST_BODY_BYTES
from tests.support.desk import BANK, OTHER_BANK, Desk, StatedProbe, a_break, a_report


@pytest.fixture
def desk() -> Desk:
    return Desk()


def routes() -> list[APIRoute]:
    """Every route, those of included routers too, which FastAPI resolves only when a request comes."""
    top = Desk().admin_app().routes
    inner = [route for item in top for route in getattr(getattr(item, "original_router", None), "routes", [])]
    return [route for route in (*top, *inner) if isinstance(route, APIRoute)]


def action_of(route: APIRoute) -> Action | None:
    calls = [dependency.call for dependency in route.dependant.dependencies]
    (action,) = [call.action for call in calls if isinstance(call, Allow)] or [None]
    return action


def problem(response: Any, status: int, slug: str) -> dict[str, Any]:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    document = response.json()
    assert document["type"] == f"urn:payscope:problem:{slug}"
    assert document["status"] == status
    assert document["request_id"] == response.headers["x-request-id"]
    assert document["detail"]
    return document


def test_every_route_but_health_names_the_action_that_it_needs() -> None:
    unguarded = {route.path for route in routes() if action_of(route) is None}
    assert unguarded == OPEN_ROUTES


@pytest.mark.parametrize(
    "route", [r for r in routes() if action_of(r)], ids=lambda r: f"{min(r.methods or ())} {r.path}"
)
def test_a_role_reaches_exactly_the_routes_of_its_actions(route: APIRoute) -> None:
    action = action_of(route)
    assert action is not None
    path = route.path.replace("{", "").replace("}", "")
    for role in Role:
        response = Desk().admin(role).request(min(route.methods or ()), path, json={})
        assert (response.status_code == 403) is (not may(role, action)), (role, response.text)


def test_the_table_of_permissions_knows_every_role_and_no_route_needs_what_nobody_may() -> None:
    assert set(PERMISSIONS) == set(Role)
    assert set(Action) == set().union(*PERMISSIONS.values())


@pytest.mark.parametrize(
    ("role", "allowed", "refused"),
    [
        (Role.ANALYST, {Action.READ, Action.ASK, Action.SIMULATE}, {Action.READ_AUDIT, Action.REDRIVE}),
        (Role.AUDITOR, {Action.READ, Action.READ_AUDIT}, {Action.ASK, Action.SIMULATE, Action.UPLOAD}),
        (Role.BANK_ADMIN, {Action.ASK, Action.APPROVE_MAPPING, Action.RESOLVE_BREAK, Action.REDRIVE}, set()),
        (Role.ADMIN, {Action.REDRIVE}, {Action.RESOLVE_BREAK, Action.APPROVE_MAPPING}),
        (Role.SYSTEM, {Action.UPLOAD, Action.RUN_MODELS}, {Action.RESOLVE_BREAK, Action.READ_AUDIT}),
    ],
    ids=str,
)  # fmt: skip
def test_roles_may_what_the_contract_says(role: Role, allowed: set[Action], refused: set[Action]) -> None:
    assert all(may(role, action) for action in allowed)
    assert not any(may(role, action) for action in refused)


@pytest.mark.parametrize("path", ["/reports/", "/breaks/", "/health/live/"])
def test_a_slash_at_the_end_is_another_route_and_redirects_nowhere(desk: Desk, path: str) -> None:
    response = desk.admin().get(path, headers={"Host": "elsewhere.example"}, follow_redirects=False)
    problem(response, 404, "no-such-route")
    assert "location" not in response.headers


def test_without_a_token_nothing_is_answered(desk: Desk) -> None:
    client = TestClient(desk.admin_app())
    response = client.get("/reports", headers={"X-Bank-Id": str(BANK)})
    problem(response, 401, "unauthenticated")
    assert response.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize("header", ["Basic abc", "Bearer", "Bearer ", "", "Bearer one,Bearer two"])
def test_what_is_no_bearer_token_is_refused(desk: Desk, header: str) -> None:
    client = TestClient(desk.admin_app())
    response = client.get("/reports", headers={"Authorization": header, "X-Bank-Id": str(BANK)})
    problem(response, 401, "unauthenticated")


@pytest.mark.parametrize(
    "banks",
    [[], [str(BANK), str(BANK)], [str(BANK), str(OTHER_BANK)], [f"{BANK},{OTHER_BANK}"], ["x"], [""]],
    ids=str,
)
def test_the_bank_header_is_there_exactly_once(desk: Desk, banks: list[str]) -> None:
    client = TestClient(desk.admin_app())
    headers = [("Authorization", f"Bearer {BANK}:ANALYST:ana"), *(("X-Bank-Id", bank) for bank in banks)]
    problem(client.get("/reports", headers=headers), 400, "bank-header")


def test_the_bank_header_is_compared_as_a_uuid(desk: Desk) -> None:
    client = desk.admin()
    assert client.get("/reports", headers={"X-Bank-Id": str(BANK).upper()}).status_code == 200


@pytest.mark.parametrize("role", list(Role))
def test_another_bank_in_the_header_is_refused_and_recorded(desk: Desk, role: Role) -> None:
    response = desk.admin(role).get("/reports", headers={"X-Bank-Id": str(OTHER_BANK)})
    problem(response, 403, "bank-mismatch")
    ((bank_id, draft),) = desk.audit.drafts
    assert bank_id == BANK
    assert (draft.action, draft.outcome) == ("access.refused", "bank-mismatch")
    assert draft.request_id == response.headers["x-request-id"]


def test_a_refused_role_is_recorded(desk: Desk) -> None:
    problem(desk.admin(Role.ANALYST).get("/audit/head"), 403, "forbidden")
    ((_, draft),) = desk.audit.drafts
    assert (draft.actor, draft.resource) == ("ANALYST:ana", "route/GET /audit/head")


def test_a_refusal_that_cannot_be_recorded_is_unavailable(desk: Desk) -> None:
    desk.audit.is_away = True
    response = desk.admin(Role.ANALYST).get("/audit/head")
    problem(response, 503, "unavailable")
    assert response.headers["retry-after"] == "5"


def test_unknown_routes_and_methods_are_problems(desk: Desk) -> None:
    problem(desk.admin().get("/nothing"), 404, "no-such-route")
    response = desk.admin().delete("/reports")
    problem(response, 405, "method-not-allowed")
    assert response.headers["allow"]


@pytest.mark.parametrize(
    "path",
    ["/reports/{}", "/reports/{}/problems", "/breaks/{}", "/transactions/{}", "/audit/proof/{}"],
)
def test_unknown_ids_and_other_banks_ids_look_the_same(desk: Desk, path: str) -> None:
    desk.reports.receipts[OTHER_BANK] = [a_report()]
    desk.breaks.rows[OTHER_BANK] = {UUID(int=1): a_break()}
    client = desk.admin()
    bodies = []
    for name in (UUID(int=1), UUID(int=99)):
        document = problem(client.get(path.format(name)), 404, "not-found")
        bodies.append({key: value for key, value in document.items() if key != "request_id"})
    assert bodies[0] == bodies[1]
    problem(client.get(path.format("no-uuid")), 404, "not-found")


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=201",
        "limit=x",
        "limit=1e2",
        "cursor=!!",
        "cursor=" + "A" * 600,
        "cursor=W10",
        "status=NEW",
    ],
)
def test_parameters_out_of_range_are_refused_by_name(desk: Desk, query: str) -> None:
    problem(desk.admin().get(f"/reports?{query}"), 422, "invalid-input")


def test_a_refused_value_is_not_repeated(desk: Desk) -> None:
    document = problem(
        desk.admin().post("/reports", json={"file_name": 4111111111111111}), 422, "invalid-input"
    )
    assert "4111111111111111" not in json.dumps(document)


@pytest.mark.parametrize("body", [b"{", b"[]", b"\xff", b"[" * 50_000, b'{"file_name": NaN}', b""])
def test_a_body_that_is_not_the_documents_json_is_a_problem(desk: Desk, body: bytes) -> None:
    response = desk.admin().post("/reports", content=body, headers={"Content-Type": "application/json"})
    assert response.status_code in (400, 422)
    assert response.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "extra", [{"bank_id": str(OTHER_BANK)}, {"role": "ADMIN"}, {"created_by": "x"}], ids=str
)
def test_members_that_a_caller_may_not_set_are_refused(desk: Desk, extra: dict[str, str]) -> None:
    response = desk.admin().post("/reports", json={"file_name": "a.csv", **extra})
    problem(response, 422, "invalid-input")


def test_a_large_body_is_refused_whether_its_length_is_stated_or_not(desk: Desk) -> None:
    def chunks() -> Iterator[bytes]:
        for _ in range(LARGEST_BODY_BYTES // 1024 + 2):
            yield b" " * 1024

    client = desk.admin()
    for body in (b" " * (LARGEST_BODY_BYTES + 1), chunks()):
        response = client.post("/reports", content=body, headers={"Content-Type": "application/json"})
        problem(response, 413, "too-large")


def test_a_bug_of_ours_is_a_problem_that_gives_nothing_away(desk: Desk) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("password=hunter2")

    desk.reports.page = broken  # type: ignore[method-assign, assignment]
    document = problem(desk.admin().get("/reports"), 500, "internal")
    assert "hunter2" not in json.dumps(document)


def test_every_answer_has_an_id_and_may_not_be_cached(desk: Desk) -> None:
    first, second = (desk.admin().get("/reports") for _ in range(2))
    assert first.headers["x-request-id"] != second.headers["x-request-id"]
    assert first.headers["cache-control"] == "no-store"
    assert first.headers["x-content-type-options"] == "nosniff"


def test_the_client_cannot_choose_the_request_id(desk: Desk) -> None:
    assert desk.admin().get("/reports", headers={"X-Request-Id": "mine"}).headers["x-request-id"] != "mine"


def test_requests_are_counted_by_route_and_errors_by_problem_for_their_bank_alone(desk: Desk) -> None:
    client = desk.admin()
    client.get(f"/reports/{UUID(int=5)}")
    client.get(f"/reports/{UUID(int=6)}")
    other = desk.admin(bank_id=OTHER_BANK).get("/metrics").text
    assert "/reports/{report_id}" not in other
    text = client.get("/metrics").text
    assert 'http_requests_total{method="GET",route="/reports/{report_id}",status="404"} 2' in text
    assert 'errors_total{type="not-found"} 2' in text
    assert 'http_request_duration_seconds_count{method="GET",route="/reports/{report_id}"} 2' in text
    assert 'route="/reports/{report_id}"' in desk.admin(Role.ADMIN, OTHER_BANK).get("/metrics").text


def test_health_needs_no_token_and_only_a_vital_dependency_takes_readiness_away() -> None:
    postgres, pinecone = StatedProbe("postgres", is_vital=True), StatedProbe("pinecone")
    client = TestClient(Desk([postgres, pinecone]).admin_app())
    assert client.get("/health/ready").json()["status"] == "up"
    pinecone.is_up = False
    degraded = client.get("/health/ready")
    assert (degraded.status_code, degraded.json()["status"]) == (200, "degraded")
    assert {item["name"]: item["status"] for item in degraded.json()["dependencies"]} == {
        "postgres": "up",
        "pinecone": "down",
    }
    postgres.is_up = False
    assert client.get("/health/ready").status_code == 503
    assert client.get("/health").status_code == 503
    assert client.get("/health/live").status_code == 200


_CLIENT = Desk().admin()


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=60), st.text(max_size=30))
def test_no_path_and_no_cursor_makes_the_service_fail(name: str, cursor: str) -> None:
    client = _CLIENT
    for path in ("/reports/", "/breaks/", "/transactions/", "/audit/proof/"):
        assert client.get(path + quote(name, safe="")).status_code < 500
    assert client.get("/breaks", params={"cursor": cursor}).status_code in (200, 422)
