"""XML as a stream of elements, with everything refused that a report never needs."""

from collections.abc import Iterator
from typing import BinaryIO
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from payscope.errors import InvalidInput

MAX_BYTES = 256 * 1024 * 1024
_MAX_DEPTH = 60
# What is held at a time: elements that the caller has not removed, and bytes of one of them.
_MAX_ELEMENTS = 500_000
_COUNTED_EVERY = 100_000
_MAX_ELEMENT_BYTES = 16 * 1024 * 1024


class _Limited:
    """A stream that refuses to give more than ``MAX_BYTES``, or too many of them to one element."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._left = MAX_BYTES
        self.since_element = 0

    def read(self, size: int = -1) -> bytes:
        data = self._stream.read(size)
        self._left -= len(data)
        self.since_element += len(data)
        if self._left < 0:
            raise InvalidInput(f"The XML is larger than {MAX_BYTES // 2**20} MiB; split it.")
        if self.since_element > _MAX_ELEMENT_BYTES:
            raise InvalidInput(
                f"An element of the XML is longer than {_MAX_ELEMENT_BYTES // 2**20} MiB; no report has such."
            )
        return data


def walk(stream: BinaryIO) -> Iterator[tuple[str, Element, list[Element]]]:
    """Each ``start`` and ``end`` of an element with the elements around it, outermost first.

    What has been read stays in memory until the caller removes it from the element around it.

    Raises:
        InvalidInput: It declares a document type or entities, is cut off, nests too deep, is too large, or
            has more elements than can be held where the caller removes none.
    """
    stack: list[Element] = []
    begun = 0
    limited = _Limited(stream)
    try:
        for event, element in iterparse(limited, events=("start", "end"), forbid_dtd=True):
            limited.since_element = 0
            if event == "start":
                yield event, element, stack
                stack.append(element)
                begun += 1
                if len(stack) > _MAX_DEPTH:
                    raise InvalidInput(f"The XML nests deeper than {_MAX_DEPTH} elements, as no report does.")
                if begun % _COUNTED_EVERY == 0 and sum(1 for _ in stack[0].iter()) > _MAX_ELEMENTS:
                    raise InvalidInput("The XML has more elements in one place than any report has.")
                continue
            stack.pop()
            yield event, element, stack
    except DefusedXmlException as error:
        raise InvalidInput("The XML declares a document type or entities, as no report does.") from error
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
