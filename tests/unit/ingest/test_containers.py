"""Archives around reports: unpacked as they are read, refused in words when they are no honest ones."""

import contextlib
import gzip
import io
import struct
import warnings
import zipfile
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payscope.errors import InvalidInput
from tests.unit.ingest.reading import read

TABLE = b"Date,Reference,Amount,Currency\n" + b"".join(
    b"2026-03-%02d,R%d,%d.50,EUR\n" % (day, day, day) for day in range(1, 29)
)


def packed(*members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name, content in members:
            archive.writestr(name, content)
    return out.getvalue()


def refusal(content: bytes) -> str:
    with pytest.raises(InvalidInput) as refused:
        read(content)
    return refused.value.message


@pytest.mark.parametrize("content", [gzip.compress(TABLE), packed(("report.csv", TABLE))])
def test_a_packed_report_reads_as_it_would_unpacked(content: bytes) -> None:
    assert read(content).rows == read(TABLE).rows


def test_gzip_of_several_parts_and_zero_padding_is_one_stream() -> None:
    content = gzip.compress(TABLE[:100]) + gzip.compress(TABLE[100:]) + bytes(512)
    assert read(content).rows == read(TABLE).rows


def test_directories_and_desktop_leftovers_do_not_count_as_reports() -> None:
    content = packed(("day/", b""), ("day/report.csv", TABLE), ("__MACOSX/day/._report.csv", b"\0\5\26\7"))
    assert read(content).rows == read(TABLE).rows


def test_reports_of_one_layout_in_one_archive_are_one_report() -> None:
    found = read(packed(("a.csv", TABLE), ("b.csv", TABLE)))
    assert len(found.rows) == 56
    assert len({row["_row"] for row in found.rows}) == 56
    assert found.notes == ["2 files of the archive are one report"]


def test_reports_of_different_layouts_in_one_archive_are_refused() -> None:
    assert "different layouts" in refusal(packed(("a.csv", TABLE), ("b.csv", TABLE.replace(b"Date", b"Day"))))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (gzip.compress(TABLE)[:-20], "cut off"),
        (gzip.compress(TABLE) + b"and more", "followed by other data"),
        (gzip.compress(TABLE)[:-8] + bytes(8), "damaged"),
        (packed(("report.csv", TABLE))[:-40], "cut off"),
        (packed(("../report.csv", TABLE)), "outside of itself"),
        (packed(("/etc/report.csv", TABLE)), "outside of itself"),
        (packed(("C:\\report.csv", TABLE)), "outside of itself"),
        (packed(("a.csv", TABLE), ("a.csv", TABLE)), "twice"),
        (packed(("a.csv", TABLE), ("A.CSV", TABLE)), "twice"),
        (packed(("inner.zip", packed(("a.csv", TABLE)))), "another archive"),
        (gzip.compress(gzip.compress(TABLE)), "another archive"),
        (gzip.compress(packed(("a.csv", TABLE))), "another archive"),
        (packed(("a.csv", TABLE), method=zipfile.ZIP_BZIP2), "method that is not read"),
        (packed(*((f"{number}.csv", b"") for number in range(1_500))), "more than 1000 members"),
        (packed(("day/", b"")), "empty"),
        (packed(("word/document.xml", b"<w/>")), "text document"),
        (packed(("xl/workbook.bin", b"")), "binary workbook"),
    ],
)
def test_a_dishonest_or_damaged_archive_is_refused_with_its_reason(content: bytes, reason: str) -> None:
    assert reason in refusal(content)


def test_an_encrypted_member_is_refused() -> None:
    content = bytearray(packed(("report.csv", TABLE)))
    for signature, offset in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        content[content.index(signature) + offset] |= 1
    assert "encrypted" in refusal(bytes(content))


def test_a_zip_bomb_is_refused_by_its_directory_and_when_the_directory_lies() -> None:
    zeros = bytes(64 * 1024 * 1024)
    content = packed(("report.csv", zeros))
    assert "far more than any report" in refusal(content)
    lying = bytearray(content)
    for signature, offset in ((b"PK\3\4", 22), (b"PK\1\2", 24)):
        struct.pack_into("<L", lying, lying.index(signature) + offset, 1000)
    assert "damaged" in refusal(bytes(lying))


def test_a_gzip_bomb_is_refused_before_it_is_unpacked() -> None:
    lines = TABLE + b"2026-03-01,R1,1.00,EUR\n" * 1_600_000
    with pytest.raises(InvalidInput, match="far more than any report"):
        read(gzip.compress(lines, 9))


def test_overlapping_members_are_refused() -> None:
    content = bytearray(packed(("a.csv", TABLE), ("b.csv", TABLE)))
    second = content.rindex(b"PK\1\2")
    struct.pack_into("<L", content, second + 20, 10_000_000)
    assert "overlap" in refusal(bytes(content))


@given(st.integers(0, 2_000), st.integers(0, 255), st.sampled_from(["gzip", "zip"]))
def test_a_changed_byte_gives_the_same_rows_or_a_reason(place: int, value: int, kind: str) -> None:
    content = bytearray(gzip.compress(TABLE, mtime=0) if kind == "gzip" else packed(("report.csv", TABLE)))
    content[place % len(content)] = value
    with contextlib.suppress(InvalidInput):
        assert read(bytes(content)).rows == read(TABLE).rows


def test_rows_of_a_damaged_member_never_reach_the_end() -> None:
    """The reason comes while reading, so the chain rejects the report before anything of it is loaded."""
    body = zlib.compress(TABLE * 50)
    content = bytearray(packed(("report.csv", TABLE * 50)))
    content[200] ^= 0xFF
    assert body
    assert "damaged" in refusal(bytes(content))
