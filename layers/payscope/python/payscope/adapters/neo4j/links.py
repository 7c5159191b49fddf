"""Questions to one bank's graph, each bounded and anchored on ``bank_id``."""

from collections.abc import Collection, Sequence
from uuid import UUID

from payscope.adapters.neo4j.graph import Graph, load_query
from payscope.application.reconcile.read_links import (
    MOST_FILES,
    MOST_PAIRS,
    MOST_PARTIES,
    LinkedFile,
    LinkedMerchant,
    SharedParty,
    SharingMerchant,
)
from payscope.domain.reconcile.rings import DisputedPair

# A card or merchant beyond this is judged by a part of its payments or cards, the same at each time.
_REACH = 5_000


class Neo4jLinkReader:
    """``LinkReader`` over Bolt."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph

    def files_of_payments(self, bank_id: UUID, payment_ids: Collection[UUID]) -> Sequence[LinkedFile]:
        """See ``LinkReader.files_of_payments``."""
        rows = self._graph.read(
            load_query("files_of_payments"), bank_id, ids=_texts(payment_ids), most=MOST_FILES
        )
        return [LinkedFile(row["id"], row["file_name"], row["source"], row["payments"]) for row in rows]

    def files_of_batch(self, bank_id: UUID, batch_ref: str) -> Sequence[LinkedFile]:
        """See ``LinkReader.files_of_batch``."""
        rows = self._graph.read(load_query("files_of_batch"), bank_id, batch=batch_ref, most=MOST_FILES)
        return [LinkedFile(row["id"], row["file_name"], row["source"], row["payments"]) for row in rows]

    def merchants_of_cards(self, bank_id: UUID, payment_ids: Collection[UUID]) -> Sequence[LinkedMerchant]:
        """See ``LinkReader.merchants_of_cards``."""
        rows = self._graph.read(
            load_query("merchants_of_cards"),
            bank_id,
            ids=_texts(payment_ids),
            most=MOST_PARTIES,
            reach=_REACH,
        )
        return [LinkedMerchant(row["id"], row["name"], row["payments"], row["disputed"]) for row in rows]

    def merchants_by_card(self, bank_id: UUID, merchant_id: str) -> Sequence[SharingMerchant]:
        """See ``LinkReader.merchants_by_card``."""
        rows = self._graph.read(
            load_query("merchants_by_card"), bank_id, merchant=merchant_id, most=MOST_PARTIES, reach=_REACH
        )
        return [SharingMerchant(row["id"], row["name"], row["cards"]) for row in rows]

    def disputed_pairs(self, bank_id: UUID) -> Sequence[DisputedPair]:
        """See ``LinkReader.disputed_pairs``."""
        rows = self._graph.read(load_query("disputed_pairs"), bank_id, most=MOST_PAIRS)
        return [DisputedPair(row["card"], row["merchant"], row["payments"]) for row in rows]

    def shared_parties(
        self, bank_id: UUID, payment_ids: Collection[UUID], least: int
    ) -> Sequence[SharedParty]:
        """See ``LinkReader.shared_parties``."""
        rows = self._graph.read(
            load_query("parties_shared"), bank_id, ids=_texts(payment_ids), least=least, most=MOST_PARTIES
        )
        return [SharedParty(row["label"], row["id"], row["name"], row["payments"]) for row in rows]


def _texts(ids: Collection[UUID]) -> list[str]:
    return sorted(map(str, ids))
