"""The names that a bank's own questions can use."""

import re
from dataclasses import dataclass, field

_NO_WORD = re.compile(r"[^a-z0-9]+")


def issuer_id_of(name: str) -> str:
    """The id that the ledger gives an issuer: its name in lower-case words joined by hyphens."""
    return _NO_WORD.sub("-", name.lower()).strip("-")


@dataclass(frozen=True, slots=True)
class NamedMerchant:
    """A merchant of the bank."""

    merchant_id: str
    name: str
    group: str | None = None


@dataclass(frozen=True, slots=True)
class Directory:
    """Merchants, issuers and BINs of one bank, and its reporting systems.

    Attributes:
        fiscal_start: The month in which the bank's fiscal year starts.
        sources: Reporting systems by the event type of which they brought rows.
    """

    merchants: tuple[NamedMerchant, ...] = ()
    issuers: tuple[str, ...] = ()
    bins: frozenset[str] = frozenset()
    fiscal_start: int = 1
    sources: dict[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])

    @property
    def groups(self) -> tuple[str, ...]:
        """Names of the merchant groups, in order."""
        return tuple(sorted({each.group for each in self.merchants if each.group}))

    def merchant_name(self, merchant_id: str) -> str | None:
        """The merchant's name, or None where it is not known."""
        return next((each.name for each in self.merchants if each.merchant_id == merchant_id), None)
