"""Build one bank's graph anew from the facts."""

from typing import Protocol
from uuid import UUID

from payscope.application.derive.sync_graph import PAGE_EVENTS, PaymentGraph, PaymentReader, write_payments


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
    return sum(_write(reader, graph, bank_id, report_id) for report_id in reports.loaded_reports(bank_id))


def _write(reader: PaymentReader, graph: PaymentGraph, bank_id: UUID, report_id: UUID) -> int:
    graph.write_parties(bank_id, reader.parties(bank_id, report_id))
    count, after = 0, None
    while events := reader.page(bank_id, report_id, after, PAGE_EVENTS):
        write_payments(reader, graph, bank_id, events)
        count, after = count + len(events), (events[-1].row_number, events[-1].event_id)
    return count
