"""Start the stack, load two banks' samples and a generated quarter, ask, and prove each claim."""

import json
import sys
import time
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

from payscope.domain.identity import Role
from payscope.domain.ingest.reports import ReportStatus
from payscope.errors import PayScopeError, Unavailable
from payscope_local.demo.questions import Answer, Question
from payscope_local.demo.stage import Stage
from payscope_local.demo.truths import DemoBank, sample_banks, world_bank
from payscope_local.places import Places, find_places
from payscope_local.product_client import ProductClient
from payscope_local.stack import Stack
from payscope_local.state import StackDescription
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
_MODELS_S = 600
_ENDS = ("loaded", "quarantined", "duplicate", "informative")
Clients = dict[UUID, ProductClient]


def main() -> int:
    """Exit code 0 only if every step worked and every answer was the truth."""
    stage = Stage()
    places = find_places(Path(__file__).parent)
    try:
        stage.chapter("The local stack")
        stack = Stack(places, lambda line: stage.say(f"  {line}"))
        description = stack.up()
        banks = _banks(places, stack, stage)
        clients = _clients(places, description, banks)
        _load(stage, banks, clients)
        _models(stage, clients[_WORLD_BANK])
        _ask(stage, banks, clients)
        _bad_files(stage, banks, clients)
        _isolation(stage, banks, clients)
        _records(stage, clients[_WORLD_BANK])
    except PayScopeError as error:
        stage.check(False, "the demo ran to its end", error.message)
    return stage.end()


def _banks(places: Places, stack: Stack, stage: Stage) -> tuple[DemoBank, ...]:
    stage.chapter("Banks and their files")
    folder = places.home / "world"
    if not (folder / "truth.json").exists():
        summary = generate(_PLAN, folder)
        stage.say(f"  generated {summary.files} files with {summary.rows} rows")
    banks = (*sample_banks(places.root / "localstack" / "seeds"), world_bank(folder))
    for bank in banks:
        stack.add_bank(bank.bank_id, bank.name, bank.timezone, bank.currency)
        stage.say(f"  {bank.name} ({bank.bank_id}): {len(bank.files)} files")
    return banks


def _clients(
    places: Places, description: StackDescription, banks: tuple[DemoBank, ...]
) -> dict[UUID, ProductClient]:
    return {bank.bank_id: ProductClient(places, description, bank.bank_id) for bank in banks}


def _load(stage: Stage, banks: tuple[DemoBank, ...], clients: Clients) -> None:
    stage.chapter("Dropping the files")
    for bank in banks:
        client = clients[bank.bank_id]
        known = {item["file_name"] for item in client.pages("/reports")}
        # A duplicate is one only after the file that it repeats.
        for file in sorted(bank.files, key=lambda file: file.status == "DUPLICATE"):
            if file.path.name not in known:
                client.drop(file.path)
    _wait(stage, banks, clients)
    for bank in banks:
        reports = {item["file_name"]: item for item in clients[bank.bank_id].pages("/reports")}
        wrong = [
            f"{file.path.name} is {reports[file.path.name]['status']} ({reports[file.path.name]['reason']})"
            for file in bank.files
            if not _ended_right(file.status, file.rows, reports[file.path.name])
        ]
        counted = Counter(item["status"] for item in reports.values())
        told = ", ".join(f"{count} {status}" for status, count in sorted(counted.items()))
        stage.check(not wrong, f"{bank.name}: every file ended as it must ({told})", "; ".join(wrong))
        rows = Counter[str]()
        for item in reports.values():
            rows.update({name: item[f"rows_{name}"] for name in ("read", *_ENDS)})
        stage.check(
            rows["read"] == sum(rows[name] for name in _ENDS),
            f"{rows['read']} rows read = " + " + ".join(f"{rows[name]} {name}" for name in _ENDS),
        )


def _wait(stage: Stage, banks: tuple[DemoBank, ...], clients: Clients) -> None:
    files = sum(len(bank.files) for bank in banks)
    deadline = time.monotonic() + _PROCESSING_S
    told = -1
    while time.monotonic() < deadline:
        statuses = [
            ReportStatus(item["status"]) for client in clients.values() for item in client.pages("/reports")
        ]
        ended = sum(status.is_final for status in statuses)
        if ended != told:
            told = ended
            stage.say(f"  {ended} of {files} files have ended")
        if ended >= files:
            return
        time.sleep(1)
    raise Unavailable(f"{files - told} files have not ended within {_PROCESSING_S} s.")


def _ended_right(status: str, rows: Any, report: dict[str, Any]) -> bool:
    loaded = not rows or (
        report["rows_loaded"] == rows["loaded"] and report["rows_quarantined"] == rows["quarantined"]
    )
    return loaded and (report["status"] == status or (status == "TOTALS_DISAGREE" and _disagrees(report)))


def _disagrees(report: dict[str, Any]) -> bool:
    return report["status"] in ("COMPLETE", "REJECTED")


def _models(stage: Stage, client: ProductClient) -> None:
    stage.chapter("A forecast and a risk score")
    for kind in ("forecast", "risk"):
        stage.say(f"  the {kind} task runs")
        client.run_machine(kind, _MODELS_S)
    forecasts = list(client.pages("/forecasts"))
    for item in forecasts[:3]:
        backtest = item["backtest"]
        stage.say(
            f"  {item['metric']} by {item['model']}: MASE {backtest['mase']:.3f},"
            f" {backtest['coverage']:.0%} of days inside the band, {backtest['origins']} origins"
        )
    risky = client.request("GET", "/risk/merchants", params={"limit": 3})["items"]
    for item in risky:
        stage.say(f"  merchant {item['entity_id']}: score {item['score']}")
    stage.check(bool(forecasts), f"{len(forecasts)} forecasts are stored with their backtest")
    stage.check(bool(risky), "merchants have a risk score")


def _ask(stage: Stage, banks: tuple[DemoBank, ...], clients: Clients) -> None:
    intents: Counter[str] = Counter()
    for bank in banks:
        stage.chapter(f"Questions of {bank.name}")
        for question in bank.questions:
            answer = _answer(clients[bank.bank_id], question)
            intents[answer["intent"]] += _judge(stage, question, answer)
            _show_receipt(stage, clients[bank.bank_id], answer)
    stage.check(len(intents) == 5, f"all five intents were answered rightly: {dict(intents)}")
    stage.check(sum(intents.values()) >= 12, f"{sum(intents.values())} answers equal their truth")


def _answer(client: ProductClient, question: Question) -> Answer:
    return client.request("POST", "/chat/query", json={"query": question.text, "as_of": question.as_of})


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


def _show_receipt(stage: Stage, client: ProductClient, answer: Answer) -> None:
    evidence = answer["evidence"]
    if not answer["values"]:
        return
    files = ", ".join(file["file_name"] for file in evidence["files"][:2])
    more = f" and {len(evidence['files']) - 2} more" if len(evidence["files"]) > 2 else ""
    counted = f"{evidence['row_count']} rows, hash {evidence['row_hash'][:12]}"
    stage.say(f"      {counted}, from {files or 'no file'}{more}")
    rows = client.request("GET", f"/receipts/{answer['values'][0]['id']}", params={"limit": 1})["rows"]
    if rows:
        stage.say(f"      first row behind it: {rows[0].get('file_name')} row {rows[0].get('row_number')}")


def _bad_files(stage: Stage, banks: tuple[DemoBank, ...], clients: Clients) -> None:
    stage.chapter("Where a bad file went")
    for bank in banks[:2]:
        reports = {item["file_name"]: item for item in clients[bank.bank_id].pages("/reports")}
        for file in bank.files:
            report = reports[file.path.name]
            if report["status"] in ("REJECTED", "DUPLICATE"):
                stage.check(
                    bool(report["reason"]), f"{file.path.name}: {report['status']}, {report['reason']}"
                )
            if file.rows.get("quarantined"):
                problems = list(clients[bank.bank_id].pages(f"/reports/{report['report_id']}/problems"))
                rows = len({item["row_number"] for item in problems})
                stage.check(
                    rows == file.rows["quarantined"],
                    f"{file.path.name}: {rows} rows quarantined, the rest loaded",
                )
                for item in problems[:2]:
                    stage.say(f"      row {item['row_number']}, {item['field']}: {item['message']}")


def _isolation(stage: Stage, banks: tuple[DemoBank, ...], clients: Clients) -> None:
    stage.chapter("Bank B on bank A's data")
    first, second = clients[banks[0].bank_id], clients[banks[1].bank_id]
    report_id = next(iter(first.pages("/reports")))["report_id"]
    value_id = _answer(first, banks[0].questions[0])["values"][0]["id"]
    pretending = {"X-Bank-Id": str(first.bank_id)}
    stage.check(second.status_of("/reports", pretending) == 403, "its token with A's id in the header: 403")
    stage.check(second.status_of(f"/reports/{report_id}") == 404, "a report of A: 404")
    stage.check(second.status_of(f"/receipts/{value_id}") == 404, "a receipt of A: 404")
    stage.check(first.status_of(f"/reports/{report_id}") == 200, "the same report for A: 200")


def _records(stage: Stage, client: ProductClient) -> None:
    stage.chapter("What the records say")
    stores = client.request("POST", "/admin/validate-datasets", json={})
    stage.say(f"  {json.dumps(stores)[:400]}")
    auditor = ProductClient(client.places, client.stack, client.bank_id, Role.AUDITOR)
    head = auditor.request("GET", "/audit/head")
    stage.check(
        head["size"] > 0, f"the bank's log has {head['size']} entries, head {head['entry_hash'][:12]}"
    )


if __name__ == "__main__":
    sys.exit(main())
