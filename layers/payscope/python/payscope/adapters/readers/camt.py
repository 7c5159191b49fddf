"""ISO 20022 bank statements: camt.052, camt.053 and camt.054, versions 02 to 13 by namespace.

Each booked entry is a row, and where an entry carries several transaction details each of them is a
row as well. When the details of an entry have amounts in its currency that add up to it, they speak
for it (``level`` DETAIL with ``counts`` yes), otherwise the entry does. A reversal indicator names what
an entry undoes; the direction of the money is its credit or debit indicator (ISO 20022 message
definition report, bank-to-customer cash management).
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import BinaryIO
from xml.etree.ElementTree import Element, ParseError

import pyarrow as pa
from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from payscope.adapters.readers.row_numbers import row_numbers
from payscope.application.ports.reports import Block, ReadLayout
from payscope.domain.formats import FileFormat
from payscope.domain.problems import StatedTotal
from payscope.domain.profiles import Profile
from payscope.errors import InvalidInput

ROW = "_row"
MAX_BYTES = 256 * 1024 * 1024
_MAX_DEPTH = 60
_BLOCK_ROWS = 20_000
_NAMESPACE = re.compile(r"\{urn:iso:std:iso:20022:tech:xsd:camt\.05([234])\.001\.(0[2-9]|1[0-3])\}")
_STATEMENTS = frozenset({"Stmt", "Rpt", "Ntfctn"})

COLUMNS: tuple[str, ...] = (
    "statement", "statement_id", "account", "account_currency", "entry", "level", "counts", "entry_ref",
    "amount", "currency", "direction", "reversal", "status", "booked", "value", "servicer_ref",
    "transaction_code", "message_id",
    "payment_info_id", "instruction_id", "end_to_end_id", "transaction_id", "uetr", "counterparty",
    "remittance", "details",
)  # fmt: skip


class CamtReader:
    """One bank statement file; only one entry is held at a time.

    Args:
        open_stream: Gives the file from its beginning.
        profiles: The known layouts; the one of format CAMT maps the rows.

    Raises:
        InvalidInput: From ``blocks``: it declares a document type or entities, is cut off, nests too
            deep, is too large, is of another message, or has no statement.
    """

    def __init__(self, open_stream: Callable[[], BinaryIO], profiles: tuple[Profile, ...]) -> None:
        self._open = open_stream
        profile = max((p for p in profiles if p.format == "CAMT"), key=lambda p: p.version, default=None)
        self.layout = ReadLayout(FileFormat.CAMT, COLUMNS, profile, ())

    def blocks(self) -> Iterator[Block]:
        """The whole content, in order."""
        with self._open() as stream:
            limited = _Limited(stream)
            try:
                yield from _statement_blocks(limited)
            except DefusedXmlException as error:
                raise InvalidInput(
                    "The XML declares a document type or entities, which statements never do."
                ) from error
            except ParseError as error:
                raise InvalidInput(f"The XML is damaged: {error}.") from error


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


@dataclass(slots=True)
class _Statement:
    """What has been read of the current statement."""

    id: str = ""
    account: str = ""
    currency: str = ""
    balances: dict[tuple[str, str], Decimal] = field(default_factory=dict)
    entries: int = 0

    @property
    def label(self) -> str:
        """Account and statement, under which the closing balance is told."""
        return f"{self.account} {self.id}".strip()


def _statement_blocks(stream: _Limited) -> Iterator[Block]:
    rows: list[tuple[str, ...]] = []
    first = 1
    statements = 0
    statement = _Statement()
    stack: list[Element] = []
    for event, element in iterparse(stream, events=("start", "end"), forbid_dtd=True):
        if event == "start":
            if not stack and not _NAMESPACE.match(element.tag):
                raise InvalidInput(
                    "The XML is not a camt.052, camt.053 or camt.054 message of version 02 to 13."
                )
            stack.append(element)
            if len(stack) > _MAX_DEPTH:
                raise InvalidInput(
                    f"The XML nests deeper than {_MAX_DEPTH} elements, which statements never do."
                )
            if _name(element) in _STATEMENTS:
                statements += 1
                statement = _Statement()
            continue
        stack.pop()
        name = _name(element)
        if len(stack) == 3 and _name(stack[2]) in _STATEMENTS:
            _take_head(statement, name, element)
            if name == "Ntry":
                statement.entries += 1
                rows += _entry_rows(statement, element)
            # What has been taken is let go, so memory does not grow with the file.
            stack[2].remove(element)
        elif name in _STATEMENTS and len(stack) == 2:
            yield Block(None, stated=tuple(_closing(statement)))
        if len(rows) >= _BLOCK_ROWS:
            yield Block(_table(rows, first))
            first, rows = first + len(rows), []
    if not statements:
        raise InvalidInput("The message holds no statement.")
    if rows:
        yield Block(_table(rows, first))


def _take_head(statement: _Statement, name: str, element: Element) -> None:
    if name == "Id":
        statement.id = (element.text or "").strip()
    elif name == "Acct":
        statement.account = _text(element, "Id/IBAN") or _text(element, "Id/Othr/Id")
        statement.currency = _text(element, "Ccy")
    elif name == "Bal":
        kind = _text(element, "Tp/CdOrPrtry/Cd")
        amount, currency = _amount(element)
        if kind and amount is not None:
            signed = -amount if _text(element, "CdtDbtInd") == "DBIT" else amount
            statement.balances.setdefault((kind, currency), signed)


def _closing(statement: _Statement) -> list[StatedTotal]:
    """The closing balances as totals to check: opening plus booked entries must give them."""
    totals: list[StatedTotal] = []
    for (kind, currency), closing in statement.balances.items():
        if kind != "CLBD":
            continue
        opening = statement.balances.get(("OPBD", currency), statement.balances.get(("PRCD", currency)))
        name = f"closing balance {statement.label}"
        totals.append(StatedTotal(name, currency, str(closing), None if opening is None else str(opening)))
    return totals


def _entry_rows(statement: _Statement, entry: Element) -> list[tuple[str, ...]]:
    """The entry and, when it has several, its details; exactly one level counts."""
    details = [detail for group in _all(entry, "NtryDtls") for detail in _all(group, "TxDtls")]
    own = _entry_cells(statement, entry, details[0] if len(details) == 1 else None)
    if len(details) < 2:
        return [_cells({**own, "counts": "yes"})]
    parts = [_detail_cells(own, detail) for detail in details]
    speak = _adds_up(own, parts)
    rows = [{**own, "counts": "no" if speak else "yes"}]
    rows += [{**part, "counts": "yes" if speak else "no"} for part in parts]
    return [_cells(row) for row in rows]


def _entry_cells(statement: _Statement, entry: Element, detail: Element | None) -> dict[str, str]:
    amount = _find(entry, "Amt")
    batch = _find(entry, "NtryDtls/Btch")
    cells = {
        "statement": statement.label,
        "statement_id": statement.id,
        "account": statement.account,
        "account_currency": statement.currency,
        "entry": str(statement.entries),
        "level": "ENTRY",
        "entry_ref": _text(entry, "NtryRef"),
        "amount": (amount.text or "").strip() if amount is not None else "",
        "currency": amount.get("Ccy", "") if amount is not None else "",
        "direction": _text(entry, "CdtDbtInd"),
        "reversal": _text(entry, "RvslInd"),
        "status": _text(entry, "Sts/Cd") or _text(entry, "Sts/Prtry") or _text(entry, "Sts"),
        "booked": _text(entry, "BookgDt/DtTm") or _text(entry, "BookgDt/Dt"),
        "value": _text(entry, "ValDt/DtTm") or _text(entry, "ValDt/Dt"),
        "servicer_ref": _text(entry, "AcctSvcrRef"),
        "transaction_code": _transaction_code(entry),
        "message_id": _text(batch, "MsgId"),
        "payment_info_id": _text(batch, "PmtInfId"),
        "details": _text(batch, "NbOfTxs"),
    }
    return {**cells, **_reference_cells(detail, cells)} if detail is not None else cells


def _detail_cells(own: dict[str, str], detail: Element) -> dict[str, str]:
    amount = _find(detail, "Amt")
    if amount is None:
        amount = _find(detail, "AmtDtls/TxAmt/Amt")
    cells = {
        **own,
        "level": "DETAIL",
        "amount": (amount.text or "").strip() if amount is not None else "",
        "currency": amount.get("Ccy", "") if amount is not None else "",
        "direction": _text(detail, "CdtDbtInd") or own["direction"],
    }
    return {**cells, **_reference_cells(detail, cells)}


def _reference_cells(detail: Element, own: dict[str, str]) -> dict[str, str]:
    refs = _find(detail, "Refs")
    parties = _find(detail, "RltdPties")
    role = "Dbtr" if own["direction"] == "CRDT" else "Cdtr"
    remittance = [part.text or "" for part in _all(_find(detail, "RmtInf"), "Ustrd")]
    remittance += [_text(part, "CdtrRefInf/Ref") for part in _all(_find(detail, "RmtInf"), "Strd")]
    return {
        "servicer_ref": _text(refs, "AcctSvcrRef")
        if own["level"] == "DETAIL"
        else own["servicer_ref"] or _text(refs, "AcctSvcrRef"),
        "message_id": _text(refs, "MsgId") or own["message_id"],
        "payment_info_id": _text(refs, "PmtInfId") or own["payment_info_id"],
        "instruction_id": _text(refs, "InstrId"),
        "end_to_end_id": _text(refs, "EndToEndId"),
        "transaction_id": _text(refs, "TxId"),
        "uetr": _text(refs, "UETR"),
        "counterparty": _text(parties, f"{role}/Nm") or _text(parties, f"{role}/Pty/Nm"),
        "remittance": " ".join(part.strip() for part in remittance if part.strip())[:500],
    }


def _adds_up(own: dict[str, str], parts: list[dict[str, str]]) -> bool:
    """Whether the details have amounts in the entry's currency whose sum is the entry's."""
    try:
        total = sum(
            (
                Decimal(part["amount"]) * (1 if part["direction"] == own["direction"] else -1)
                for part in parts
            ),
            Decimal(0),
        )
        return all(part["currency"] == own["currency"] for part in parts) and total == Decimal(own["amount"])
    except InvalidOperation:
        return False


def _transaction_code(entry: Element) -> str:
    domain = _find(entry, "BkTxCd/Domn")
    code = "/".join(
        filter(None, (_text(domain, "Cd"), _text(domain, "Fmly/Cd"), _text(domain, "Fmly/SubFmlyCd")))
    )
    return code or _text(entry, "BkTxCd/Prtry/Cd")


def _amount(element: Element) -> tuple[Decimal | None, str]:
    amount = _find(element, "Amt")
    if amount is None:
        return None, ""
    try:
        return Decimal((amount.text or "").strip()), amount.get("Ccy", "")
    except InvalidOperation:
        return None, amount.get("Ccy", "")


def _cells(row: dict[str, str]) -> tuple[str, ...]:
    return tuple(row.get(name, "") for name in COLUMNS)


def _table(rows: list[tuple[str, ...]], first: int) -> pa.Table:
    arrays = [pa.array(column, pa.string()) for column in zip(*rows, strict=True)]
    return pa.table([*arrays, row_numbers(first, len(rows))], names=[*COLUMNS, ROW])


def _name(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _find(element: Element | None, path: str) -> Element | None:
    return element.find("/".join(f"{{*}}{part}" for part in path.split("/"))) if element is not None else None


def _all(element: Element | None, name: str) -> list[Element]:
    return element.findall(f"{{*}}{name}") if element is not None else []


def _text(element: Element | None, path: str) -> str:
    found = _find(element, path)
    return (found.text or "").strip() if found is not None else ""
