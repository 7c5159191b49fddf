"""The commands that use the product: drop, wait, ask, reports, audit, forecast, risk."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from payscope.domain.identity import Role
from payscope.errors import InvalidInput
from payscope_local.deployment import parse_bank_id

_MACHINE_TIMEOUT_S = 1800.0
_Commands = argparse._SubParsersAction


def register(subparsers: "_Commands[argparse.ArgumentParser]") -> None:
    """Add the commands."""
    drop = _command(
        subparsers, "drop", "put report files into a bank's inbox; prints their report ids", _drop
    )
    drop.add_argument("files", nargs="+", type=Path, metavar="FILE")
    wait = _command(subparsers, "wait", "wait until no report of a bank is in progress", _wait)
    wait.add_argument("--timeout", type=float, default=600.0, metavar="SECONDS")
    ask = _command(subparsers, "ask", "ask a question about a bank's payments", _ask)
    ask.add_argument("question")
    ask.add_argument("--as-of", metavar="DATE", help='the date or instant that "today" means (default: now)')
    ask.add_argument("--thread", metavar="UUID", help="the conversation that the question goes on with")
    ask.add_argument("--json", action="store_true", help="the whole response, for programs")
    reports = _command(subparsers, "reports", "list a bank's reports", _reports)
    reports.add_argument("--json", action="store_true", help="for programs")
    for kind, text in (("forecast", "forecast a bank's daily series"), ("risk", "score merchants and cards")):
        machine = _command(subparsers, kind, f"{text}, and wait until it is done", _run_machine)
        machine.add_argument("--timeout", type=float, default=_MACHINE_TIMEOUT_S, metavar="SECONDS")
        machine.set_defaults(kind=kind)
    audit = subparsers.add_parser("audit", help="the audit log").add_subparsers(
        required=True, metavar="ACTION"
    )
    verify = audit.add_parser("verify", help="check an exported log, without the service")
    verify.add_argument("file", type=Path, metavar="FILE")
    verify.add_argument(
        "--earlier",
        type=Path,
        metavar="FILE",
        help="an export or a head of GET /audit/head that was kept: the log must still go on from it",
    )
    verify.set_defaults(run=_audit_verify)
    export = _command(audit, "export", "write a bank's whole log and its head", _audit_export)
    export.add_argument("--out", type=Path, required=True, metavar="FILE")


def _command(
    subparsers: "_Commands[argparse.ArgumentParser]", name: str, text: str, run: Any
) -> argparse.ArgumentParser:
    parser = subparsers.add_parser(name, help=text)
    parser.add_argument("--bank", metavar="UUID", required=True)
    parser.set_defaults(run=run)
    return parser


def _client(options: argparse.Namespace, role: Role = Role.BANK_ADMIN) -> Any:
    from payscope_local.product_client import ProductClient

    return ProductClient.connect(parse_bank_id(options.bank), role)


def _drop(options: argparse.Namespace) -> int:
    client = _client(options)
    client.require_bank()
    missing = [str(file) for file in options.files if not file.is_file()]
    if missing:
        raise InvalidInput(f"No such file: {', '.join(missing)}.")
    for file in options.files:
        _print(f"{client.drop(file)}  {file.name}")
    return 0


def _wait(options: argparse.Namespace) -> int:
    client = _client(options)
    client.require_bank()
    counts = client.wait(options.timeout)
    _print(", ".join(f"{count} {status}" for status, count in counts.items()) or "no reports")
    return 0


def _ask(options: argparse.Namespace) -> int:
    body = {"query": options.question, "as_of": options.as_of, "thread_id": options.thread}
    named = {name: value for name, value in body.items() if value is not None}
    answer = _client(options, Role.ANALYST).request("POST", "/chat/query", json=named)
    _print(json.dumps(answer, indent=1) if options.json else _answer_text(answer))
    return 0


def _reports(options: argparse.Namespace) -> int:
    items = list(_client(options, Role.ANALYST).pages("/reports", limit=200))
    if options.json:
        _print(json.dumps(items, indent=1))
        return 0
    for item in items:
        rows = f"{item['rows_loaded']}/{item['rows_read']} rows"
        reason = f"  {item['reason']}" if item["reason"] else ""
        _print(f"{item['report_id']}  {item['status']:13} {rows:>20}  {item['file_name']}{reason}")
    return 0


def _run_machine(options: argparse.Namespace) -> int:
    result = _client(options).run_machine(options.kind, options.timeout)
    _print(f"{options.kind}: {result.get('status', 'SUCCEEDED')} {result.get('reason', '')}".rstrip())
    return 0


def _audit_verify(options: argparse.Namespace) -> int:
    from payscope_local.audit_export import check_continues, read_export, read_head, verify_export

    export = read_export(options.file)
    _print(verify_export(export))
    if options.earlier is not None:
        _print(check_continues(export, read_head(options.earlier)))
    return 0


def _audit_export(options: argparse.Namespace) -> int:
    client = _client(options, Role.AUDITOR)
    # The head is read first: what happens during the export is behind it and is left out.
    head = client.request("GET", "/audit/head")
    items = [item for item in client.pages("/audit/events", limit=200) if item["sequence"] <= head["size"]]
    text = json.dumps({"head": head, "items": items}, ensure_ascii=False) + "\n"
    try:
        options.out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InvalidInput(f"{options.out} cannot be written: {error.strerror}.") from error
    _print(f"{len(items)} entries in {options.out}")
    return 0


def _answer_text(answer: dict[str, Any]) -> str:
    """A response for people: the answer, its values with their receipts, where they come from."""
    lines = [answer["summary"]]
    clarification = answer.get("clarification")
    if clarification:
        lines += [clarification["question"], *(f"  - {option}" for option in clarification["options"])]
    if answer["values"]:
        lines.append("")
    lines += [f"  {_value_text(value)}" for value in answer["values"]]
    forecast = answer.get("forecast")
    if forecast:
        lines += ["", f"Forecast by {forecast['model']}, backtest {forecast['backtest']}"]
        lines += [
            f"  {point['date']}  {point['value']}  [{point['lower']}, {point['upper']}]"
            for point in forecast["points"]
        ]
    evidence = answer.get("evidence")
    if evidence:
        files = [file["file_name"] for file in evidence["files"]]
        shown = ", ".join(files[:8]) + (f" and {len(files) - 8} more" if len(files) > 8 else "")
        lines += [
            "",
            f"Rows {evidence['row_count']}, hash {evidence['row_hash']}",
            f"Files {shown or 'none'}",
        ]
        lines += ["SQL", *(f"  {line}" for line in evidence["sql"].splitlines())]
    for title, name in (("Note", "caveats"), ("Ask next", "followups")):
        lines += [f"{title}: {text}" for text in answer.get(name) or ()]
    return "\n".join([*lines, f"[{answer['status']}, {answer['intent']}, thread {answer['thread_id']}]"])


def _value_text(value: dict[str, Any]) -> str:
    labels = [f"{name}={text}" for name, text in value["dimensions"].items()]
    number = "no value" if value["value"] is None else value["value"]
    unit = value.get("currency") or ("" if value["unit"] in ("count", "ratio") else value["unit"])
    parts = f" ({value['numerator']}/{value['denominator']})" if value.get("denominator") is not None else ""
    slice_text = f" {', '.join(labels)}" if labels else ""
    return f"{value['metric']}{slice_text}: {number} {unit}".rstrip() + f"{parts}  receipt {value['id']}"


def for_terminal(text: str) -> str:
    """The text with nothing in it that steers a terminal or turns a line around; names come out of files."""
    return "".join(each if each == "\n" or each.isprintable() else "\ufffd" for each in text)


def _print(text: str) -> None:
    sys.stdout.write(f"{for_terminal(text)}\n")
