"""Write a whole world: one folder a bank, and ``truth.json`` beside them."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np

from payscope_local.world.bank_world import BankWorld, make_bank_world
from payscope_local.world.calendar import BusinessDays, day_of
from payscope_local.world.fees import rules_document
from payscope_local.world.layouts import ReportFile, ReportWriter, report_files
from payscope_local.world.metric_truth import metric_truth
from payscope_local.world.parties import CURRENCIES, MCC
from payscope_local.world.plan import WorldPlan
from payscope_local.world.planted_truth import (
    copy_name,
    payment_account,
    planted_breaks,
    planted_fraud,
    planted_incidents,
    unusual_payments,
)
from payscope_local.world.providers import ProviderLine, provider_files, provider_lines
from payscope_local.world.statements import BankEntry, statement_files

LATE_FOLDER = "late"
_TAIL_DAYS = 90


@dataclass(frozen=True, slots=True)
class Summary:
    """What ``generate`` wrote."""

    files: int
    rows: int
    banks: tuple[tuple[str, str], ...]


def generate(plan: WorldPlan, out: Path) -> Summary:
    """Write every report file of every bank and ``truth.json`` under ``out``; same plan, same bytes.

    A file that comes late lies in the folder ``late`` of its bank; one that never comes is only in the truth.
    """
    documents = [_write_bank(plan, index, out / str(bank_id)) for index, bank_id in enumerate(plan.bank_ids)]
    truth = {
        "world": {
            "seed": plan.seed,
            "start": str(plan.start),
            "end": str(plan.end),
            "reported_until": str(plan.until),
            "authorisation_rows": plan.rows,
            "files_per": "month" if plan.monthly_files else "day",
        },
        "fee_rules": rules_document(),
        "banks": documents,
    }
    (out / "truth.json").write_text(json.dumps(truth, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    files = [file for document in documents for file in document["files"]]
    return Summary(
        files=len(files),
        rows=sum(file["rows"] for file in files if "copy_of" not in file),
        banks=tuple((document["bank_id"], document["name"]) for document in documents),
    )


def _write_bank(plan: WorldPlan, index: int, folder: Path) -> dict[str, Any]:
    world = make_bank_world(plan, index)
    writer = ReportWriter(world)
    folder.mkdir(parents=True, exist_ok=True)
    files: list[dict[str, Any]] = []
    for report in report_files(world, writer, monthly=plan.monthly_files):
        files += _write(report, world, folder)
    profile = world.parties.profile
    calendar = BusinessDays(plan.start - timedelta(days=10), plan.end + timedelta(days=_TAIL_DAYS))
    lines = provider_lines(plan, index, profile, calendar)
    entries = list(_processor_entries(world, writer))
    for report, payouts in provider_files(profile, index, lines):
        entries += payouts
        files += _write(report, world, folder)
    for report in statement_files(profile, index, entries, monthly=plan.monthly_files):
        files += _write(report, world, folder)
    return {
        "bank_id": str(plan.bank_ids[index]),
        "name": profile.name,
        "timezone": profile.timezone,
        "currency": profile.currency,
        "merchants": _merchants(world),
        "files": files,
        "payments": payment_account(world, writer),
        "metrics": metric_truth(world, world.faults.lost_day, world.faults.late_day)
        | {
            "provider_by_month": _provider_figures(lines, profile.currency),
            "bank_by_month": _bank_figures(entries),
        },
        "breaks": planted_breaks(world, writer),
        "unusual": unusual_payments(world, writer),
        "incidents": planted_incidents(world, writer),
        "fraud": planted_fraud(world, writer),
    }


def _write(report: ReportFile, world: BankWorld, folder: Path) -> list[dict[str, Any]]:
    """Put a file where it belongs (late, twice, or not at all) and describe what was written."""
    faults = world.faults
    entry = {
        "name": report.name,
        "stage": report.stage,
        "profile": report.profile,
        "rows": report.row_count,
        "sums_minor": report.sums,
    }
    if report.stage == "settlement" and report.day == faults.lost_day:
        return []
    if report.stage == "clearing" and report.day == faults.late_day:
        (folder / LATE_FOLDER).mkdir(exist_ok=True)
        (folder / LATE_FOLDER / report.name).write_bytes(report.content)
        return [entry | {"late": True}]
    (folder / report.name).write_bytes(report.content)
    if report.stage == "clearing" and report.day == faults.copied_day:
        (folder / copy_name(report.name)).write_bytes(report.content)
        return [entry, entry | {"name": copy_name(report.name), "copy_of": report.name}]
    return [entry]


def _processor_entries(world: BankWorld, writer: ReportWriter) -> Iterator[BankEntry]:
    paid = world.paid_in
    references = writer.batches(paid["day"], paid["merchant"], paid["currency"]).to_pylist()
    for day, currency, amount, reference in zip(
        paid["day"].tolist(),
        paid["currency"].tolist(),
        paid["amount"].tolist(),
        references,
        strict=True,
    ):
        yield BankEntry(day, CURRENCIES[currency], reference, amount, "NorthPay")
    together = world.together
    for group in np.unique(together["group"]).tolist():
        mine = np.flatnonzero(together["group"] == group)
        day, currency = int(together["day"][mine[0]]), int(together["currency"][mine[0]])
        yield BankEntry(
            day, CURRENCIES[currency], "NOTPROVIDED", int(together["amount"][mine].sum()), "NorthPay"
        )


def _merchants(world: BankWorld) -> list[dict[str, Any]]:
    parties = world.parties
    return [
        {
            "merchant_id": merchant_id,
            "name": name,
            "group": group,
            "mcc": MCC[trade],
            "country": parties.profile.places[place].country,
        }
        for merchant_id, name, group, trade, place in zip(
            parties.merchant_ids,
            parties.merchant_names,
            parties.merchant_groups,
            parties.merchants["trade"].tolist(),
            parties.merchants["place"].tolist(),
            strict=True,
        )
    ]


def _provider_figures(lines: Iterable[ProviderLine], currency: str) -> dict[str, Any]:
    months: dict[str, Any] = {}
    for month, group in groupby(lines, lambda line: f"{day_of(line.day):%Y-%m}"):
        mine = list(group)
        months[month] = {
            "currency": currency,
            "lines_by_kind": {
                kind: sum(line.kind == kind for line in mine)
                for kind in ("sale", "refund", "chargeback", "fee")
            },
            "gross_settlement_minor": sum(line.gross for line in mine if line.kind == "sale"),
            "fees_total_minor": sum(-line.gross if line.kind == "fee" else line.fee for line in mine),
            "net_settlement_minor": sum(line.net for line in mine),
        }
    return months


def _bank_figures(entries: Iterable[BankEntry]) -> dict[str, Any]:
    months: dict[str, Any] = defaultdict(lambda: {"entries": 0, "credits_minor": {}, "debits_minor": {}})
    for entry in sorted(entries):
        month = months[f"{day_of(entry.day):%Y-%m}"]
        month["entries"] += 1
        side = month["credits_minor"] if entry.amount > 0 else month["debits_minor"]
        side[entry.currency] = side.get(entry.currency, 0) + abs(entry.amount)
    return dict(months)
