"""What reports call the columns of the canonical model, in several languages."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType

from payscope.domain.ingest.iso_codes import CURRENCY_LETTERS

# English, German, French, Italian, Spanish, Dutch and Portuguese, without accents; the surest words first.
_WORDS: Mapping[str, str] = {
    "occurred": "transaction date|transaction time|created|created at|creation date|created on"
    "|date created|date|opened on|reported on|date started|processed on|timestamp|datetime|booking date"
    "|trade date|requested at|date time|datum|buchungsdatum|transaktionsdatum|buchungstag|kaufdatum"
    "|date operation|date de transaction|date de l operation|date d operation|data operazione"
    "|data transazione|data|fecha|fecha de operacion|fecha de transaccion|transactiedatum|boekdatum"
    "|data da transacao",
    "booked": "settlement date|value date|processing date|posting date|post date|payout date"
    "|available on|completed|date completed|valuta|valutadatum|wertstellung|date valeur|date de valeur"
    "|data valuta|data di regolamento|fecha valor|fecha de liquidacion|valutadatum|data valor",
    "amount": "amount|gross|gross amount|transaction amount|payment amount|total|value|sales amount"
    "|betrag|brutto|bruttobetrag|umsatz|transaktionsbetrag|montant|montant brut|importo|importo lordo"
    "|lordo|importe|importe bruto|bruto|bedrag|valor|valor bruto|sum",
    "net": "net|net amount|payout amount|settlement amount|netto|nettobetrag|auszahlungsbetrag"
    "|montant net|net a payer|importo netto|importe neto|neto|nettobedrag|valor liquido",
    "fee": "fee|fees|fee amount|commission|total fee|charge|charges|processing fee|gebuhr|gebuhren"
    "|kommission|frais|commissione|commissioni|comision|comisiones|tarifa|kosten|taxa",
    "interchange": "interchange|interchange fee|interchange amount|interchangegebuhr"
    "|commission d interchange",
    "scheme_fee": "scheme fee|scheme fees|network fee|card scheme fee|assessment fee|systemgebuhr",
    "markup": "markup|acquirer fee|acquirer markup|processor fee|marge",
    "credit": "credit|credit amount|haben|gutschrift|money in|deposit|credits|eingang|avoir|credito"
    "|accredito|entrata|entrate|abono|haber|bij",
    "debit": "debit|debit amount|soll|lastschrift|belastung|money out|withdrawal|debits|ausgang|doit"
    "|addebito|uscita|uscite|cargo|debe|af",
    "currency": "currency|transaction currency|ccy|currency code|cur|wahrung|devise|monnaie|valuta"
    "|divisa|moneda|munt|moeda",
    "settlement_currency": "settlement currency|payout currency|net currency|abrechnungswahrung"
    "|devise de reglement|divisa de liquidacion",
    "reference": "transaction id|payment id|id|reference|transaction reference|reference number"
    "|payment reference|psp reference|authorisation id|report ref|line id|transaktionsnummer"
    "|transaktions id|referenz|referenznummer|numero de transaction|reference de transaction|riferimento"
    "|id transazione|numero transazione|codice transazione|referencia|id de transaccion|transactie id"
    "|transactienummer|referentie|id da transacao",
    "merchant_id": "merchant id|merchant account|merchant|mid|merchant number|shop id|store id|handler"
    "|haendler|handlernummer|commercant|id commercant|esercente|id esercente|comercio|id comercio"
    "|winkelier",
    "merchant_name": "merchant name|shop name|store name|handlername|nom du commercant|nome esercente"
    "|nombre del comercio|dba name",
    "mcc": "mcc|merchant category code|category code|branchencode|code mcc",
    "network": "network|card brand|brand|scheme|card type|payment method|card scheme|kartenmarke"
    "|kartentyp|marque|marque de carte|circuito|tipo carta|marca|red|kaartmerk",
    "response_code": "response code|result code|auth response|decline code|antwortcode|code reponse"
    "|codice risposta|codigo de respuesta",
    "approval_code": "approval code|authorisation code|authorization code|auth code|autorisierungscode"
    "|genehmigungsnummer|code autorisation|codice autorizzazione|codigo de autorizacion",
    "arn": "arn|acquirer reference number|acquirer reference|acquirer reference data",
    "order_ref": "order id|order number|merchant reference|invoice id|order reference|bestellnummer"
    "|auftragsnummer|numero de commande|numero ordine|numero de pedido|bestelnummer",
    "batch_ref": "batch|batch number|payout id|batch id|settlement id|auszahlungsnummer|numero de lot"
    "|lotto|lote",
    "bin": "bin|card bin|issuer bin|iin|kartenprafix",
    "last4": "last4|last 4|last four|last four digits|card last four digits",
    "issuer_country": "issuer country|card country|country of issue|issuing country|ausgabeland"
    "|pays emetteur|paese emittente|pais emisor",
    "merchant_country": "merchant country|shop country|store country|country|land|pays|paese|pais",
    "channel": "channel|sales channel|kanal|canal|canale",
    "entry_mode": "entry mode|pos entry mode|erfassungsart|mode de saisie",
    "three_ds": "three ds|3ds|3d secure|secure",
    "balance": "balance|running balance|available balance|saldo|kontostand|solde|saldo disponibile"
    "|saldo contabile",
    "kind": "type|transaction type|record type|event|category|art|transaktionsart|umsatzart|vorgang|kind"
    "|nature|type d operation|tipo|tipo operazione|causale|tipo de operacion|soort|status|reason code",
}
WORDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {target: tuple(words.split("|")) for target, words in _WORDS.items()}
)
_CURRENCIES = frozenset(CURRENCY_LETTERS.values())
_IN_BRACKETS = re.compile(r"\s*[(\[](utc|[a-z]{3})[)\]]$| in [a-z]{3}$")
_HUMPS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


class NameFit(StrEnum):
    """How a column's name fits a meaning."""

    EXACT = "exact"
    PART = "part"
    SIMILAR = "similar"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class NameMatch:
    """A fit, the known word behind it, and its strength (0 to 1)."""

    fit: NameFit
    word: str = ""
    strength: float = 0.0


@lru_cache(maxsize=16_384)
def normal_name(column: str) -> str:
    """A column name without case, outer and repeated spaces, and typographic variants."""
    return re.sub(r"\s+", " ", unicodedata.normalize("NFKC", column)).strip().casefold()


@lru_cache(maxsize=16_384)
def bare_name(column: str) -> str:
    """A column's name in words: without case, accents, signs and a currency or zone in brackets."""
    spaced = re.sub(r"[_\-./:#'\u2019]+", " ", _HUMPS.sub(" ", unicodedata.normalize("NFKD", column)))
    plain = "".join(letter for letter in spaced if not unicodedata.combining(letter)).casefold()
    return _IN_BRACKETS.sub("", re.sub(r"\s+", " ", plain).strip()).strip()


@lru_cache(maxsize=65_536)
def match_name(target: str, column: str) -> NameMatch:
    """How well a column's name fits a meaning by the known words; a word inside the name counts less."""
    bare = bare_name(column)
    best = NameMatch(NameFit.NONE)
    for rank, word in enumerate(WORDS[target]):
        if bare == word:
            return NameMatch(NameFit.EXACT, word, max(1.0 - rank * 0.01, 0.8))
        if len(word) > 2 and re.search(rf"(^|\s){re.escape(word)}(\s|$)", bare):
            found = NameMatch(NameFit.PART, word, max(0.7 - rank * 0.01, 0.5))
            best = max(best, found, key=lambda match: match.strength)
    return best


def currency_in_name(column: str) -> str | None:
    """The currency that a column's name tells: ``Credit in CHF``, ``Amount (EUR)``."""
    found = {code for code in re.findall(r"\b[A-Z]{3}\b", column) if code in _CURRENCIES}
    return found.pop() if len(found) == 1 else None
