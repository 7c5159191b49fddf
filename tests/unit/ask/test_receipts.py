"""Receipts of numbers that were computed rather than counted."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID, uuid4

import pytest

from payscope.application.ask.drill_receipt import drill_receipt
from payscope.application.ask.ports import AskPorts, Receipt
from payscope.errors import NotFound

NOW = datetime(2026, 3, 31, 12, tzinfo=UTC)
BANK = UUID(int=1)


class Receipts:
    """One bank's receipts in memory."""

    def __init__(self, *receipts: Receipt) -> None:
        self._receipts = {receipt.value_id: receipt for receipt in receipts}

    def find(self, bank_id: UUID, value_id: UUID) -> Receipt | None:
        return self._receipts.get(value_id) if bank_id == BANK else None


def ports_with(*receipts: Receipt) -> AskPorts:
    return cast("AskPorts", SimpleNamespace(receipts=Receipts(*receipts)))


def receipt_of(metric: str, plan: dict[str, Any]) -> Receipt:
    return Receipt(uuid4(), uuid4(), metric, 1, plan, 0, "0" * 64, "289.3", NOW, NOW)


def test_a_number_of_a_scenario_has_its_plan_and_no_rows() -> None:
    plan = {"simulation": {"period": "2026-03"}, "scenario": "baseline", "scope": "slice"}
    receipt = receipt_of("sales_count", plan)
    page = drill_receipt(receipt.value_id, bank_id=BANK, ports=ports_with(receipt))
    assert (page.metric, page.plan, page.rows, page.next_cursor) == ("sales_count", plan, (), None)
    assert page.definition


def test_another_bank_has_no_such_receipt() -> None:
    receipt = receipt_of("auth_attempts.forecast", {"forecast_id": str(UUID(int=7)), "day": "2026-04-01"})
    with pytest.raises(NotFound):
        drill_receipt(receipt.value_id, bank_id=UUID(int=2), ports=ports_with(receipt))
