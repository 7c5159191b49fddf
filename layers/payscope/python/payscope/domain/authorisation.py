"""Authorisations: which answers approve, which family a decline belongs to, what is no attempt."""

from enum import StrEnum
from types import MappingProxyType

APPROVING: frozenset[str] = frozenset({"00", "10", "11"})


class DeclineFamily(StrEnum):
    """Whose decision or failure a decline is."""

    ISSUER_SOFT = "ISSUER_SOFT"
    ISSUER_HARD = "ISSUER_HARD"
    TECHNICAL = "TECHNICAL"
    FRAUD = "FRAUD"
    INVALID = "INVALID"


class Exclusion(StrEnum):
    """Why an authorisation request does not count as an attempt."""

    ZERO_AMOUNT = "ZERO_AMOUNT"
    INCREMENTAL = "INCREMENTAL"
    BALANCE_INQUIRY = "BALANCE_INQUIRY"
    DUPLICATE = "DUPLICATE"
    ADVICE = "ADVICE"


# ISO 8583 response codes (DE39) with the alphanumeric ones of the card networks.
_FAMILIES: tuple[tuple[DeclineFamily, str], ...] = (
    (DeclineFamily.ISSUER_SOFT, "01 02 05 21 51 52 53 55 60 61 65 66 67 70 71 75 76 78 85 86 1A R8"),
    (DeclineFamily.ISSUER_HARD, "04 14 15 33 35 36 37 38 39 40 42 44 45 46 54 56 57 62 77 93 R0 R1 R2 R3"),
    (DeclineFamily.TECHNICAL, "06 08 09 19 22 24 26 27 28 29 31 68 79 80 81 84 88 89 90 91 92 95 96 98 99"),
    (DeclineFamily.FRAUD, "07 34 41 43 59 63 82 83 87 N0 N7 P5"),
    (DeclineFamily.INVALID, "03 12 13 16 17 18 20 23 25 30 32 50 58 64 94 97 6P"),
)
DECLINE_FAMILIES: MappingProxyType[str, DeclineFamily] = MappingProxyType(
    {code: family for family, codes in _FAMILIES for code in codes.split()}
)


def is_approved(response_code: str) -> bool:
    """Whether the answer approves, fully or in part."""
    return response_code in APPROVING


def decline_family(response_code: str) -> DeclineFamily | None:
    """Family of a decline; none for an approval and for a code that no published list explains."""
    return DECLINE_FAMILIES.get(response_code)
