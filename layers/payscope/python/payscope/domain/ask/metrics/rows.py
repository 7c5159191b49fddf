"""The rows that metrics are made of: conditions that several of them share."""

from payscope.domain.ask.metric import Amount, Condition, Term, Test
from payscope.domain.reconcile.disputes import FRAUD_REASONS


def is_one_of(column: str, *values: str) -> Condition:
    return Condition(column, Test.IN, values)


def is_none_of(column: str, *values: str) -> Condition:
    return Condition(column, Test.NOT_IN, values)


ATTEMPT = (is_one_of("event_type", "AUTH"), Condition("exclusion", Test.EMPTY))
APPROVED = (*ATTEMPT, Condition("approved", Test.TRUE))
DECLINED = (*ATTEMPT, Condition("approved", Test.NOT_TRUE))
EXCLUDED = (is_one_of("event_type", "AUTH"), Condition("exclusion", Test.FILLED))
SALE = (is_one_of("event_type", "CLEARING"),)
REFUND = (is_one_of("event_type", "REFUND"),)
FIRST_CHARGEBACK = (is_one_of("event_type", "DISPUTE"), is_one_of("subtype", "FIRST_CHARGEBACK"))
REPRESENTMENT = (is_one_of("event_type", "DISPUTE"), is_one_of("subtype", "REPRESENTMENT"))
FRAUD = (is_one_of("event_type", "FRAUD_REPORT"),)
FRAUD_CHARGEBACK = (
    *FIRST_CHARGEBACK,
    is_one_of("reason_code", *FRAUD_REASONS),
)
ECOMMERCE_APPROVED = (*APPROVED, is_one_of("channel", "ECOM"))
SETTLED = (is_one_of("event_type", "SETTLEMENT"),)
PAYOUT = (is_one_of("event_type", "ADJUSTMENT"), is_one_of("subtype", "PAYOUT"))
BANK_CREDIT = (is_one_of("event_type", "BANK_ENTRY"), is_one_of("subtype", "CREDIT"))
# Money that a settlement report moves, whichever event type its line became; payouts are apart.
IN_SETTLEMENT_REPORT = Condition("source", Test.NOT_IN, ("acquirer", "scheme", "bank"))
SETTLEMENT_LINE = (is_one_of("event_type", "SETTLEMENT", "REFUND", "DISPUTE", "FEE"), IN_SETTLEMENT_REPORT)
ADJUSTMENT_LINE = (
    is_one_of("event_type", "ADJUSTMENT"),
    is_none_of("subtype", "PAYOUT"),
    IN_SETTLEMENT_REPORT,
)
NET_LINES = (Term(SETTLEMENT_LINE, Amount.SETTLEMENT), Term(ADJUSTMENT_LINE, Amount.SETTLEMENT))
FEE_LINE = (is_one_of("event_type", "FEE"), IN_SETTLEMENT_REPORT)
CHARGED_LINE = (
    is_one_of("event_type", "SETTLEMENT", "REFUND", "DISPUTE", "ADJUSTMENT"),
    IN_SETTLEMENT_REPORT,
)
FEE_TERMS = (Term(CHARGED_LINE, Amount.FEE, -1), Term(FEE_LINE, Amount.SETTLEMENT, -1))
GROSS_SETTLED = (is_one_of("event_type", "SETTLEMENT"), IN_SETTLEMENT_REPORT)
OPEN_BREAK = (is_one_of("state", "MISMATCHED", "UNMATCHED", "DUPLICATE", "REOPENED"),)
WITHIN_TOLERANCE = (is_one_of("state", "MATCHED_TOLERANCE"),)
FEE_BREAK = (*OPEN_BREAK, is_one_of("reason", "FEE_VARIANCE"))
MATCHED = (is_one_of("state", "MATCHED", "MATCHED_TOLERANCE", "GROUPED"),)
DECIDED = (is_none_of("state", "EXPECTED"),)

# What the answers about retries state with them.
INTENT = (
    "Attempts of one order (without an order id: of the same card, merchant, amount and currency) are one"
    " intent while each follows the one before within 24 hours."
)
MASTERCARD = is_one_of("network", "MASTERCARD")
NOT_PRESENT = is_one_of("card_present", "NOT_PRESENT")
VISA_CARD_NOT_PRESENT = (is_one_of("network", "VISA"), is_one_of("card_present", "NOT_PRESENT"))
