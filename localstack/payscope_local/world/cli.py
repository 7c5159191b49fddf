"""``payscope generate``: a synthetic payment world as report files."""

import argparse
import sys
import uuid
from datetime import date, timedelta
from pathlib import Path

from payscope.errors import InvalidInput
from payscope_local.world.generate import generate
from payscope_local.world.plan import LONGEST_DAILY_WINDOW, WorldPlan, bank_ids_for

_REPORTED_AFTER_END = 23
_FEWEST_ROWS = 500


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the ``generate`` command."""
    parser = subparsers.add_parser("generate", help="write the report files of a synthetic payment world")
    parser.add_argument("--out", type=Path, required=True, help="folder to write into (created)")
    parser.add_argument("--days", type=_positive, default=31, help="days with authorisations (default 31)")
    parser.add_argument("--seed", type=int, default=1, help="same seed, same bytes (default 1)")
    parser.add_argument(
        "--rows", type=_positive, default=20_000, help="authorisations over all banks (default 20000)"
    )
    parser.add_argument("--banks", type=_positive, default=2, help="number of banks (default 2)")
    parser.add_argument(
        "--bank", type=uuid.UUID, action="append", default=[], help="fixed bank id; repeat for more banks"
    )
    parser.add_argument(
        "--end", type=date.fromisoformat, default=date(2026, 10, 31), help="last day with authorisations"
    )
    parser.add_argument(
        "--until", type=date.fromisoformat, help="last day of anything reported (default END + 23 days)"
    )
    parser.add_argument(
        "--files-per", choices=("day", "month"), help="default: day up to 45 days, else month"
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Generate, and say what was written."""
    banks = max(arguments.banks, len(arguments.bank))
    if arguments.seed < 0 or arguments.rows < _FEWEST_ROWS * banks:
        raise InvalidInput(
            f"The seed must not be negative, and each bank needs at least {_FEWEST_ROWS} rows."
        )
    try:
        summary = generate(plan_from(arguments), arguments.out)
    except OSError as error:
        raise InvalidInput(f"{arguments.out} cannot be written: {error.strerror}.") from error
    sys.stdout.write(f"{summary.files} files with {summary.rows} rows in {arguments.out}\n")
    for bank_id, name in summary.banks:
        sys.stdout.write(f"  {bank_id}  {name}\n")
    return 0


def plan_from(arguments: argparse.Namespace) -> WorldPlan:
    """The plan that the arguments describe; fixed bank ids come first, the rest follow from the seed."""
    fixed = tuple(arguments.bank)
    others = bank_ids_for(arguments.seed, max(arguments.banks, len(fixed)))[len(fixed) :]
    monthly = (
        arguments.days > LONGEST_DAILY_WINDOW
        if arguments.files_per is None
        else arguments.files_per == "month"
    )
    return WorldPlan(
        seed=arguments.seed,
        end=arguments.end,
        days=arguments.days,
        rows=arguments.rows,
        bank_ids=fixed + others,
        monthly_files=monthly,
        until=arguments.until or arguments.end + timedelta(days=_REPORTED_AFTER_END),
    )


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number
