"""Questions about delays, programmes, matching and fees, written by hand with what a right answer is."""
# ruff: noqa: E501 -- a question and its answer stay on one line

from tests.evaluation.questions import ALL, FEBRUARY, JANUARY, LAST_WEEK, MARCH, Q1, Covered, Names

MASTERCARD: Names = {"network": ("MASTERCARD",)}
NORDWIND: Names = {"merchant": ("M-102",)}
COFFEE: Names = {"merchant": ("M-100",)}

CATALOGUE_SET: tuple[Covered, ...] = (
    Covered("What is our ECP ratio for March?", "ecp_ratio", MARCH),
    Covered("ecm ratio by month in Q1", "ecp_ratio", Q1, by=("month",)),
    Covered("mastercard ecp by merchant, february", "ecp_ratio", FEBRUARY, by=("merchant",)),
    Covered("EFM ratio in March 2026", "efm_ratio", MARCH),
    Covered("excessive fraud merchant ratio for Nordwind Airlines in February", "efm_ratio", FEBRUARY, where=NORDWIND),
    Covered("how much vamp headroom do we have in March", "vamp_headroom", MARCH),
    Covered("VAMP headroom by merchant in march", "vamp_headroom", MARCH, by=("merchant",)),
    Covered("vamp headroom by month in Q1", "vamp_headroom", Q1, by=("month",)),
    Covered("ECP headroom by merchant in March", "ecp_headroom", MARCH, by=("merchant",)),
    Covered("what is the ecm headroom of Blue Harbour Coffee in february?", "ecp_headroom", FEBRUARY, where=COFFEE),
    Covered("EFM headroom by merchant for March", "efm_headroom", MARCH, by=("merchant",)),
    Covered("efm headroom for Nordwind Airlines in January", "efm_headroom", JANUARY, where=NORDWIND),
    Covered("late share in March", "late_settlement_share", MARCH),
    Covered("What was the share of late settlements by network in Q1?", "late_settlement_share", Q1, by=("network",)),
    Covered("late settlement rate at Nordwind Airlines in february", "late_settlement_share", FEBRUARY, where=NORDWIND),
    Covered("how many late settlements did we have last week", "late_settlement_count", LAST_WEEK),
    Covered("late settlements by merchant in March", "late_settlement_count", MARCH, by=("merchant",)),
    Covered("What was the float cost in Q1?", "float_cost", Q1),
    Covered("cost of late settlements by merchant in March", "float_cost", MARCH, by=("merchant",)),
    Covered("float cost in euros in february", "float_cost", FEBRUARY, where={"currency": ("EUR",)}),
    Covered("fee variance in March", "fee_variance", MARCH),
    Covered("fee variance by merchant", "fee_variance", ALL, by=("merchant",)),
    Covered("match rate in March", "match_rate", MARCH),
    Covered("reconciliation rate by network in Q1", "match_rate", Q1, by=("network",)),
    Covered("match rate within tolerance in February", "tolerance_match_rate", FEBRUARY),
    Covered("tolerance match rate by network, march", "tolerance_match_rate", MARCH, by=("network",)),
    Covered("3ds coverage in March", "three_ds_share", MARCH),
    Covered("authenticated share by merchant in Q1", "three_ds_share", Q1, by=("merchant",)),
    Covered("fraud chargebacks in Q1", "fraud_chargeback_count", Q1),
    Covered("how many chargebacks because of fraud by network in Q1", "fraud_chargeback_count", Q1, by=("network",)),
    Covered("amount of fraud chargebacks in Q1", "fraud_chargeback_amount", Q1),
    Covered("fraud chargeback value on Mastercard in Q1", "fraud_chargeback_amount", Q1, where=MASTERCARD),
    Covered("median settlement delay by currency in Q1", "settlement_delay_median", Q1, by=("currency",)),
    Covered("p95 settlement delay in January", "settlement_delay_p95", JANUARY),
)  # fmt: skip
