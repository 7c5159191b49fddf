"""Whatever becomes of deliveries and of the processes that take them, one result is left."""

# Lines of reports are as long as they are.
# ruff: noqa: E501

from uuid import UUID, uuid5

import pytest

from payscope.adapters.postgres.tenancy import Database
from tests.integration.ingest.deliveries import Delivery, Simulation
from tests.integration.ingest.left_over import flaws, left_over
from tests.integration.ingest.test_recording import HEADER as AUTH_HEADER
from tests.integration.ingest.test_recording import auth
from tests.integration.ingest.test_totals import HEADER as CLEARING_HEADER
from tests.integration.ingest.test_totals import clearing
from tests.support.payments import add_bank
from tests.support.postgres import TestDatabases
from tests.unit.ingest.test_camt import balance, entry, statement
from tests.unit.ingest.test_mt940 import statement as mt940

SEEDS = 60
_NAMESPACE = UUID("2c9f8a54-7d0e-4a51-9f0b-0b3e4f7a6d21")
_SETTLEMENT = "Settlement report\nProcessor: NorthPay\nSettlement date: 2026-03-03\n\n" + (
    "Line Id,Type,Value Date,Payment Reference,Lifecycle Id,ARN,Merchant Id,Merchant Name,Network,Gross,Fee,"
    "Interchange,Scheme Fee,Markup,Net,Currency,Batch\n"
)


def auths(*rows: str) -> bytes:
    return (AUTH_HEADER + "".join(rows)).encode()


def clearings(*rows: str) -> bytes:
    return (CLEARING_HEADER + "".join(rows)).encode()


def sale(number: int, gross: str = "10.00") -> str:
    return (
        f"S{number},SALE,2026-03-03,P{number},30100000000{number:04d},7412345606000000000{number:04d},M1,Blue Door,"
        f"VISA,{gross},0.00,0.00,0.00,0.00,{gross},EUR,B1\n"
    )


def settlement(*rows: str, count: int, gross: str) -> bytes:
    return (_SETTLEMENT + "".join(rows) + f"Totals,{count},,,,,,,,{gross},0.00,,,,{gross},EUR,\n").encode()


_MONDAY = auths(*(auth(number) for number in range(1, 9)), auth(3), auth(9, "12.3x"))
_FAR_DAY = auth(2, "10.75").replace("2026-03-01T", "2026-05-27T")
_OTHER_DAY = auth(2, "10.50").replace("2026-03-01T", "2026-02-27T")
_UNKNOWN = b"Txn Day;Bruttobetrag;Waehr;Kennung X\n2026-03-01;10,00;EUR;K1\n2026-03-01;11,00;EUR;K2\n"

# In the order of their writing. Later versions of a name amend it; other names repeat rows or bytes.
AMENDMENTS = (
    Delivery("auth.csv", _MONDAY),
    Delivery("auth copy.csv", _MONDAY),
    Delivery("overlap.csv", auths(*(auth(number) for number in range(6, 14)))),
    Delivery(
        "auth.csv", auths(auth(1, "11.00"), _OTHER_DAY, *(auth(number) for number in range(3, 10))), "2"
    ),
    Delivery("auth.csv", auths(auth(1, "12.00"), _FAR_DAY, auth(14, code="51")), "3"),
    Delivery("clearing.csv", clearings(clearing(1, "10,00"), clearing(2, "0,50"))),
    Delivery("clearing.csv", clearings(clearing(1, "12,00")), "2"),
    Delivery("photo.csv", b"\x89PNG\r\n\x1a\n" + b"\0" * 64),
)
TOTALS = (
    Delivery("auth.csv", auths(auth(1), auth(2), auth(3))),
    Delivery("clearing.csv", clearings(clearing(1, "10,00"), clearing(2, "0,50"), "#TOTAL;2;EUR;10,50\n")),
    Delivery("clearing.csv", clearings(clearing(1, "12,00"), "#TOTAL;9;EUR;10,50\n"), "2"),
    Delivery("settlement.csv", settlement(sale(1), sale(2), count=2, gross="20.00")),
    Delivery("settlement wrong.csv", settlement(sale(1, "99.00"), sale(3), count=7, gross="0.00")),
    Delivery("settlement.csv", settlement(sale(1, "12.00"), sale(2), sale(4), count=3, gross="32.00"), "2"),
    Delivery(
        "camt.xml", statement(entry("10.00"), balances=balance("OPBD", "1.00") + balance("CLBD", "11.00"))
    ),
    Delivery("mt940.sta", mt940(":61:2603020302D40,50NTRFNONREF", closing="C260302EUR59,5")),
    Delivery("unknown.csv", _UNKNOWN),
)
WORLDS = (AMENDMENTS, TOTALS)


@pytest.fixture(scope="module")
def undisturbed(migrated: TestDatabases, database: Database) -> list[dict[str, list[str]]]:
    """What each world leaves when every file is delivered once, in order, to steps that live."""
    found: list[dict[str, list[str]]] = []
    for number, world in enumerate(WORLDS):
        bank_id = new_bank(database, f"undisturbed {number}")
        Simulation(migrated, bank_id, world, 0, chance=0).run(disturbed=False)
        assert flaws(database, bank_id) == []
        found.append(left_over(database, bank_id))
    return found


def new_bank(database: Database, seed: int | str) -> UUID:
    """A bank whose id, and so the ids of its reports and the order of its executions, follow from the seed."""
    bank_id = uuid5(_NAMESPACE, str(seed))
    add_bank(database, bank_id)
    return bank_id


def outcome(
    databases: TestDatabases, database: Database, seed: int
) -> tuple[list[str], dict[str, list[str]]]:
    """Flaws and ledger after the deliveries and deaths of this seed."""
    bank_id = new_bank(database, seed)
    Simulation(databases, bank_id, WORLDS[seed % len(WORLDS)], seed, chance=0.4).run(disturbed=True)
    return flaws(database, bank_id), left_over(database, bank_id)


@pytest.mark.parametrize("seed", range(SEEDS))
def test_any_order_of_deliveries_and_any_death_leave_one_result(
    migrated: TestDatabases, database: Database, undisturbed: list[dict[str, list[str]]], seed: int
) -> None:
    found_flaws, found = outcome(migrated, database, seed)
    assert found_flaws == []
    assert differences(undisturbed[seed % len(WORLDS)], found) == {}


def differences(
    expected: dict[str, list[str]], found: dict[str, list[str]]
) -> dict[str, tuple[list[str], list[str]]]:
    """Rows that are missing and rows that are too many, by part of the ledger."""
    return {
        part: (
            [row for row in rows if row not in found[part]],
            [row for row in found[part] if row not in rows],
        )
        for part, rows in expected.items()
        if rows != found[part]
    }
