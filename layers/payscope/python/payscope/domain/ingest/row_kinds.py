"""Kinds of rows by the words that reports write for them, in several languages."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from payscope.domain.ingest.column_words import bare_name


class RowKind(StrEnum):
    """What a row of a settlement or clearing report is about."""

    SALE = "sale"
    REFUND = "refund"
    CHARGEBACK = "chargeback"
    CHARGEBACK_REVERSAL = "chargeback reversal"
    FEE = "fee"
    PAYOUT = "payout"


_WORDS: Mapping[RowKind, str] = {
    RowKind.SALE: "sale|sales|charge|payment|purchase|capture|captured|settled|clearing|presentment"
    "|verkauf|umsatz|zahlung|kauf|vente|paiement|achat|vendita|pagamento|acquisto|venta|pago|compra"
    "|verkoop|betaling|venda",
    RowKind.REFUND: "refund|refunded|credit|return|reversal|ruckerstattung|erstattung|gutschrift"
    "|remboursement|rimborso|storno|reembolso|devolucion|terugbetaling",
    RowKind.CHARGEBACK: "chargeback|dispute|first chargeback|ruckbelastung|retrofacturation|impaye"
    "|riaddebito|contracargo|retrocesion",
    RowKind.CHARGEBACK_REVERSAL: "chargeback reversal|representment|second presentment|dispute won",
    RowKind.FEE: "fee|fees|commission|gebuhr|gebuhren|kommission|frais|commissione|comision|tarifa|kosten",
    RowKind.PAYOUT: "payout|transfer|withdrawal|auszahlung|uberweisung|virement|versement|bonifico"
    "|accredito|transferencia|uitbetaling",
}
_KINDS: Mapping[str, RowKind] = {word: kind for kind, words in _WORDS.items() for word in words.split("|")}


def row_kind(word: str) -> RowKind | None:
    """The kind that a report's word for a row means; None when it is not known."""
    return _KINDS.get(bare_name(word))


def kind_rules(
    base: Mapping[str, Any], event: str, column: str, told: Mapping[str, RowKind]
) -> list[dict[str, Any]]:
    """A rule for each kind of row that occurs, from what the kinds have in common.

    Args:
        base: Members of every rule.
        event: What a sale is in this report.
        column: Where the kind stands.
        told: The kind that each word of the column means.
    """
    away = {**base["amount"], "sign": "negative"}
    own: Mapping[RowKind, dict[str, Any]] = {
        RowKind.SALE: {"event": event},
        RowKind.REFUND: {"event": "REFUND", "amount": away},
        RowKind.CHARGEBACK: {"event": "DISPUTE", "subtype": {"constant": "FIRST_CHARGEBACK"}, "amount": away},
        RowKind.CHARGEBACK_REVERSAL: {"event": "DISPUTE", "subtype": {"constant": "REPRESENTMENT"}},
        RowKind.FEE: {"event": "FEE", "subtype": {"constant": "PROCESSING"}, "amount": away},
        RowKind.PAYOUT: {"event": "ADJUSTMENT", "subtype": {"constant": "PAYOUT"}},
    }
    return [
        {**base, "when": {column: [word for word, found in told.items() if found is kind]}, **rule}
        for kind, rule in own.items()
        if kind in told.values()
    ]
