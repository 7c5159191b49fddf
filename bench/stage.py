"""The stack that the benchmarks have for themselves, and their banks on it."""

import json
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

import psycopg

from bench.figures import Figure
from payscope.adapters.postgres.tenancy import signed_context
from payscope.domain.identity import Role
from payscope_local.aws import aws_client
from payscope_local.banks import add_bank, database_of
from payscope_local.places import Places, find_places
from payscope_local.product_client import ProductClient
from payscope_local.servers import app_dsn, issuer_of
from payscope_local.stack import Stack, superuser_dsn
from payscope_local.state import PrivateState, StackDescription, read_private

_ROOT = Path(__file__).resolve().parents[1]
_QUIET_POLLS = 4
_POLL_S = 0.5
_CONTEXT_S = 1800


@dataclass(frozen=True)
class BenchBank:
    """A tenant, and a client that acts for it."""

    bank_id: UUID
    client: ProductClient


@dataclass(frozen=True)
class BenchStack:
    """A stack that nobody else uses: what lies in it may be thrown away at any time."""

    places: Places
    description: StackDescription
    private: PrivateState

    @property
    def superuser_dsn(self) -> str:
        return superuser_dsn(self.places)

    def add_bank(self, name: str) -> BenchBank:
        bank_id = uuid4()
        add_bank(database_of(self.private), bank_id, name, "UTC", "EUR")
        return BenchBank(bank_id, ProductClient(self.places, self.description, bank_id))

    def token(self, bank: BenchBank) -> str:
        return issuer_of(self.places, self.private).mint(bank.bank_id, Role.ANALYST, "bench", 3600)

    @property
    def app_dsn(self) -> str:
        return app_dsn(self.private)

    def context(self, bank: BenchBank) -> str:
        """A signed context of the bank for the next half hour."""
        key = bytes.fromhex(self.private.context_key)
        return signed_context(bank.bank_id, int(time.time()) + _CONTEXT_S, key, self.private.context_key_id)

    def empty_events(self) -> None:
        """Take every event of every bank away, at once and without a trace in the indexes."""
        with psycopg.connect(self.superuser_dsn, autocommit=True, dbname="payscope") as connection:
            connection.execute("truncate payscope.event, payscope.event_key")

    def stop_executions(self) -> None:
        """Stop whatever the processing chain is at."""
        machines = aws_client("stepfunctions", self.description.aws_endpoint_url)
        arn = self.description.state_machine_arn
        for execution in machines.list_executions(stateMachineArn=arn, statusFilter="RUNNING")["executions"]:
            machines.stop_execution(executionArn=execution["executionArn"])

    def roll_up(self, bank: BenchBank) -> None:
        """Have the deployed function build the bank's roll-ups.

        Raises:
            RuntimeError: It failed.
        """
        reply = aws_client("lambda", self.description.aws_endpoint_url).invoke(
            FunctionName=self.description.outputs["MigrateFunction"],
            Payload=json.dumps({"bank_id": str(bank.bank_id), "rebuild": "roll-ups"}),
        )
        if reply.get("FunctionError"):
            raise RuntimeError(f"the roll-ups failed: {reply['Payload'].read()!r}")

    def come_to_rest(self, timeout_s: float) -> None:
        """Cancel what the product's statements are at, until no further one comes.

        Raises:
            TimeoutError: They keep coming.
        """
        deadline = time.monotonic() + timeout_s
        quiet = 0
        with psycopg.connect(self.superuser_dsn, autocommit=True) as connection:
            while quiet < _QUIET_POLLS:
                if time.monotonic() > deadline:
                    raise TimeoutError(f"the stack still works after {timeout_s:.0f} s")
                cancelled = connection.execute(
                    "select pg_cancel_backend(pid) from pg_stat_activity"
                    " where usename = 'payscope_app' and state <> 'idle'"
                ).fetchall()
                quiet = 0 if cancelled else quiet + 1
                time.sleep(_POLL_S)


@contextmanager
def bench_stack(home: Path, say: Callable[[str], None]) -> Iterator[tuple[BenchStack, list[Figure]]]:
    """A fresh stack under ``home``/bench, removed afterwards, and how long it took to start.

    What an earlier run left there because it was killed is removed first.
    """
    places = find_places(_ROOT, home / "bench")
    controller = Stack(places, say)
    controller.remove()
    try:
        first = _seconds(controller.up)
        controller.down()
        again = _seconds(controller.up)
        private = read_private(places.private_file)
        if private is None:
            raise RuntimeError("the stack has no private state")
        yield (
            BenchStack(places, controller.up(), private),
            [Figure("stack, first start", first, "s"), Figure("stack start", again, "s")],
        )
    finally:
        controller.remove()
        shutil.rmtree(places.home, ignore_errors=True)


def _seconds(run: Callable[[], object]) -> float:
    began = time.perf_counter()
    run()
    return time.perf_counter() - began
