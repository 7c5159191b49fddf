"""The servers of the local stack: how each is started, in what order, and how it is told to end."""

import signal
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from payscope.errors import Unavailable
from payscope_local.aws import endpoint_url, start_aws
from payscope_local.graph import GraphPorts, ensure_graph_database, start_graph
from payscope_local.issuer import Issuer
from payscope_local.places import Places
from payscope_local.ports import LOOPBACK, wait_until_open
from payscope_local.postgres import RolePasswords, create_roles_and_database, start_postgres, stop_postgres
from payscope_local.processes import ProcessRecord, log_tail, python_environment, record_of, spawn
from payscope_local.state import PrivateState
from payscope_local.valkey import start_valkey

GRAPH_DATABASE = "payscope"
PORTS = ("postgres", "valkey", "bolt", "graph-http", "vectors", "aws", "api", "issuer")


@dataclass(frozen=True)
class Server:
    """One process of the stack.

    Attributes:
        title: What a person calls it.
        start: Starts it and waits until it answers.
        after: Servers that must answer before.
        ports: Names of the ports that it listens on.
        ending: The signal that it shuts down cleanly on.
    """

    title: str
    start: Callable[[Places, PrivateState], ProcessRecord]
    after: tuple[str, ...] = ()
    ports: tuple[str, ...] = ()
    ending: signal.Signals = signal.SIGTERM


def issuer_of(places: Places, state: PrivateState) -> Issuer:
    return Issuer(places.keys, f"http://{LOOPBACK}:{state.ports['issuer']}")


def _postgres(places: Places, state: PrivateState) -> ProcessRecord:
    port, log_file = state.ports["postgres"], places.log("postgres")
    running = start_postgres(places.postgres, port, log_file)
    if running.port != port:  # left over from a stack whose records were lost
        stop_postgres(places.postgres)
        running = start_postgres(places.postgres, port, log_file)
    passwords = RolePasswords(state.owner_password, state.app_password, state.vectors_password)
    create_roles_and_database(running.dsn_superuser, passwords)
    return record_of("postgres", running.pid, running.port)


def _valkey(places: Places, state: PrivateState) -> ProcessRecord:
    return start_valkey(places.valkey, state.valkey_password, state.ports["valkey"], places.log("valkey"))


def _graph(places: Places, state: PrivateState) -> ProcessRecord:
    ports = GraphPorts(state.ports["bolt"], state.ports["graph-http"])
    record = start_graph(places.graph, state.graph_password, ports, places.log("graph"))
    ensure_graph_database(GRAPH_DATABASE, state.graph_password, ports.http)
    return record


def _vectors(places: Places, state: PrivateState) -> ProcessRecord:
    port = state.ports["vectors"]
    environment = {
        "PAYSCOPE_VECTORS_DSN": vectors_dsn(state),
        "PAYSCOPE_VECTORS_API_KEY": state.pinecone_api_key,
    }
    return _python("vectors", ["payscope_local.pinecone", str(port)], places, port, environment)


def _aws(places: Places, state: PrivateState) -> ProcessRecord:
    return start_aws(places.objects, places.scratch / "aws", state.ports["aws"], places.log("aws"))


def _front(places: Places, state: PrivateState) -> ProcessRecord:
    issuer_of(places, state).ensure_keys()
    ports = state.ports["api"], state.ports["issuer"]
    arguments = [str(places.api_file), str(ports[0]), str(places.keys), str(ports[1])]
    record = _python("front", ["payscope_local.front", *arguments], places, ports[0], {})
    if not wait_until_open(ports[1], timeout_s=10):
        raise Unavailable(f"The issuer did not start (log: {places.log('front')}).")
    return record


def _tasks(places: Places, state: PrivateState) -> ProcessRecord:
    folders = [str(places.root), str(places.logs), str(places.scratch / "tasks")]
    arguments = ["payscope_local.ecs_runner", endpoint_url(state.ports["aws"]), *folders]
    return _python("tasks", arguments, places, None, {})


def _python(
    name: str, arguments: list[str], places: Places, port: int | None, environment: Mapping[str, str]
) -> ProcessRecord:
    record = spawn(
        name,
        [sys.executable, "-m", *arguments],
        places.log(name),
        python_environment(environment),
        port,
        places.home,
    )
    if port is not None and not wait_until_open(port, timeout_s=30):
        log = places.log(name)
        raise Unavailable(f"{name} did not start (log: {log}): {log_tail(log)}")
    return record


def vectors_dsn(state: PrivateState) -> str:
    return _dsn("payscope_vectors", state.vectors_password, "vectors", state)


def owner_dsn(state: PrivateState) -> str:
    return _dsn("payscope_owner", state.owner_password, "payscope", state)


def app_dsn(state: PrivateState) -> str:
    return _dsn("payscope_app", state.app_password, "payscope", state)


def _dsn(role: str, password: str, database: str, state: PrivateState) -> str:
    return f"postgresql://{role}:{password}@{LOOPBACK}:{state.ports['postgres']}/{database}"


# In the order of starting; stopping goes the other way.
SERVERS: Mapping[str, Server] = {
    "postgres": Server("PostgreSQL", _postgres, ports=("postgres",), ending=signal.SIGINT),
    "valkey": Server("Valkey", _valkey, ports=("valkey",)),
    "graph": Server("graph (ArcadeDB)", _graph, ports=("bolt", "graph-http")),
    "vectors": Server("vectors (Pinecone API)", _vectors, after=("postgres",), ports=("vectors",)),
    "aws": Server("AWS (MiniStack)", _aws, ports=("aws",)),
    "front": Server("HTTP front and token issuer", _front, ports=("api", "issuer")),
    "tasks": Server("container task runner", _tasks, after=("aws",)),
}
