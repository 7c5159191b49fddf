"""Names that every bank shares: networks, channels, codes and reasons."""

from collections.abc import Mapping

from payscope.domain.ask.language.grammar.categories import MCC_FAMILY_NAMES, MCC_NAMES
from payscope.domain.ask.language.grammar.places import COUNTRIES, CURRENCIES, REGION_NAMES

NETWORKS: Mapping[str, tuple[str, ...]] = {
    "VISA": ("visa",),
    "MASTERCARD": ("mastercard", "master card", "mc"),
    "AMEX": ("amex", "american express"),
    "DISCOVER": ("discover",),
    "DINERS": ("diners", "diners club"),
    "JCB": ("jcb",),
    "UNIONPAY": ("unionpay", "union pay", "cup", "china unionpay"),
    "MAESTRO": ("maestro",),
    "PAYPAL": ("paypal",),
    "SEPA": ("sepa",),
}


CHANNELS: Mapping[str, tuple[str, ...]] = {
    "ECOM": ("ecom", "e commerce", "online", "internet", "web"),
    "POS": (
        "pos",
        "in store",
        "instore",
        "point of sale",
        "face to face",
        "offline",
        "terminal",
    ),
    "MOTO": ("moto", "mail order", "telephone order", "phone order"),
    "RECURRING": ("recurring", "subscription", "subscriptions"),
    "ATM": ("atm", "cash machine"),
}


ENTRY_MODES: Mapping[str, tuple[str, ...]] = {
    "CHIP": ("chip", "chip card", "emv"),
    "CONTACTLESS": ("contactless", "nfc", "tap"),
    "MAGSTRIPE": ("magstripe", "magnetic stripe", "swipe", "swiped"),
    "KEYED": ("keyed", "manually keyed", "key entered", "manual entry"),
}


THREE_DS: Mapping[str, tuple[str, ...]] = {
    "AUTHENTICATED": ("authenticated", "3ds authenticated", "with 3ds", "fully authenticated", "using 3ds"),
    "ATTEMPTED": ("3ds attempted", "attempted authentication", "attempted 3ds"),
    "FAILED": ("failed authentication", "3ds failed", "failed 3ds"),
    "NONE": ("without 3ds", "no 3ds", "unauthenticated", "non 3ds", "without authentication"),
}


FAMILIES: Mapping[str, tuple[str, ...]] = {
    "ISSUER_SOFT": ("issuer soft", "soft declines", "soft declined", "soft decline", "soft"),
    "ISSUER_HARD": ("issuer hard", "hard declines", "hard declined", "hard decline", "hard"),
    "TECHNICAL": (
        "technical",
        "technical declines",
        "technical decline",
        "technical failures",
        "technical errors",
        "technical problems",
        "technical problem",
        "technical reasons",
        "technical issues",
    ),
    "FRAUD": (
        "fraud declines",
        "fraud decline",
        "security declines",
        "suspected fraud declines",
        "fraud family",
        "fraud related declines",
        "fraud related",
        "related to fraud",
        "due to fraud",
        "for fraud reasons",
        "fraud reasons",
    ),
    "INVALID": ("invalid data", "invalid declines", "invalid data declines", "format errors"),
}


PRESENCE: Mapping[str, tuple[str, ...]] = {
    "PRESENT": ("card present", "cp"),
    "NOT_PRESENT": ("card not present", "cnp", "remote", "card absent"),
}


CORRIDORS: Mapping[str, tuple[str, ...]] = {
    "DOMESTIC": ("domestic", "local cards", "domestic cards"),
    "CROSS_BORDER": ("cross border", "international", "foreign cards", "foreign", "crossborder"),
}


BREAK_REASONS: Mapping[str, tuple[str, ...]] = {
    "MISSING_AUTH": ("missing auth", "missing authorisation", "without authorisation"),
    "MISSING_CLEARING": ("missing clearing",),
    "MISSING_SETTLEMENT": ("missing settlement", "not settled", "unsettled"),
    "MISSING_BANK_CREDIT": ("missing bank credit",),
    "AMOUNT": (
        "amount breaks",
        "amount mismatch",
        "amount mismatches",
        "amount differences",
        "amount difference",
    ),
    "CURRENCY": ("currency mismatch", "currency mismatches", "currency breaks"),
    "DATE_ORDER": ("date order",),
    "LATE_PRESENTMENT": ("late presentment", "late presentments"),
    "DUPLICATE_CLEARING": ("duplicate clearing", "duplicate clearings"),
    "DUPLICATE_SETTLEMENT": ("duplicate settlement", "duplicate settlements"),
    "REFUND_UNLINKED": ("unlinked refunds", "refund unlinked", "unlinked refund"),
    "CHARGEBACK_UNLINKED": ("unlinked chargebacks", "chargeback unlinked"),
    "REFERENCE_DAMAGED": ("damaged reference", "damaged references"),
    "UNKNOWN": ("unlinked fraud reports", "unlinked fraud report"),
}


RESPONSE_CODES: Mapping[str, tuple[str, ...]] = {
    "05": ("do not honour", "do not honor"),
    "04": ("pick up card", "pickup card"),
    "12": ("invalid transaction",),
    "13": ("invalid amount",),
    "14": ("invalid card number", "invalid card"),
    "30": ("format error",),
    "41": ("lost card",),
    "43": ("stolen card",),
    "51": ("insufficient funds", "not sufficient funds", "nsf"),
    "54": ("expired card", "expired cards"),
    "55": ("incorrect pin", "wrong pin"),
    "57": ("transaction not permitted", "not permitted to cardholder"),
    "59": ("suspected fraud",),
    "61": ("exceeds withdrawal limit", "amount limit exceeded", "exceeds amount limit"),
    "62": ("restricted card",),
    "65": ("frequency limit", "exceeds frequency limit", "soft decline sca"),
    "91": ("issuer unavailable", "issuer inoperative", "issuer not available"),
    "96": ("system malfunction", "system error"),
}


SOURCES: Mapping[str, tuple[str, ...]] = {
    "adyen": ("adyen",),
    "stripe": ("stripe",),
    "acquirer": ("acquirer reports", "acquirer report", "acquirer files", "the acquirer"),
    "processor": ("processor reports", "processor report", "processor files"),
    "scheme": ("scheme reports", "scheme report", "scheme files"),
    "bank": ("bank statements", "bank statement", "statement files"),
}


# Shared names by dimension; merchants, groups and issuers come from the bank's own directory.
SHARED_NAMES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "network": NETWORKS,
    "channel": CHANNELS,
    "entry_mode": ENTRY_MODES,
    "three_ds": THREE_DS,
    "decline_family": FAMILIES,
    "corridor": CORRIDORS,
    "card_present": PRESENCE,
    "region": REGION_NAMES,
    "break_reason": BREAK_REASONS,
    "response_code": RESPONSE_CODES,
    "source": SOURCES,
    "currency": CURRENCIES,
    "country": COUNTRIES,
    "mcc": MCC_NAMES,
    "mcc_family": MCC_FAMILY_NAMES,
}
