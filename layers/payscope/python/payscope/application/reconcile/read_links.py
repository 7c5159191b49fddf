"""What the graph answers: files behind a figure, parties that belong together, what breaks share."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from payscope.application.reconcile.get_transaction import LifecycleReader, get_transaction
from payscope.application.reconcile.read_breaks import BreakFilter, BreakReader
from payscope.domain.reconcile.rings import DisputedPair, Ring, find_rings
from payscope.errors import NotFound

MOST_PARTIES = 50
MOST_FILES = 200
MOST_PAIRS = 50_000
MOST_BREAKS = 5_000
_LEAST_SHARED = 2


@dataclass(frozen=True, slots=True)
class LinkedFile:
    """A file, and how many of the payments in question it told of."""

    report_id: str
    file_name: str | None
    source: str | None
    payments: int


@dataclass(frozen=True, slots=True)
class LinkedMerchant:
    """Another merchant of the payment's cards, with their other payments there."""

    merchant_id: str
    name: str | None
    payments: int
    disputed: int


@dataclass(frozen=True, slots=True)
class SharingMerchant:
    """A merchant that shares cards with another one."""

    merchant_id: str
    name: str | None
    cards: int


@dataclass(frozen=True, slots=True)
class SharedParty:
    """A merchant, batch, issuer or report beside several of the payments in question."""

    label: str
    id: str
    name: str | None
    payments: int


class LinkReader(Protocol):
    """Bounded questions to the graph of one bank."""

    def files_of_payments(self, bank_id: UUID, payment_ids: Collection[UUID]) -> Sequence[LinkedFile]:
        """Files that told of these payments, at most ``MOST_FILES``."""
        ...

    def files_of_batch(self, bank_id: UUID, batch_ref: str) -> Sequence[LinkedFile]:
        """Files behind a payout and its lines, at most ``MOST_FILES``."""
        ...

    def merchants_of_cards(self, bank_id: UUID, payment_ids: Collection[UUID]) -> Sequence[LinkedMerchant]:
        """Where else the cards of these payments were used, at most ``MOST_PARTIES``."""
        ...

    def merchants_by_card(self, bank_id: UUID, merchant_id: str) -> Sequence[SharingMerchant]:
        """Merchants that share cards with this one, at most ``MOST_PARTIES``."""
        ...

    def disputed_pairs(self, bank_id: UUID) -> Sequence[DisputedPair]:
        """Cards and merchants of disputed payments, at most ``MOST_PAIRS``."""
        ...

    def shared_parties(
        self, bank_id: UUID, payment_ids: Collection[UUID], least: int
    ) -> Sequence[SharedParty]:
        """Parties beside at least so many of these payments, at most ``MOST_PARTIES``."""
        ...


@dataclass(frozen=True, slots=True)
class PaymentLinks:
    """A payment's files and where else its card was used."""

    files: tuple[LinkedFile, ...]
    merchants: tuple[LinkedMerchant, ...]


@dataclass(frozen=True, slots=True)
class BreakClusters:
    """What the payments with open breaks share, of so many payments looked at."""

    payments: int
    clusters: tuple[SharedParty, ...]


def link_payment(lifecycles: LifecycleReader, links: LinkReader, bank_id: UUID, name: str) -> PaymentLinks:
    """What stands around a payment in the graph.

    Raises:
        NotFound: The bank has no such payment.
    """
    found = get_transaction(lifecycles, bank_id, name)
    payment_ids = [match.match_id for match in found.matches]
    return PaymentLinks(
        tuple(links.files_of_payments(bank_id, payment_ids)),
        tuple(links.merchants_of_cards(bank_id, payment_ids)),
    )


def trace_batch(links: LinkReader, bank_id: UUID, batch_ref: str) -> tuple[LinkedFile, ...]:
    """The files behind a payout's figure.

    Raises:
        NotFound: No file of the bank names such a batch.
    """
    files = tuple(links.files_of_batch(bank_id, batch_ref))
    if not files:
        raise NotFound("There is no such batch.")
    return files


def cluster_breaks(
    breaks: BreakReader, links: LinkReader, bank_id: UUID, wanted: BreakFilter
) -> BreakClusters:
    """What the payments of the longest-open breaks have in common."""
    rows = breaks.page(bank_id, wanted, None, MOST_BREAKS)
    payment_ids = {row.match_id for row in rows if row.match_id is not None}
    shared = links.shared_parties(bank_id, payment_ids, _LEAST_SHARED) if payment_ids else ()
    return BreakClusters(len(payment_ids), tuple(shared))


def read_rings(links: LinkReader, bank_id: UUID) -> tuple[Ring, ...]:
    """Rings of cards in disputed payments, those with most payments first."""
    return find_rings(links.disputed_pairs(bank_id))
