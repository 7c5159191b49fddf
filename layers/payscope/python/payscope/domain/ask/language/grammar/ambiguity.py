"""Words that may mean several metrics, and metrics of the same rows."""

from collections.abc import Mapping

# Words that could mean several metrics; each asks back with these.
AMBIGUOUS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "rate": (
        ("rate", "ratio", "rates"),
        ("auth_rate_raw", "decline_rate", "refund_rate", "chargeback_rate", "match_rate"),
    ),
    "volume": (
        ("volume", "volumes", "traffic", "activity"),
        ("sales_amount", "transactions", "auth_attempts", "gross_settlement"),
    ),
    "amount": (
        ("amount", "amounts", "money", "value", "sum"),
        ("sales_amount", "approved_amount", "net_settlement", "refund_amount"),
    ),
    "payments": (
        ("payments", "payment", "orders"),
        ("auth_attempts", "auth_approved", "sales_count", "settled_count"),
    ),
    "settlement": (
        (
            "settlement",
            "settlements",
            "settled",
            "settlement amount",
            "settlement value",
            "settlement volume",
            "settlement figures",
        ),
        ("net_settlement", "gross_settlement", "settled_count", "settlement_delay_median"),
    ),
    "delay": (("delay", "delays", "lag"), ("settlement_delay_median", "settlement_delay_p95")),
    "cost": (
        ("cost", "costs", "expenses"),
        ("fees_total", "interchange", "scheme_fees", "effective_rate_bps"),
    ),
    "fraud": (("fraud",), ("fraud_report_count", "fraud_report_amount", "fraud_rate")),
    "performance": (
        (
            "performance",
            "performing",
            "doing",
            "business",
            "kpi",
            "kpis",
            "metrics",
            "metric",
            "stats",
            "statistics",
            "numbers",
            "everything",
            "things",
            "figures",
            "report card",
        ),
        ("auth_rate_raw", "sales_amount", "chargeback_rate", "net_settlement"),
    ),
    "reconciliation": (
        ("reconciliation", "recon", "matching"),
        ("match_rate", "open_break_count", "open_break_value"),
    ),
    "losses": (
        ("losses", "loss", "lose", "lost", "did we lose"),
        ("fraud_report_amount", "chargeback_amount", "refund_amount"),
    ),
}


# The amount, count and rate of the same rows.
AMOUNT_OF: Mapping[str, str] = {
    "refund_count": "refund_amount",
    "chargeback_count": "chargeback_amount",
    "fraud_report_count": "fraud_report_amount",
    "sales_count": "sales_amount",
    "decline_count": "declined_amount",
    "auth_approved": "approved_amount",
    "open_break_count": "open_break_value",
    "auth_attempts": "requested_amount",
    "settled_count": "gross_settlement",
    "payout_count": "payouts",
    "transactions": "sales_amount",
}


COUNT_OF: Mapping[str, str] = {
    **{amount: count for count, amount in AMOUNT_OF.items() if count != "transactions"},
    "net_settlement": "settled_count",
}


RATE_OF: Mapping[str, str] = {
    "decline_count": "decline_rate",
    "refund_count": "refund_rate",
    "chargeback_count": "chargeback_rate",
    "auth_approved": "auth_rate_raw",
    "fraud_report_count": "fraud_rate",
    "auth_attempts": "auth_rate_raw",
    "open_break_count": "match_rate",
}


# The metric that counts where a question names only what it is grouped by.
DEFAULT_METRIC_OF: Mapping[str, str] = {
    "response_code": "decline_count",
    "decline_family": "decline_count",
    "break_reason": "open_break_count",
    "break_state": "open_break_count",
    "reason_code": "chargeback_count",
}
