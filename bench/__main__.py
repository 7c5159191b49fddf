"""``make bench``: measure, print a table, write results.json."""

import argparse
import signal
import sys
import tempfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from bench import chat, imports, ingest, ipm, memory, pandas_loader, questions, reconcile
from bench.bare_copy import canonical_rows, copy_seconds
from bench.figures import Figure, Run, median, table
from bench.settlement_file import write_settlement
from bench.stage import BenchBank, BenchStack, bench_stack
from payscope_local.places import find_places

_ROOT = Path(__file__).resolve().parents[1]
_IPM_RECORDS = 10_000
# Two chunks, so that both loaders are warm afterwards.
_COMPLETE_ROWS = 60_000
_PANDAS_ROWS = 100_000
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
    parser.add_argument("--payments", type=int, default=1_000_000, help="payments that are matched")
    arguments = parser.parse_args()
    rows = arguments.rows
    # So that the stack is removed when the run is told to end.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    run = Run(Path(__file__).with_name("results.json"), _say)
    _say("imports of the handlers")
    run.add(imports.measure())
    _say("clearing files beside cardutil")
    run.add(ipm.measure(_IPM_RECORDS))
    run.add(memory.measure(_say))
    _say("questions in words")
    run.add(questions.measure())
    with bench_stack(find_places(_ROOT).home, _say) as (stack, starts):
        run.add(starts)
        _measure_stack(stack, rows, run)
    _say(f"matching of {arguments.payments:,} payments")
    run.add(reconcile.measure(arguments.payments))
    sys.stdout.write(table(run.figures) + "\n")
    return 0


def _measure_stack(stack: BenchStack, rows: int, run: Run) -> None:
    day = datetime.now(UTC).date() - timedelta(days=40)
    bank = stack.add_bank("Bench Bank")
    with tempfile.TemporaryDirectory(prefix="payscope-bench-") as name:
        folder = Path(name)
        _say(f"the whole chain, {_COMPLETE_ROWS:,} rows")
        run.add([ingest.complete(stack, stack.add_bank("Warm Bank"), folder, day, _COMPLETE_ROWS)])
        _measure_loading(stack, bank, folder / "settlement_bench.csv", day, rows, run)
        _say("the rest of its chain")
        run.add([ingest.finish(stack, bank, rows)])
    _say("questions over HTTP")
    run.add(chat.measure(stack.description, stack.token(bank), bank.bank_id))


def _measure_loading(stack: BenchStack, bank: BenchBank, path: Path, day: date, rows: int, run: Run) -> None:
    """The same rows by COPY, some of them by pandas, and all by the chain, each into an empty table."""
    name, copied = "object to queryable", []
    short = path.with_stem("settlement_pandas")
    write_settlement(short, _PANDAS_ROWS, day)
    write_settlement(path, rows, day)
    run.add([Figure("file size", path.stat().st_size / 1e6, "MB")])
    _say(f"a bare COPY of {rows:,} rows, {_REPEATS} times")
    with canonical_rows(path, bank.bank_id) as canonical:
        for _ in range(_REPEATS):
            stack.empty_events()
            copied.append(rows / copy_seconds(stack.superuser_dsn, canonical))
    by_pandas: dict[str, float] = {}
    for way, insert in (("rows", pandas_loader.by_rows), ("arrays", pandas_loader.by_arrays)):
        _say(f"pandas and SQLAlchemy by {way}, {_PANDAS_ROWS:,} rows")
        stack.empty_events()
        taken = pandas_loader.load_seconds(stack.app_dsn, stack.context(bank), bank.bank_id, short, insert)
        by_pandas[way] = _PANDAS_ROWS / taken
    stack.empty_events()
    _say(f"a settlement report of {rows:,} rows through the chain")
    queryable = rows / ingest.seconds_to_queryable(stack, bank, path)
    run.add([Figure(name, queryable, "rows/s", "bare COPY, same table", median(copied))])
    run.add(
        [
            Figure(name, queryable, "rows/s", f"pandas + SQLAlchemy by {way}, {_PANDAS_ROWS:,} rows", rate)
            for way, rate in by_pandas.items()
        ]
    )


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")


if __name__ == "__main__":
    sys.exit(main())
