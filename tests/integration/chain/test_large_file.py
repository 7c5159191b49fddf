"""A file of more parts than one reading takes, on the real stack: every row of it is loaded."""

from datetime import date
from pathlib import Path

from bench.settlement_file import write_settlement
from tests.support.stack import RunningStack
from tests.support.waiting import wait_for

_ROWS = 60_000
_PART_BYTES = 8 * 1024 * 1024
_AFTER_LOADING = ("RECONCILING", "INDEXING", "COMPLETE", "REJECTED", "FAILED")


def test_every_row_of_a_file_of_several_parts_is_loaded(stack: RunningStack, tmp_path: Path) -> None:
    bank_id = stack.add_bank("Bank of Long Files")
    path = tmp_path / "settlement_long.csv"
    write_settlement(path, _ROWS, date(2026, 10, 15))
    assert path.stat().st_size > _PART_BYTES
    stack.drop(bank_id, path.name, path.read_bytes())
    with stack.api(bank_id) as client:
        reports = wait_for(
            lambda: client.get("/reports").raise_for_status().json()["items"],
            lambda items: bool(items) and items[0]["status"] in _AFTER_LOADING,
            timeout_s=120,
        )
    report = reports[0]
    assert report["reason"] is None
    # The rows of the table and its line of totals; the lines above the table are no rows of it.
    assert report["rows_loaded"] == _ROWS
    assert report["rows_quarantined"] == report["rows_duplicate"] == 0
