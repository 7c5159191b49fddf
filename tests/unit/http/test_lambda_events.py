"""Requests as API Gateway hands them to the function (payload format 2.0)."""

import base64
import json
from typing import Any

from payscope.http.on_lambda import on_lambda
from tests.support.desk import BANK, OTHER_BANK, Desk, a_report


class Context(Any):
    """What the handler reads of a Lambda context."""

    aws_request_id = "function-request"


def event(method: str, path: str, query: str = "", body: str | None = None, **headers: str) -> dict[str, Any]:
    """An HTTP API event; repeated headers come joined by commas."""
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": query,
        "headers": {
            "authorization": f"Bearer {BANK}:BANK_ADMIN:ana",
            "x-bank-id": str(BANK),
            "content-type": "application/json",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        },
        "requestContext": {
            "http": {"method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1"},
            "requestId": "gateway-request",
            "stage": "$default",
        },
        "body": body,
        "isBase64Encoded": False,
    }


def answer(desk: Desk, request: dict[str, Any]) -> tuple[int, dict[str, Any], dict[str, str]]:
    response = on_lambda(desk.admin_app())(request, Context())
    return response["statusCode"], json.loads(response["body"]), response["headers"]


def test_an_event_is_answered_under_the_gateways_request_id() -> None:
    desk = Desk()
    desk.reports.receipts[BANK] = [a_report()]
    status, body, headers = answer(desk, event("GET", "/reports", "limit=1&status=COMPLETE"))
    assert status == 200
    assert body["items"][0]["file_name"] == "settlement.csv"
    assert headers["x-request-id"] == "gateway-request"
    status, body, _ = answer(desk, event("GET", "/nothing"))
    assert (status, body["request_id"]) == (404, "gateway-request")


def test_two_bank_headers_that_the_gateway_joined_are_refused() -> None:
    for joined in (f"{BANK},{BANK}", f"{BANK},{OTHER_BANK}"):
        status, body, _ = answer(Desk(), event("GET", "/reports", x_bank_id=joined))
        assert (status, body["type"]) == (400, "urn:payscope:problem:bank-header")


def test_two_tokens_that_the_gateway_joined_are_refused() -> None:
    token = f"Bearer {BANK}:ANALYST:ana"
    status, _, _ = answer(Desk(), event("GET", "/reports", authorization=f"{token},{token}"))
    assert status == 401


def test_a_body_in_base64_is_read() -> None:
    request = event("POST", "/reports")
    request |= {"body": base64.b64encode(b'{"file_name": "a.csv"}').decode(), "isBase64Encoded": True}
    status, body, _ = answer(Desk(), request)
    assert (status, body["object_key"]) == (201, f"banks/{BANK}/inbox/a.csv")


def test_a_large_body_is_refused_in_the_event_too() -> None:
    status, _, _ = answer(Desk(), event("POST", "/reports", body=" " * 300_000))
    assert status == 413
