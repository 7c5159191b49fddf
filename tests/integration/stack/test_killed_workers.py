"""Whatever becomes of notifications and of the processes of the functions, the real stack ends in one result.

The suite runs one small world. Larger ones, twenty seeds with sixteen killed processes each, are run by hand:
``pytest -m by_hand tests/integration/stack/test_killed_workers.py`` (half a minute to a minute a seed).
"""

import json
import random
from collections.abc import Callable, Iterator, Sequence
from functools import cache

import pytest

from payscope_local.banks import database_of
from tests.integration.ingest.deliveries import Delivery
from tests.integration.ingest.left_over import flaws, left_over
from tests.integration.ingest.test_deliveries import AMENDMENTS, TOTALS, differences
from tests.integration.stack.killed_workers import Notifications, Run
from tests.support.stack import RunningStack

# A file, its copy, its amendment, totals that agree and totals that do not.
SMALL = (*AMENDMENTS[:2], AMENDMENTS[3], *TOTALS[3:5])
WORLDS = {"small": SMALL, "amendments": AMENDMENTS, "totals": TOTALS}
_CASES = [
    pytest.param("small", 1, 5, id="small-1"),
    *(
        pytest.param(world, seed, 16, id=f"{world}-{seed}", marks=pytest.mark.by_hand)
        for seed in range(10)
        for world in ("amendments", "totals")
    ),
]
Ledger = dict[str, list[str]]


@pytest.fixture(scope="module")
def notifications(stack: RunningStack) -> Iterator[Notifications]:
    with Notifications.holding(stack) as held:
        yield held


@pytest.fixture(scope="module")
def undisturbed(stack: RunningStack, notifications: Notifications) -> Callable[[str], Ledger]:
    """What a world leaves when each file is delivered once, after the one before has come to its end."""

    @cache
    def calm(name: str) -> Ledger:
        world = WORLDS[name]
        bank_id = stack.add_bank(f"Calm {name}")
        run = Run(stack, notifications, bank_id, random.Random(0), len(world))  # noqa: S311 -- no secret
        sent = notifications.of(bank_id, world)
        run.deliver_calmly(sent, timeout_s=180)
        run.keep_house()
        return ledger(run, sent)

    return calm


@pytest.mark.parametrize(("name", "seed", "kills"), _CASES)
def test_killed_processes_and_repeated_notifications_leave_the_calm_run_s_result(
    stack: RunningStack,
    notifications: Notifications,
    undisturbed: Callable[[str], Ledger],
    name: str,
    seed: int,
    kills: int,
) -> None:
    """Each notification comes once to five times in any order, and ``kills`` working processes are killed.

    Events, accounts of rows, problems, totals, matches, breaks and roll-ups are compared row by row; the
    graph and the index must agree with the ledger.
    """
    expected = undisturbed(name)
    world: Sequence[Delivery] = WORLDS[name]
    draw = random.Random(seed)  # noqa: S311 -- an order of events, no secret
    bank_id = stack.add_bank(f"Disturbed {name} {seed}")
    sent = notifications.of(bank_id, world)
    repeated = [notification for notification in sent for _ in range(draw.randint(1, 5))]
    draw.shuffle(repeated)
    run = Run(stack, notifications, bank_id, draw, len(world), kills=kills)

    run.deliver(repeated, timeout_s=400)
    run.keep_house()

    print(f"{len(repeated)} notifications, killed {run.killed}, redriven {run.redriven}")
    assert run.killed
    assert flaws(database_of(stack.private), bank_id) == []
    assert differences(expected, ledger(run, sent)) == {}
    assert run.datasets()["agree"] is True


def ledger(run: Run, sent: Sequence[str]) -> Ledger:
    """What the bank's files have left, with the place of a file among the world's for the store's version."""
    versions = {json.loads(text)["detail"]["object"]["version-id"]: str(at) for at, text in enumerate(sent)}
    found = left_over(database_of(run.stack.private), run.bank_id)
    for version, place in versions.items():
        found = {part: [row.replace(version, place) for row in rows] for part, rows in found.items()}
    return {part: sorted(rows) for part, rows in found.items()}
