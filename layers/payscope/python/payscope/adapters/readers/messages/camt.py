"""ISO 20022 bank statements: camt.052, camt.053 and camt.054, versions 02 to 13 by namespace.

Each booked entry is a row, and where an entry carries several transaction details each of them is a
row as well. When the details of an entry have amounts in its currency that add up to it, they speak
for it (``level`` DETAIL with ``counts`` yes), otherwise the entry does. A reversal indicator names what
an entry undoes; the direction of the money is its credit or debit indicator (ISO 20022 message
definition report, bank-to-customer cash management).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import BinaryIO
from xml.etree.ElementTree import Element

import pyarrow as pa

from payscope.adapters.readers.messages.xml_elements import find, find_all, name_of, text_of, walk
from payscope.adapters.readers.records import Labels, Remarks
from payscope.adapters.readers.row_numbers import row_numbers
from payscope.application.ingest.report_ports import Block, ReadLayout
from payscope.domain.ingest.formats import ISO_MESSAGE, FileFormat
from payscope.domain.ingest.problems import StatedTotal
from payscope.domain.ingest.profiles import Profile, newest_of
from payscope.errors import InvalidInput

ROW = "_row"
_BLOCK_ROWS = 20_000
_VERSIONS = frozenset(f"{number:02d}" for number in range(2, 14))
_LONG_NUMBER = 12
_HUGE = Decimal(10) ** 18
_CURRENCY_LETTERS = 3
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
        profile = newest_of("CAMT", profiles)
        self.layout = ReadLayout(FileFormat.CAMT, COLUMNS, profile, ())

    def blocks(self) -> Iterator[Block]:
        """The whole content, in order."""
        with self._open() as stream:
            yield from _Reading().blocks(stream)


@dataclass(slots=True)
class _Statement:
    """What has been read of the current statement."""

    id: str = ""
    account: str = ""
    currency: str = ""
    number: str = ""
    copy: str = ""
    label: str = ""
    balances: dict[tuple[str, str], Decimal] = field(default_factory=dict[tuple[str, str], Decimal])
    summary: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    found: dict[str, Decimal] = field(default_factory=dict[str, Decimal])
    currencies: set[str] = field(default_factory=set[str])
    entries: int = 0

    def count(self, entry: Element) -> None:
        """Add an entry to the figures that a summary states."""
        is_credit = text_of(entry, "CdtDbtInd") == "CRDT"
        amount, currency = _amount(entry)
        self.currencies.add(currency)
        for name in ("entries", "credits" if is_credit else "debits"):
            self._add(f"number of {name}", Decimal(1))
            self._add(f"sum of {name}", amount or Decimal(0))
        self._add("net of entries", (amount or Decimal(0)) * (1 if is_credit else -1))

    def _add(self, name: str, amount: Decimal) -> None:
        self.found[name] = self.found.get(name, Decimal(0)) + amount


class _Reading:
    """One message's way from elements to rows."""

    def __init__(self) -> None:
        self._labels = Labels()
        self._remarks = Remarks()
        self._rows: list[tuple[str, ...]] = []
        self._notes: list[str] = []
        self._statement = _Statement()
        self._last: dict[str, int] = {}
        self._first = 1

    def blocks(self, stream: BinaryIO) -> Iterator[Block]:
        statements = 0
        for event, element, around in walk(stream):
            if event == "start":
                _check_root(element, around)
                if name_of(element) in _STATEMENTS:
                    statements += 1
                    self._statement = _Statement()
                continue
            name = name_of(element)
            if len(around) == 3 and name_of(around[2]) in _STATEMENTS:
                self._take(name, element)
                # What has been taken is let go, so memory does not grow with the file.
                around[2].remove(element)
            elif name in _STATEMENTS and len(around) == 2:
                yield self._closed()
                around[1].remove(element)
            if len(self._rows) >= _BLOCK_ROWS:
                yield self._block()
        if not statements:
            raise InvalidInput("The message holds no statement.")
        if self._rows:
            yield self._block()

    def _block(self) -> Block:
        table, self._first, self._rows = _table(self._rows, self._first), self._first + len(self._rows), []
        return Block(table)

    def _take(self, name: str, element: Element) -> None:
        statement = self._statement
        if name != "Ntry":
            _take_head(statement, name, element)
            return
        self._label(statement)
        statement.entries += 1
        statement.count(element)
        stated, details = text_of(element, "NtryDtls/Btch/NbOfTxs"), find_all(element, "NtryDtls/TxDtls")
        if stated and details and stated != str(len(details)):
            self._notes += self._remarks.add(
                f"entry {statement.entries} of {statement.label} states {stated} transactions "
                f"and tells {len(details)}"
            )
        self._rows += _entry_rows(statement, element)

    def _label(self, statement: _Statement) -> None:
        """Account and statement, told apart from others of the file."""
        if not statement.label:
            statement.label = self._labels.give(f"{statement.account} {statement.id}".strip())

    def _closed(self) -> Block:
        statement = self._statement
        self._label(statement)
        if statement.copy:
            self._notes += self._remarks.add(f"statement {statement.label} is marked {statement.copy}")
        if statement.number.isdecimal() and len(statement.number) < _LONG_NUMBER:
            number, last = int(statement.number), self._last.get(statement.account)
            if last is not None and number != last + 1:
                self._notes += self._remarks.add(
                    f"statement {number} of {statement.account} follows {last}: the sequence has a gap"
                )
            self._last[statement.account] = number
        notes, self._notes = tuple(self._notes), []
        return Block(None, stated=(*_closing(statement), *_summary(statement)), notes=notes)


def _check_root(element: Element, around: list[Element]) -> None:
    message = None if around else ISO_MESSAGE.search(element.tag)
    if around or (message is not None and message[1].startswith("camt") and message[2] in _VERSIONS):
        return
    raise InvalidInput("The XML is not a camt.052, camt.053 or camt.054 message of version 02 to 13.")


def _take_head(statement: _Statement, name: str, element: Element) -> None:
    if name == "Id":
        statement.id = (element.text or "").strip()
    elif name == "ElctrncSeqNb":
        statement.number = (element.text or "").strip()
    elif name == "CpyDplctInd":
        statement.copy = (element.text or "").strip()
    elif name == "Acct":
        statement.account = text_of(element, "Id/IBAN") or text_of(element, "Id/Othr/Id")
        statement.currency = text_of(element, "Ccy")
    elif name == "Bal":
        kind = text_of(element, "Tp/CdOrPrtry/Cd")
        amount, currency = _amount(element)
        if kind and amount is not None:
            signed = -amount if text_of(element, "CdtDbtInd") == "DBIT" else amount
            statement.balances.setdefault((kind, currency), signed)
    elif name == "TxsSummry":
        for part, what in (("TtlNtries", "entries"), ("TtlCdtNtries", "credits"), ("TtlDbtNtries", "debits")):
            statement.summary.append((f"number of {what}", text_of(element, f"{part}/NbOfNtries")))
            statement.summary.append((f"sum of {what}", text_of(element, f"{part}/Sum")))
        statement.summary.append(("net of entries", _net(find(element, "TtlNtries"))))


def _net(total: Element | None) -> str:
    """The signed net amount of all entries; up to version 03 its parts stand beside the others."""
    amount = text_of(total, "TtlNetNtry/Amt") or text_of(total, "TtlNetNtryAmt")
    side = text_of(total, "TtlNetNtry/CdtDbtInd") or text_of(total, "CdtDbtInd")
    return f"-{amount}" if amount and side == "DBIT" else amount


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


def _summary(statement: _Statement) -> list[StatedTotal]:
    """Counts and sums that the statement's summary states, beside those of its entries.

    A sum is in the currency of the account, or of all entries where the account names none; where an entry
    is in another one, it cannot be checked.
    """
    currency = statement.currency or "".join(sorted(statement.currencies))[:_CURRENCY_LETTERS]
    is_one = statement.currencies <= {currency}
    totals: list[StatedTotal] = []
    for name, text in statement.summary:
        stated = _decimal(text)
        if stated is None:
            continue
        found = str(statement.found.get(name, Decimal(0)))
        if name.startswith("number"):
            totals.append(StatedTotal(f"{name} {statement.label}", "", str(stated), found))
        else:
            totals.append(
                StatedTotal(f"{name} {statement.label}", currency, str(stated), found if is_one else None)
            )
    return totals


def _entry_rows(statement: _Statement, entry: Element) -> list[tuple[str, ...]]:
    """The entry and, when it has several, its details; exactly one level counts."""
    details = [detail for group in find_all(entry, "NtryDtls") for detail in find_all(group, "TxDtls")]
    own = _entry_cells(statement, entry, details[0] if len(details) == 1 else None)
    if len(details) < 2:
        return [_cells({**own, "counts": "yes"})]
    parts = [_detail_cells(own, detail) for detail in details]
    speak = _adds_up(own, parts)
    rows = [{**own, "counts": "no" if speak else "yes"}]
    rows += [{**part, "counts": "yes" if speak else "no"} for part in parts]
    return [_cells(row) for row in rows]


def _entry_cells(statement: _Statement, entry: Element, detail: Element | None) -> dict[str, str]:
    amount = find(entry, "Amt")
    batch = find(entry, "NtryDtls/Btch")
    cells = {
        "statement": statement.label,
        "statement_id": statement.id,
        "account": statement.account,
        "account_currency": statement.currency,
        "entry": str(statement.entries),
        "level": "ENTRY",
        "entry_ref": text_of(entry, "NtryRef"),
        "amount": (amount.text or "").strip() if amount is not None else "",
        "currency": amount.get("Ccy", "") if amount is not None else "",
        "direction": text_of(entry, "CdtDbtInd"),
        "reversal": text_of(entry, "RvslInd"),
        "status": text_of(entry, "Sts/Cd") or text_of(entry, "Sts/Prtry") or text_of(entry, "Sts"),
        "booked": text_of(entry, "BookgDt/DtTm") or text_of(entry, "BookgDt/Dt"),
        "value": text_of(entry, "ValDt/DtTm") or text_of(entry, "ValDt/Dt"),
        "servicer_ref": text_of(entry, "AcctSvcrRef"),
        "transaction_code": _transaction_code(entry),
        "message_id": text_of(batch, "MsgId"),
        "payment_info_id": text_of(batch, "PmtInfId"),
        "details": text_of(batch, "NbOfTxs"),
    }
    return {**cells, **_reference_cells(detail, cells)} if detail is not None else cells


def _detail_cells(own: dict[str, str], detail: Element) -> dict[str, str]:
    amount = find(detail, "Amt")
    if amount is None:
        amount = find(detail, "AmtDtls/TxAmt/Amt")
    cells = {
        **own,
        "level": "DETAIL",
        "amount": (amount.text or "").strip() if amount is not None else "",
        "currency": amount.get("Ccy", "") if amount is not None else "",
        "direction": text_of(detail, "CdtDbtInd") or own["direction"],
    }
    return {**cells, **_reference_cells(detail, cells)}


def _reference_cells(detail: Element, own: dict[str, str]) -> dict[str, str]:
    refs = find(detail, "Refs")
    parties = find(detail, "RltdPties")
    role = "Dbtr" if own["direction"] == "CRDT" else "Cdtr"
    remittance = [part.text or "" for part in find_all(find(detail, "RmtInf"), "Ustrd")]
    remittance += [text_of(part, "CdtrRefInf/Ref") for part in find_all(find(detail, "RmtInf"), "Strd")]
    return {
        "servicer_ref": text_of(refs, "AcctSvcrRef")
        if own["level"] == "DETAIL"
        else own["servicer_ref"] or text_of(refs, "AcctSvcrRef"),
        "message_id": text_of(refs, "MsgId") or own["message_id"],
        "payment_info_id": text_of(refs, "PmtInfId") or own["payment_info_id"],
        "instruction_id": text_of(refs, "InstrId"),
        "end_to_end_id": text_of(refs, "EndToEndId"),
        "transaction_id": text_of(refs, "TxId"),
        "uetr": text_of(refs, "UETR"),
        "counterparty": text_of(parties, f"{role}/Nm") or text_of(parties, f"{role}/Pty/Nm"),
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
    domain = find(entry, "BkTxCd/Domn")
    code = "/".join(
        filter(None, (text_of(domain, "Cd"), text_of(domain, "Fmly/Cd"), text_of(domain, "Fmly/SubFmlyCd")))
    )
    return code or text_of(entry, "BkTxCd/Prtry/Cd")


def _amount(element: Element) -> tuple[Decimal | None, str]:
    amount = find(element, "Amt")
    if amount is None:
        return None, ""
    return _decimal(amount.text or ""), amount.get("Ccy", "")


def _decimal(text: str) -> Decimal | None:
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() and number.copy_abs() < _HUGE else None


def _cells(row: dict[str, str]) -> tuple[str, ...]:
    return tuple(row.get(name, "") for name in COLUMNS)


def _table(rows: list[tuple[str, ...]], first: int) -> pa.Table:
    arrays = [pa.array(column, pa.string()) for column in zip(*rows, strict=True)]
    return pa.table([*arrays, row_numbers(first, len(rows))], names=[*COLUMNS, ROW])
