"""Build one bank's graph anew from the facts."""

from typing import Protocol
from uuid import UUID

from payscope.application.sync_graph import PaymentGraph, PaymentReader, sync_graph


class ReportList(Protocol):
    """Lists what has been loaded."""

    def loaded_reports(self, bank_id: UUID) -> tuple[UUID, ...]:
        """Reports that brought events which were ever known, oldest first."""
        ...


class GraphEraser(Protocol):
    """Empties the graph of a bank."""

    def erase(self, bank_id: UUID) -> None:
        """Remove every node and edge of the bank."""
        ...


def rebuild_graph(
    reports: ReportList, reader: PaymentReader, eraser: GraphEraser, graph: PaymentGraph, bank_id: UUID
) -> int:
    """Erase the bank's graph and write it from all loaded reports; the number of events written."""
    eraser.erase(bank_id)
    return sum(sync_graph(reader, graph, bank_id, report_id) for report_id in reports.loaded_reports(bank_id))
