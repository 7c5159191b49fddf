"""Texts that no database keeps: refused before any route sees them."""

from typing import Any
from urllib.parse import unquote_to_bytes

from fastapi import Request

from payscope.errors import InvalidInput


async def refuse_unstorable_text(request: Request) -> None:
    """Dependency of a whole application; a body that is no JSON is left to the route.

    Raises:
        InvalidInput: The address or the JSON body holds U+0000 or half of a surrogate pair.
    """
    if "\0" in request.scope["path"] or b"\0" in unquote_to_bytes(request.scope["query_string"]):
        raise InvalidInput("The address holds the character U+0000; send it without.")
    body = await request.body()
    # Both need an escape in JSON, or an encoding of JSON that has zero bytes.
    if b"\\u" not in body and b"\0" not in body:
        return
    try:
        document = await request.json()
    except (ValueError, RecursionError):
        return
    if _holds_unstorable_text(document):
        raise InvalidInput("A text in the body holds U+0000 or half of a surrogate pair; send it without.")


def _holds_unstorable_text(document: Any) -> bool:
    waiting = [document]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            waiting += [*item.keys(), *item.values()]
        elif isinstance(item, list):
            waiting += item
        elif isinstance(item, str) and any(each == "\0" or "\ud800" <= each <= "\udfff" for each in item):
            return True
    return False
