"""XML as a stream of elements, with everything refused that a report never needs."""

from collections.abc import Iterator
from typing import BinaryIO
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from payscope.errors import InvalidInput

MAX_BYTES = 256 * 1024 * 1024
_MAX_DEPTH = 60


class _Limited:
    """A stream that refuses to give more than ``MAX_BYTES``."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._left = MAX_BYTES

    def read(self, size: int = -1) -> bytes:
        data = self._stream.read(size)
        self._left -= len(data)
        if self._left < 0:
            raise InvalidInput(f"The XML is larger than {MAX_BYTES // 2**20} MiB; split it by statement.")
        return data


def walk(stream: BinaryIO) -> Iterator[tuple[str, Element, list[Element]]]:
    """Each ``start`` and ``end`` of an element with the elements around it, outermost first.

    What has been read stays in memory until the caller removes it from the element around it.

    Raises:
        InvalidInput: It declares a document type or entities, is cut off, nests too deep or is too large.
    """
    stack: list[Element] = []
    try:
        for event, element in iterparse(_Limited(stream), events=("start", "end"), forbid_dtd=True):
            if event == "end":
                stack.pop()
            yield event, element, stack
            if event == "start":
                stack.append(element)
                if len(stack) > _MAX_DEPTH:
                    raise InvalidInput(
                        f"The XML nests deeper than {_MAX_DEPTH} elements, which statements never do."
                    )
    except DefusedXmlException as error:
        raise InvalidInput(
            "The XML declares a document type or entities, which statements never do."
        ) from error
    except ParseError as error:
        raise InvalidInput(f"The XML is damaged: {error}.") from error
    except (ValueError, LookupError) as error:
        raise InvalidInput("The XML is in an encoding that cannot be read.") from error


def name_of(element: Element) -> str:
    """The element's name without its namespace."""
    return element.tag.rpartition("}")[2]


def find(element: Element | None, path: str) -> Element | None:
    """The first element under a path of names, of any namespace."""
    return element.find("/".join(f"{{*}}{part}" for part in path.split("/"))) if element is not None else None


def find_all(element: Element | None, path: str) -> list[Element]:
    """All elements under a path of names."""
    if element is None:
        return []
    return element.findall("/".join(f"{{*}}{part}" for part in path.split("/")))


def text_of(element: Element | None, path: str) -> str:
    """The text under a path without outer blanks, empty where there is none."""
    found = find(element, path)
    return (found.text or "").strip() if found is not None else ""
