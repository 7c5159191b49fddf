"""Dimensions: what metrics can be grouped and filtered by."""

from dataclasses import dataclass

from payscope.domain.ask.metric import Relation

_EVENTS = frozenset({Relation.EVENT, Relation.ATTEMPT, Relation.SETTLED, Relation.MATCH})
_ALL = frozenset(Relation)
_BREAKS = frozenset({Relation.BREAK})


@dataclass(frozen=True, slots=True)
class Dimension:
    """A governed dimension.

    Attributes:
        relations: Over which relations it exists.
        calendar: Its values are steps of time, so groups have an order and a period.
        filter_only: Rows can be filtered by it, but there is one value per row, so no groups.
    """

    id: str
    label: str
    definition: str
    synonyms: tuple[str, ...]
    relations: frozenset[Relation] = _EVENTS
    calendar: bool = False
    filter_only: bool = False


DIMENSIONS: tuple[Dimension, ...] = (
    Dimension("network", "Network", "The card scheme or payment network.",
              ("network", "card network", "scheme", "card scheme", "brand", "card brand", "networks",
               "schemes",
               "payment network", "card type"), _ALL),
    Dimension("merchant", "Merchant", "The merchant id, shown with its name.",
              ("merchant", "merchants", "shop", "store", "merchant name", "merchant id", "seller",
               "retailer"), _ALL),
    Dimension("merchant_group", "Merchant group", "The group that the merchant belongs to.",
              ("merchant group", "group", "merchant chain", "chain", "merchant groups"), _ALL),
    Dimension("mcc", "Merchant category", "The merchant category code (ISO 18245), of the row, else"
    " of its merchant.",
              ("mcc", "merchant category", "category", "merchant category code", "industry", "sector", "mccs",
               "merchant categories", "business type"), _ALL),
    Dimension("mcc_family", "Merchant category family", "The family of the merchant category code, after the"
              " ranges of ISO 18245.",
              ("mcc family", "merchant category family", "mcc families", "category family", "category group",
               "mcc group", "industry group", "merchant category families"), _ALL),
    Dimension("issuer", "Issuer", "The issuing bank, from the card's BIN.",
              ("issuer", "issuing bank", "issuers", "issuer bank", "card issuer", "issuing banks")),
    Dimension("bin", "BIN", "The first digits of the card number, 8 at most.",
              ("bin", "bins", "bin range", "iin", "card bin")),
    Dimension("country", "Country", "The country of the merchant, of the row, else of the merchant.",
              ("country", "merchant country", "countries", "acquiring country", "market", "markets",
               "country of merchant"), _EVENTS | _BREAKS),
    Dimension("region", "Region", "The region of the merchant's country.",
              ("region", "regions", "merchant region", "world region", "geography", "geographic region"),
              _EVENTS | _BREAKS),
    Dimension("issuer_country", "Issuer country", "The country of the issuing bank.",
              ("issuer country", "card country", "issuing country", "cardholder country", "country of issuer",
               "issuer countries", "country of the issuer")),
    Dimension("corridor", "Domestic or cross-border",
              "DOMESTIC where the issuer's country is the merchant's, else CROSS_BORDER.",
              ("corridor", "domestic or cross border", "domestic versus cross border", "cross border status",
               "domestic and cross border")),
    Dimension("channel", "Channel", "How the payment was taken: ECOM, POS, MOTO, RECURRING or ATM.",
              ("channel", "channels", "sales channel", "payment channel")),
    Dimension("entry_mode", "Entry mode",
              "How the card data was read: CHIP, CONTACTLESS, MAGSTRIPE, KEYED or ECOM.",
              ("entry mode", "entry modes", "pos entry mode", "card entry mode", "read method")),
    Dimension("card_present", "Card present or not",
              "PRESENT where the card was at the merchant's terminal, else NOT_PRESENT; of the row, else"
              " of its channel.",
              ("card present or not", "card presence", "presence of the card", "card present status",
               "card present or card not present", "cp or cnp")),
    Dimension("card_token", "Card token", "The card, by its keyed token; the number itself is never kept.",
              ("card token", "card tokens", "token", "tokens", "individual card", "single card")),
    Dimension("three_ds", "Cardholder authentication",
              "The outcome of 3-D Secure: AUTHENTICATED, ATTEMPTED, FAILED or NONE.",
              ("3ds", "3 d secure", "three ds", "3d secure", "authentication", "3ds status", "3ds outcome",
               "sca",
               "3ds result", "authentication status")),
    Dimension("response_code", "Response code", "The issuer's response code.",
              ("response code", "response codes", "decline code", "decline codes", "reason for decline",
               "decline reason", "decline reasons", "issuer response", "response")),
    Dimension("decline_family", "Decline family",
              "ISSUER_SOFT, ISSUER_HARD, TECHNICAL, FRAUD or INVALID, from the response code.",
              ("decline family", "decline families", "decline type", "decline category", "family",
               "type of decline", "kind of decline", "decline types", "families", "decline group")),
    Dimension("reason_code", "Dispute reason code", "The scheme's reason code of a dispute.",
              ("dispute reason", "chargeback reason", "dispute reason code", "chargeback reason code",
               "chargeback reasons", "dispute reasons", "reason code", "reason codes")),
    Dimension("currency", "Currency", "The currency of the metric's amount (ISO 4217).",
              ("currency", "currencies", "ccy"), _ALL),
    Dimension("source", "Source", "The reporting system that the row came from.",
              ("source", "sources", "reporting system", "processor", "provider", "psp", "data source",
               "acquirer"),),
    Dimension("report", "Report", "The report file that the row came from.",
              ("report", "file", "report file", "files", "source file"), _EVENTS | _BREAKS),
    Dimension("weekday", "Weekday", "The day of the week, in the bank's time zone.",
              ("weekday", "day of week", "day of the week", "weekdays", "days of the week"),
              _ALL, calendar=True),
    Dimension("hour", "Hour", "The hour of the day, 00 to 23, in the bank's time zone.",
              ("hour", "hour of day", "hour of the day", "time of day", "hours", "hourly"),
              frozenset({Relation.EVENT, Relation.ATTEMPT}), calendar=True),
    Dimension("day", "Day", "The calendar day of the metric's clock, in the bank's time zone.",
              ("day", "date", "daily", "each day", "day by day", "days", "calendar day"),
              _ALL, calendar=True),
    Dimension("week", "Week", "The ISO week, named by its Monday.",
              ("week", "weekly", "each week", "week by week", "weeks", "calendar week"), _ALL, calendar=True),
    Dimension("month", "Month", "The calendar month.",
              ("month", "monthly", "each month", "month by month", "months", "calendar month"),
              _ALL, calendar=True),
    Dimension("quarter", "Quarter", "The calendar quarter.",
              ("quarter", "quarterly", "each quarter", "quarter by quarter", "quarters", "calendar quarter"),
              _ALL, calendar=True),
    Dimension("break_reason", "Break reason", "Why the break was opened.",
              ("break reason", "reason", "reasons", "break reasons", "reason of break", "exception reason"),
              _BREAKS),
    Dimension("break_state", "Break state", "Where the break stands.",
              ("break state", "state", "break status", "states"), _BREAKS),
    Dimension("amount", "Amount", "The amount of the single row, in major units; for filters only.",
              ("amount",), _EVENTS, filter_only=True),
)  # fmt: skip

DIMENSIONS_BY_ID: dict[str, Dimension] = {dimension.id: dimension for dimension in DIMENSIONS}
WEEKDAYS: tuple[str, ...] = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
