"""Files made to break a reader: a reason in words, or rows that are all accounted for."""

import io
import stat
import struct
import zipfile

import pytest

from payscope.adapters.readers.messages.xml_elements import walk
from payscope.domain.ingest.problems import ProblemCode
from payscope.errors import InvalidInput
from tests.fuzz.judging import CARD, Kept
from tests.fuzz.targets import TARGETS
from tests.support.ipm_writer import SALE, header, message, records, trailer
from tests.support.xls_writer import ole
from tests.unit.ingest import test_bai2, test_card_texts, test_mt940, test_print_image
from tests.unit.ingest.reading import read
from tests.unit.ingest.test_containers import TABLE, packed, refusal
from tests.unit.ingest.test_pdf import HEADING, document, page
from tests.unit.ingest.test_tree_reports import SWEDBANK
from tests.unit.ingest.workbooks import sheet, workbook

TRACKS = (f";{CARD}=29122011234567890?", f"%B{CARD}^DOE/JANE^29122011234567890?")
HEADER = ("Date", "Reference", "Amount", "Currency")
ROW = ("2026-03-01", "R1", 12.5, "EUR")


def with_link(name: str, target: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        info = zipfile.ZipInfo(name)
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(info, target)
    return out.getvalue()


def counted_as_one(content: bytes) -> bytes:
    """The archive with a directory that says it has one member."""
    lying = bytearray(content)
    struct.pack_into("<2H", lying, lying.rindex(b"PK\5\6") + 8, 1, 1)
    return bytes(lying)


MANY = packed(*((f"{number}.csv", b"") for number in range(10_000)))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (with_link("report.csv", b"/etc/passwd"), "link"),
        (MANY, "more than 1000 members"),
        (counted_as_one(packed(*((f"{number}.csv", b"") for number in range(1_500)))), "1500 files"),
        (packed(("a\n.csv", TABLE)), "outside of itself"),
        (packed(("a/../../b.csv", TABLE)), "outside of itself"),
        (packed(("..\\b.csv", TABLE)), "outside of itself"),
        (TABLE + packed(("a.csv", TABLE)), "binary data"),
        (b"GIF89a" + bytes(20) + packed(("a.csv", TABLE)), "GIF image"),
        (b"%PDF-1.7\n" + packed(("a.csv", TABLE)), "damaged or protected"),
        (b"MZ" + bytes(100) + TABLE, "executable"),
        (b"<html><table><tr><td>Date</td></tr></table></html>", "web page"),
        (b"\n \n<!DOCTYPE html>\n" + TABLE, "web page"),
        (TABLE.replace(b"R1", b"\0" * 200), "binary data"),
    ],
)  # fmt: skip
def test_what_is_something_else_than_it_says_is_refused(content: bytes, reason: str) -> None:
    assert reason in refusal(content)


def test_protected_files_are_refused() -> None:
    secret = document(page(HEADING, ("2026-03-01", "Sale", "1.00", "2.00", "3.00"))).replace(
        b"/Root 1 0 R",
        b"/Root 1 0 R/ID[<00><00>]/Encrypt<</Filter/Standard/V 1/R 2/P -4/O<"
        + b"41" * 32
        + b">/U<"
        + b"42" * 32
        + b">>>",
    )
    assert "password" in refusal(secret)
    assert "password" in refusal(ole("EncryptedPackage".encode("utf-16-le")))


def test_a_workbook_of_empty_cells_links_and_formulas_is_its_one_row() -> None:
    """A million cells of nothing; what a formula last gave is text and is run by nobody."""
    text = '<c r="B2" t="inlineStr"><is><t>R1</t></is></c>'
    formula = '<c r="B2" t="str"><f>HYPERLINK("http://evil.example")</f><v>=cmd|calc!A1</v></c>'
    empty = "".join(f'<row r="{number}">{"<c/>" * 500}</row>' for number in range(3, 2_003))
    content = (
        sheet({1: HEADER, 2: ROW}).replace(text, formula).replace("</sheetData>", f"{empty}</sheetData>")
    )
    found = read(workbook(content, parts={"xl/externalLinks/externalLink1.xml": "<externalLink/>"}))
    assert [row["Reference"] for row in found.rows] == ["=cmd|calc!A1"]


@pytest.mark.parametrize(
    ("content", "rows"),
    [
        (TABLE + b"2026-03-29," + b"R" * 10_000_000 + b",1,EUR\n" + TABLE.split(b"\n")[1] + b"\n", 29),
        (TABLE + b'2026-03-29,"' + b"R" * 10_000_000 + b'",1,EUR\n' + TABLE.split(b"\n")[1] + b"\n", 29),
        (test_mt940.statement(":61:260302C1,NTRFA", ":86:" + "x" * 10_000_000, ":61:260302C1,NTRFB"), 2),
        (test_bai2.report("16,142,500,0,B,C,/", "16,142,500,0,B," + "x" * 10_000_000, "16,142,1,0,B,D,/"), 2),
        ((test_card_texts.T140 + "x" * 10_000_000).encode(), 2),
        ((test_print_image.report() + "x" * 10_000_000).encode(), 3),
        ((test_card_texts.REQUEST + "x" * 10_000_000 + "\n" + test_card_texts.RESPONSE).encode(), 2),
    ],
    ids=["table", "quoted", "mt940", "bai2", "t140", "print", "log"],
)
def test_a_line_of_ten_megabytes_is_set_aside_and_the_others_are_read(content: bytes, rows: int) -> None:
    found = read(content)
    assert len(found.rows) == rows
    assert len({problem.row_number for problem in found.problems}) == 1
    assert all(len(text) <= 1_000 for problem in found.problems for text in (problem.raw or {}).values())


def test_a_row_with_a_null_character_is_set_aside() -> None:
    found = read(TABLE + b"2026-03-29,R\0,1.50,EUR\n")
    assert [problem.code for problem in found.problems] == [ProblemCode.NUL_BYTE]
    assert len(found.rows) == 28


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"<a>" + b"<b/>" * 500_001 + b"</a>", "more elements in one place"),
        (b"<a>" + b"x" * 17 * 2**20 + b"</a>", "longer than 16 MiB"),
        (b'<a b="' + b"x" * 17 * 2**20 + b'"/>', "longer than 16 MiB"),
        (b"<a>" * 61, "nests deeper"),
    ],
    ids=["elements", "text", "attribute", "depth"],
)
def test_xml_that_would_fill_memory_is_refused(content: bytes, reason: str) -> None:
    with pytest.raises(InvalidInput, match=reason):
        list(walk(io.BytesIO(content)))


def test_elements_that_are_let_go_do_not_count() -> None:
    """A long report is read, however many rows it has."""
    first = SWEDBANK.index(b"<Transaction ")
    row = SWEDBANK[first : SWEDBANK.index(b"/>", first) + 2]
    assert len(read(SWEDBANK[:first] + row * 30_000 + SWEDBANK[first:]).rows) == 30_002


def test_json_that_nests_deep_is_refused_before_its_names_fill_memory() -> None:
    deep = b'[{"id": "1", "createdAt": "x", "a": ' + b'{"k":' * 61 + b"1" + b"}" * 61 + b"}]"
    assert "nests deeper" in refusal(deep)


TEXTS = ("xlsx", "json", "ofx", "camt", "payments", "mt940", "bai2", "t140", "jpos", "print")


@pytest.mark.parametrize("track", TRACKS, ids=["track 2", "track 1"])
@pytest.mark.parametrize("name", TEXTS)
def test_the_content_of_a_magnetic_stripe_rejects_its_row_in_every_format(name: str, track: str) -> None:
    target = next(target for target in TARGETS if target.name == name)
    seed = next(seed for seed in target.seeds() if CARD.encode() in seed)
    kept = target.run(seed.replace(CARD.encode(), track.encode()))
    assert isinstance(kept, Kept)
    assert ProblemCode.SENSITIVE_DATA in {problem.code for problem in kept.problems}
    assert not_kept(kept)


@pytest.mark.parametrize("delimiter", [",", "\t", "|", ";"])
@pytest.mark.parametrize("column", ["Reference", "PAN", "card number"])
@pytest.mark.parametrize("track", TRACKS, ids=["track 2", "track 1"])
def test_the_content_of_a_magnetic_stripe_rejects_its_line(track: str, column: str, delimiter: str) -> None:
    target = next(target for target in TARGETS if target.name == "delimited")
    rows = (("Date", column, "Amount"), ("2026-03-01", track, "1.50"), ("2026-03-02", "R2", "1.50"))
    kept = target.run(b"\xff" + "".join(delimiter.join(row) + "\n" for row in rows).encode())
    assert isinstance(kept, Kept)
    assert [problem.row_number for problem in kept.problems] == [2]
    assert [row["_row"] for table in kept.tables for row in table.to_pylist()] == [3]
    assert not_kept(kept)


@pytest.mark.parametrize("track", TRACKS, ids=["track 2", "track 1"])
def test_the_content_of_a_magnetic_stripe_rejects_its_clearing_record(track: str) -> None:
    target = next(target for target in TARGETS if target.name == "ipm")
    file = "0012603010000001698700401"
    sales = (message("1240", {**SALE, 72: f"swiped {track} twice"}), message("1240", SALE))
    kept = target.run(records([header(file), *sales, trailer(file, 4, 0)]))
    assert isinstance(kept, Kept)
    assert [problem.code for problem in kept.problems] == [ProblemCode.SENSITIVE_DATA]
    assert sum(table.num_rows for table in kept.tables) == 3
    assert not_kept(kept)


def not_kept(kept: Kept) -> bool:
    """Whether nothing of the stripe is in what would be stored."""
    everything = repr((kept.problems, [table.to_pylist() for table in kept.tables], kept.texts))
    return CARD not in everything and "29122011234567890" not in everything


@pytest.mark.parametrize("column", ["CVV2", "cvc", "Card Verification Value", "security_code"])
@pytest.mark.parametrize("as_workbook", [False, True])
def test_a_column_of_security_codes_rejects_its_rows(column: str, as_workbook: bool) -> None:
    rows = [
        ("Date", "Reference", "Amount", column),
        ("2026-03-01", "R1", "1.50", "737"),
        ("2026-03-02", "R2", "1.50", ""),
    ]
    target = next(target for target in TARGETS if target.name == ("xlsx" if as_workbook else "delimited"))
    text = "".join(",".join(row) + "\n" for row in rows)
    kept = target.run(sheet(dict(enumerate(rows, 1))).encode() if as_workbook else b"\xff" + text.encode())
    assert isinstance(kept, Kept)
    assert [(problem.row_number, problem.code) for problem in kept.problems] == [
        (2, ProblemCode.SENSITIVE_DATA)
    ]
    assert "737" not in repr(kept.problems)
    assert [row["Reference"] for table in kept.tables for row in table.to_pylist()] == ["R2"]
