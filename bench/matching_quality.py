"""How well matching finds what generated worlds plant: recall, reasons, and events in wrong payments.

``python -m bench.matching_quality --rows 20000 --seeds 11 12 13`` measures by itself.
"""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from bench.figures import Figure, table
from bench.reconcile import server
from payscope_local.cli import main as payscope
from tests.support.matching import Judgement, World, WorldLedger, judge


def measure(rows: int, seeds: Sequence[int]) -> list[Figure]:
    """Two banks a seed, every file through the ingestion and the matching, judged by the worlds' truth."""
    judged: list[Judgement] = []
    with server(durable=False) as (_, database), tempfile.TemporaryDirectory() as folder:
        for seed in seeds:
            out = Path(folder) / str(seed)
            payscope(["generate", "--out", str(out), "--rows", str(rows), "--seed", str(seed)])
            world = World.read(out)
            for bank in world.banks:
                ledger = WorldLedger(database, bank["bank_id"])
                ledger.load_all(world.files(bank))
                judged.append(judge(world, bank, ledger.outcome()))
                for line in (*judged[-1].missed, *judged[-1].unplanted):
                    sys.stderr.write(f"seed {seed}, {bank['name']}: {line}\n")
    planted = sum(item.planted for item in judged)
    found = sum(item.found for item in judged)
    hidden = sum(item.hidden for item in judged)
    memberships = sum(item.memberships for item in judged)
    return [
        Figure("planted breaks", planted, "breaks"),
        Figure("  found", 100 * found / planted, "%"),
        Figure("  with the right reason alone", 100 * sum(i.rightly_named for i in judged) / found, "%"),
        Figure("breaks that were not planted", sum(len(item.unplanted) for item in judged), "payments"),
        Figure("events in payments", memberships, "events"),
        Figure("  in a wrong one", 100 * sum(i.wrong_memberships for i in judged) / memberships, "%"),
        Figure("events with a hidden reference", hidden, "events"),
        Figure("  linked to their payment", 100 * sum(i.hidden_linked for i in judged) / hidden, "%"),
    ]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m bench.matching_quality")
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--seeds", type=int, nargs="+", default=[11, 12, 13])
    arguments = parser.parse_args()
    sys.stdout.write(table(measure(arguments.rows, arguments.seeds)) + "\n")
