"""Settlement print images: a layout of positions that a profile describes."""

from uuid import UUID

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from payscope.adapters.arrow.mapper import ArrowMapper
from payscope.domain.ingest.profiles import PrintImage
from payscope.errors import InvalidInput
from tests.unit.ingest.reading import Read, read

BANK = UUID("11111111-1111-4111-8111-111111111111")


def line(item: str, count: str, credit: str, debit: str, net: str) -> str:
    return f"  {item:<30}{count:>10}{credit:>20}{debit:>20}{net:>22}\n"


def report(currency: str = "EUR") -> str:
    return (
        f"\fREPORT: SYN-110          SYNTHETIC SETTLEMENT SUMMARY                PAGE 1\n"
        f"MEMBER: 4002      CURRENCY: {currency}\n".replace("      CURRENCY", "\nCURRENCY")
        + "SETTLEMENT DATE: 2026-03-02\n\n"
        + "                                    COUNT              CREDIT               DEBIT      NET\n"
        + "INTERCHANGE VALUE\n"
        + line("PURCHASES", "3", "1,500.00", "0.00", "1,500.00CR")
        + line("CREDITS", "1", "0.00", "200.50", "200.50DB")
        + line("TOTAL INTERCHANGE VALUE", "4", "1,500.00", "200.50", "1,299.50CR")
        + "INTERCHANGE FEES\n"
        + line("PURCHASES", "3", "0.00", "4.50", "4.50DB")
        + line("TOTAL INTERCHANGE FEES", "3", "0.00", "4.50", "4.50DB")
        + line("NET SETTLEMENT AMOUNT", "7", "1,500.00", "205.00", "1,295.00CR")
        + "                    *** END OF SYN-110 ***\n"
    )


def totals(found: Read) -> list[tuple[str, float, float]]:
    assert found.layout.profile is not None
    chunk = ArrowMapper().map(pa.Table.from_pylist(found.rows), found.layout.profile, BANK, BANK)
    computed = {(part.name, part.currency): part.computed for part in chunk.totals}
    return [
        (total.name, float(total.stated), float(computed[total.name, total.currency]))
        for total in found.stated
    ]


def test_lines_are_rows_and_their_totals_tie_out() -> None:
    found = read(report().encode())
    assert (found.problems, found.notes, found.informative) == ([], [], 3)
    assert [(row["section"], row["item"], row["net"], row["net side"]) for row in found.rows] == [
        ("INTERCHANGE VALUE", "PURCHASES", "1,500.00", "CR"),
        ("INTERCHANGE VALUE", "CREDITS", "200.50", "DB"),
        ("INTERCHANGE FEES", "PURCHASES", "4.50", "DB"),
    ]
    assert totals(found) == [
        ("net of section INTERCHANGE VALUE", 1299.5, 1299.5),
        ("net of section INTERCHANGE FEES", -4.5, -4.5),
        ("net settlement", 1295.0, 1295.0),
    ]


def test_a_figure_out_of_place_sets_its_line_aside() -> None:
    found = read(report().replace("200.50DB", "2OO.50DB", 1).encode())
    assert len(found.rows) == 2
    assert len(found.problems) == 1


def test_a_report_without_its_end_mark_says_so() -> None:
    assert read(report().split("***")[0].encode()).notes


def test_a_layout_whose_figures_are_no_cells_is_refused() -> None:
    with pytest.raises(ValidationError):
        PrintImage(lead=("A",), page="A", headings={"c": "C"}, cells={"a": (1, 5)}, figures=("b",), total="b",
                   currency="c")  # fmt: skip


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_damaged_bytes_never_break_the_reader(data: st.DataObject) -> None:
    damaged = bytearray(report().encode())
    for _ in range(data.draw(st.integers(1, 15))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    try:
        found = read(bytes(damaged))
    except InvalidInput:
        return
    if found.rows and found.layout.profile:
        chunk = ArrowMapper().map(pa.Table.from_pylist(found.rows), found.layout.profile, BANK, BANK)
        loaded = chunk.events.rows if chunk.events else 0
        assert chunk.rows == loaded + chunk.informative + chunk.quarantined
