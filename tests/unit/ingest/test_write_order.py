"""The order in which a bank wrote its files, as the store tells it."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from payscope.adapters.aws.object_created import created_file
from payscope.domain.ingest.reports import write_order

AT = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ((AT, "FF"), (AT + timedelta(seconds=1), "00")),
        ((AT, "0A1"), (AT, "0A2")),
        ((AT, "0a1"), (AT, "0B")),
        ((AT, ""), (AT, "01")),
        ((AT - timedelta(microseconds=1), "FF"), (AT, "")),
        ((AT, ""), (datetime(2026, 3, 2, 6, 30, tzinfo=timezone(-timedelta(hours=1))), "")),
    ],
)
def test_a_later_write_comes_after_an_earlier_one(
    earlier: tuple[datetime, str], later: tuple[datetime, str]
) -> None:
    assert write_order(*earlier) < write_order(*later)


def test_a_shorter_sequencer_goes_on_with_zeros() -> None:
    assert write_order(AT, "0A") == write_order(AT, "0A00")


def test_a_notification_tells_when_its_object_was_written() -> None:
    detail = {"bucket": {"name": "reports"}, "object": {"key": "k", "version-id": "v", "sequencer": "00A1"}}
    event = {"detail-type": "Object Created", "time": "2026-03-02T06:00:00Z", "detail": detail}
    file = created_file(event)
    assert file is not None
    assert (file.version, file.written_at, file.sequencer) == ("v", AT, "00A1")


def test_a_notification_without_a_time_is_taken_as_well() -> None:
    detail = {"bucket": {"name": "reports"}, "object": {"key": "k", "etag": '"e"'}}
    file = created_file({"detail-type": "Object Created", "detail": detail})
    assert file is not None
    assert (file.version, file.written_at, file.sequencer) == ("etag:e", None, "")
