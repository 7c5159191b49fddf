"""Generated worlds, file by file: the planted breaks are found, by their reason, and nothing else."""

from collections.abc import Sequence
from pathlib import Path
from random import Random

import pytest

from payscope.adapters.postgres.tenancy import Database
from payscope_local.cli import main
from tests.support.matching import Judgement, Outcome, World, WorldLedger, judge
from tests.support.postgres import TestDatabases

# In the second and the third a sale of the last day was never authorised.
SEEDS = (12, 16, 24, 13)
# Providers' reports are matched by the same rules and cost a third of the time.
_STAGES = ("auth", "clearing", "settlement", "disputes", "camt053")


@pytest.fixture(scope="module")
def database(migrated: TestDatabases) -> Database:
    return Database(migrated.app_dsn, migrated.context_key, migrated.context_key_id, pool_size=2)


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> list[World]:
    found: list[World] = []
    for seed in SEEDS:
        out = tmp_path_factory.mktemp(f"world-{seed}")
        size = ["--rows", "1100", "--days", "20", "--banks", "1"]
        assert main(["generate", "--out", str(out), "--seed", str(seed), *size]) == 0
        found.append(World.read(out))
    return found


def files_of(world: World) -> list[Path]:
    """The files of the stages, the late ones last."""
    return [path for path in world.files(world.banks[0]) if path.name.startswith(_STAGES)]


@pytest.fixture(scope="module")
def ledgers(database: Database, worlds: list[World]) -> list[WorldLedger]:
    found = [WorldLedger(database, world.banks[0]["bank_id"]) for world in worlds]
    for ledger, world in zip(found, worlds, strict=True):
        ledger.load_all(files_of(world))
    return found


@pytest.fixture(scope="module")
def outcomes(ledgers: list[WorldLedger]) -> list[Outcome]:
    return [ledger.outcome() for ledger in ledgers]


@pytest.fixture(scope="module")
def judgements(worlds: list[World], outcomes: list[Outcome]) -> list[Judgement]:
    return [judge(world, world.banks[0], outcome) for world, outcome in zip(worlds, outcomes, strict=True)]


def test_planted_breaks_are_found_and_named(judgements: Sequence[Judgement]) -> None:
    planted = sum(item.planted for item in judgements)
    found = sum(item.found for item in judgements)
    named = sum(item.rightly_named for item in judgements)
    missed = [item.missed for item in judgements]
    assert planted >= 100
    assert found >= 0.995 * planted, missed
    assert named >= 0.98 * found, missed


def test_what_was_not_planted_does_not_break(judgements: Sequence[Judgement]) -> None:
    assert [item.unplanted for item in judgements] == [()] * len(SEEDS)


def test_no_event_is_matched_into_the_wrong_payment(judgements: Sequence[Judgement]) -> None:
    assert sum(item.memberships for item in judgements) > 10_000
    assert [item.wrong_memberships for item in judgements] == [0] * len(SEEDS)


def test_rows_without_their_lifecycle_id_are_linked_all_the_same(judgements: Sequence[Judgement]) -> None:
    for item in judgements:
        assert item.hidden >= 9
        assert item.hidden_linked == item.hidden


def test_credits_for_several_payouts_are_told_apart(judgements: Sequence[Judgement]) -> None:
    for item in judgements:
        assert 0 < item.together == item.together_found


def test_files_in_any_order_give_the_same_matches_and_breaks(
    migrated: TestDatabases, worlds: list[World], ledgers: list[WorldLedger], outcomes: list[Outcome]
) -> None:
    paths = files_of(worlds[0])
    Random(5).shuffle(paths)  # noqa: S311 -- an order of files, not a secret
    ledgers[0].forget(migrated.superuser_dsn)
    ledgers[0].load_all(paths)
    assert ledgers[0].outcome() == outcomes[0]
