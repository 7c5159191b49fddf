"""Questions that analysts ask of a year of payments, as queries of the catalogue: metric, breakdown, days."""

from datetime import date

from payscope.domain.ask.plans import Filter, MetricQuery

START_ON = date(2025, 4, 1)
AS_OF = date(2026, 3, 31)
_YEAR, _MONTH, _WEEK, _DAY = "2025-04-01/2026-03-31", "2026-02", "2026-03-16/2026-03-22", "2026-03-17"
_RECENT = "2026-01-20/2026-03-20"
_VISA = ("network", "VISA")
_SHOP = ("merchant", "M-00003")

_ASKED: tuple[tuple[str, tuple[str, ...], str, tuple[str, str] | None], ...] = (
    # one number
    ("auth_rate_raw", (), _DAY, None),
    ("auth_rate_raw", (), _WEEK, None),
    ("auth_rate_raw", (), _MONTH, None),
    ("auth_rate_raw", (), _YEAR, None),
    ("decline_count", (), _YEAR, None),
    ("sales_amount", (), _YEAR, None),
    ("net_settlement", (), _RECENT, None),
    ("fees_total", (), _YEAR, None),
    ("chargeback_rate", (), _YEAR, None),
    ("fraud_rate", (), _MONTH, None),
    ("vamp_ratio", (), _MONTH, None),
    ("auth_rate_first", (), _YEAR, None),
    ("auth_retries", (), _MONTH, None),
    ("average_ticket", (), _WEEK, None),
    ("effective_rate_bps", (), _RECENT, None),
    ("refund_rate", (), _YEAR, None),
    # of one network, merchant, issuer, code
    ("auth_rate_raw", (), _YEAR, _VISA),
    ("sales_amount", (), _MONTH, _VISA),
    ("gross_settlement", (), _RECENT, _SHOP),
    ("auth_rate_raw", (), _YEAR, _SHOP),
    ("chargeback_count", (), _YEAR, _SHOP),
    ("decline_count", (), _YEAR, ("response_code", "51")),
    ("decline_count", (), _MONTH, ("decline_family", "TECHNICAL")),
    ("auth_rate_raw", (), _YEAR, ("issuer", "Issuer 3")),
    ("interchange", (), _RECENT, _VISA),
    ("refund_amount", (), _YEAR, ("country", "DE")),
    # by one thing
    ("auth_rate_raw", ("network",), _YEAR, None),
    ("sales_amount", ("merchant",), _YEAR, None),
    ("sales_amount", ("merchant",), _MONTH, None),
    ("decline_count", ("merchant",), _RECENT, None),
    ("decline_count", ("response_code",), _YEAR, None),
    ("decline_count", ("decline_family",), _RECENT, None),
    ("auth_rate_raw", ("issuer",), _YEAR, None),
    ("auth_rate_raw", ("issuer",), _MONTH, None),
    ("auth_rate_raw", ("bin",), _RECENT, None),
    ("sales_count", ("mcc",), _YEAR, None),
    ("sales_amount", ("mcc_family",), _RECENT, None),
    ("sales_amount", ("country",), _YEAR, None),
    ("sales_amount", ("region",), _MONTH, None),
    ("auth_rate_raw", ("corridor",), _YEAR, None),
    ("sales_count", ("channel",), _YEAR, None),
    ("auth_rate_raw", ("entry_mode",), _RECENT, None),
    ("auth_rate_raw", ("three_ds",), _YEAR, None),
    ("sales_count", ("card_present",), _MONTH, None),
    ("chargeback_count", ("reason_code",), _YEAR, None),
    ("sales_count", ("source",), _MONTH, None),
    ("gross_settlement", ("merchant_group",), _RECENT, None),
    # over time
    ("auth_rate_raw", ("hour",), _YEAR, None),
    ("auth_attempts", ("weekday",), _YEAR, None),
    ("net_settlement", ("day",), _RECENT, None),
    ("sales_amount", ("day",), _YEAR, None),
    ("auth_rate_raw", ("week",), _YEAR, None),
    ("sales_count", ("month",), _YEAR, _SHOP),
    ("fees_total", ("quarter",), _YEAR, None),
    # by two things
    ("auth_rate_raw", ("network", "month"), _YEAR, None),
    ("decline_count", ("merchant", "response_code"), _MONTH, None),
    ("sales_amount", ("merchant", "month"), _YEAR, None),
    # how long, how well matched, what is open, out of which file
    ("settlement_delay_median", (), _MONTH, None),
    ("settlement_delay_p95", (), _YEAR, None),
    ("settlement_delay_median", ("network",), _YEAR, None),
    ("settlement_delay_p95", ("merchant",), _RECENT, None),
    ("match_rate", (), _YEAR, None),
    ("match_rate", ("network",), _MONTH, None),
    ("match_rate", ("month",), _YEAR, None),
    ("open_break_count", (), _YEAR, None),
    ("open_break_value", ("break_reason",), _YEAR, None),
    ("open_break_count", ("merchant",), _RECENT, None),
    ("sales_count", ("report",), _WEEK, None),
    ("auth_attempts", ("report",), _MONTH, None),
)


def _query(
    metric: str, dimensions: tuple[str, ...], days: str, filtered: tuple[str, str] | None
) -> MetricQuery:
    filters = (Filter(dimension=filtered[0], values=(filtered[1],)),) if filtered else ()
    return MetricQuery(
        metrics=(metric,), dimensions=dimensions, filters=filters, time_range=days, as_of=AS_OF
    )


def _text(metric: str, dimensions: tuple[str, ...], days: str, filtered: tuple[str, str] | None) -> str:
    by = f" by {', '.join(dimensions)}" if dimensions else ""
    of = f" of {filtered[1]}" if filtered else ""
    return f"{metric}{of}{by} {days}"


QUESTIONS: dict[str, MetricQuery] = {_text(*asked): _query(*asked) for asked in _ASKED}
