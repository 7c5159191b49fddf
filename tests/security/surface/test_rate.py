"""No bank takes the service away from the others, and what the platform's staff looks at is written down."""

import subprocess
import sys
import time
from collections.abc import Iterator
from uuid import UUID, uuid4

import pytest

from payscope.adapters.valkey.rate_limit import ValkeyRateLimit
from payscope.application.operate.limit_requests import LimitRequests, Rate
from payscope.domain.identity import Role
from payscope_local.ports import free_port
from payscope_local.processes import stop
from payscope_local.valkey import start_valkey, valkey_url
from tests.support.desk import BANK, OTHER_BANK, Desk

_TAKE_IN_A_PROCESS = """
import sys, uuid
from payscope.adapters.valkey.rate_limit import ValkeyRateLimit
from payscope.application.operate.limit_requests import Rate
limit = ValkeyRateLimit(sys.argv[1], Rate(50, 1))
print(sum(limit.take(uuid.UUID(sys.argv[2])) == 0 for _ in range(50)))
"""


class Allowance:
    """``RateLimit`` in memory: so many requests a bank, and no more."""

    def __init__(self, requests: int) -> None:
        self.requests = requests
        self.taken: dict[UUID, int] = {}

    def take(self, bank_id: UUID) -> float:
        if self.taken.get(bank_id, 0) >= self.requests:
            return 1.2
        self.taken[bank_id] = self.taken.get(bank_id, 0) + 1
        return 0.0


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder, port = tmp_path_factory.mktemp("valkey"), free_port()
    record = start_valkey(folder, "word", port, folder / "log")
    yield valkey_url("word", port)
    stop(record)


def test_a_bank_beyond_its_rate_is_told_when_to_go_on_and_the_others_are_answered() -> None:
    desk = Desk(limit=LimitRequests(Allowance(2)))
    client = desk.admin()
    assert [client.get("/reports").status_code for _ in range(3)] == [200, 200, 429]
    refused = client.get("/reports")
    assert refused.headers["retry-after"] == "2"
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.json()["type"] == "urn:payscope:problem:rate-exceeded"
    assert desk.admin(bank_id=OTHER_BANK).get("/reports").status_code == 200


def test_a_flood_of_refused_requests_does_not_fill_the_log() -> None:
    desk = Desk(limit=LimitRequests(Allowance(2)))
    pretending = {"X-Bank-Id": str(OTHER_BANK)}
    statuses = [desk.admin().get("/reports", headers=pretending).status_code for _ in range(5)]
    assert statuses == [403, 403, 429, 429, 429]
    assert [desk.admin(Role.ANALYST).get("/audit/head").status_code for _ in range(3)] == [429] * 3
    assert len(desk.audit.drafts) == 2


def test_who_has_no_token_uses_up_no_banks_rate() -> None:
    account = Allowance(2)
    client = Desk(limit=LimitRequests(account)).admin()
    for _ in range(5):
        assert client.get("/reports", headers={"Authorization": "Bearer none"}).status_code == 401
    assert account.taken == {}


def test_a_burst_passes_and_then_one_request_a_step_of_the_rate(url: str) -> None:
    bank_id, limit = uuid4(), ValkeyRateLimit(url, Rate(burst=5, per_s=2))
    waits = [limit.take(bank_id) for _ in range(7)]
    assert waits[:5] == [0.0] * 5
    assert all(0 < wait <= 0.5 for wait in waits[5:])
    assert limit.take(uuid4()) == 0.0
    time.sleep(waits[6] + 0.02)
    assert limit.take(bank_id) == 0.0
    assert limit.take(bank_id) > 0


def test_parallel_processes_share_one_account(url: str) -> None:
    command = [sys.executable, "-c", _TAKE_IN_A_PROCESS, url, str(uuid4())]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    passed = sum(int(process.communicate()[0]) for process in running)
    # The rate gives one more for each second that the processes took.
    assert 50 <= passed < 75


def test_without_the_server_requests_pass_and_do_not_wait() -> None:
    limit = ValkeyRateLimit("valkey://127.0.0.1:1", Rate(1, 1))
    start = time.monotonic()
    assert [limit.take(BANK) for _ in range(50)] == [0.0] * 50
    assert time.monotonic() - start < 2


def test_what_the_platforms_staff_reads_is_in_the_banks_log() -> None:
    desk = Desk()
    assert desk.admin(Role.ADMIN).get("/breaks").status_code == 200
    assert desk.admin(Role.ADMIN).get("/transactions/1").status_code == 404
    seen = [(bank_id, draft.actor, draft.action, draft.resource) for bank_id, draft in desk.audit.drafts]
    assert seen == [
        (BANK, "ADMIN:ana", "platform.access", "route/GET /breaks"),
        (BANK, "ADMIN:ana", "platform.access", "route/GET /transactions/{transaction_id}"),
    ]
    desk.audit.is_away = True
    assert desk.admin(Role.ADMIN).get("/breaks").status_code == 503
    assert desk.admin(Role.BANK_ADMIN).get("/breaks").status_code == 200
