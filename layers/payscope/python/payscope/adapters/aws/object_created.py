"""Object Created events of S3 as EventBridge delivers them."""

from datetime import datetime
from typing import Any

from payscope.application.ingest.report_ports import ReportFile


def created_file(event: dict[str, Any]) -> ReportFile | None:
    """The object version that an event tells of; None for any other event.

    An unversioned bucket's object is identified by its ETag.
    """
    detail = event.get("detail", {})
    thing = detail.get("object", {})
    if event.get("detail-type") != "Object Created" or not thing.get("key"):
        return None
    version = thing.get("version-id")
    if not version or version == "null":
        version = f"etag:{str(thing.get('etag', '')).strip(chr(34))}"
    written = event.get("time")
    return ReportFile(
        detail["bucket"]["name"],
        thing["key"],
        version,
        datetime.fromisoformat(written) if written else None,
        thing.get("sequencer", ""),
    )
