"""ISO 20022 payment messages: status reports pain.002 and pacs.002, returns pacs.004, transfers pacs.008.

What a message says of a group, of a payment and of each transaction are rows. The counts and sums in
its header are compared with its transactions (ISO 20022 message definition reports, payments
initiation and payments clearing and settlement).
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import BinaryIO
from xml.etree.ElementTree import Element

from payscope.adapters.readers.messages.xml_elements import find, find_all, name_of, text_of, walk
from payscope.adapters.readers.records import BLOCK_ROWS, Remarks, text_table
from payscope.application.ingest.report_ports import Block, ReadLayout
from payscope.domain.ingest.formats import ISO_MESSAGE, FileFormat
from payscope.domain.ingest.problems import StatedTotal
from payscope.domain.ingest.profiles import Profile, newest_of
from payscope.errors import InvalidInput

COLUMNS: tuple[str, ...] = (
    "message", "message_id", "created", "level", "original_message", "original_message_id",
    "payment_info_id", "instruction_id", "end_to_end_id", "transaction_id", "uetr", "status", "reason",
    "reason_text", "amount", "currency", "settled", "debtor", "creditor",
)  # fmt: skip

_GROUPS = frozenset({"OrgnlGrpInfAndSts", "OrgnlGrpInf"})
_PAYMENT = "OrgnlPmtInfAndSts"
_TRANSACTIONS = frozenset({"TxInfAndSts", "TxInf", "CdtTrfTxInf"})
_AMOUNTS = (
    "RtrdIntrBkSttlmAmt", "IntrBkSttlmAmt", "OrgnlIntrBkSttlmAmt", "OrgnlTxRef/IntrBkSttlmAmt",
    "OrgnlTxRef/Amt/InstdAmt",
)  # fmt: skip
_WHAT = {
    "pacs.008": "{} payments are instructed here, not booked; the bank statement tells what was",
    "pacs.004": "{} payments are returned here, not booked; the bank statement tells what was",
}
_MAX_TEXT = 500


class PaymentMessageReader:
    """One message; only one transaction is held at a time.

    Raises:
        InvalidInput: From ``blocks``: the XML is refused, is of another message, or tells of no payment.
    """

    def __init__(self, open_stream: Callable[[], BinaryIO], profiles: tuple[Profile, ...]) -> None:
        self._open = open_stream
        profile = newest_of("PAYMENT_MESSAGE", profiles)
        self.layout = ReadLayout(FileFormat.PAYMENT_MESSAGE, COLUMNS, profile, ())

    def blocks(self) -> Iterator[Block]:
        """The whole content, in order."""
        with self._open() as stream:
            yield from _Reading().blocks(stream)


@dataclass(slots=True)
class _Reading:
    """What has been read of the message."""

    head: dict[str, str] = field(default_factory=dict[str, str])
    payment: str = ""
    stated: list[tuple[str, str, str]] = field(default_factory=list[tuple[str, str, str]])
    statuses: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])
    sums: dict[str, Decimal] = field(default_factory=dict[str, Decimal])
    rows: list[tuple[int, tuple[str, ...]]] = field(default_factory=list[tuple[int, tuple[str, ...]]])
    notes: list[str] = field(default_factory=list[str])
    remarks: Remarks = field(default_factory=Remarks)
    number: int = 0
    transactions: int = 0

    def blocks(self, stream: BinaryIO) -> Iterator[Block]:
        for event, element, around in walk(stream):
            if event == "start":
                if not around:
                    self._begin(element)
                continue
            name, depth = name_of(element), len(around)
            if name == "OrgnlPmtInfId" and depth == 3:
                self.payment = (element.text or "").strip()
            elif name in _TRANSACTIONS and depth in (2, 3):
                self._transaction(element)
                around[-1].remove(element)
            elif depth == 2:
                self._part(name, element)
                around[-1].remove(element)
            if len(self.rows) >= BLOCK_ROWS:
                yield Block(text_table(COLUMNS, self.rows))
                self.rows = []
        if not self.number:
            raise InvalidInput("The message tells of no payment.")
        self._conclude()
        table = text_table(COLUMNS, self.rows) if self.rows else None
        yield Block(table, stated=tuple(self._totals()), notes=tuple(self.notes))

    def _begin(self, root: Element) -> None:
        message = ISO_MESSAGE.search(root.tag)
        if message is None or message[1].startswith("camt"):
            raise InvalidInput("The XML is not a pain.002, pacs.002, pacs.004 or pacs.008 message.")
        self.head["message"] = message[1]

    def _part(self, name: str, element: Element) -> None:
        if name == "GrpHdr":
            self.head["message_id"] = text_of(element, "MsgId")
            self.head["created"] = text_of(element, "CreDtTm")
            self._header_totals(element)
        elif name in _GROUPS:
            self.head["original_message"] = text_of(element, "OrgnlMsgNmId")
            self.head["original_message_id"] = text_of(element, "OrgnlMsgId")
            self._status("GROUP", element, text_of(element, "GrpSts"), self.head["original_message_id"])
            for detail in find_all(element, "NbOfTxsPerSts"):
                name = f"transactions {text_of(detail, 'DtldSts')}"
                self.stated.append((name, "", text_of(detail, "DtldNbOfTxs")))
        elif name == _PAYMENT:
            self._status("PAYMENT", element, text_of(element, "PmtInfSts"), self.payment)
            self.payment = ""

    def _header_totals(self, header: Element) -> None:
        self.stated.append(("transactions", "", text_of(header, "NbOfTxs")))
        self.stated.append(("control sum", "", text_of(header, "CtrlSum")))
        for path in ("TtlIntrBkSttlmAmt", "TtlRtrdIntrBkSttlmAmt"):
            amount = find(header, path)
            if amount is not None:
                self.stated.append(("settlement amount", amount.get("Ccy", ""), (amount.text or "").strip()))

    def _status(self, level: str, element: Element, status: str, about: str) -> None:
        reason, text = _reasons(element)
        self._row(
            level, {"payment_info_id": self.payment, "status": status, "reason": reason, "reason_text": text}
        )
        if status or reason:
            words = " ".join(part for part in (status, reason, text) if part)
            self.notes += self.remarks.add(f"{level.lower()} {about}: {words}"[:_MAX_TEXT])

    def _transaction(self, element: Element) -> None:
        reason, text = _reasons(element)
        status = text_of(element, "TxSts")
        amount = next((found for path in _AMOUNTS if (found := find(element, path)) is not None), None)
        value = (amount.text or "").strip() if amount is not None else ""
        currency = amount.get("Ccy", "") if amount is not None else ""
        self.transactions += 1
        self.statuses[(status, reason)] += 1
        if (number := _number(value)) is not None:
            self.sums[currency] = self.sums.get(currency, Decimal(0)) + number
        self._row("TRANSACTION", {
            "payment_info_id": self.payment,
            "instruction_id": text_of(element, "PmtId/InstrId") or text_of(element, "OrgnlInstrId"),
            "end_to_end_id": text_of(element, "PmtId/EndToEndId") or text_of(element, "OrgnlEndToEndId"),
            "transaction_id": text_of(element, "PmtId/TxId") or text_of(element, "OrgnlTxId"),
            "uetr": text_of(element, "PmtId/UETR") or text_of(element, "OrgnlUETR"),
            "status": status,
            "reason": reason,
            "reason_text": text,
            "amount": value,
            "currency": currency,
            "settled": text_of(element, "IntrBkSttlmDt") or text_of(element, "OrgnlTxRef/IntrBkSttlmDt"),
            "debtor": _party(element, "Dbtr"),
            "creditor": _party(element, "Cdtr"),
        })  # fmt: skip

    def _row(self, level: str, cells: dict[str, str]) -> None:
        self.number += 1
        row = {**self.head, **cells, "level": level}
        self.rows.append((self.number, tuple(row.get(name, "") for name in COLUMNS)))

    def _conclude(self) -> None:
        what = _WHAT.get(self.head["message"])
        if what is not None:
            self.notes += self.remarks.add(what.format(self.transactions))
        for (status, reason), count in sorted(self.statuses.items()):
            if status or reason:
                words = " ".join(part for part in (status, reason) if part)
                self.notes += self.remarks.add(f"transactions {words}: {count}"[:_MAX_TEXT])

    def _totals(self) -> Iterator[StatedTotal]:
        """What the header states, beside what the transactions give; nothing where they cannot tell."""
        counts = Counter[str]()
        for (status, _), count in self.statuses.items():
            counts[f"transactions {status}"] += count
        for name, currency, stated in self.stated:
            if _number(stated) is None:
                continue
            if name == "transactions":
                found: str | None = str(self.transactions)
            elif name == "control sum":
                found = str(sum(self.sums.values(), Decimal(0)))
            elif name == "settlement amount":
                found = str(self.sums.get(currency, Decimal(0)))
            else:
                # A status report may leave out the transactions of a status; then nothing can be counted.
                found = str(counts[name]) if counts[name] else None
            yield StatedTotal(name, currency, stated, found)


def _reasons(element: Element) -> tuple[str, str]:
    """Codes and texts of why, of a status or of a return."""
    found = [*find_all(element, "StsRsnInf"), *find_all(element, "RtrRsnInf")]
    codes = [text_of(part, "Rsn/Cd") or text_of(part, "Rsn/Prtry") for part in found]
    texts = [(part.text or "").strip() for group in found for part in find_all(group, "AddtlInf")]
    return " ".join(filter(None, codes)), " ".join(filter(None, texts))[:_MAX_TEXT]


def _party(element: Element, role: str) -> str:
    for path in (role, f"OrgnlTxRef/{role}", f"OrgnlTxRef/{role}/Pty"):
        if name := text_of(element, f"{path}/Nm"):
            return name
    return ""


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() and number.copy_abs() < Decimal(10) ** 18 else None
