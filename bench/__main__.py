"""``make bench``: measure, print a table, write results.json."""

import argparse
import os
import signal
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench import chat, imports, ingest, ipm, memory
from bench.bare_copy import canonical_rows, copy_seconds
from bench.figures import Figure, Run, median, table
from bench.settlement_file import write_settlement
from bench.stage import BenchStack, bench_stack

_ROOT = Path(__file__).resolve().parents[1]
_IPM_RECORDS = 10_000
_COMPLETE_ROWS = 20_000
_REPEATS = 3


def main() -> int:
    """Run every benchmark on a stack of its own, which is removed at the end."""
    parser = argparse.ArgumentParser(
        prog="make bench",
        description="The stack lies in the folder bench of .payscope, or of the folder that PAYSCOPE_HOME"
        " names. A run that was killed leaves it there; the next run removes it, and so does"
        " `payscope clean` with PAYSCOPE_HOME set to that folder bench.",
    )
    parser.add_argument("--rows", type=int, default=1_000_000, help="rows of the settlement file")
    rows = parser.parse_args().rows
    # So that the stack is removed when the run is told to end.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    run = Run(Path(__file__).with_name("results.json"), _say)
    _say("imports of the handlers")
    run.add(imports.measure())
    _say("clearing files beside cardutil")
    run.add(ipm.measure(_IPM_RECORDS))
    run.add(memory.measure(_say))
    home = Path(os.environ.get("PAYSCOPE_HOME") or _ROOT / ".payscope").resolve()
    with bench_stack(home, _say) as (stack, starts):
        run.add(starts)
        _measure_stack(stack, rows, run)
    sys.stdout.write(table(run.figures) + "\n")
    return 0


def _measure_stack(stack: BenchStack, rows: int, run: Run) -> None:
    day = datetime.now(UTC).date() - timedelta(days=40)
    with tempfile.TemporaryDirectory(prefix="payscope-bench-") as name:
        folder = Path(name)
        _say(f"the whole chain, {_COMPLETE_ROWS:,} rows")
        run.add([ingest.complete_figure(stack, stack.add_bank("Warm Bank"), folder, day, _COMPLETE_ROWS)])
        path = folder / "settlement_bench.csv"
        write_settlement(path, rows, day)
        run.add([Figure("file size", path.stat().st_size / 1e6, "MB")])
        bank = stack.add_bank("Bench Bank")
        _say(f"a bare COPY of {rows:,} rows")
        copied = []
        with canonical_rows(path, bank.bank_id) as canonical:
            for _ in range(_REPEATS):
                stack.empty_events()
                copied.append(rows / copy_seconds(stack.superuser_dsn, canonical))
            stack.empty_events()
        _say(f"a settlement report of {rows:,} rows through the chain")
        taken = ingest.seconds_to_queryable(stack, bank, path)
        run.add(
            [Figure("object to queryable", rows / taken, "rows/s", "bare COPY, same table", median(copied))]
        )
        _say("the rest of its chain")
        run.add(ingest.finish(stack, bank, rows))
    _say("questions over HTTP")
    run.add(chat.measure(stack.description, stack.token(bank), bank.bank_id))


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")


if __name__ == "__main__":
    sys.exit(main())
