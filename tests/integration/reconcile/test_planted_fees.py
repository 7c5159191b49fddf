"""Generated worlds: planted fee variances are found and nothing else, and each day's settlement is proved."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from uuid import UUID

import pytest

from payscope.adapters.postgres.ask.rollups import PostgresRollups
from payscope.adapters.postgres.reconcile.fee_ledger import PostgresFeeLedger, PostgresFeeSchedules
from payscope.adapters.postgres.reconcile.settlement_reader import PostgresSettlementReader
from payscope.adapters.postgres.tenancy import Database
from payscope.application.reconcile.audit_fees import audit_fees
from payscope.application.reconcile.prove_settlement import prove_settlement
from payscope.domain.reconcile.rule_files import fee_law, reconciliation_rules
from payscope.domain.reconcile.settlement import SettlementProof
from payscope_local.cli import main
from tests.support.matching import NOW, World, WorldLedger
from tests.support.postgres import TestDatabases

SEEDS = (21, 22, 23)
# Disputes and fraud reports carry no fee and settle nothing by themselves.
_LEFT_OUT = ("disputes", "fraud")


@dataclass(frozen=True)
class Audited:
    """A world whose files were matched and whose fees were audited."""

    world: World
    bank_id: UUID
    found: dict[str, int]
    proofs: tuple[SettlementProof, ...]


@pytest.fixture(scope="module")
def database(migrated: TestDatabases) -> Database:
    return Database(migrated.app_dsn, migrated.context_key, migrated.context_key_id, pool_size=2)


@pytest.fixture(scope="module", params=SEEDS)
def audited(
    request: pytest.FixtureRequest, database: Database, tmp_path_factory: pytest.TempPathFactory
) -> Audited:
    out = tmp_path_factory.mktemp(f"fees-{request.param}")
    size = ["--rows", "700", "--days", "20", "--banks", "1"]
    assert main(["generate", "--out", str(out), "--seed", str(request.param), *size]) == 0
    world = World.read(out)
    bank = world.banks[0]
    ledger = WorldLedger(database, f"fees {bank['bank_id']} {request.param}")
    paths: list[Path] = world.files(bank)
    ledger.load_all(path for path in paths if not path.name.startswith(_LEFT_OUT))
    PostgresRollups(database).rebuild(ledger.bank_id, NOW)
    return Audited(world, ledger.bank_id, _audit(database, ledger.bank_id), _prove(database, ledger.bank_id))


def _audit(database: Database, bank_id: UUID) -> dict[str, int]:
    """Payments with a fee variance, and by how much."""
    fees, schedules = PostgresFeeLedger(database), PostgresFeeSchedules(database)
    with database.tenant(bank_id) as cursor:
        cursor.execute("select report_id from payscope.report where source = 'processor' and rows_loaded > 0")
        reports = [row[0] for row in cursor]
    for report_id in reports:
        audit_fees(fees, schedules, fee_law(), bank_id, report_id, NOW)
    with database.tenant(bank_id) as cursor:
        cursor.execute(
            "select evidence ->> 'payment_key', amount_minor from payscope.break"
            " where reason = 'FEE_VARIANCE'"
        )
        return {str(key).removeprefix("lifecycle:"): minor for key, minor in cursor}


def _prove(database: Database, bank_id: UUID) -> tuple[SettlementProof, ...]:
    reader = PostgresSettlementReader(database, reconciliation_rules().document["payout_sources"])
    with database.tenant(bank_id) as cursor:
        cursor.execute("select distinct booked_on from payscope.event where subtype = 'PAYOUT' order by 1")
        days: list[date] = [row[0] for row in cursor]
    return tuple(proof for day in days for proof in prove_settlement(reader, bank_id, day, None, None))


def test_planted_variances_are_found_and_no_other(audited: Audited) -> None:
    breaks = audited.world.banks[0]["breaks"]
    planted = {entry["lifecycle_id"] for entry in breaks if entry["kind"] == "fee_variance"}
    assert len(planted) >= 2
    assert audited.found.keys() == planted
    assert all(minor > 0 for minor in audited.found.values())


def test_every_day_ends_at_nothing_unexplained(audited: Audited) -> None:
    assert len(audited.proofs) >= 10
    assert [(proof.day_on, proof.currency, proof.unexplained_minor) for proof in audited.proofs] == [
        (proof.day_on, proof.currency, 0) for proof in audited.proofs
    ]
    assert sum(proof.credited_minor or 0 for proof in audited.proofs) > 0
