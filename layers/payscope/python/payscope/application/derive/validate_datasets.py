"""Count a bank's rows in every store and say whether the derived stores agree with the ledger."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from payscope.errors import PayScopeError


@dataclass(frozen=True, slots=True)
class LedgerCounts:
    """What the source of truth holds, as the derived stores should show it.

    Loaded reports are those that brought events of their own. Payments are what reconciliation made
    of the payment events; an unmatched event is one alone.
    """

    reports: int
    loaded_reports: int
    events: int
    payments: int
    merchants: int
    cards: int
    matches: int
    breaks: int
    documents: int


@dataclass(frozen=True, slots=True)
class TimeSeriesCounts:
    """The daily roll-up: which engine holds it, and how many events its rows add up to."""

    engine: str
    rows: int
    events: int


@dataclass(frozen=True, slots=True)
class DatasetCount:
    """One dataset of one store.

    ``expected`` is the ledger's figure, None for the ledger itself; ``agrees`` is None where a store
    did not answer, and ``note`` says why.
    """

    store: str
    dataset: str
    rows: int | None
    expected: int | None
    agrees: bool | None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class DatasetReport:
    """``agree`` is None when a store that answered agrees but another did not answer."""

    agree: bool | None
    datasets: tuple[DatasetCount, ...]


class LedgerCounter(Protocol):
    """Counts in PostgreSQL."""

    def ledger_counts(self, bank_id: UUID) -> LedgerCounts:
        """The bank's rows in the ledger."""
        ...

    def time_series_counts(self, bank_id: UUID) -> TimeSeriesCounts:
        """The bank's rows in the daily roll-up."""
        ...


class GraphCounter(Protocol):
    """Counts in the graph."""

    def node_counts(self, bank_id: UUID) -> dict[str, int]:
        """Nodes of the bank by label."""
        ...


class DocumentCounter(Protocol):
    """Counts in the vector index."""

    def count(self, bank_id: UUID) -> int:
        """Vectors in the bank's namespace."""
        ...


def validate_datasets(
    ledger: LedgerCounter, graph: GraphCounter, documents: DocumentCounter, bank_id: UUID
) -> DatasetReport:
    """Compare every derived store with the ledger; one that is away is reported, not raised.

    Raises:
        Unavailable: PostgreSQL itself is away.
    """
    truth = ledger.ledger_counts(bank_id)
    datasets = (
        *_of_ledger(truth),
        *_of_series(ledger.time_series_counts(bank_id), truth),
        *_of_graph(graph, truth, bank_id),
        *_of_documents(documents, truth, bank_id),
    )
    return DatasetReport(_agree(datasets), datasets)


def _of_ledger(truth: LedgerCounts) -> tuple[DatasetCount, ...]:
    figures = (
        ("reports", truth.reports),
        ("events", truth.events),
        ("payments", truth.payments),
        ("matches", truth.matches),
        ("breaks", truth.breaks),
    )
    return tuple(DatasetCount("postgres", name, rows, None, True) for name, rows in figures)


def _of_series(series: TimeSeriesCounts, truth: LedgerCounts) -> tuple[DatasetCount, ...]:
    note = f"{series.rows} daily rows; engine: {series.engine}"
    agrees = series.events == truth.events
    return (DatasetCount("time_series", "events", series.events, truth.events, agrees, note),)


def _of_graph(graph: GraphCounter, truth: LedgerCounts, bank_id: UUID) -> tuple[DatasetCount, ...]:
    expected = {
        "Transaction": truth.payments,
        "Report": truth.loaded_reports,
        "Merchant": truth.merchants,
        "Card": truth.cards,
    }
    try:
        nodes = graph.node_counts(bank_id)
    except PayScopeError as error:
        return tuple(
            DatasetCount("neo4j", label, None, rows, None, error.message) for label, rows in expected.items()
        )
    return tuple(
        DatasetCount("neo4j", label, nodes.get(label, 0), rows, nodes.get(label, 0) == rows)
        for label, rows in expected.items()
    )


def _of_documents(documents: DocumentCounter, truth: LedgerCounts, bank_id: UUID) -> tuple[DatasetCount, ...]:
    try:
        rows = documents.count(bank_id)
    except PayScopeError as error:
        return (DatasetCount("pinecone", "documents", None, truth.documents, None, error.message),)
    return (DatasetCount("pinecone", "documents", rows, truth.documents, rows == truth.documents),)


def _agree(datasets: Sequence[DatasetCount]) -> bool | None:
    verdicts = {dataset.agrees for dataset in datasets}
    if False in verdicts:
        return False
    return None if None in verdicts else True
