"""Bank and card statements, written by hand in the shapes that banks send."""

from decimal import Decimal
from uuid import UUID

import pyarrow as pa
import pytest

from payscope.adapters.arrow.mapper import ArrowMapper
from tests.unit.ingest.reading import read
from tests.unit.ingest.test_samples import major, mapped

BANK = UUID("11111111-1111-4111-8111-111111111111")

STATEMENTS = {
    "preamble, notes below, debits written negative": (
        b"\xef\xbb\xbfAccount:;CH00\r\nFrom:;01.01.2026\r\n\r\n"
        b"Date;Type of transaction;Notification text;Credit in CHF;Debit in CHF\r\n\r\n"
        b"05.01.2026;Card;Shop;;-6.9\r\n04.01.2026;Transfer;Customer;1'000;\r\n\r\n"
        b"Disclaimer:\r\nThe bank is not liable.\r\n",
        "postfinance-account@1",
        {"CHF": Decimal("993.10")},
    ),
    "totals as the last line, apostrophes, text with commas": (
        b"Movements,,,\nBalance,17'173.76 CHF,,\nValutadatum,Text,Belastung,Gutschrift\n"
        b'31.12.2025,"Fee, yearly",20.00,\n30.12.2025,Sale,,1\'500.50\nTotal booked,,20.00,1500.50\n',
        "creditsuisse-account@1",
        {"CHF": Decimal("1480.50")},
    ),
    "UTF-16 with Italian headings and blank cells above": (
        "Conto:;1\n;\n;\nData;Testo di registrazione;Comunicazione;Numero di riferimento;Importo;Valuta\n"
        "01.11.2025;Affitto;;;-1’252.55;01.11.2025\n02.11.2025;Vendita;;85 1;2400.00;03.11.2025\n".encode(
            "utf-16"
        ),
        "migrosbank-account@1",
        {"CHF": Decimal("1147.45")},
    ),
    "Western single bytes and sides in a column of words": (
        "Transaktionsdatum;Beschreibung;Kartennummer;Währung;Betrag;Debit/Kredit;Status\n"
        "16.04.2026;Café;3776 62**** *4927;CHF;23.70;Belastung;Gebucht\n"
        "17.04.2026;Rückzahlung;3776 62**** *4927;CHF;-3.70;Gutschrift;Gebucht\n".encode("cp1252"),
        "swisscard-statement@1",
        {"CHF": Decimal("-20.00")},
    ),
    "dollar signs and running balances": (
        b'"Date","Status","Type","CheckNumber","Description","Withdrawal","Deposit","RunningBalance"\n'
        b'"07/31/2025","Posted","ACH","","In","","$1,234.50","$2,000.00"\n'
        b'"02/03/2025","Posted","ACH","","Out","$2.00","","$3.00"\n',
        "schwab-account@1",
        {"USD": Decimal("1232.50")},
    ),
    "balances around the rows, leading plus, decimal comma": (
        b"Bank code : 1,Agency : 2,Start : 3,End : 4,,\n,,,,,\n"
        b'Balance at end of period,,,,"+31070,11",\nDate,Operation Number,Label,Debit,Credit,Detail\n'
        b'01/04/20,OP 1,LABEL 1,"-50,00",,D\n02/04/20,OP 2,LABEL 2,,"+1.300,00",D\n'
        b'Balance at start of period,,,,"+30000,77",\n',
        "bank-operations@1",
        {"EUR": Decimal("1250.00")},
    ),
}


@pytest.mark.parametrize(("content", "profile", "sums"), STATEMENTS.values(), ids=list(STATEMENTS))
def test_a_statement_loads_whole_in_the_shape_its_bank_sends(
    content: bytes, profile: str, sums: dict[str, Decimal]
) -> None:
    found = read(content)
    events, totals, _ = mapped(found)
    assert found.layout.profile is not None
    assert found.layout.profile.profile == profile
    assert found.problems == []
    assert major(events) == sums
    assert all(stated == computed for stated, computed in totals.values() if stated)


def test_two_equal_lines_of_a_statement_are_two_movements_also_across_chunks() -> None:
    line = b"08/06/2026;Parking;**2748;CHF;4.27;Booked\n"
    found = read(b"Datum;Beschreibung;Karte;W\xc3\xa4hrung;Betrag;Status\n" + line * 5)
    profile = found.layout.profile
    assert profile is not None
    table = pa.Table.from_pylist(found.rows)
    first, second = table.slice(0, 3), table.slice(3)
    one = ArrowMapper().map(first, profile, BANK, BANK).events
    two = ArrowMapper().map(second, profile, BANK, BANK, [first]).events
    whole = ArrowMapper().map(table, profile, BANK, BANK).events
    assert one is not None
    assert two is not None
    assert whole is not None
    ids = [
        row["event_id"]
        for part in (one, two)
        for row in part.table.to_pylist()  # pyright: ignore[reportAttributeAccessIssue]
    ]
    assert len(set(ids)) == 5
    assert ids == [row["event_id"] for row in whole.table.to_pylist()]  # pyright: ignore[reportAttributeAccessIssue]


def test_references_that_a_spreadsheet_has_shortened_in_a_text_are_told() -> None:
    found = read(
        b"Date,Label,Currency,Amount,Partner Name,Bank Account\n"
        b"12/15/2025,Sale,EUR,5.00,Ann,7.49E+22\n12/16/2025,Sale,EUR,5.00,Ann,7.49E+22\n"
    )
    assert found.notes == ["a spreadsheet has shortened long references to the form 1.23E+22"]
