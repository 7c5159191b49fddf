"""The stores that asking needs, all on one database."""

from payscope.adapters.postgres.analyse.anomaly_store import PostgresAnomalies
from payscope.adapters.postgres.analyse.forecast_store import PostgresForecasts
from payscope.adapters.postgres.analyse.series import PostgresFacts
from payscope.adapters.postgres.ask.conversations import PostgresConversations
from payscope.adapters.postgres.ask.entities import PostgresBanks
from payscope.adapters.postgres.ask.metric_queries import PostgresMetrics
from payscope.adapters.postgres.ask.receipt_store import PostgresReceipts
from payscope.adapters.postgres.tenancy import Database
from payscope.application.ask.ports import AskPorts, RawRows


def postgres_ask_ports(database: Database, raw_rows: RawRows) -> AskPorts:
    """The ports of asking over this database; raw rows come from where chunks are kept."""
    return AskPorts(
        metrics=PostgresMetrics(database),
        receipts=PostgresReceipts(database),
        conversations=PostgresConversations(database),
        banks=PostgresBanks(database),
        raw_rows=raw_rows,
        anomalies=PostgresAnomalies(database),
        forecasts=PostgresForecasts(database),
        facts=PostgresFacts(database),
    )
