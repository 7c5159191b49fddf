"""One fuzz target a parser: how its bytes are read, and the files that fuzzing starts from."""

import gzip
import io
import json
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from payscope.adapters.readers.cards.ipm import IpmReader
from payscope.adapters.readers.cards.jpos_log import JposLogReader
from payscope.adapters.readers.cards.print_image import PrintImageReader
from payscope.adapters.readers.cards.t140 import T140Reader
from payscope.adapters.readers.containers import ZipArchive, gunzip
from payscope.adapters.readers.documents.report import PdfReport
from payscope.adapters.readers.messages.bai2 import Bai2Reader
from payscope.adapters.readers.messages.camt import CamtReader
from payscope.adapters.readers.messages.mt940 import Mt940Reader
from payscope.adapters.readers.messages.payment_messages import PaymentMessageReader
from payscope.adapters.readers.opening import StreamReaders
from payscope.adapters.readers.tables.delimited import DelimitedReader
from payscope.adapters.readers.tables.json_rows import JsonReader
from payscope.adapters.readers.tables.workbook import WorkbookReader
from payscope.adapters.readers.tables.xls import XlsWorkbook
from payscope.adapters.readers.tables.xlsx import XlsxWorkbook
from payscope.adapters.readers.tables.xml_rows import XmlReader
from payscope.application.ingest.report_ports import ReportFile, ReportReader
from payscope.domain.ingest.formats import HEAD_BYTES, FileFormat, encoding_of
from payscope.domain.ingest.profiles import PrintImage, Profile
from payscope.domain.pan import redact
from tests.fuzz.judging import CARD, PROFILES, cleaned, judge, judge_mapping
from tests.support import pdf_files
from tests.support.ipm_writer import SALE, blocked, header, message, private, records, trailer
from tests.support.xls_writer import biff, ole
from tests.unit.ingest import (
    test_bai2,
    test_camt,
    test_card_texts,
    test_mt940,
    test_payment_messages,
    test_pdf,
    test_print_image,
    test_tree_reports,
)
from tests.unit.ingest.reading import MemoryFile
from tests.unit.ingest.workbooks import DATE_STYLE, sheet, workbook

_SEEDS = Path(__file__).resolve().parents[2] / "localstack" / "seeds"
# Parts of an input that are packed into one file begin after this.
_PART = b"\n--part--\n"
_XML = (
    *b"< /> </ <![CDATA[ ]]> &#0; &#xD800; &lt; <!DOCTYPE xmlns= NaN 1E400 -0 99999999999999999999".split(),
    b'encoding="UTF-16"',
)
_TEXT = (
    *(
        b"\r",
        b"\r\n",
        b"\x00",
        b"\t",
        b"\xef\xbb\xbf",
        b"\xff\xfe",
        b"\xe2\x80\xa8",
        b"\x0b",
        b"\x0c",
        b"\x85",
    ),
    *b'" "" ; 1.23E+22 NaN -0.00 Total 0001-01-01 9999-12-31 Europe CET'.split(),
    CARD.encode(),
)


@dataclass(frozen=True)
class Target:
    """A parser under test.

    ``run`` raises nothing but for a fault; the words are what its format is made of.
    """

    name: str
    run: Callable[[bytes], object]
    seeds: Callable[[], Sequence[bytes]]
    words: tuple[bytes, ...] = ()


def _read(make: Callable[[bytes, Sequence[Profile]], ReportReader]) -> Callable[[bytes], object]:
    return lambda data: judge(lambda profiles: make(data, profiles))


def _stream(data: bytes) -> Callable[[], io.BytesIO]:
    return lambda: io.BytesIO(data)


def _project(*suffixes: str) -> list[bytes]:
    """Beginnings of the project's own sample reports."""
    files = sorted(path for path in _SEEDS.rglob("*") if path.suffix.lower() in suffixes)
    return [b"\n".join(path.read_bytes().split(b"\n")[:8]) + b"\n" for path in files]


def _marked(content: bytes, *words: bytes) -> bytes:
    """The content with the card number in place of some words."""
    for word in words:
        assert word in content
        content = content.replace(word, CARD.encode(), 1)
    return content


# Delimited text


def _delimited(data: bytes, profiles: Sequence[Profile]) -> ReportReader:
    # The first byte says how much is read at a time, so that blocks end everywhere.
    size = data[0] + 1 if data else 1
    content = data[1:]
    return DelimitedReader(
        _stream(content), content[:HEAD_BYTES], encoding_of(content[:HEAD_BYTES]), profiles, size
    )


def _delimited_seeds() -> Sequence[bytes]:
    rows = ("2026-03-01;R1;1.250,50;EUR", f'2026-03-02;"R\n2";{CARD};EUR', "Total;;2;")
    table = "\n".join(("Date;Reference;Amount;Currency", *rows, ""))
    damaged = 'Date,Reference,Amount\n2026-03-01,1.23E+22,1\n\n2026-03-02,"open,2\n2026-03-03,a,b,c,d\n'
    texts = [
        table.encode(),
        table.encode("utf-16"),
        table.replace("R1", "Zürich").encode("cp1252"),
        damaged.encode(),
        table.replace("\n", "\r").encode(),
        b"\xef\xbb\xbf" + table.replace("\n", "\r\n").encode(),
    ]
    return [b"\xff" + content for content in (*texts, *_project(".csv"))]


# Workbooks


def _xlsx(data: bytes, profiles: Sequence[Profile]) -> ReportReader:
    """Parts of a workbook: sheet, workbook, styles, shared texts; those that are missing are good ones."""
    names = ("xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/styles.xml", "xl/sharedStrings.xml")
    parts: dict[str, bytes] = dict(zip(names, data.split(_PART), strict=False))
    return WorkbookReader(
        XlsxWorkbook(ZipArchive(io.BytesIO(_stored(workbook(sheet({})), parts)))), FileFormat.XLSX, profiles
    )


def _stored(base: bytes, parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(base)) as archive, zipfile.ZipFile(out, "w") as written:
        for name in archive.namelist():
            written.writestr(name, parts.pop(name) if name in parts else archive.read(name))
        for name, content in parts.items():
            written.writestr(name, content)
    return out.getvalue()


def _xlsx_seeds() -> Sequence[bytes]:
    rows = {1: ("Date", "Reference", "Amount", "Currency"), 3: ((DATE_STYLE, 46082), CARD, 12.5, "EUR"),
            4: ("2026-03-02", (0, "4.8E+15"), (0, "1E400"), "EUR")}  # fmt: skip
    text = '<c r="D4" t="inlineStr"><is><t>EUR</t></is></c>'
    good = sheet(rows).replace(text, '<c r="D4" t="s"><v>0</v></c>').encode()
    base = workbook(sheet(rows))
    texts = (
        b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>EUR</t></si></sst>'
    )
    with zipfile.ZipFile(io.BytesIO(base)) as archive:
        book, styles = archive.read("xl/workbook.xml"), archive.read("xl/styles.xml")
    return [good, _PART.join((good, book, styles, texts))]


def _xls(data: bytes, profiles: Sequence[Profile]) -> ReportReader:
    return WorkbookReader(XlsWorkbook(io.BytesIO(data)), FileFormat.XLS, profiles)


def _xls_seeds() -> Sequence[bytes]:
    table = [
        ("Date", "Reference", "Amount", "Currency"),
        ("2026-03-01", "R1", 12.5, "EUR"),
        ("x", CARD, 1e300, "EUR"),
    ]
    return [biff(table), ole(biff(table))]


# PDF


def _pdf(data: bytes, profiles: Sequence[Profile]) -> ReportReader:
    """A whole document, or the content of a page."""
    content = (
        data
        if data.startswith(b"%PDF-")
        else pdf_files.document(data.decode("latin-1").replace("endstream", ""))
    )
    return PdfReport(pdf_files.PagesHere(content), None, profiles, None)


def _pdf_seeds() -> Sequence[bytes]:
    page = pdf_files.page(("Statement",), test_pdf.HEADING, ("2026-03-01", CARD, "", "1 250.00", "1 250.00"),
                         ("2026-03-02", "Fee", "12.50", "", "1 237.50"), ("1/1",))  # fmt: skip
    return [pdf_files.document(page), page.encode()]


# Trees


def _ofx_seeds() -> Sequence[bytes]:
    body = test_tree_reports.statement("BANKMSGSRSV1", "STMT", "EUR1", "-80", "12.50")
    content = f'<?xml version="1.0"?><?OFX OFXHEADER="200"?><OFX>{body}</OFX>'.encode()
    return [content, _marked(content, b"EUR1-1")]


def _xml_seeds() -> Sequence[bytes]:
    record = test_tree_reports.ingenico_record("1", "X", "ON", 300)
    return [
        test_tree_reports.SWEDBANK,
        _marked(test_tree_reports.SWEDBANK, b'Name="Swish"'.replace(b'"', b"")[5:]),
        test_tree_reports.ingenico(record),
    ]


def _json_seeds() -> Sequence[bytes]:
    cards = [{**item, "orderId": CARD} for item in test_tree_reports.OBJECTS]
    return [*test_tree_reports.BOTH_SHAPES.values(), json.dumps(cards).encode()]


# Messages of banks


def _camt_seeds() -> Sequence[bytes]:
    entries = [
        test_camt.entry("10.00", details=test_camt.detail("10.00", CARD)),
        test_camt.entry("5.00", "DBIT"),
    ]
    balances = test_camt.balance("OPBD", "1.00") + test_camt.balance("CLBD", "6.00")
    swiss = test_camt.statement(*entries, balances=balances)
    return [swiss, *(test_camt.statement(entries[0], version="02", message=kind) for kind in ("052", "054"))]


def _payment_seeds() -> Sequence[bytes]:
    module = test_payment_messages
    transfers = (module.transfer("10.00", "A"), module.transfer("20.00", CARD))
    return [
        module.message("pacs.008.001.08", "FIToFICstmrCdtTrf", module.header(), *transfers),
        module.message("pain.002.001.03", "CstmrPmtStsRpt", module.GROUP.format("<GrpSts>RJCT</GrpSts>"),
                       f"<OrgnlPmtInfAndSts><OrgnlPmtInfId>P</OrgnlPmtInfId>{module.REJECTED}</OrgnlPmtInfAndSts>"),
    ]  # fmt: skip


def _mt940_seeds() -> Sequence[bytes]:
    lines = (":61:2603020302CR5,NTRFNONREF//B1", ":86:166?00CREDIT?20EREF+PAYOUT?21SVWZ+Card?32NORTH?33PAY",
             f":61:260302RD1,5NTRF{CARD}", f":86:/EREF/PAYOUT-7/NAME/NORTH/REMI/{CARD} paid/")  # fmt: skip
    return [test_mt940.statement(*lines), test_mt940.interim(*lines),
            b"{1:F01BANKDEFFAXXX0000000000}{4:\r\n" + test_mt940.statement(lines[0])]  # fmt: skip


def _bai2_seeds() -> Sequence[bytes]:
    records = ("16,142,500,0,B,C,/", "88,more/", f"16,451,200,D,2,0,100,1,100,{CARD},E,text/",
               "16,475,7,V,260303,1200,B,C,/", "16,100,1,S,1,2,3,B,C/")  # fmt: skip
    return [test_bai2.report(*records, sums="49,19508,7/"), "\n".join(test_bai2.HEAD).encode()]


# Card schemes


def _ipm(data: bytes, profiles: Sequence[Profile]) -> ReportReader:
    return IpmReader(_stream(data), data[:HEAD_BYTES], profiles)


def _ipm_seeds() -> Sequence[bytes]:
    file = "0012603010000001698700401"
    chip = bytes.fromhex("9F2608A1B2C3D4E5F607185A0854133300890104429F3602001A0000")
    sale = {**SALE, 2: CARD, 48: private({"0023": "POI", "0148": "8262"}), 72: f"about {CARD}"}
    files: list[bytes] = []
    for encoding in ("latin-1", "cp500"):
        first = message("1240", sale, encoding)
        second = message("1240", {**SALE, 55: chip}, encoding)
        files.append(records([header(file, encoding), first, second, trailer(file, 4, 0, encoding)]))
    return [*files, *(blocked(content) for content in files)]


def _t140(data: bytes, profiles: Sequence[Profile]) -> ReportReader:
    return T140Reader(_stream(data), data[:HEAD_BYTES], profiles)


def _jpos(data: bytes, profiles: Sequence[Profile]) -> ReportReader:
    return JposLogReader(_stream(data), data[:HEAD_BYTES], profiles)


def _jpos_seeds() -> Sequence[bytes]:
    both = (test_card_texts.REQUEST + test_card_texts.RESPONSE).encode()
    track = both.replace(
        b'<field id="11" value="000042"/>', f'<field id="35" value="{CARD}=29121011"/>'.encode(), 1
    )
    return [both.replace(b"5413330089010442", CARD.encode()), track]


def _print(data: bytes, profiles: Sequence[Profile]) -> ReportReader:
    profile = next(profile for profile in profiles if profile.print_image is not None)
    image = profile.print_image
    assert isinstance(image, PrintImage)
    return PrintImageReader(_stream(data), data[:HEAD_BYTES], profile, image)


# Containers, opening


def _any_file(data: bytes, profiles: Sequence[Profile]) -> ReportReader:
    return StreamReaders(MemoryFile(data)).open(ReportFile("reports", "key", "1"), profiles)


def _gzip(data: bytes, profiles: Sequence[Profile]) -> ReportReader:
    content = gunzip(io.BytesIO(data)).read()
    return DelimitedReader(
        _stream(content), content[:HEAD_BYTES], encoding_of(content[:HEAD_BYTES]), profiles
    )


_TABLE = (
    b"Date,Reference,Amount,Currency\n2026-03-01,R1,1.50,EUR\n2026-03-02," + CARD.encode() + b",2.50,EUR\n"
)


def _zipped(*members: tuple[str, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return out.getvalue()


def _zip_seeds() -> Sequence[bytes]:
    return [
        _zipped(("report.csv", _TABLE)),
        _zipped(("a.csv", _TABLE), ("b.csv", _TABLE), method=zipfile.ZIP_DEFLATED),
        _zipped((f"{CARD}.csv", _TABLE), ("__MACOSX/x", b"")),
    ]


def _gzip_seeds() -> Sequence[bytes]:
    whole = gzip.compress(_TABLE, mtime=0)
    return [whole, gzip.compress(_TABLE[:40], mtime=0) + gzip.compress(_TABLE[40:], 0, mtime=0) + bytes(16)]


def _opening_seeds() -> Sequence[bytes]:
    others = ("opening", "delimited", "mapper", "xlsx", "cards")
    files = [part for target in TARGETS if target.name not in others for part in target.seeds()]
    return [
        *files,
        _TABLE,
        *_project(".xml", ".txt"),
        workbook(sheet({1: ("Date", "Reference", "Amount"), 2: ("a", 1)})),
    ]


# Mapping


def _map(data: bytes) -> object:
    """Cells under a packaged profile, told by the first byte; control characters part cells and rows."""
    profile = PROFILES[data[0] % len(PROFILES)] if data else PROFILES[0]
    columns = list(dict.fromkeys((*profile.header, *profile.optional)))
    text = data[1:].decode("utf-8", "replace")
    rows = [line.split("\x1f")[: len(columns)] for line in text.split("\x1e")][:50]
    whole = [row + [""] * (len(columns) - len(row)) for row in rows]
    table = pa.table({
        **{name: pa.array([row[index] for row in whole], pa.string()) for index, name in enumerate(columns)},
        "_row": pa.array(range(1, len(whole) + 1), pa.int64()),
    })  # fmt: skip
    return judge_mapping(cleaned(table, profile), profile)


def _map_seeds() -> Sequence[bytes]:
    cells = (
        "2026-03-01",
        "10.00",
        "EUR",
        "R1",
        "SETTLED",
        "1",
        "2026-03-01T10:00:00+02:00",
        "-1.250,50",
        "visa",
    )
    values = [cells[index % len(cells)] for index in range(40)]
    known = [bytes([index]) + "\x1f".join(values).encode() for index in range(len(PROFILES))]
    return [*known, b"\x00" + "\x1e".join("\x1f".join(values[shift:]) for shift in range(9)).encode()]


def _cards(data: bytes) -> object:
    """Free text: what is found once is not found again, and nothing else is changed."""
    text = data.decode("utf-8", "replace")
    once = redact(text, b"k")
    assert redact(once, b"k") == once, "a second look changes the text again"
    return once


_MAKERS: dict[str, tuple[Any, Callable[[], Sequence[bytes]], Sequence[bytes]]] = {
    "delimited": (_delimited, _delimited_seeds, _TEXT),
    "xlsx": (_xlsx, _xlsx_seeds, [*_XML, _PART, *b't="s" t="b" s="1" r="A1" date1904'.split()]),
    "xls": (_xls, _xls_seeds, [b"\x09\x08", b"\x85\x00", b"\x0a\x00", b"\x04\x02", b"\x03\x02", b"\xfc\x00"]),
    "pdf": (_pdf, _pdf_seeds, b"BT ET Tj Tm Tf /Kids /Count /Length /Filter endobj q Q cm".split()),
    "json": (
        lambda data, profiles: JsonReader(_stream(data), profiles),
        _json_seeds,
        rb'[ ] { } "\ud800" \u0000 1e400 null true "id": "createdAt":'.split(),
    ),
    "xml": (lambda data, profiles: XmlReader(_stream(data), profiles), _xml_seeds, _XML),
    "ofx": (lambda data, profiles: XmlReader(_stream(data), profiles), _ofx_seeds, _XML),
    "camt": (
        lambda data, profiles: CamtReader(_stream(data), tuple(profiles)),
        _camt_seeds,
        [*_XML, *b"<Ntry> <TxDtls> <Btch> <NbOfTxs> <RvslInd>true</RvslInd> <Bal> <ElctrncSeqNb>".split()],
    ),
    "payments": (
        lambda data, profiles: PaymentMessageReader(_stream(data), tuple(profiles)),
        _payment_seeds,
        _XML,
    ),
    "mt940": (
        lambda data, profiles: Mt940Reader(_stream(data), encoding_of(data), tuple(profiles)),
        _mt940_seeds,
        [*b":20: :25: :28C: :60F: :61: :62F: :86: :90D: :34F: :13D: -}".split(), *_TEXT],
    ),
    "bai2": (
        lambda data, profiles: Bai2Reader(_stream(data), encoding_of(data), tuple(profiles)),
        _bai2_seeds,
        [*b"01, 02, 03, 16, 49, 88, 98, 99, ,V, ,S, ,D, /".split(), *_TEXT],
    ),
    "ipm": (_ipm, _ipm_seeds, [b"\x00\x00\x00\x40", b"\x40\x40", *b"1240 1644 999 697 695".split()]),
    "t140": (
        _t140,
        lambda: [_marked(test_card_texts.T140.encode(), b"00000012345")],
        [b" DR ", b" CR ", *b"1IP727020-AA 1IP728010-AA SUBTOTAL TOTAL GRAND 978-EUR".split(), *_TEXT],
    ),
    "jpos": (
        _jpos,
        _jpos_seeds,
        [*_XML, *b'<log </log> <isomsg <field id="35" id="45" <send> <receive>'.split()],
    ),
    "print": (
        _print,
        lambda: [_marked(test_print_image.report().encode(), b"4002")],
        [b"\x0c", *b"REPORT: TOTAL DB CR *** END".split(), *_TEXT],
    ),
    "zip": (
        _any_file,
        _zip_seeds,
        b"PK\x03\x04 PK\x01\x02 PK\x05\x06 PK\x06\x07 ../ xl/workbook.xml".split(b" "),
    ),
    "gzip": (_gzip, _gzip_seeds, [b"\x1f\x8b\x08", b"\x00\x00\xff\xff"]),
    "opening": (
        _any_file,
        _opening_seeds,
        [*b"PK\x03\x04 %PDF- \x1f\x8b\x08 <?xml :20: 01,".split(b" "), *_TEXT],
    ),
}
TARGETS: tuple[Target, ...] = (
    *(Target(name, _read(make), seeds, tuple(words)) for name, (make, seeds, words) in _MAKERS.items()),
    Target("mapper", _map, _map_seeds, (*_TEXT, b"\x1e", b"\x1f", b"EUR", b"JPY", b"KWD", b"CET", b"1e9")),
    Target(
        "cards", _cards, lambda: [f"card {CARD}, 4929 1028 7531 8648 12/28".encode()], (CARD.encode(), *_TEXT)
    ),
)
