"""Texts of a bank and what people ask for them by: written by hand, one wanted text each."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from payscope.application.ask.citing import CITED
from payscope.application.derive.index_bank_texts import (
    BreakNote,
    DisputeGround,
    documents_of_bank,
)
from payscope.application.derive.index_report import (
    NamedParty,
    ProblemGroup,
    ReportFacts,
    SeenCode,
    StatedTotal,
    documents_of,
)
from payscope.application.derive.search_documents import DocumentKind, SearchDocument

_VISA = (
    "10.1",
    "10.3",
    "10.4",
    "11.2",
    "12.1",
    "12.3",
    "12.5",
    "12.6",
    "13.1",
    "13.2",
    "13.3",
    "13.4",
    "13.6",
    "13.7",
)
_MASTERCARD = ("4808", "4834", "4837", "4841", "4853", "4870")
_RESPONSES = ("00", "05", "12", "14", "51", "54", "59", "91")
_MERCHANTS = (
    ("M1", "Blue Harbour Coffee", "5814"), ("M2", "Alpine Ski Rental", "7999"),
    ("M3", "City Pharmacy", "5912"),
    ("M4", "Green Fuel Station", "5541"), ("M5", "Old Town Books", "5942"),
    ("M6", "Sunrise Airlines", "4511"),
    ("M7", "Corner Grocery", "5411"), ("M8", "Grand Hotel Palace", "7011"),
    ("M9", "Northern Lights Electronics", "5732"),
    ("M10", "Riverside Dental Clinic", "8021"),
)  # fmt: skip


def _report(
    number: int, name: str, source: str, month: int, totals: tuple[StatedTotal, ...], *codes: str
) -> ReportFacts:
    return ReportFacts(
        UUID(int=number), name, source, f"{source}@1", 100, 97, 3,
        datetime(2026, month, 1, tzinfo=UTC), datetime(2026, month, 28, tzinfo=UTC), totals,
        tuple(ProblemGroup(code, (field,), 3) for code, field in (each.split(":") for each in codes)),
        tuple(NamedParty(*each, "DE") for each in _MERCHANTS) if number == 1 else (),
        (*(SeenCode("response_code", code, None) for code in _RESPONSES),
         *(SeenCode("reason_code", code, "VISA") for code in _VISA),
         *(SeenCode("reason_code", code, "MASTERCARD") for code in _MASTERCARD)) if number == 1 else (),
    )  # fmt: skip


_OFF = StatedTotal("settlement_net", "EUR", "123.45", "120.00", False)
_RIGHT = StatedTotal("row_count", "EUR", "97", "97", True)
_REPORTS = (
    _report(1, "auth_202603.csv", "acquirer", 3, (_RIGHT,), "NOT_A_NUMBER:amount"),
    _report(2, "visa_clearing_202604.txt", "visa-clearing", 4, (), "UNKNOWN_CURRENCY:currency"),
    _report(3, "payout_statement_202605.xml", "bank-statement", 5, (_OFF,), "BAD_DATE:booked_on"),
    _report(4, "chargebacks_202606.xlsx", "disputes-desk", 6, (), "MISSING_REFERENCE:arn"),
)
_NOTES = (
    BreakNote(UUID(int=11), UUID(int=21), "MISSING_SETTLEMENT", "NOTE",
              "The processor confirmed by telephone that the payout goes out after the public holiday."),
    BreakNote(UUID(int=12), UUID(int=22), "AMOUNT_MISMATCH", "WRITE_OFF_PROPOSED",
              "Rounding of the exchange rate on the airline's tickets, below our limit."),
    BreakNote(UUID(int=13), UUID(int=23), "DUPLICATE", "NOTE",
              "The terminal sent the batch twice when its modem dropped; the second one was reversed."),
    BreakNote(UUID(int=14), UUID(int=24), "FEE_MISMATCH", "ASSIGN",
              "Interchange charged at the commercial card rate for consumer cards, claim raised."),
    BreakNote(UUID(int=15), UUID(int=25), "UNMATCHED_CREDIT", "NOTE",
              "Customer paid the hotel by bank transfer instead of the card, treasury will return it."),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wanted:
    """A search and the document that answers it."""

    text: str
    kinds: frozenset[DocumentKind]
    document_id: str


def documents() -> tuple[SearchDocument, ...]:
    """Every text of the bank."""
    grounds = (
        *(DisputeGround("VISA", code, "FIRST_CHARGEBACK") for code in _VISA),
        *(DisputeGround("MASTERCARD", code, "FIRST_CHARGEBACK") for code in _MASTERCARD),
    )
    of_reports = (document for report in _REPORTS for document in documents_of(report))
    return tuple(
        {each.document_id: each for each in (*of_reports, *documents_of_bank(_NOTES, grounds))}.values()
    )


def _wanted(kinds: frozenset[DocumentKind], pairs: dict[str, str]) -> tuple[Wanted, ...]:
    return tuple(Wanted(text, kinds, found) for text, found in pairs.items())


_MERCHANT = frozenset({DocumentKind.MERCHANT})
_QUESTION = frozenset({DocumentKind.QUESTION})


SEARCHES = (
    *_wanted(CITED, {
        "customer says the goods never arrived": "code:reason_code:VISA:13.1",
        "subscription was cancelled but still charged": "code:reason_code:VISA:13.2",
        "the item was defective": "code:reason_code:VISA:13.3",
        "fake designer goods": "code:reason_code:VISA:13.4",
        "refund was never processed": "code:reason_code:VISA:13.6",
        "charged twice for the same purchase": "code:reason_code:VISA:12.6",
        "wrong currency used": "code:reason_code:VISA:12.3",
        "wrong amount": "code:reason_code:VISA:12.5",
        "late presentment": "code:reason_code:VISA:12.1",
        "online card fraud card absent": "code:reason_code:VISA:10.4",
        "what is 10.4": "code:reason_code:VISA:10.4",
        "counterfeit chip card liability": "code:reason_code:VISA:10.1",
        "mastercard no cardholder authorisation": "code:reason_code:MASTERCARD:4837",
        "mastercard point of interaction error": "code:reason_code:MASTERCARD:4834",
        "suspected fraud response code": "code:response_code::59",
        "technical time-outs": "code:response_code::91",
        "soft decline try again": "code:response_code::51",
    }),
    *_wanted(_MERCHANT, {
        "blue harbour": "merchant:M1", "ski rental in the alps": "merchant:M2", "pharmacy": "merchant:M3",
        "the petrol station": "merchant:M4", "bookshop": "merchant:M5", "airline tickets": "merchant:M6",
        "grocery store": "merchant:M7", "hotel": "merchant:M8", "electronics shop": "merchant:M9",
        "dentist": "merchant:M10",
    }),
    *_wanted(CITED, {
        "why was the payout late over the holiday": f"break-note:{UUID(int=11)}",
        "exchange rate rounding": f"break-note:{UUID(int=12)}",
        "batch sent twice by a terminal": f"break-note:{UUID(int=13)}",
        "claim about wrong interchange": f"break-note:{UUID(int=14)}",
        "bank transfer instead of card": f"break-note:{UUID(int=15)}",
    }),
    *_wanted(CITED, {
        "rows with an amount that is not a number": f"report:{UUID(int=1)}:problem:NOT_A_NUMBER",
        "unknown currency rows": f"report:{UUID(int=2)}:problem:UNKNOWN_CURRENCY",
        "invalid dates": f"report:{UUID(int=3)}:problem:BAD_DATE",
        "no arn reference": f"report:{UUID(int=4)}:problem:MISSING_REFERENCE",
    }),
    *_wanted(CITED, {
        "visa clearing file of april": f"report:{UUID(int=2)}:summary",
        "bank statement payouts may": f"report:{UUID(int=3)}:summary",
        "chargeback workbook": f"report:{UUID(int=4)}:summary",
    }),
    *_wanted(_QUESTION, {
        "how much of our traffic gets through the issuers": "question:auth_rate_raw",
        "money customers clawed back": "question:chargeback_amount",
        "how long until we are paid out": "question:settlement_delay_median",
        "cost of accepting cards": "question:fees_total",
        "money given back to shoppers": "question:refund_amount",
        "things that do not match between files": "question:open_break_count",
    }),
)  # fmt: skip
