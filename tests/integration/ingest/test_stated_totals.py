"""Every format that states totals about itself: they agree, they do not, or nobody can tell."""

from uuid import UUID

import pytest

from tests.integration.ingest.test_totals import HEADER, clearing
from tests.support.ingestion import Ingestion
from tests.unit.ingest.test_bai2 import report as bai2
from tests.unit.ingest.test_camt import balance, entry
from tests.unit.ingest.test_camt import statement as camt
from tests.unit.ingest.test_card_texts import T140
from tests.unit.ingest.test_ipm import FILE as IPM_FILE
from tests.unit.ingest.test_ipm import REFUND, SALE, header, message, records, trailer
from tests.unit.ingest.test_mt940 import statement as mt940

_ROWS = (HEADER + clearing(1, "10,00")).encode()
_SUMMARY = "<TxsSummry><TtlCdtNtries><NbOfNtries>{0}</NbOfNtries><Sum>{1}</Sum></TtlCdtNtries></TxsSummry>"
_ENTRY = ":61:260302C5,NTRFA"
_ITEM = "16,142,500,0,B1,C1,text/"


def ipm(total: int) -> bytes:
    messages = [header(IPM_FILE), message("1240", SALE), message("1240", REFUND)]
    return records([*messages, trailer(IPM_FILE, 4, total)])


FILES = {
    "CSV footer": (_ROWS + b"#TOTAL;1;EUR;10,00\n", _ROWS + b"#TOTAL;1;EUR;11,00\n"),
    "camt balances": (
        camt(entry("5.00"), balances=balance("OPBD", "1.00") + balance("CLBD", "6.00")),
        camt(entry("5.00"), balances=balance("OPBD", "1.00") + balance("CLBD", "7.00")),
    ),
    "camt summary": (
        camt(entry("5.00"), balances=_SUMMARY.format(1, "5.00")),
        camt(entry("5.00"), balances=_SUMMARY.format(1, "6.00")),
    ),
    "MT940 balances": (mt940(_ENTRY, closing="C260302EUR105,"), mt940(_ENTRY, closing="C260302EUR106,")),
    "BAI2 account 49": (bai2(_ITEM), bai2(_ITEM, sums="49,19501,3/\n98,19500,1,5/\n99,19500,1,7/")),
    "BAI2 group 98": (bai2(_ITEM), bai2(_ITEM, sums="49,19500,3/\n98,19501,1,5/\n99,19500,1,7/")),
    "BAI2 file 99": (bai2(_ITEM), bai2(_ITEM, sums="49,19500,3/\n98,19500,1,5/\n99,19500,1,8/")),
    "IPM trailer": (ipm(12845), ipm(12846)),
    "T140 total": (
        T140.encode(),
        T140.replace(
            "GRAND TOTAL                      800.25", "GRAND TOTAL                      800.26"
        ).encode(),
    ),
}
# Files of which nothing is stated, or nothing that can be compared.
UNSURE = {
    "CSV without a footer": _ROWS,
    "camt that closes in another currency": camt(
        entry("5.00"), balances=balance("OPBD", "1.00") + balance("CLBD", "6.00", "SEK")
    ),
    "camt without an opening balance": camt(entry("5.00"), balances=balance("CLBD", "6.00")),
    "MT940 that closes in another currency": mt940(_ENTRY, closing="C260302USD105,"),
}


def verdicts(ingestion: Ingestion, bank: UUID, content: bytes) -> set[bool | None]:
    """What is said of the file's totals; its rows are loaded, and each of them is accounted for."""
    done = ingestion.drop(bank, "report", content)
    assert done.status == "RECONCILING", done.document.get("reason")
    assert done.checked is not None
    assert done.checked.account.balances
    assert done.checked.account.loaded > 0
    return {row[0] for row in ingestion.query(bank, "select agrees from payscope.control_total")}


@pytest.mark.parametrize("name", FILES)
def test_totals_that_a_format_states_agree(ingestion: Ingestion, bank: UUID, name: str) -> None:
    found = verdicts(ingestion, bank, FILES[name][0])
    assert True in found
    assert False not in found


@pytest.mark.parametrize("name", FILES)
def test_a_total_that_is_wrong_is_told_and_the_rows_are_loaded(
    ingestion: Ingestion, bank: UUID, name: str
) -> None:
    assert False in verdicts(ingestion, bank, FILES[name][1])


@pytest.mark.parametrize("name", UNSURE)
def test_what_cannot_be_compared_is_an_answer_of_its_own(ingestion: Ingestion, bank: UUID, name: str) -> None:
    assert verdicts(ingestion, bank, UNSURE[name]) == {None}
