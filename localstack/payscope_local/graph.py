"""The graph store: ArcadeDB with its own Java, speaking Bolt to the Neo4j driver, all on loopback."""

import base64
import json
import os
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from payscope.errors import Unavailable
from payscope_local.ports import LOOPBACK, wait_until_open
from payscope_local.processes import ProcessRecord, is_alive, log_tail, plain_environment, spawn

USER = "root"
_START_TIMEOUT_S = 60.0


@dataclass(frozen=True)
class GraphPorts:
    """Bolt for the product, HTTP for creating databases."""

    bolt: int
    http: int


def start_graph(data_dir: Path, password: str, ports: GraphPorts, log_file: Path) -> ProcessRecord:
    """Start the server and wait until it speaks HTTP and Bolt.

    The password reaches the server by a private file, since arguments are visible to everybody.

    Raises:
        Unavailable: The package is missing or the server did not start.
    """
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    password_file = data_dir / "root-password"
    password_file.touch(mode=0o600)
    password_file.write_text(password)
    package = _package()
    settings = {
        "server.name": "payscope",
        "server.mode": "development",
        "server.rootPath": data_dir,
        "server.rootPasswordPath": password_file,
        "server.databaseDirectory": data_dir / "databases",
        "server.configDirectory": data_dir / "config",
        "server.logsDirectory": data_dir / "log",
        "server.httpIncomingHost": LOOPBACK,
        "server.httpIncomingPort": ports.http,
        "server.plugins": "Bolt:com.arcadedb.bolt.BoltProtocolPlugin",
        "bolt.host": LOOPBACK,
        "bolt.port": ports.bolt,
    }
    command: list[str | Path] = [
        *(package / "jre" / "bin" / "java", "-Xms128m", "-Xmx1g", "-XX:+UseSerialGC"),
        *(
            "-Djava.awt.headless=true",
            "-Dpolyglot.engine.WarnInterpreterOnly=false",
        ),
        *("--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"),
        *(f"-Darcadedb.{name}={value}" for name, value in settings.items()),
        *("-cp", _class_path(package / "jars"), "com.arcadedb.server.ArcadeDBServer"),
    ]
    record = spawn("graph", command, log_file, plain_environment(), ports.bolt, data_dir)
    if not (wait_until_open(ports.bolt, _START_TIMEOUT_S) and _answers(ports.http, password, record)):
        raise Unavailable(f"ArcadeDB did not start (log: {log_file}): {log_tail(log_file)}")
    return record


def ensure_graph_database(database: str, password: str, http_port: int) -> None:
    """Create the database unless the server has it already."""
    known = _command(http_port, password, "list databases")["result"]
    if database not in known:
        _command(http_port, password, f"create database {database}")


def _answers(http_port: int, password: str, record: ProcessRecord) -> bool:
    deadline = time.monotonic() + _START_TIMEOUT_S
    while time.monotonic() < deadline and is_alive(record):
        try:
            _command(http_port, password, "list databases")
        except Unavailable:
            time.sleep(0.1)
        else:
            return True
    return False


def _command(http_port: int, password: str, command: str) -> dict:
    token = base64.b64encode(f"{USER}:{password}".encode()).decode()
    request = urllib.request.Request(
        f"http://{LOOPBACK}:{http_port}/api/v1/server",
        data=json.dumps({"command": command}).encode(),
        headers={"Authorization": f"Basic {token}", "Content-Type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=20) as reply:  # noqa: S310 -- see above
            return json.load(reply)
    except (urllib.error.URLError, TimeoutError, ConnectionError) as error:
        raise Unavailable(f"ArcadeDB does not answer on port {http_port}: {error}") from error


def _class_path(jars: Path) -> str:
    """All but the plugins that would open more protocols than Bolt and HTTP."""
    unwanted = ("arcadedb-mcp", "arcadedb-postgresw", "arcadedb-redisw")
    return os.pathsep.join(
        str(jar) for jar in sorted(jars.glob("*.jar")) if not jar.name.startswith(unwanted)
    )


def _package() -> Path:
    spec = find_spec("arcadedb_embedded")
    if spec is None or spec.origin is None:
        raise Unavailable("The package arcadedb-embedded is not installed: install payscope[local].")
    return Path(spec.origin).parent
