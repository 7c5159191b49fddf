"""Reading an exported audit log and checking it without any service."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from payscope.domain.audit import GENESIS, AuditEvent, AuditHead, first_fault
from payscope.domain.merkle import leaf_hash, root_hash
from payscope.errors import InvalidInput


class _Entry(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore")

    sequence: int
    canonical: str
    previous_hash: str
    entry_hash: str


class _Head(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore")

    size: int
    entry_hash: str
    root_hash: str | None = None


_ENTRIES = TypeAdapter(list[_Entry])


@dataclass(frozen=True)
class AuditExport:
    """Entries in the order of the file, and the head that the file states, if it states one."""

    events: tuple[AuditEvent, ...]
    head: AuditHead | None
    root_hash: str | None


def read_export(file: Path) -> AuditExport:
    """An export: ``{"head", "items"}`` as ``payscope audit export`` writes it, a page, a list, or JSON lines.

    Raises:
        InvalidInput: The file cannot be read as one.
    """
    try:
        document = _document(file.read_text(encoding="utf-8"))
        items = document["items"] if isinstance(document, dict) else document
        entries = _ENTRIES.validate_python(items)
        stated = document.get("head") if isinstance(document, dict) else None
        head = _Head.model_validate(stated) if stated is not None else None
    except OSError as error:
        raise InvalidInput(f"{file} cannot be read: {error.strerror}.") from error
    except (ValueError, KeyError, ValidationError, RecursionError) as error:
        raise InvalidInput(f"{file} is not an export of an audit log.") from error
    events = tuple(AuditEvent(**entry.model_dump()) for entry in entries)
    return AuditExport(
        events, AuditHead(head.size, head.entry_hash) if head else None, head.root_hash if head else None
    )


def read_head(file: Path) -> AuditHead:
    """The head of a log that was kept: of an export, or as ``GET /audit/head`` answered it.

    Raises:
        InvalidInput: The file holds no head.
    """
    try:
        document: Any = json.loads(file.read_text(encoding="utf-8"))
        head = _Head.model_validate(document.get("head", document))
    except OSError as error:
        raise InvalidInput(f"{file} cannot be read: {error.strerror}.") from error
    except (AttributeError, ValueError, ValidationError, RecursionError) as error:
        raise InvalidInput(f"{file} holds no head of an audit log.") from error
    return AuditHead(head.size, head.entry_hash)


def check_continues(export: AuditExport, earlier: AuditHead) -> str:
    """That a verified export still holds, unchanged, what the earlier head ended with.

    Whoever owns the database can write a whole log anew, hashes and all; that it is not the one of before
    shows only against a head that was kept elsewhere.

    Raises:
        InvalidInput: It does not, or it begins behind that head.
    """
    known = {0: GENESIS, **{event.sequence: event.entry_hash for event in export.events}}
    for event in export.events[:1]:
        known[event.sequence - 1] = event.previous_hash
    found = known.get(earlier.size)
    if found is None and max(known) < earlier.size:
        raise InvalidInput(f"The log had {earlier.size} entries and now ends at {max(known)}: it was cut.")
    if found is None:
        raise InvalidInput(f"The export begins behind entry {earlier.size}; export the log from there on.")
    if found != earlier.entry_hash:
        raise InvalidInput(f"The log was written anew: entry {earlier.size} is not the one that was kept.")
    return f"It goes on from the head that was kept at entry {earlier.size}."


def verify_export(export: AuditExport) -> str:
    """What a whole export proves, in a sentence.

    Raises:
        InvalidInput: It is not whole; the message names the first bad index.
    """
    try:
        fault = first_fault(export.events, export.head)
    except ValueError as error:
        raise InvalidInput("The export holds an entry that is not JSON.") from error
    if fault is not None:
        raise InvalidInput(f"The log does not verify: entry {fault.index}: {fault.reason}.")
    if export.root_hash is not None and export.events[:1] and export.events[0].sequence == 1:
        leaves = [leaf_hash(bytes.fromhex(event.entry_hash)) for event in export.events]
        if root_hash(leaves).hex() != export.root_hash:
            raise InvalidInput("The log does not verify: the tree's root is not the one of the head.")
    return _sentence(export)


def _sentence(export: AuditExport) -> str:
    count = len(export.events)
    span = f", {export.events[0].sequence} to {export.events[-1].sequence}" if export.events else ""
    if export.head is None:
        return f"{count} entries verify{span}. The file states no head, so a cut end could not be seen."
    return f"{count} entries verify{span}, up to the head {export.head.entry_hash[:16]}."


def _document(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return [json.loads(line) for line in _lines(text.splitlines())]


def _lines(lines: Iterable[str]) -> Iterable[str]:
    return (line for line in lines if line.strip())
