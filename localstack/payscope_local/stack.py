"""The local stack as a whole: up, down, status, removal."""

import fcntl
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from payscope.errors import InvalidInput
from payscope_local.aws import REGION, endpoint_url
from payscope_local.banks import add_bank, database_of, list_banks
from payscope_local.deployment import deploy_templates, empty, migrate, put_secrets
from payscope_local.graph import USER as GRAPH_USER
from payscope_local.issuer import AUDIENCE
from payscope_local.jobs import Job, run_jobs
from payscope_local.places import Places
from payscope_local.ports import LOOPBACK, free_port, is_open
from payscope_local.postgres import remove_postgres, start_postgres
from payscope_local.processes import ProcessRecord, is_alive, stop
from payscope_local.resume import resume_reports
from payscope_local.servers import PORTS, SERVERS, app_dsn, issuer_of, owner_dsn, vectors_dsn
from payscope_local.state import (
    PrivateState,
    StackDescription,
    read_description,
    read_private,
    read_processes,
    write_file,
    write_processes,
)

Progress = Callable[[str], None]


@dataclass(frozen=True)
class ServerStatus:
    """What one server of the stack is doing."""

    name: str
    title: str
    state: str
    pid: int | None
    port: int | None


class Stack:
    """One checkout's stack.

    Args:
        places: Where it keeps its things.
        progress: Is told each step in a short line.
    """

    def __init__(self, places: Places, progress: Progress) -> None:
        self._places = places
        self._progress = progress

    def up(self) -> StackDescription:
        """Start what does not run, deploy what changed, and describe the result.

        Running it again changes nothing; after a crash it starts what is missing.

        Raises:
            Unavailable: A server or the deployment failed; what runs keeps running.
        """
        with self._locked():
            records = read_processes(self._places.processes_file)
            ready = {name: record for name, record in records.items() if _is_up(record)}
            state = self._prepare(ready)
            self._stop_silent(records, ready)
            missing = SERVERS.keys() - ready.keys()
            outputs = self._start(state, ready)
            self._progress("migrating the stores")
            migrate(state, outputs)
            if "aws" in missing:
                endpoint = endpoint_url(state.ports["aws"])
                resume_reports(database_of(state), endpoint, outputs, self._progress)
            return self._describe(state, outputs)

    def down(self) -> None:
        """End every process, last started first; the data stay."""
        with self._locked():
            self._stop_all()

    def remove(self) -> None:
        """End every process and delete all data."""
        if not self._places.home.exists():
            return
        with self._locked():
            self._stop_all()
            remove_postgres(self._places.postgres)
            shutil.rmtree(self._places.home)

    def status(self) -> list[ServerStatus]:
        """Each server: running, stopped, crashed (its process is gone) or silent (it does not answer)."""
        records = read_processes(self._places.processes_file)
        return [_status(name, records.get(name)) for name in SERVERS]

    def _prepare(self, ready: dict[str, ProcessRecord]) -> PrivateState:
        """The private state with a port for every server, kept where it can be.

        Functions remember the addresses that they began with: where one moved, AWS starts anew.
        """
        state = read_private(self._places.private_file) or PrivateState.fresh()
        taken = {port for name in ready for port in SERVERS[name].ports}
        ports: dict[str, int] = {}
        for name in PORTS:
            known = state.ports.get(name)
            ports[name] = known if known and name in taken else _unused(known, set(ports.values()))
        if state.ports and ports != state.ports and "aws" in ready:
            self._progress("an address has changed: starting AWS anew")
            stop(ready.pop("aws"))
        state = state.model_copy(update={"ports": ports})
        self._write_private(state)
        return state

    def _write_private(self, state: PrivateState) -> None:
        dsns = {"owner_dsn": owner_dsn(state), "app_dsn": app_dsn(state), "vectors_dsn": vectors_dsn(state)}
        text = state.model_copy(update=dsns).model_dump_json(indent=1)
        write_file(self._places.private_file, text)

    def _stop_silent(self, records: dict[str, ProcessRecord], ready: dict[str, ProcessRecord]) -> None:
        """End what runs and does not answer."""
        for name, record in records.items():
            if name not in ready and is_alive(record):
                stop(record, how=SERVERS[name].ending)
        if not ready:
            empty(self._places.scratch)

    def _start(self, state: PrivateState, ready: dict[str, ProcessRecord]) -> dict[str, str]:
        """Start the missing servers and deploy as soon as AWS is there; outputs of the deployment."""
        began = time.monotonic()
        outputs: dict[str, str] = {}
        running = dict(ready)

        def start(name: str) -> ProcessRecord | None:
            return SERVERS[name].start(self._places, state)

        def deploy() -> None:
            put_secrets(state, self._places)
            outputs.update(deploy_templates(self._places, state, self._progress))

        def done(name: str, record: ProcessRecord | None) -> None:
            if record is not None:
                running[name] = record
                write_processes(self._places.processes_file, running.values())
                self._progress(f"{SERVERS[name].title} is up ({time.monotonic() - began:.1f} s)")

        jobs: dict[str, Job[ProcessRecord | None]] = {
            name: Job(server.title, partial(start, name), frozenset(server.after))
            for name, server in SERVERS.items()
            if name not in ready
        }
        jobs["deployment"] = Job("deployment", deploy, frozenset({"aws"}))
        run_jobs(jobs, done)
        return outputs

    def _describe(self, state: PrivateState, outputs: dict[str, str]) -> StackDescription:
        issuer = issuer_of(self._places, state)
        records = read_processes(self._places.processes_file)
        description = StackDescription(
            api_url=f"http://{LOOPBACK}:{state.ports['api']}",
            aws_endpoint_url=endpoint_url(state.ports["aws"]),
            aws_region=REGION,
            bucket_reports=outputs["ReportsBucket"],
            postgres_dsn=app_dsn(state),
            neo4j_uri=f"bolt://{LOOPBACK}:{state.ports['bolt']}",
            neo4j_auth=(GRAPH_USER, state.graph_password),
            pinecone_host=f"http://{LOOPBACK}:{state.ports['vectors']}",
            state_machine_arn=outputs["ReportMachine"],
            banks=list_banks(database_of(state)),
            issuer=issuer.url,
            audience=AUDIENCE,
            pids={name: record.pid for name, record in records.items()},
            outputs=outputs,
        )
        write_file(self._places.stack_file, description.model_dump_json(indent=1))
        return description

    def add_bank(
        self, bank_id: UUID, name: str, timezone: str, currency: str, fiscal_year_start: int | None = None
    ) -> None:
        """Register a tenant, or change its name and defaults, and list the tenants anew in the public file.

        Raises:
            InvalidInput: The stack was never started, or the name or the currency is none.
        """
        description = read_description(self._places.stack_file)
        state = read_private(self._places.private_file)
        if description is None or state is None:
            raise InvalidInput("The stack was never started: run `payscope up`.")
        database = database_of(state)
        add_bank(database, bank_id, name, timezone, currency, fiscal_year_start)
        banks = list_banks(database)
        database.close()
        text = description.model_copy(update={"banks": banks}).model_dump_json(indent=1)
        write_file(self._places.stack_file, text)

    def _stop_all(self) -> None:
        records = read_processes(self._places.processes_file)
        for name in reversed(list(SERVERS)):
            record = records.get(name)
            if record is not None and is_alive(record):
                began = time.monotonic()
                stop(record, timeout_s=30, how=SERVERS[name].ending)
                self._progress(f"{SERVERS[name].title} has stopped ({time.monotonic() - began:.1f} s)")
        write_processes(self._places.processes_file, [])
        self._places.stack_file.unlink(missing_ok=True)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self._places.home.mkdir(parents=True, exist_ok=True)
        with self._places.lock_file.open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                self._progress("waiting for another payscope command")
                fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def superuser_dsn(places: Places) -> str:
    """How to connect as the database's superuser, for maintenance by hand."""
    return start_postgres(places.postgres).dsn_superuser


def _status(name: str, record: ProcessRecord | None) -> ServerStatus:
    title = SERVERS[name].title
    if record is None:
        return ServerStatus(name, title, "stopped", None, None)
    state = "running" if _is_up(record) else "silent" if is_alive(record) else "crashed"
    return ServerStatus(name, title, state, record.pid, record.port)


def _is_up(record: ProcessRecord | None) -> bool:
    return record is not None and is_alive(record) and (record.port is None or is_open(record.port))


def _unused(preferred: int | None, others: set[int]) -> int:
    port = free_port(preferred)
    return port if port not in others else _unused(None, others)
