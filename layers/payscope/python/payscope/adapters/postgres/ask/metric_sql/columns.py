"""Columns of the events, and the dimensions that are one of them."""

from collections.abc import Mapping

PLAIN_DIMENSIONS: Mapping[str, str] = {
    "network": "network",
    "merchant": "merchant_id",
    "mcc": "mcc",
    "bin": "bin",
    "country": "country",
    "issuer_country": "issuer_country",
    "channel": "channel",
    "entry_mode": "entry_mode",
    "three_ds": "three_ds",
    "response_code": "response_code",
    "decline_family": "decline_family",
    "reason_code": "reason_code",
    "card_token": "card_token",
    "source": "source",
}
# What a row takes from its merchant where it does not say so itself (settlement lines carry no MCC).
OF_MERCHANT = frozenset({"merchant_group", "mcc", "mcc_family", "country", "region", "corridor"})


SHOWN_COLUMNS = (
    "source",
    "event_type",
    "subtype",
    "source_ref",
    "sequence",
    "occurred_at",
    "booked_on",
    "amount_minor",
    "currency",
    "settlement_minor",
    "settlement_currency",
    "fee_minor",
    "merchant_id",
    "network",
    "bin",
    "response_code",
    "approved",
    "exclusion",
    "lifecycle_id",
    "arn",
    "order_ref",
)


EVENT_COLUMNS = tuple(
    dict.fromkeys(
        (
            "event_id",
            "revision",
            "report_id",
            "row_number",
            *SHOWN_COLUMNS,
            *PLAIN_DIMENSIONS.values(),
            "interchange_minor",
            "scheme_fee_minor",
            "markup_minor",
            "card_present",
        )
    )
)
