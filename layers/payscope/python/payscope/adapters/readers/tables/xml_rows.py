"""XML reports of processors, whose profile says which element is a row.

One row's element is held at a time; its texts and attributes become the profile's columns.
"""

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import BinaryIO
from xml.etree.ElementTree import Element

from payscope.adapters.readers.messages.xml_elements import walk
from payscope.adapters.readers.tables.tree_rows import TreeRows
from payscope.application.ingest.report_ports import Block, ReadLayout
from payscope.domain.ingest.formats import FileFormat
from payscope.domain.ingest.problems import StatedTotal
from payscope.domain.ingest.profiles import Numbers, Profile, Tree, TreeTotal
from payscope.domain.money import exponent
from payscope.errors import InvalidInput


class XmlReader:
    """One XML report.

    Args:
        open_stream: Gives the file from its beginning.
        profiles: The known layouts; of those of format XML the root decides.

    Raises:
        InvalidInput: No profile knows the root. From ``blocks``: it declares a document type or
            entities, is damaged, nests too deep or is too large.
    """

    def __init__(self, open_stream: Callable[[], BinaryIO], profiles: Sequence[Profile]) -> None:
        self._open = open_stream
        root = self._root()
        fitting = [
            profile
            for profile in profiles
            if profile.format == FileFormat.XML and profile.tree and profile.tree.root == root
        ]
        profile = max(fitting, key=lambda profile: profile.version, default=None)
        if profile is None or profile.tree is None:
            raise InvalidInput(
                f"The XML is not a camt.052, camt.053 or camt.054 statement, and no profile knows {root!r}."
            )
        self._profile, self._tree = profile, profile.tree
        self._rows = TreeRows(profile)
        self.layout = ReadLayout(FileFormat.XML, self._rows.columns, profile, ())

    def blocks(self) -> Iterator[Block]:
        """The whole content, in order."""
        yield from self._blocks()
        yield self._rows.rest()

    def _root(self) -> str:
        with self._open() as stream:
            for _, element, _ in walk(stream):
                return _name(element)
        raise InvalidInput("The XML is damaged: it has no element.")

    def _blocks(self) -> Iterator[Block]:
        path: list[str] = []
        taken: list[bool] = []
        with self._open() as stream:
            for event, element, around in walk(stream):
                if event == "start":
                    path.append(_name(element))
                    taken.append(False)
                    continue
                below = "/".join(path[1:])
                path.pop()
                is_taken = taken.pop()
                stated = tuple(_totals(self._tree, below, element, self._profile.numbers))
                if below in self._tree.row and around:
                    is_taken = True
                    block = self._rows.add({**_cells(element, around[0]), **self._outer(around)})
                    if block is not None:
                        yield block
                if is_taken and around:
                    # What rows have been taken of is let go, so memory does not grow with the file.
                    around[-1].remove(element)
                    taken[-1] = True
                if stated:
                    yield Block(None, stated=stated)

    def _outer(self, stack: Sequence[Element]) -> dict[str, str]:
        """The columns that stand in elements around the row."""
        cells: dict[str, str] = {}
        for name in self._rows.columns:
            path, out = name, 0
            while path.startswith("../"):
                path, out = path.removeprefix("../"), out + 1
            if out:
                cells[name] = _at(stack[-out], path) if out <= len(stack) else ""
        return cells


def _cells(row: Element, root: Element) -> dict[str, str]:
    """Texts and attributes of a row by path, and the root's attributes and simple children."""
    cells: dict[str, str] = {}
    _collect(row, "", cells)
    for name, value in root.attrib.items():
        cells[f"/@{_bare(name)}"] = value
    for child in root:
        if len(child) == 0 and child.text:
            cells.setdefault(f"/{_name(child)}", child.text)
    return cells


def _collect(element: Element, path: str, cells: dict[str, str]) -> None:
    start = f"{path}/" if path else ""
    for name, value in element.attrib.items():
        cells.setdefault(f"{start}@{_bare(name)}", value)
    for child in element:
        below = f"{start}{_name(child)}"
        if child.text and child.text.strip():
            cells.setdefault(below, child.text.strip())
        _collect(child, below, cells)


def _totals(tree: Tree, path: str, element: Element, numbers: Numbers) -> Iterator[StatedTotal]:
    for total in tree.totals:
        if total.element == path:
            currency = _at(element, total.currency).upper() if total.currency else ""
            figure = _figure(total, _at(element, total.value), currency, numbers)
            if figure is not None:
                yield StatedTotal(total.name, currency, figure)


def _figure(total: TreeTotal, text: str, currency: str, numbers: Numbers) -> str | None:
    """The figure in major units; one without a currency is a count."""
    figure = numbers.plain(text, whole=total.currency is None)
    if figure is None or total.currency is None or numbers.implied_decimals != "minor":
        return figure
    return str(Decimal(figure).scaleb(-exponent(currency)))


def _at(element: Element, path: str) -> str:
    """The text of the element or attribute at a path, empty when there is none."""
    steps, _, attribute = path.partition("@")
    names = [name for name in steps.split("/") if name]
    found = element.find("/".join(f"{{*}}{name}" for name in names)) if names else element
    if found is None:
        return ""
    return (found.get(attribute) if attribute else found.text or "") or ""


def _name(element: Element) -> str:
    return _bare(element.tag)


def _bare(name: str) -> str:
    return name.rpartition("}")[2]
