"""What stands in a log: no card number, no stripe and no secret, whoever wrote the line."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from payscope.adapters.aws.chain import chain_step
from payscope.domain.pan import holds_track_data
from payscope.errors import InvalidInput
from payscope.logs import new_logger
from payscope.settings import Settings
from tests.support.desk import BANK, Desk

PAN = "4929102875318648"
STRIPE = f";{PAN}=29122011234567890?"
SECRET = {
    "context_key": "c0ffee" * 10,
    "card_key": "facade" * 10,
    "postgres_dsn": "postgresql://payscope_app:hunter2@db",
}


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """What the process's logger writes."""
    handler = new_logger().handlers[0]
    assert isinstance(handler, logging.StreamHandler)
    written = io.StringIO()
    before = handler.setStream(written)
    yield written
    handler.setStream(before if before is not None else written)


def told(lines: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in lines.getvalue().splitlines()]


def fails(error: Exception) -> Any:
    @chain_step
    def step(event: dict[str, Any]) -> dict[str, Any]:
        raise error

    return step


@pytest.mark.parametrize(
    "quoted",
    [PAN, f"{PAN[:4]} {PAN[4:8]} {PAN[8:12]} {PAN[12:]}", f"invalid literal for int(): '{PAN}'", STRIPE],
)
def test_a_step_that_fails_on_a_card_number_does_not_log_it(lines: io.StringIO, quoted: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        fails(ValueError(quoted))({"bank_id": str(BANK)}, None)
    (line,) = told(lines)
    assert (line["message"], line["level"], line["bank_id"]) == ("step failed", "ERROR", str(BANK))
    assert "ValueError" in line["exception"]
    text = json.dumps(line)
    assert PAN not in text.replace(" ", "")
    assert not holds_track_data(text)


def test_a_request_that_fails_on_a_card_number_does_not_log_it(lines: io.StringIO) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError(f"cannot read {PAN}")

    desk = Desk()
    desk.reports.page = broken  # type: ignore[method-assign, assignment]
    client = TestClient(desk.admin_app(), headers=dict(desk.admin().headers))
    assert client.get("/reports", headers={"X-Correlation-Id": PAN}).status_code == 500
    failed = next(line for line in told(lines) if line["message"] == "request failed")
    assert failed["request_id"]
    assert "card ending 8648" in failed["exception"]
    assert PAN not in lines.getvalue()


def test_fields_beside_the_message_are_looked_through_at_any_depth(lines: io.StringIO) -> None:
    new_logger().info(
        "seen", extra={"cells": [{"cell": f"paid by {PAN}"}], "count": 3, "error": ValueError(PAN)}
    )
    (line,) = told(lines)
    assert line["cells"] == [{"cell": "paid by card ending 8648"}]
    assert line["count"] == 3
    assert line["error"] == "card ending 8648"


def test_a_secret_without_a_member_is_told_by_name_and_not_quoted(lines: io.StringIO) -> None:
    """The cause of the error once showed the database's password beside the name of what was missing."""

    @chain_step
    def step(_: dict[str, Any]) -> dict[str, Any]:
        Settings.from_environment(
            {"PAYSCOPE_CONNECTIONS_SECRET": "connections"}, lambda _: json.dumps(SECRET)
        )
        return {}

    with pytest.raises(InvalidInput, match="context_key_id"):
        step({}, None)
    (line,) = told(lines)
    assert "context_key_id" in line["exception"]
    for value in ("hunter2", "c0ffee", "facade"):
        assert value not in lines.getvalue()
