"""Write a whole world: one folder a bank, and ``truth.json`` beside them."""

import json
from dataclasses import dataclass
from pathlib import Path

from payscope_local.world.bank_world import make_bank_world
from payscope_local.world.layouts import report_files
from payscope_local.world.plan import WorldPlan


@dataclass(frozen=True, slots=True)
class Summary:
    """What ``generate`` wrote."""

    files: int
    rows: int
    banks: tuple[tuple[str, str], ...]


def generate(plan: WorldPlan, out: Path) -> Summary:
    """Write every report file of every bank and ``truth.json`` under ``out``; the same plan gives the same bytes."""
    files = rows = 0
    banks: list[tuple[str, str]] = []
    for index, bank_id in enumerate(plan.bank_ids):
        world = make_bank_world(plan, index)
        folder = out / str(bank_id)
        folder.mkdir(parents=True, exist_ok=True)
        for report in report_files(world, monthly=plan.monthly_files):
            (folder / report.name).write_bytes(report.content)
            files, rows = files + 1, rows + len(report.rows)
        banks.append((str(bank_id), world.parties.profile.name))
    (out / "truth.json").write_text(json.dumps({"banks": banks}))
    return Summary(files, rows, tuple(banks))
