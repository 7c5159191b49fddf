"""Settlement text (T140) and message logs (jPOS XML): rows, totals, damage."""

# Lines of reports are as long as they are.
# ruff: noqa: E501

from typing import Any
from uuid import UUID

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from payscope.adapters.arrow.mapper import ArrowMapper
from payscope.application.ingest.loading_ports import MappedChunk
from payscope.errors import InvalidInput
from tests.unit.ingest.reading import Read, read

BANK = UUID("11111111-1111-4111-8111-111111111111")
T140 = """\
1IP727020-AA                      MASTERCARD WORLDWIDE                      RUN DATE: 03/02/26
 ACCEPTANCE BRAND: MCC     CLEARING CYCLE 002 - NOTIFICATION                PAGE NO: 1
 BUSINESS SERVICE LEVEL: INTERREGIONAL       2026-03-02
 BUSINESS SERVICE ID: 010201
 FILE ID: 001/260302/00000012345/02201
 MEMBER ID: 00000012345

 TRANS. FUNC. PROC.CODE       IRD   COUNTS               RECON AMOUNT    CODE       TRANS FEE         CODE
 ------------ --------------- --- -------- -------------------------- ------- ----------------------- -------
 FIRST PRES.  PURCHASE   ORIG 75         2                1,000.50 DR 978-EUR                 4.00 CR 978-EUR
              CREDIT     ORIG 75         1                  200.25 CR 978-EUR                 0.75 DR 978-EUR
 ------------ --------------- --- -------- -------------------------- ------- ----------------------- -------
 FIRST PRES.  TOTAL                      3                  800.25 DR 978-EUR                 3.25 CR 978-EUR

 BUSINESS SERVICE ID SUBTOTAL            3                  800.25 DR 978-EUR                 3.25 CR 978-EUR
1IP727020-AA                      MASTERCARD WORLDWIDE                      RUN DATE: 03/02/26
                           CLEARING CYCLE 002 - NOTIFICATION                PAGE NO: 2
 BUSINESS SERVICE LEVEL :INTERREGIONAL
 CURRENCY CODE : 978-EUR
 010201   001/260302/00000012345/02201 ORIG                   800.25 DR                         3.25 CR
                             GRAND TOTAL                      800.25 DR                         3.25 CR
1IP728010-AA                      MASTERCARD WORLDWIDE                      RUN DATE: 03/02/26
                           CLEARING CYCLE 002 SUMMARY
 BUSINESS SERVICE LEVEL: INTERREGIONAL       2026-03-02
  CYCLE 01                                 001/260302/00000012345/01101                 100.00 DR   978-EUR
  CYCLE 02                                 001/260302/00000012345/02201                 800.25 DR   978-EUR
  TOTAL                                                                                 900.25 DR   978-EUR
1IP728010-AA                      MASTERCARD WORLDWIDE                      RUN DATE: 03/02/26
 CLEARING DAY TOTAL AS OF CLEARING CYCLE  2
                978-EUR                    900.25 DR
                                                        ***END OF REPORT***
"""
REQUEST = """\
<log realm="switch/10.0.0.9:7000" at="Mon Mar 02 10:00:00 CET 2026.005">
  <send><isomsg direction="outgoing">
    <field id="0" value="0100"/><field id="2" value="5413330089010442"/><field id="4" value="000000001999"/>
    <field id="11" value="000042"/><field id="37" value="606110000042"/><field id="49" value="978"/>
    <isomsg id="48"><field id="1" value="note"/></isomsg>
  </isomsg></send>
</log>
"""
RESPONSE = """\
<log realm="switch/10.0.0.9:7000" at="Mon Mar 02 10:00:01 CET 2026.105" lifespan="99ms">
  <receive><isomsg direction="incoming">
    <field id="0" value="0110"/><field id="11" value="000042"/><field id="38" value="A1B2C3"/><field id="39" value="00"/>
  </isomsg></receive>
</log>
"""


def mapped(found: Read) -> MappedChunk:
    assert found.layout.profile is not None
    return ArrowMapper().map(pa.Table.from_pylist(found.rows), found.layout.profile, BANK, BANK)


def events(found: Read) -> list[dict[str, Any]]:
    chunk = mapped(found)
    return chunk.events.table.to_pylist() if chunk.events else []  # pyright: ignore[reportAttributeAccessIssue]


def totals(found: Read) -> dict[str, tuple[str, str]]:
    """Stated and computed, by name."""
    computed = {(part.name, part.currency): part.computed for part in mapped(found).totals}
    return {
        total.name: (f"{float(total.stated)}", f"{float(total.opening or 0) + float(computed.get((total.name, total.currency), 0))}")
        for total in found.stated
    }  # fmt: skip


def test_detail_lines_are_rows_and_the_rest_is_totals() -> None:
    found = read(T140.encode())
    assert found.problems == []
    assert found.informative == 8
    assert [(event["event_type"], event["amount_minor"], event["currency"]) for event in events(found)] == [
        ("ADJUSTMENT", -100050, "EUR"),
        ("FEE", 400, "EUR"),
        ("ADJUSTMENT", 20025, "EUR"),
        ("FEE", -75, "EUR"),
    ]


def test_every_stated_total_of_the_settlement_text_is_computed() -> None:
    found = totals(read(T140.encode()))
    assert set(found) == {
        "amount of service 010201", "fees of service 010201", "count of service 010201",
        "amount of level INTERREGIONAL", "fees of level INTERREGIONAL", "cycles of level INTERREGIONAL",
        "clearing day total",
    }  # fmt: skip
    assert all(stated == computed for stated, computed in found.values())


def test_a_changed_figure_disagrees_with_its_totals() -> None:
    found = totals(read(T140.replace("1,000.50 DR", "1,000.51 DR").encode()))
    assert found["amount of service 010201"] == ("-800.25", "-800.26")


def test_a_damaged_detail_line_is_set_aside() -> None:
    found = read(T140.replace("CREDIT     ORIG 75", "CREDIT     OR?G 75").encode())
    assert len(found.rows) == 1
    assert [problem.row_number for problem in found.problems] == [11]


def test_a_settlement_text_without_its_end_says_so() -> None:
    assert read(T140.split("***END", maxsplit=1)[0].encode()).notes


def test_an_answer_takes_from_its_request_what_it_does_not_repeat() -> None:
    found = read(f'<logger class="org.jpos.util.DailyLogListener">\n{REQUEST}{RESPONSE}</logger>'.encode())
    assert [(row["mti"], row["answered"]) for row in found.rows] == [("0100", "yes"), ("0110", "")]
    (event,) = events(found)
    assert (event["event_type"], event["amount_minor"], event["currency"], event["approved"]) == (
        "AUTH", 1999, "EUR", True,
    )  # fmt: skip
    assert event["occurred_at"].isoformat() == "2026-03-02T09:00:01.105000"


def test_lines_of_another_log_and_cut_off_events_do_no_harm() -> None:
    noise = "[02 Mar 2026] INFO started\n<l not quite\n"
    cut = REQUEST.split("</isomsg></send>", maxsplit=1)[0]
    found = read(f"{noise}{REQUEST}{noise}{cut}{RESPONSE}".encode())
    assert [row["mti"] for row in found.rows] == ["0100", "0110"]
    assert [problem.message for problem in found.problems] == ["The log event is not closed."]


def test_a_magnetic_stripe_rejects_its_message() -> None:
    stripe = '<field id="35" value="5413330089010442=25122010000012300000"/>'
    found = read(REQUEST.replace('<field id="4"', f'{stripe}<field id="4"').encode())
    assert found.rows == []
    assert [problem.code for problem in found.problems] == ["SENSITIVE_DATA"]
    assert "5413330089010442" not in str(found.problems)


def test_entities_in_a_log_event_are_refused() -> None:
    found = read(REQUEST.replace('value="000042"', 'value="&boom;"').encode())
    assert (found.rows, len(found.problems)) == ([], 1)


@pytest.mark.parametrize("content", [T140, REQUEST + RESPONSE])
@settings(max_examples=120, deadline=None)
@given(data=st.data())
def test_damaged_text_never_breaks_a_reader(content: str, data: st.DataObject) -> None:
    damaged = bytearray(content.encode())
    for _ in range(data.draw(st.integers(1, 15))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    try:
        found = read(bytes(damaged[: data.draw(st.integers(1, len(damaged)))]))
    except InvalidInput:
        return
    assert found.accounted == len(found.rows) + len(found.problems) + found.informative
    if found.rows and found.layout.profile:
        chunk = mapped(found)
        assert (
            chunk.rows == (chunk.events.rows if chunk.events else 0) + chunk.informative + chunk.quarantined
        )
