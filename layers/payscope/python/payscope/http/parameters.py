"""Parameters that many routes share, with their limits."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Path, Query

from payscope.domain.identity import Action, Principal
from payscope.errors import NotFound
from payscope.http.access import Allow

Limit = Annotated[int, Query(ge=1, le=200, description="Most items of the page.")]
Cursor = Annotated[str | None, Query(max_length=512, description="next_cursor of the page before.")]
Name = Annotated[str, Path(min_length=1, max_length=255)]
CurrencyCode = Annotated[str | None, Query(pattern="^[A-Z]{3}$")]

Reader = Annotated[Principal, Depends(Allow(Action.READ))]


def known_id(text: str) -> UUID:
    """The id in a path; what is not a UUID is unknown like any other unknown id."""
    try:
        return UUID(text)
    except ValueError as error:
        raise NotFound("There is nothing by this id.") from error
