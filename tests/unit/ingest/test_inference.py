"""An unknown layout loads by itself only when its figures prove what its columns mean."""

import pytest

from payscope.domain.ingest.mapping import InferredProfile, infer_profile
from tests.unit.ingest.reading import read

PROVEN = """Kontoauszug;;;;
Datum;Text;Betrag;Saldo;Währung
27.03.2026;Gebühr;-12,50;1.237,50;EUR
28.03.2026;Verkauf;1.000,00;2.237,50;EUR
29.03.2026;Auszahlung;-2.000,00;237,50;EUR
30.03.2026;Verkauf;5,00;242,50;EUR
"""


def inferred(text: str) -> InferredProfile:
    found = read(text.encode())
    assert found.layout.profile is None
    columns = found.layout.columns
    return infer_profile("0" * 64, columns, {name: [row[name] for row in found.rows] for name in columns})


def test_a_running_balance_proves_amounts_and_signs() -> None:
    proposal = inferred(PROVEN)
    assert proposal.is_sure
    assert proposal.evidence["balance_rolls"] is True
    assert proposal.profile["rules"][0]["event"] == "BANK_ENTRY"


def test_a_balance_that_runs_from_the_latest_row_down_proves_as_well() -> None:
    head, rows = PROVEN.splitlines()[:2], PROVEN.splitlines()[2:]
    assert inferred("\n".join((*head, *reversed(rows), ""))).is_sure


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("237,50;EUR\n30", "237,51;EUR\n30"),
        ("-12,50", "12,50-x"),
        (";Saldo;", ";Stand;"),
        ("Währung", "Zeichen"),
        ("-2.000,00", "2.000,00"),
    ],
    ids=["a balance off by a cent", "an amount that is none", "no balance", "no currency", "a sign turned"],
)
def test_what_is_not_proven_waits_for_a_person(old: str, new: str) -> None:
    assert not inferred(PROVEN.replace(old, new)).is_sure


def test_dates_that_could_be_read_in_two_ways_wait_for_a_person() -> None:
    text = PROVEN
    for day in ("27", "28", "29", "30"):
        text = text.replace(f"{day}.03.2026", f"0{int(day) - 20 if int(day) < 30 else 1}/03/2026")
    assert not inferred(text).is_sure
