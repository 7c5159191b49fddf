"""Values of the application as JSON documents."""

from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from payscope.application.paging import Page


def render(value: object) -> Any:
    """The JSON value of dataclasses, models, mappings and sequences.

    Instants become UTC with a Z, decimals and ids become strings; floats stay what they are.
    """
    if value is None or (isinstance(value, bool | int | float | str) and not isinstance(value, Enum)):
        return value
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, BaseModel):
        return render(value.model_dump())
    if is_dataclass(value):
        return {item.name: render(getattr(value, item.name)) for item in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): render(item) for key, item in value.items()}
    if isinstance(value, Sequence | set | frozenset):
        return [render(item) for item in value]
    raise TypeError(f"{type(value).__name__} has no JSON form")


def render_page(page: Page[Any]) -> dict[str, Any]:
    """A page of a list: its items and the cursor of the next page, or null."""
    return {"items": render(page.items), "next_cursor": page.next_cursor}
