"""The whole way of a report on the real stack: from a file in the inbox to an answer with its receipt."""

import json
import random
from typing import Any
from uuid import UUID

import psycopg
import pytest

from payscope.domain.identity import Role
from payscope.domain.ingest.reports import ReportStatus, report_id_for
from payscope_local.demo.truths import DemoBank, sample_banks
from payscope_local.product_client import ProductClient
from payscope_local.stack import superuser_dsn
from tests.support.stack import ROOT, RunningStack
from tests.support.waiting import wait_for

SAMPLES = sample_banks(ROOT / "localstack" / "seeds")
FILES = [(bank, file) for bank in SAMPLES for file in bank.files]
QUESTIONS = [(bank, question) for bank in SAMPLES for question in bank.questions]
_ENDS = ("loaded", "quarantined", "duplicate", "informative")


def client_of(stack: RunningStack, bank_id: UUID, role: Role = Role.BANK_ADMIN) -> ProductClient:
    return ProductClient(stack.places, stack.description, bank_id, role)


def register(stack: RunningStack, bank: DemoBank) -> None:
    words = ("--name", bank.name, "--timezone", bank.timezone, "--currency", bank.currency)
    done = stack.run("bank", "add", "--bank", str(bank.bank_id), *words)
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def loaded(stack: RunningStack) -> dict[UUID, ProductClient]:
    """Both sample banks with all their files, dropped in an order of chance; its seed is printed."""
    seed = random.randrange(10**6)  # noqa: S311 -- an order, no secret
    print(f"files dropped in the order of seed {seed}")
    shuffled = random.Random(seed)  # noqa: S311
    clients: dict[UUID, ProductClient] = {}
    for bank in SAMPLES:
        register(stack, bank)
        clients[bank.bank_id] = client_of(stack, bank.bank_id)
        originals = [file for file in bank.files if file.status != "DUPLICATE"]
        shuffled.shuffle(originals)
        for file in originals:
            clients[bank.bank_id].drop(file.path)
    for bank in SAMPLES:
        clients[bank.bank_id].wait(240)
        # A copy is one only once the file that it repeats is known.
        for file in bank.files:
            if file.status == "DUPLICATE":
                clients[bank.bank_id].drop(file.path)
        clients[bank.bank_id].wait(120)
    return clients


def reports(client: ProductClient) -> dict[str, dict[str, Any]]:
    return {item["file_name"]: item for item in client.pages("/reports")}


@pytest.mark.parametrize(
    ("bank", "file"), FILES, ids=[f"{bank.folder}/{file.path.name}" for bank, file in FILES]
)
def test_every_sample_file_ends_as_it_must(
    loaded: dict[UUID, ProductClient], bank: DemoBank, file: Any
) -> None:
    report = reports(loaded[bank.bank_id])[file.path.name]
    assert report["status"] == file.status, report["reason"]
    assert report["rows_read"] == sum(report[f"rows_{end}"] for end in _ENDS)
    assert report["rows_loaded"] == file.rows["loaded"]
    assert report["rows_quarantined"] == file.rows["quarantined"]
    if file.status != "COMPLETE":
        assert report["reason"]


@pytest.mark.parametrize(
    ("bank", "question"), QUESTIONS, ids=[f"{bank.folder}: {question.text}" for bank, question in QUESTIONS]
)
def test_an_answer_is_the_truth_and_its_receipt_leads_to_rows(
    loaded: dict[UUID, ProductClient], bank: DemoBank, question: Any
) -> None:
    client = loaded[bank.bank_id]
    body = {"query": question.text, "as_of": question.as_of}
    answer = client.request("POST", "/chat/query", json=body)
    assert (answer["status"], answer["intent"]) == ("answered", question.intent)
    assert question.verdict(answer) is None
    receipt = client.request("GET", f"/receipts/{answer['values'][0]['id']}")
    assert receipt["rows"]
    for row in receipt["rows"]:
        assert row["file_name"] in {file.path.name for file in bank.files}
        assert row["raw"], "a row behind a number shows the fields of its file"


def test_the_stores_agree_about_a_bank(loaded: dict[UUID, ProductClient]) -> None:
    for client in loaded.values():
        counts = client.request("POST", "/admin/validate-datasets", json={})
        assert counts["agree"] is True, json.dumps(counts)


def test_a_bank_sees_nothing_of_another(loaded: dict[UUID, ProductClient]) -> None:
    first, second = loaded.values()
    report_id = next(iter(first.pages("/reports")))["report_id"]
    assert second.status_of(f"/reports/{report_id}") == 404
    assert second.status_of("/reports", {"X-Bank-Id": str(first.bank_id)}) == 403
    own = {item["report_id"] for item in second.pages("/reports")}
    assert report_id not in own


def test_each_file_and_each_question_is_in_the_banks_log(loaded: dict[UUID, ProductClient]) -> None:
    client = next(iter(loaded.values()))
    client.request("POST", "/chat/query", json={"query": "How many refunds were there in September 2026?"})
    auditor = ProductClient(client.places, client.stack, client.bank_id, Role.AUDITOR)
    actions = [json.loads(event["canonical"])["action"] for event in auditor.pages("/audit/events")]
    assert actions.count("report.closed") == len(reports(client))
    assert "question.asked" in actions


def test_a_notification_delivered_again_changes_nothing(
    stack: RunningStack, loaded: dict[UUID, ProductClient]
) -> None:
    bank = SAMPLES[0]
    before = reports(loaded[bank.bank_id])
    key = f"banks/{bank.bank_id}/inbox/auth_20260915.csv"
    head = stack.client("s3").head_object(Bucket=stack.description.bucket_reports, Key=key)
    detail = {
        "bucket": {"name": stack.description.bucket_reports},
        "object": {
            "key": key,
            "size": head["ContentLength"],
            "etag": head["ETag"].strip('"'),
            "version-id": head["VersionId"],
        },
    }
    assert (
        str(report_id_for(bank.bank_id, key, head["VersionId"])) == before["auth_20260915.csv"]["report_id"]
    )
    queue = stack.description.outputs["ReceivedQueue"]
    for _ in range(3):
        message = json.dumps({"source": "aws.s3", "detail-type": "Object Created", "detail": detail})
        stack.client("sqs").send_message(QueueUrl=queue, MessageBody=message)
    wait_for(
        lambda: stack.client("sqs").get_queue_attributes(
            QueueUrl=queue,
            AttributeNames=["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"],
        )["Attributes"],
        lambda waiting: set(waiting.values()) == {"0"},
        timeout_s=60,
    )
    assert reports(loaded[bank.bank_id]) == before


def test_what_breaks_on_our_side_is_failed_shown_and_run_again(stack: RunningStack) -> None:
    bank_id = stack.add_bank("Unlucky Bank")
    client = client_of(stack, bank_id)
    sample = SAMPLES[0].files[0].path
    with psycopg.connect(superuser_dsn(stack.places), dbname="payscope", autocommit=True) as connection:
        connection.execute("alter table payscope.match rename to match_away")
        try:
            report_id = client.drop(sample)
            wait_for(
                lambda: (
                    client.request("GET", f"/reports/{report_id}")["status"]
                    if client.status_of(f"/reports/{report_id}") == 200
                    else "not yet"
                ),
                lambda status: status == ReportStatus.FAILED,
                timeout_s=120,
            )
        finally:
            connection.execute("alter table payscope.match_away rename to match")
    shown = client.request("GET", "/admin/dlq")
    assert [item["report_id"] for item in shown["reports"]] == [str(report_id)]
    assert shown["messages"] == 1
    client.request("POST", "/admin/dlq/redrive", json={"report_ids": [str(report_id)]})
    client.wait(120)
    assert client.request("GET", f"/reports/{report_id}")["status"] == ReportStatus.COMPLETE
    assert client.request("GET", "/admin/dlq") == {"reports": [], "messages": 0}
