"""Anyone can check an exported log with the file alone."""

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from payscope.domain.audit import AuditEvent, entry_hash
from payscope.domain.merkle import leaf_hash, root_hash
from payscope.errors import InvalidInput
from payscope_local.audit_export import read_export, verify_export
from payscope_local.cli import main
from tests.unit.http.test_audit_log import head_of, log_of


def export_of(length: int) -> dict[str, Any]:
    events = log_of(length)
    root = root_hash([leaf_hash(bytes.fromhex(event.entry_hash)) for event in events]).hex()
    return {
        "head": {**asdict(head_of(events)), "root_hash": root},
        "items": [asdict(event) for event in events],
    }


def written(tmp_path: Path, document: Any) -> Path:
    file = tmp_path / "log.json"
    file.write_text(json.dumps(document))
    return file


def test_a_whole_export_verifies_up_to_its_head(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audit", "verify", str(written(tmp_path, export_of(12)))]) == 0
    assert capsys.readouterr().out.startswith("12 entries verify, 1 to 12, up to the head ")


def _flip(items: list[Any]) -> None:
    items[4]["canonical"] = items[4]["canonical"].replace("answered", "Answered")


def _drop(items: list[Any]) -> None:
    del items[4]


def _swap(items: list[Any]) -> None:
    items[4], items[5] = items[5], items[4]


def _repeat(items: list[Any]) -> None:
    items.insert(4, items[3])


def _truncate(items: list[Any]) -> None:
    del items[4:]


@pytest.mark.parametrize(
    "tamper", [_flip, _drop, _swap, _repeat, _truncate], ids=lambda change: change.__name__
)
def test_a_tampered_export_ends_with_one_and_names_the_first_bad_entry(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], tamper: Callable[[list[Any]], None]
) -> None:
    document = export_of(12)
    tamper(document["items"])
    assert main(["audit", "verify", str(written(tmp_path, document))]) == 1
    assert "entry 4:" in capsys.readouterr().err


def test_a_root_that_does_not_fit_is_seen(tmp_path: Path) -> None:
    document = export_of(5)
    document["head"]["root_hash"] = "0" * 64
    with pytest.raises(InvalidInput, match="root"):
        verify_export(read_export(written(tmp_path, document)))


def test_lists_pages_and_lines_verify_but_say_that_a_cut_end_cannot_be_seen(tmp_path: Path) -> None:
    items = export_of(5)["items"]
    lines = tmp_path / "log.jsonl"
    lines.write_text("\n".join(json.dumps(item) for item in items[2:]) + "\n")
    for file in (written(tmp_path, items), written(tmp_path, {"items": items, "next_cursor": None}), lines):
        assert "no head" in verify_export(read_export(file))


@pytest.mark.parametrize(
    "text",
    ["", "{", "[1]", '{"items": 3}', '{"head": {}}', '[{"sequence": "1"}]', "\x00", "[" * 100_000],
    ids=lambda t: t[:12],
)
def test_what_is_no_export_is_told_so(tmp_path: Path, text: str) -> None:
    file = tmp_path / "log.json"
    file.write_text(text)
    if text:
        assert main(["audit", "verify", str(file)]) == 1


def test_a_file_that_is_not_there_ends_with_one(tmp_path: Path) -> None:
    assert main(["audit", "verify", str(tmp_path / "none")]) == 1


def rewritten(events: list[AuditEvent]) -> list[AuditEvent]:
    """The log as an owner of the database would forge it: one entry other, all hashes right again."""
    forged: list[AuditEvent] = []
    for event in events:
        text = event.canonical.replace("query/3", "query/9")
        previous = forged[-1].entry_hash if forged else event.previous_hash
        forged.append(AuditEvent(event.sequence, text, previous, entry_hash(previous, text)))
    return forged


def kept(tmp_path: Path, length: int) -> Path:
    file = tmp_path / "kept.json"
    file.write_text(json.dumps({"bank_id": "any", **asdict(head_of(log_of(length)))}))
    return file


def verified(tmp_path: Path, items: list[AuditEvent], earlier: Path) -> int:
    file = written(tmp_path, {"items": [asdict(item) for item in items]})
    return main(["audit", "verify", str(file), "--earlier", str(earlier)])


@pytest.mark.parametrize("length", [1, 7, 12])
def test_a_log_goes_on_from_a_head_that_was_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], length: int
) -> None:
    assert verified(tmp_path, log_of(12), kept(tmp_path, length)) == 0
    assert f"kept at entry {length}." in capsys.readouterr().out
    assert verified(tmp_path, log_of(12)[length:], kept(tmp_path, length)) == (0 if length < 12 else 1)


def test_a_log_written_anew_verifies_by_itself_and_not_against_a_head_that_was_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    forged = rewritten(log_of(12))
    assert main(["audit", "verify", str(written(tmp_path, [asdict(item) for item in forged]))]) == 0
    assert verified(tmp_path, forged, kept(tmp_path, 7)) == 1
    assert "entry 7 is not the one that was kept" in capsys.readouterr().err


def test_a_log_that_was_cut_or_is_not_whole_is_told_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert verified(tmp_path, log_of(5), kept(tmp_path, 7)) == 1
    assert "had 7 entries and now ends at 5" in capsys.readouterr().err
    assert verified(tmp_path, log_of(12)[9:], kept(tmp_path, 7)) == 1
    assert "begins behind entry 7" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"head": 3}', '{"size": "7", "entry_hash": "x"}'])
def test_what_holds_no_head_is_told_so(tmp_path: Path, text: str, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "kept.json"
    file.write_text(text)
    assert verified(tmp_path, log_of(3), file) == 1
    assert "no head" in capsys.readouterr().err
