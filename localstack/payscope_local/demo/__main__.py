"""Start the stack, load two banks' samples and a generated quarter, ask, and prove each claim."""

import json
import sys
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

from payscope.domain.identity import Role
from payscope.errors import PayScopeError
from payscope_local.banks import add_bank, database_of
from payscope_local.demo.bank_client import BankClient
from payscope_local.demo.model_runs import run_models
from payscope_local.demo.questions import Answer, Question
from payscope_local.demo.stage import Stage
from payscope_local.demo.truths import DemoBank, sample_banks, world_bank
from payscope_local.places import Places, find_places
from payscope_local.servers import issuer_of
from payscope_local.stack import Stack
from payscope_local.state import StackDescription, read_private
from payscope_local.world.generate import generate
from payscope_local.world.plan import WorldPlan

_WORLD_BANK = UUID("7c1f4a90-5b1e-4d1c-9a0e-2f6f4e8b3d04")
_PLAN = WorldPlan(
    seed=20,
    end=date(2026, 10, 31),
    days=92,
    rows=30_000,
    bank_ids=(_WORLD_BANK,),
    monthly_files=True,
    until=date(2026, 11, 23),
)
_PROCESSING_S = 900


def main() -> int:
    """Exit code 0 only if every step worked and every answer was the truth."""
    stage = Stage()
    places = find_places(Path(__file__).parent)
    try:
        stage.chapter("The local stack")
        description = Stack(places, lambda line: stage.say(f"  {line}")).up()
        banks = _banks(places, stage)
        clients = _clients(places, description, banks)
        _load(stage, banks, clients)
        _models(stage, description, clients[_WORLD_BANK])
        _ask(stage, banks, clients)
        _bad_files(stage, banks, clients)
        _isolation(stage, banks, clients)
        _records(stage, clients)
    except PayScopeError as error:
        stage.check(False, "the demo ran to its end", error.message)
    return stage.end()


def _banks(places: Places, stage: Stage) -> tuple[DemoBank, ...]:
    stage.chapter("Banks and their files")
    folder = places.home / "world"
    if not (folder / "truth.json").exists():
        summary = generate(_PLAN, folder)
        stage.say(f"  generated {summary.files} files with {summary.rows} rows")
    banks = (*sample_banks(places.root / "localstack" / "seeds"), world_bank(folder))
    state = read_private(places.private_file)
    if state is None:
        raise RuntimeError("the stack is up and has no private state")
    database = database_of(state)
    for bank in banks:
        add_bank(database, bank.bank_id, bank.name, bank.timezone, bank.currency)
        stage.say(f"  {bank.name} ({bank.bank_id}): {len(bank.files)} files")
    database.close()
    return banks


def _clients(
    places: Places, description: StackDescription, banks: tuple[DemoBank, ...]
) -> dict[UUID, BankClient]:
    state = read_private(places.private_file)
    if state is None:
        raise RuntimeError("the stack is up and has no private state")
    issuer = issuer_of(places, state)
    return {bank.bank_id: BankClient(description, issuer, bank.bank_id) for bank in banks}


def _load(stage: Stage, banks: tuple[DemoBank, ...], clients: dict[UUID, BankClient]) -> None:
    stage.chapter("Dropping the files")
    for bank in banks:
        client = clients[bank.bank_id]
        known = {item["file_name"]: UUID(item["report_id"]) for item in client.reports()}
        dropped = {
            file.path.name: known.get(file.path.name) or client.drop(file.path)
            for file in _in_order(bank, stage)
        }
        client.wait(set(dropped.values()), _PROCESSING_S, stage.say)
        reports = {item["file_name"]: item for item in client.reports()}
        wrong = [
            f"{file.path.name} is {reports[file.path.name]['status']} ({reports[file.path.name]['reason']})"
            for file in bank.files
            if not _ended_right(file.status, file.rows, reports[file.path.name])
        ]
        counted = Counter(item["status"] for item in reports.values())
        told = ", ".join(f"{count} {status}" for status, count in sorted(counted.items()))
        stage.check(not wrong, f"{bank.name}: every file ended as it must ({told})", "; ".join(wrong))
        unbalanced = [
            item["file_name"]
            for item in reports.values()
            if item["rows_read"]
            != item["rows_loaded"]
            + item["rows_quarantined"]
            + item["rows_duplicate"]
            + item["rows_informative"]
        ]
        stage.check(
            not unbalanced, "  read = loaded + quarantined + duplicate + informative", str(unbalanced)
        )


def _in_order(bank: DemoBank, stage: Stage) -> list[Any]:
    # A duplicate is one only after the file that it repeats.
    stage.say(f"  {bank.name}")
    return sorted(bank.files, key=lambda file: file.status == "DUPLICATE")


def _ended_right(status: str, rows: Any, report: dict[str, Any]) -> bool:
    loaded = not rows or (
        report["rows_loaded"] == rows["loaded"] and report["rows_quarantined"] == rows["quarantined"]
    )
    return loaded and (report["status"] == status or (status == "TOTALS_DISAGREE" and _disagrees(report)))


def _disagrees(report: dict[str, Any]) -> bool:
    return report["status"] in ("COMPLETE", "REJECTED")


def _models(stage: Stage, description: StackDescription, client: BankClient) -> None:
    stage.chapter("A forecast and a risk score")
    for name, outcome in run_models(description, client.bank_id, stage.say):
        stage.check(outcome == "SUCCEEDED", f"the {name} task ran", outcome)
    forecasts = client.get("/forecasts")["items"]
    for item in forecasts[:3]:
        backtest = item["backtest"]
        stage.say(
            f"  {item['metric']} by {item['model']}: MASE {backtest['mase']}, coverage {backtest['coverage']}"
        )
    risky = client.get("/risk/merchants", limit=3)["items"]
    for item in risky:
        stage.say(f"  merchant {item['entity_id']}: score {item['score']}")
    stage.check(bool(forecasts), "forecasts are stored with their backtest")
    stage.check(bool(risky), "merchants have a risk score")


def _ask(stage: Stage, banks: tuple[DemoBank, ...], clients: dict[UUID, BankClient]) -> None:
    intents: Counter[str] = Counter()
    for bank in banks:
        stage.chapter(f"Questions of {bank.name}")
        for question in bank.questions:
            answer = clients[bank.bank_id].ask(question.text, question.as_of)
            intents[answer["intent"]] += _judge(stage, question, answer)
            _show_receipt(stage, clients[bank.bank_id], answer)
    stage.check(len(intents) == 5, f"all five intents were answered rightly: {dict(intents)}")
    stage.check(sum(intents.values()) >= 12, f"{sum(intents.values())} answers equal their truth")


def _judge(stage: Stage, question: Question, answer: Answer) -> int:
    if answer["status"] not in ("answered", "partial"):
        wrong: str | None = f"{answer['status']}: {json.dumps(answer['clarification'])}"
    elif answer["intent"] != question.intent:
        wrong = f"answered as {answer['intent']}"
    else:
        wrong = question.verdict(answer)
    stage.check(wrong is None, question.text, wrong or "")
    stage.say(f"      {answer['summary'][:230]}")
    return int(wrong is None)


def _show_receipt(stage: Stage, client: BankClient, answer: Answer) -> None:
    if not answer["values"]:
        return
    evidence = answer["evidence"]
    files = ", ".join(file["file_name"] for file in evidence["files"][:2])
    more = f" and {len(evidence['files']) - 2} more" if len(evidence["files"]) > 2 else ""
    stage.say(
        f"      {evidence['row_count']} rows, hash {evidence['row_hash'][:12]}, from {files or 'no file'}{more}"
    )
    rows = client.get(f"/receipts/{answer['values'][0]['id']}", limit=1)["items"]
    if rows:
        stage.say(f"      first row behind it: {rows[0].get('file_name')} row {rows[0].get('row_number')}")


def _bad_files(stage: Stage, banks: tuple[DemoBank, ...], clients: dict[UUID, BankClient]) -> None:
    stage.chapter("Where a bad file went")
    for bank in banks[:2]:
        reports = {item["file_name"]: item for item in clients[bank.bank_id].reports()}
        for file in bank.files:
            report = reports[file.path.name]
            if report["status"] in ("REJECTED", "DUPLICATE"):
                stage.check(
                    bool(report["reason"]), f"{file.path.name}: {report['status']}, {report['reason']}"
                )
            if file.rows.get("quarantined"):
                problems = clients[bank.bank_id].get(f"/reports/{report['report_id']}/problems")["items"]
                rows = len({item["row_number"] for item in problems})
                stage.check(
                    rows == file.rows["quarantined"],
                    f"{file.path.name}: {rows} rows quarantined, the rest loaded",
                )
                for item in problems[:2]:
                    stage.say(f"      row {item['row_number']}, {item['field']}: {item['message']}")


def _isolation(stage: Stage, banks: tuple[DemoBank, ...], clients: dict[UUID, BankClient]) -> None:
    stage.chapter("Bank B on bank A's data")
    first, second = clients[banks[0].bank_id], clients[banks[1].bank_id]
    report_id = first.reports()[0]["report_id"]
    value_id = first.ask(banks[0].questions[0].text, banks[0].questions[0].as_of)["values"][0]["id"]
    stage.check(
        second.status_of("/reports", first.bank_id) == 403, "its token with A's id in the header: 403"
    )
    stage.check(second.status_of(f"/reports/{report_id}") == 404, "a report of A: 404")
    stage.check(second.status_of(f"/receipts/{value_id}") == 404, "a receipt of A: 404")
    stage.check(first.status_of(f"/reports/{report_id}") == 200, "the same report for A: 200")


def _records(stage: Stage, clients: dict[UUID, BankClient]) -> None:
    stage.chapter("What the records say")
    client = clients[_WORLD_BANK]
    counts = client.post("/admin/validate-datasets", {}, Role.BANK_ADMIN)
    stage.say(f"  {json.dumps(counts)[:300]}")
    head = client.read("/audit/head", Role.AUDITOR)
    stage.check(
        head["size"] > 0, f"the bank's log has {head['size']} entries, head {head['entry_hash'][:12]}"
    )


if __name__ == "__main__":
    sys.exit(main())
