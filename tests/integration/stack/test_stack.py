"""The stack as a whole: what survives, what is noticed, what is open to whom."""

import json
import os
import signal
import socket
from collections.abc import Iterable
from uuid import UUID

import neo4j
import psutil
import psycopg
from pinecone import Pinecone

from payscope_local.banks import database_of
from payscope_local.ports import LOOPBACK
from payscope_local.servers import SERVERS
from payscope_local.state import read_processes
from tests.support.stack import RunningStack
from tests.support.waiting import wait_for

AUTHORISATIONS = """\
authorisation_id,order_id,requested_at,merchant_id,merchant_name,mcc,merchant_country,network,bin,\
card_number_masked,card_token,issuer_name,issuer_country,amount,currency,response_code,approval_code,\
lifecycle_id,rrn,stan,channel,entry_mode,three_ds,attempt,transaction_type
A1,O1,2026-03-01T10:00:00Z,M1,Shop,5411,DE,VISA,411111,411111******1111,aa01,Issuer,DE,23.00,EUR,00,123456,\
L1,R1,1,POS,CHIP,NONE,1,PURCHASE
A2,O2,2026-03-01T11:00:00Z,M1,Shop,5411,DE,VISA,411111,411111******1111,aa01,Issuer,DE,50.00,EUR,05,,\
L2,R2,2,POS,CHIP,NONE,1,PURCHASE
TRAILER,2,EUR:73.00
"""
RUNNING = dict.fromkeys(SERVERS, "running")


def test_every_server_runs_and_the_public_file_says_where(stack: RunningStack) -> None:
    assert stack.server_states() == RUNNING
    description = stack.description
    assert description.pids.keys() == SERVERS.keys()
    assert description.api_url.startswith(f"http://{LOOPBACK}:")
    assert stack.places.stack_file.stat().st_mode & 0o077 == 0
    assert stack.places.private_file.stat().st_mode & 0o077 == 0


def test_up_again_changes_nothing(stack: RunningStack) -> None:
    before = stack.description
    done = stack.run("up")
    assert done.returncode == 0, done.stderr
    assert stack.description == before


def test_every_open_port_is_on_loopback(stack: RunningStack) -> None:
    processes = list(_family(stack.description.pids.values()))
    listening = [
        item.laddr.ip.removeprefix("::ffff:")
        for process in processes
        for item in process.net_connections(kind="inet")
        if item.status == psutil.CONN_LISTEN
    ]
    assert len(listening) >= len(stack.private.ports)
    assert set(listening) == {LOOPBACK}


def test_no_password_is_on_a_command_line(stack: RunningStack) -> None:
    private = stack.private
    secrets = {value for name, value in private.model_dump().items() if name.endswith(("password", "key"))}
    lines = [" ".join(process.cmdline()) for process in _family(stack.description.pids.values())]
    assert not [line for line in lines for secret in secrets if secret in line]


def test_a_restart_keeps_banks_files_nodes_and_vectors(stack: RunningStack) -> None:
    bank_id = stack.add_bank("Kept Bank")
    stack.client("s3").put_object(Bucket=stack.description.bucket_reports, Key="kept/a b.txt", Body=b"kept")
    _graph(stack, "merge (n:Kept {bank_id: $bank}) return count(n)", bank_id)
    _vectors(stack).upsert(
        vectors=[{"id": "kept", "values": [1.0] * _dimension(stack)}], namespace=str(bank_id)
    )
    ports = stack.private.ports

    assert stack.run("down").returncode == 0
    assert not stack.places.stack_file.exists()
    assert set(stack.server_states().values()) == {"stopped"}
    done = stack.run("up")
    assert done.returncode == 0, done.stderr

    assert stack.private.ports == ports
    assert str(bank_id) in {bank.bank_id for bank in stack.description.banks}
    s3, bucket = stack.client("s3"), stack.description.bucket_reports
    assert s3.get_object(Bucket=bucket, Key="kept/a b.txt")["Body"].read() == b"kept"
    assert s3.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"
    assert _graph(stack, "match (n:Kept {bank_id: $bank}) return count(n)", bank_id) == 1
    assert set(_vectors(stack).fetch(ids=["kept"], namespace=str(bank_id)).vectors) == {"kept"}


def test_killed_servers_are_noticed_and_up_heals_them(stack: RunningStack) -> None:
    bank_id = stack.add_bank("Hurt Bank")
    records = read_processes(stack.places.processes_file)
    for record in records.values():
        os.kill(record.pid, signal.SIGKILL)
    wait_for(stack.server_states, lambda states: set(states.values()) == {"crashed"})
    assert stack.run("status").returncode == 75
    done = stack.run("up")
    assert done.returncode == 0, done.stderr
    assert stack.server_states() == RUNNING
    assert str(bank_id) in {bank.bank_id for bank in stack.description.banks}


def test_one_killed_server_comes_back_and_the_others_stay(stack: RunningStack) -> None:
    before = stack.description.pids
    os.kill(before["front"], signal.SIGKILL)
    done = stack.run("up")
    assert done.returncode == 0, done.stderr
    after = stack.description.pids
    assert {name for name in after if after[name] != before[name]} == {"front"}


def test_a_lost_port_moves_its_server_and_the_functions_learn_it(stack: RunningStack) -> None:
    before = stack.private.ports["valkey"]
    os.kill(stack.description.pids["valkey"], signal.SIGKILL)
    wait_for(lambda: stack.server_states()["valkey"], lambda state: state == "crashed")
    with socket.create_server((LOOPBACK, before)):
        done = stack.run("up")
    assert done.returncode == 0, done.stderr
    after = stack.private.ports["valkey"]
    assert after != before
    secret = stack.client("secretsmanager").get_secret_value(SecretId="payscope/local/connections")
    assert json.loads(secret["SecretString"])["valkey_url"].endswith(f":{after}/0")
    assert stack.server_states() == RUNNING


def test_a_file_dropped_just_before_a_crash_still_ends_in_a_final_status(stack: RunningStack) -> None:
    bank_id = stack.add_bank("Patient Bank")
    stack.drop(bank_id, "not-a-report.bin", bytes(range(256)) * 8)
    os.kill(stack.description.pids["aws"], signal.SIGKILL)
    done = stack.run("up")
    assert done.returncode == 0, done.stderr
    status = wait_for(lambda: _report_status(stack, bank_id), lambda status: status == "REJECTED", 60)
    assert status == "REJECTED"


def test_a_report_that_was_being_processed_at_a_crash_is_completed(stack: RunningStack) -> None:
    bank_id = stack.add_bank("Steady Bank")
    stack.drop(bank_id, "auth_20260301.csv", AUTHORISATIONS.encode())
    wait_for(lambda: _report_status(stack, bank_id), bool, 60)
    os.kill(stack.description.pids["aws"], signal.SIGKILL)
    done = stack.run("up")
    assert done.returncode == 0, done.stderr
    wait_for(lambda: _report_status(stack, bank_id), lambda status: status == "COMPLETE", 90)
    with database_of(stack.private).tenant(bank_id) as cursor:
        cursor.execute("select count(*), sum(amount_minor) from payscope.event")
        assert cursor.fetchone() == (2, 7300)


def test_the_application_role_of_the_public_file_sees_no_bank_without_a_context(stack: RunningStack) -> None:
    stack.add_bank("Hidden Bank")
    with psycopg.connect(stack.description.postgres_dsn) as connection:
        assert connection.execute("select count(*) from payscope.bank").fetchone() == (0,)


def test_wrong_input_ends_with_one_and_a_message(stack: RunningStack) -> None:
    for words in (
        ("token", "--bank", "no-uuid", "--role", "ANALYST"),
        ("token", "--bank", str(UUID(int=1)), "--role", "OWNER"),
        ("bank", "add", "--name", "X", "--currency", "euro"),
        ("frobnicate",),
    ):
        done = stack.run(*words)
        assert done.returncode == 1, done
        assert done.stderr


def _family(pids: Iterable[int]) -> Iterable[psutil.Process]:
    for pid in pids:
        process = psutil.Process(pid)
        yield process
        yield from process.children(recursive=True)


def _graph(stack: RunningStack, query: str, bank_id: UUID) -> int:
    description = stack.description
    with (
        neo4j.GraphDatabase.driver(description.neo4j_uri, auth=description.neo4j_auth) as driver,
        driver.session(database="payscope") as session,
    ):
        return session.run(query, bank=str(bank_id)).single(strict=True)[0]  # pyright: ignore[reportArgumentType]


def _pinecone(stack: RunningStack) -> Pinecone:
    return Pinecone(api_key=stack.private.pinecone_api_key, host=stack.description.pinecone_host)


def _vectors(stack: RunningStack):
    return _pinecone(stack).Index("payscope")


def _dimension(stack: RunningStack) -> int:
    dimension = _pinecone(stack).describe_index("payscope").dimension
    assert dimension is not None
    return dimension


def _report_status(stack: RunningStack, bank_id: UUID) -> str | None:
    with database_of(stack.private).tenant(bank_id) as cursor:
        cursor.execute("select status from payscope.report")
        row = cursor.fetchone()
    return None if row is None else row[0]
