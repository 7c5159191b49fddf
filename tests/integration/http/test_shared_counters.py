"""Counters stay right when many sandboxes count at once, and when the server goes away in between."""

import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from payscope.adapters.valkey.counters import ValkeyCounters
from payscope.adapters.valkey.probe import ValkeyProbe
from payscope.adapters.valkey.token_budget import ValkeyTokenBudget
from payscope.domain.telemetry import counted, observed
from payscope.errors import Unavailable
from payscope_local.ports import free_port
from payscope_local.processes import stop
from payscope_local.valkey import start_valkey, valkey_url

_COUNT_IN_A_PROCESS = """
import sys, uuid
from payscope.adapters.valkey.counters import ValkeyCounters
from payscope.domain.telemetry import counted, observed
counters = ValkeyCounters(sys.argv[1])
for _ in range(200):
    counters.add(uuid.UUID(sys.argv[2]), [*counted("errors_total", ("not-found",)),
                                          *observed("db_query_duration_seconds", 0.02, ())])
    counters.flush()
"""


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("valkey")
    port = free_port()
    record = start_valkey(folder, "word", port, folder / "log")
    yield valkey_url("word", port)
    stop(record)


def totals(counters: ValkeyCounters, bank_id: UUID | None) -> dict[tuple[str, str], int]:
    return {(sample.name, sample.part): sample.value for sample in counters.totals(bank_id)}


def test_no_count_of_parallel_processes_is_lost(url: str) -> None:
    bank_id = uuid4()
    command = [sys.executable, "-c", _COUNT_IN_A_PROCESS, url, str(bank_id)]
    running = [subprocess.Popen(command) for _ in range(4)]
    assert [process.wait() for process in running] == [0, 0, 0, 0]
    found = totals(ValkeyCounters(url), bank_id)
    assert found["errors_total", ""] == 800
    assert found["db_query_duration_seconds", "2"] == 800
    assert found["db_query_duration_seconds", "sum_us"] == 800 * 20_000


def test_a_bank_reads_its_own_and_the_platform_the_sum(url: str) -> None:
    counters, banks = ValkeyCounters(url), (uuid4(), uuid4())
    before = totals(counters, None).get(("errors_total", ""), 0)
    for bank_id in (*banks, None):
        counters.add(bank_id, counted("errors_total", ("conflict",)))
    counters.flush()
    assert totals(counters, banks[0]) == {("errors_total", ""): 1}
    by_label = [sample.value for sample in counters.totals(None) if sample.labels == ("conflict",)]
    assert by_label == [3]
    assert before >= 0
    assert ValkeyProbe(counters).check()


def test_counts_wait_while_the_server_is_away_and_cost_no_time(tmp_path: Path) -> None:
    port, bank_id, later = free_port(), uuid4(), [0.0]
    counters = ValkeyCounters(valkey_url("word", port), lambda: time.monotonic() + later[0])
    start = time.monotonic()
    for _ in range(50):
        counters.add(bank_id, counted("errors_total", ("conflict",)))
        counters.flush()
    assert time.monotonic() - start < 2
    with pytest.raises(Unavailable):
        counters.totals(bank_id)
    with pytest.raises(Unavailable):
        ValkeyProbe(counters).check()
    record = start_valkey(tmp_path, "word", port, tmp_path / "log")
    try:
        later[0] = 60.0
        counters.add(bank_id, observed("chat_query_duration_seconds", 0.1, ("DESCRIBE",)))
        counters.flush()
        assert totals(counters, bank_id)["errors_total", ""] == 50
    finally:
        stop(record)


def test_a_banks_tokens_of_a_day_are_counted_once_for_all_and_apart_from_other_banks(url: str) -> None:
    bank_id, other, day = uuid4(), uuid4(), date(2026, 3, 31)
    here, there = ValkeyTokenBudget(url), ValkeyTokenBudget(url)
    assert here.reserve(bank_id, day, 60, 100)
    assert not there.reserve(bank_id, day, 60, 100)
    here.settle(bank_id, day, 60, 20)
    assert there.reserve(bank_id, day, 60, 100)
    assert not here.reserve(bank_id, day, 30, 100)
    assert here.reserve(other, day, 60, 100)
    assert here.reserve(bank_id, date(2026, 4, 1), 60, 100)


def test_an_account_of_tokens_that_is_away_is_unavailable() -> None:
    with pytest.raises(Unavailable):
        ValkeyTokenBudget("valkey://127.0.0.1:1").reserve(uuid4(), date(2026, 3, 31), 1, 10)
