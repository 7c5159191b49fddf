"""Words of the canonical model, and what reports write for them."""

import re
from types import MappingProxyType

# Prefixes of what processors call a network or payment method; the first that fits decides.
_NETWORKS: tuple[tuple[str, str], ...] = (
    ("visa", "VISA"), ("vpay", "VISA"), ("electron", "VISA"), ("maestro", "MAESTRO"),
    ("mastercard", "MASTERCARD"), ("mc", "MASTERCARD"),
    ("americanexpress", "AMEX"), ("amex", "AMEX"), ("discover", "DISCOVER"),
    ("diners", "DINERS"), ("jcb", "JCB"), ("unionpay", "UNIONPAY"), ("cup", "UNIONPAY"), ("paypal", "PAYPAL"),
    ("sepa", "SEPA"),
)  # fmt: skip


def network_of(text: str) -> str:
    """The network by the name that a report gives it: ``mc_applepay`` is MASTERCARD, ``ideal`` OTHER."""
    bare = re.sub(r"[^a-z]", "", text.casefold())
    return next((network for prefix, network in _NETWORKS if bare.startswith(prefix)), "OTHER")


def _choice(**words: str) -> MappingProxyType[str, str]:
    return MappingProxyType(
        {word: canonical for canonical, joined in words.items() for word in joined.split()}
    )


CHANNELS = _choice(
    ECOM="ecom ecommerce e-commerce online internet web cnp", POS="pos instore in-store retail cp terminal",
    MOTO="moto mail phone telephone",
    RECURRING="recurring contauth subscription mit installment", ATM="atm cash",
)  # fmt: skip
ENTRY_MODES = _choice(
    CHIP="chip icc emv 05 95", CONTACTLESS="contactless nfc 07 91",
    MAGSTRIPE="magstripe swipe magnetic 02 90 80",
    KEYED="keyed manual 01 79", ECOM="ecom ecommerce 81 10",
)  # fmt: skip
THREE_DS = _choice(
    AUTHENTICATED="authenticated y full 05 02 success yes", ATTEMPTED="attempted attempt a 06 01",
    FAILED="failed n rejected r unavailable u", NONE="none no 07 00 not_enrolled not_used",
)  # fmt: skip

CARD_PRESENT = MappingProxyType({"POS": True, "ATM": True, "ECOM": False, "MOTO": False, "RECURRING": False})


def standard_word(vocabulary: str, text: str) -> str | None:
    """The canonical word of ``network``, ``channel``, ``entry_mode`` or ``three_ds``; None when unknown."""
    if vocabulary == "network":
        return network_of(text)
    words = {"channel": CHANNELS, "entry_mode": ENTRY_MODES, "three_ds": THREE_DS}[vocabulary]
    return words.get(text.strip().casefold())
