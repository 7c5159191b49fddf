"""Why a number changed: what is missing is said first, and a file that never came is no reason."""

from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest

from payscope.adapters.postgres.ask.asking import postgres_ask_ports
from payscope.adapters.postgres.ask.rollups import PostgresRollups
from payscope.adapters.postgres.tenancy import Database
from payscope.application.ask.answer_question import answer_question
from payscope.application.ask.ports import AskPorts
from payscope.domain.ask.answers import Answer, Question
from payscope.domain.ask.plans import Intent
from payscope.domain.events import EventType
from tests.evaluation.world import Report
from tests.support.ask import NOW, RowsInMemory, deliver_report
from tests.support.payments import add_bank, event
from tests.support.postgres import TestDatabases

FIRST = date(2026, 3, 2)
LOST = date(2026, 3, 18)
TODAY = date(2026, 3, 29)
A_DAY = 25


@pytest.fixture(scope="module")
def gap(migrated: TestDatabases) -> tuple[AskPorts, UUID]:
    """Four weeks of a file a day with as many sales on each, and one file in the third that never came."""
    database = Database(migrated.app_dsn, migrated.context_key, migrated.context_key_id, pool_size=2)
    bank_id = uuid4()
    add_bank(database, bank_id)
    for offset in range((TODAY - FIRST).days + 1):
        day = FIRST + timedelta(days=offset)
        if day != LOST:
            sales = tuple(
                event(
                    EventType.CLEARING,
                    f"{day}-{n}",
                    day,
                    100,
                    source="scheme",
                    network="VISA" if n % 5 else "AMEX",
                )
                for n in range(A_DAY)
            )
            deliver_report(database, bank_id, Report(f"clearing_{day}.csv", "scheme", sales))
    PostgresRollups(database).rebuild(bank_id, NOW)
    return postgres_ask_ports(database, RowsInMemory()), bank_id


def ask(text: str, gap: tuple[AskPorts, UUID], thread_id: UUID | None = None) -> Answer:
    ports, bank_id = gap
    question = Question(query=text, as_of=TODAY, thread_id=thread_id)
    return answer_question(question, bank_id=bank_id, subject="analyst", now=NOW, ports=ports)


def test_a_missing_file_is_said_before_any_number(gap: tuple[AskPorts, UUID]) -> None:
    answer = ask("sales count from 16 March 2026 to 22 March 2026", gap)
    assert answer.summary.startswith("Reports of this period are missing")
    assert answer.caveats[0] == "Reports are missing: scheme 2026-03-18."
    assert ask("sales count from 9 March 2026 to 15 March 2026", gap).summary.startswith("Cleared sales")


def test_a_file_that_never_came_is_no_reason_for_a_change(gap: tuple[AskPorts, UUID]) -> None:
    thread_id = uuid4()
    ask("sales count from 16 March 2026 to 22 March 2026 vs the previous period", gap, thread_id)
    answer = ask("why?", gap, thread_id)
    assert answer.intent is Intent.ANOMALY
    assert answer.caveats[0] == "Reports are missing: scheme 2026-03-18."
    change = next(value for value in answer.values if value.metric == "sales_count.change")
    assert change.value == str(-A_DAY)
    effects = [value for value in answer.values if value.metric == "sales_count.effect"]
    assert [value.value for value in effects if value.value != "0"] == []
