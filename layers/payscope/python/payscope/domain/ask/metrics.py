"""Metrics as data: which rows count, what is summed, and how the number is read."""

from dataclasses import dataclass
from enum import StrEnum

from payscope.domain.ask.plans import Clock


class Unit(StrEnum):
    """How a value is read."""

    COUNT = "count"
    RATIO = "ratio"
    MONEY = "money"
    DAYS = "days"
    BPS = "bps"


class Direction(StrEnum):
    """Whether more is better."""

    GOOD = "good"
    BAD = "bad"
    NEUTRAL = "neutral"


class Relation(StrEnum):
    """The rows that a metric is measured over.

    ATTEMPT is the authorisation attempts with their place in their intent, SETTLED the settled
    sales with the business days since their clearing, BREAK the reconciliation breaks, MATCH the
    reconciliation decisions with the events they are about.
    """

    EVENT = "event"
    ATTEMPT = "attempt"
    SETTLED = "settled"
    BREAK = "break"
    MATCH = "match"


class Amount(StrEnum):
    """What a row adds."""

    ROWS = "rows"
    AMOUNT = "amount"
    SETTLEMENT = "settlement"
    FEE = "fee"
    INTERCHANGE = "interchange"
    SCHEME_FEE = "scheme_fee"
    MARKUP = "markup"
    DELAY = "delay_days"
    ABSOLUTE = "absolute_amount"


class Test(StrEnum):
    """How a condition looks at a column."""

    __test__ = False

    IN = "in"
    NOT_IN = "not_in"
    EMPTY = "empty"
    FILLED = "filled"
    TRUE = "true"
    NOT_TRUE = "not_true"


@dataclass(frozen=True, slots=True)
class Condition:
    """One test of one column of the relation."""

    column: str
    test: Test
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Term:
    """The rows that pass every condition add ``sign`` times their amount."""

    where: tuple[Condition, ...]
    amount: Amount = Amount.ROWS
    sign: int = 1


@dataclass(frozen=True, slots=True)
class Metric:
    """A governed metric; a changed definition is a new version.

    Attributes:
        per_currency: Every value belongs to one currency; several currencies give several values.
        settlement_currency: The currency is that of the settlement amount.
        denominator: Empty for sums. A zero denominator gives no value.
        quantile: For quantiles: the fraction, of the numerator's amount over its rows.
        days: Words for the period in which rows count, where that is not the plain period.
    """

    id: str
    label: str
    definition: str
    unit: Unit
    clock: Clock
    numerator: tuple[Term, ...]
    denominator: tuple[Term, ...] = ()
    relation: Relation = Relation.EVENT
    quantile: float | None = None
    per_currency: bool = False
    settlement_currency: bool = False
    direction: Direction = Direction.NEUTRAL
    synonyms: tuple[str, ...] = ()
    version: int = 1

    @property
    def additive(self) -> bool:
        """Whether values of disjoint groups add up to the value of all."""
        return not self.denominator and self.quantile is None

    @property
    def event_types(self) -> frozenset[str]:
        """Event types that can count; empty where the relation is not the events."""
        return frozenset(
            value
            for term in (*self.numerator, *self.denominator)
            for condition in term.where
            if condition.column == "event_type"
            for value in condition.values
        )


def _is(column: str, *values: str) -> Condition:
    return Condition(column, Test.IN, values)


def _is_not(column: str, *values: str) -> Condition:
    return Condition(column, Test.NOT_IN, values)


_ATTEMPT = (_is("event_type", "AUTH"), Condition("exclusion", Test.EMPTY))
_APPROVED = (*_ATTEMPT, Condition("approved", Test.TRUE))
_DECLINED = (*_ATTEMPT, Condition("approved", Test.NOT_TRUE))
_EXCLUDED = (_is("event_type", "AUTH"), Condition("exclusion", Test.FILLED))
_SALE = (_is("event_type", "CLEARING"),)
_REFUND = (_is("event_type", "REFUND"),)
_FIRST_CHARGEBACK = (_is("event_type", "DISPUTE"), _is("subtype", "FIRST_CHARGEBACK"))
_REPRESENTMENT = (_is("event_type", "DISPUTE"), _is("subtype", "REPRESENTMENT"))
_FRAUD = (_is("event_type", "FRAUD_REPORT"),)
_SETTLED = (_is("event_type", "SETTLEMENT"),)
_PAYOUT = (_is("event_type", "ADJUSTMENT"), _is("subtype", "PAYOUT"))
_BANK_CREDIT = (_is("event_type", "BANK_ENTRY"), _is("subtype", "CREDIT"))

# Money that a settlement report moves, whichever event type its line became; payouts are apart.
_IN_SETTLEMENT_REPORT = Condition("source", Test.NOT_IN, ("acquirer", "scheme", "bank"))
_SETTLEMENT_LINE = (_is("event_type", "SETTLEMENT", "REFUND", "DISPUTE", "FEE"), _IN_SETTLEMENT_REPORT)
_ADJUSTMENT_LINE = (_is("event_type", "ADJUSTMENT"), _is_not("subtype", "PAYOUT"), _IN_SETTLEMENT_REPORT)
_NET_LINES = (Term(_SETTLEMENT_LINE, Amount.SETTLEMENT), Term(_ADJUSTMENT_LINE, Amount.SETTLEMENT))
_FEE_LINE = (_is("event_type", "FEE"), _IN_SETTLEMENT_REPORT)
_CHARGED_LINE = (_is("event_type", "SETTLEMENT", "REFUND", "DISPUTE", "ADJUSTMENT"), _IN_SETTLEMENT_REPORT)
_FEES = (Term(_CHARGED_LINE, Amount.FEE, -1), Term(_FEE_LINE, Amount.SETTLEMENT, -1))
_GROSS_SETTLED = (_is("event_type", "SETTLEMENT"), _IN_SETTLEMENT_REPORT)
_OPEN_BREAK = (_is("state", "MISMATCHED", "UNMATCHED", "DUPLICATE", "REOPENED"),)
_MATCHED = (_is("state", "MATCHED", "MATCHED_TOLERANCE", "GROUPED"),)
_DECIDED = (_is_not("state", "EXPECTED"),)


METRICS: tuple[Metric, ...] = (
    # Authorisation
    Metric(
        "auth_attempts",
        "Authorisation attempts",
        "Authorisation requests with a response; without account verifications, reversals and advices,"
        " incremental authorisations, balance inquiries and exact duplicates.",
        Unit.COUNT,
        Clock.OCCURRED,
        (Term(_ATTEMPT),),
        direction=Direction.GOOD,
        synonyms=(
            "authorisations",
            "authorisation attempts",
            "authorisation requests",
            "auths",
            "auth attempts",
            "attempts",
            "authorisation count",
            "authorisation volume",
            "auth volume",
            "auth count",
            "attempted transactions",
            "attempted payments",
            "payment attempts",
        ),
    ),
    Metric(
        "auth_approved",
        "Approved authorisations",
        "Attempts whose response approves, partial approvals included.",
        Unit.COUNT,
        Clock.OCCURRED,
        (Term(_APPROVED),),
        direction=Direction.GOOD,
        synonyms=(
            "approvals",
            "approved",
            "authorised",
            "approved authorisations",
            "approved transactions",
            "approved payments",
            "approved count",
            "approval count",
            "approved auths",
            "approved attempts",
            "successful payments",
            "successful authorisations",
            "successful transactions",
            "authorised transactions",
            "authorised payments",
        ),
    ),
    Metric(
        "auth_rate_raw",
        "Approval rate",
        "Approved attempts / attempts.",
        Unit.RATIO,
        Clock.OCCURRED,
        (Term(_APPROVED),),
        (Term(_ATTEMPT),),
        direction=Direction.GOOD,
        synonyms=(
            "approval rate",
            "authorisation rate",
            "auth rate",
            "acceptance rate",
            "raw approval rate",
            "success rate",
            "payment success rate",
            "raw authorisation rate",
            "raw auth rate",
            "approval ratio",
            "acceptance ratio",
            "conversion rate",
            "share of approved authorisations",
            "authorisation success rate",
            "auth success rate",
        ),
    ),
    Metric(
        "auth_rate_first",
        "First-attempt approval rate",
        "Intents approved on their first attempt / first attempts. An intent is an order id;"
        " without one, the same"
        " card, merchant, amount and currency, each attempt within 24 hours of the one before.",
        Unit.RATIO,
        Clock.OCCURRED,
        (Term((*_APPROVED, Condition("is_first", Test.TRUE))),),
        (Term((*_ATTEMPT, Condition("is_first", Test.TRUE))),),
        relation=Relation.ATTEMPT,
        direction=Direction.GOOD,
        synonyms=(
            "first attempt approval rate",
            "first attempt rate",
            "first attempt authorisation rate",
            "approval rate on first attempt",
            "approval rate on the first attempt",
            "first time approval rate",
            "first try approval rate",
            "first attempt auth rate",
            "first attempt success rate",
        ),
    ),
    Metric(
        "auth_rate_dedup",
        "Approval rate without retries",
        "Intents approved in the end / intents, each on the day of its first attempt. An intent is"
        " an order id;"
        " without one, the same card, merchant, amount and currency, each attempt within 24 hours"
        " of the one before.",
        Unit.RATIO,
        Clock.OCCURRED,
        (Term((*_ATTEMPT, Condition("is_first", Test.TRUE), Condition("intent_approved", Test.TRUE))),),
        (Term((*_ATTEMPT, Condition("is_first", Test.TRUE))),),
        relation=Relation.ATTEMPT,
        direction=Direction.GOOD,
        synonyms=(
            "deduplicated approval rate",
            "dedup approval rate",
            "approval rate without retries",
            "approval rate excluding retries",
            "final approval rate",
            "intent approval rate",
            "deduplicated authorisation rate",
            "approval rate after retries",
            "deduplicated auth rate",
            "approval rate deduplicated",
            "order approval rate",
        ),
    ),
    Metric(
        "payment_intents",
        "Payment intents",
        "Intents by the day of their first attempt. An intent is an order id; without one, the same"
        " card, merchant,"
        " amount and currency, each attempt within 24 hours of the one before.",
        Unit.COUNT,
        Clock.OCCURRED,
        (Term((*_ATTEMPT, Condition("is_first", Test.TRUE))),),
        relation=Relation.ATTEMPT,
        direction=Direction.GOOD,
        synonyms=(
            "payment intents",
            "intents",
            "orders",
            "first attempts",
            "distinct payments",
            "order count",
        ),
    ),
    Metric(
        "auth_retries",
        "Authorisation retries",
        "Attempts that follow an earlier attempt of the same intent.",
        Unit.COUNT,
        Clock.OCCURRED,
        (Term((*_ATTEMPT, Condition("is_first", Test.NOT_TRUE))),),
        relation=Relation.ATTEMPT,
        direction=Direction.BAD,
        synonyms=(
            "retries",
            "authorisation retries",
            "retry count",
            "repeat attempts",
            "retried authorisations",
            "retry attempts",
        ),
    ),
    Metric(
        "auth_rate_value",
        "Approval rate by value",
        "Approved amount / requested amount of the attempts.",
        Unit.RATIO,
        Clock.OCCURRED,
        (Term(_APPROVED, Amount.AMOUNT),),
        (Term(_ATTEMPT, Amount.AMOUNT),),
        per_currency=True,
        direction=Direction.GOOD,
        synonyms=(
            "approval rate by value",
            "approval rate by amount",
            "value approval rate",
            "approval rate on value",
            "authorisation rate by value",
            "amount weighted approval rate",
            "value weighted approval rate",
            "approval rate by volume",
            "auth rate by value",
            "approval rate in value",
            "authorisation rate by amount",
            "approval rate weighted by amount",
        ),
    ),
    Metric(
        "decline_count",
        "Declines",
        "Attempts whose response does not approve.",
        Unit.COUNT,
        Clock.OCCURRED,
        (Term(_DECLINED),),
        direction=Direction.BAD,
        synonyms=(
            "declines",
            "declined authorisations",
            "declined transactions",
            "declined payments",
            "decline count",
            "rejected payments",
            "refused payments",
            "failed payments",
            "failed authorisations",
            "declined",
            "failed",
            "declined auths",
            "declined attempts",
            "rejections",
            "failed transactions",
            "rejected transactions",
            "refused authorisations",
            "failures",
        ),
    ),
    Metric(
        "decline_rate",
        "Decline rate",
        "Declined attempts / attempts.",
        Unit.RATIO,
        Clock.OCCURRED,
        (Term(_DECLINED),),
        (Term(_ATTEMPT),),
        direction=Direction.BAD,
        synonyms=(
            "decline rate",
            "rejection rate",
            "refusal rate",
            "failure rate",
            "decline ratio",
            "declined rate",
        ),
    ),
    Metric(
        "declined_amount",
        "Declined amount",
        "Requested amount of the attempts whose response does not approve.",
        Unit.MONEY,
        Clock.OCCURRED,
        (Term(_DECLINED, Amount.AMOUNT),),
        per_currency=True,
        direction=Direction.BAD,
        synonyms=(
            "declined amount",
            "declined value",
            "declined volume",
            "value of declines",
            "amount of declines",
            "amount declined",
            "value declined",
            "decline value",
            "decline amount",
            "lost sales",
        ),
    ),
    Metric(
        "requested_amount",
        "Requested amount",
        "Amount of the authorisation attempts.",
        Unit.MONEY,
        Clock.OCCURRED,
        (Term(_ATTEMPT, Amount.AMOUNT),),
        per_currency=True,
        synonyms=(
            "requested amount",
            "authorisation amount",
            "attempted amount",
            "requested value",
            "requested volume",
            "attempted volume",
            "amount requested",
            "authorisation value",
            "attempted value",
            "amount of authorisations",
            "value of authorisations",
        ),
    ),
    Metric(
        "approved_amount",
        "Approved amount",
        "Amount of the approved attempts.",
        Unit.MONEY,
        Clock.OCCURRED,
        (Term(_APPROVED, Amount.AMOUNT),),
        per_currency=True,
        direction=Direction.GOOD,
        synonyms=(
            "approved amount",
            "authorised amount",
            "approved value",
            "approved volume",
            "amount approved",
            "amount authorised",
            "authorised volume",
            "authorised value",
            "value of approvals",
            "value approved",
            "value of approved authorisations",
        ),
    ),
    Metric(
        "auth_excluded",
        "Authorisation rows that are no attempts",
        "Authorisation rows left out of the attempts: verifications, advices, increments,"
        " inquiries, duplicates.",
        Unit.COUNT,
        Clock.OCCURRED,
        (Term(_EXCLUDED),),
        synonyms=(
            "excluded authorisations",
            "excluded auths",
            "authorisation exclusions",
            "account verifications",
            "excluded authorisation rows",
        ),
    ),
    # Clearing
    Metric(
        "sales_count",
        "Cleared sales",
        "Sales presented for clearing.",
        Unit.COUNT,
        Clock.BOOKED,
        (Term(_SALE),),
        direction=Direction.GOOD,
        synonyms=(
            "sales",
            "cleared",
            "sales count",
            "clearings",
            "cleared sales",
            "cleared transactions",
            "clearing count",
            "presentments",
            "number of sales",
            "cleared payments",
            "captures",
            "sale count",
            "clearing records",
            "clearing transactions",
        ),
    ),
    Metric(
        "sales_amount",
        "Cleared sales amount",
        "Transaction amount of the sales presented for clearing.",
        Unit.MONEY,
        Clock.BOOKED,
        (Term(_SALE, Amount.AMOUNT),),
        per_currency=True,
        direction=Direction.GOOD,
        synonyms=(
            "sales amount",
            "sales volume",
            "sales value",
            "clearing amount",
            "cleared amount",
            "cleared volume",
            "clearing volume",
            "turnover",
            "gross sales",
            "processed volume",
            "payment volume",
            "revenue",
            "processed amount",
            "cleared value",
            "clearing value",
            "value of sales",
            "amount of sales",
            "captured amount",
            "captured volume",
            "tpv",
            "gmv",
            "total sales",
            "sales total",
            "presented amount",
            "sales turnover",
        ),
    ),
    Metric(
        "transactions",
        "Card transactions",
        "Transactions presented for clearing: sales and refunds.",
        Unit.COUNT,
        Clock.BOOKED,
        (Term(_SALE), Term(_REFUND)),
        direction=Direction.GOOD,
        synonyms=(
            "transactions",
            "transaction count",
            "card transactions",
            "number of transactions",
            "transaction number",
            "presented transactions",
        ),
    ),
    Metric(
        "average_ticket",
        "Average ticket",
        "Cleared sales amount / cleared sales.",
        Unit.MONEY,
        Clock.BOOKED,
        (Term(_SALE, Amount.AMOUNT),),
        (Term(_SALE),),
        per_currency=True,
        synonyms=(
            "average ticket",
            "avg ticket",
            "average ticket size",
            "ticket size",
            "average sale",
            "mean ticket",
            "average order value",
            "aov",
            "average transaction value",
            "average transaction amount",
            "average basket",
            "avg ticket size",
            "average transaction size",
            "average sale amount",
            "average purchase",
            "mean transaction value",
            "atv",
            "average amount per transaction",
            "average payment",
            "average ticket value",
        ),
    ),
    # Refunds
    Metric(
        "refund_count",
        "Refunds",
        "Refunds.",
        Unit.COUNT,
        Clock.BOOKED,
        (Term(_REFUND),),
        direction=Direction.BAD,
        synonyms=(
            "refunds",
            "refunded",
            "refund count",
            "number of refunds",
            "refunded transactions",
            "credits to cardholders",
            "refunded payments",
            "refund transactions",
        ),
    ),
    Metric(
        "refund_amount",
        "Refunded amount",
        "Transaction amount of the refunds, as a positive number.",
        Unit.MONEY,
        Clock.BOOKED,
        (Term(_REFUND, Amount.AMOUNT, -1),),
        per_currency=True,
        direction=Direction.BAD,
        synonyms=(
            "refund amount",
            "refunded amount",
            "refund value",
            "refund volume",
            "refunded volume",
            "refunded value",
            "value of refunds",
            "amount of refunds",
            "amount refunded",
            "value refunded",
            "total refunds",
        ),
    ),
    Metric(
        "refund_rate",
        "Refund rate",
        "Refunds / cleared sales, both booked in the period.",
        Unit.RATIO,
        Clock.BOOKED,
        (Term(_REFUND),),
        (Term(_SALE),),
        direction=Direction.BAD,
        synonyms=("refund rate", "refund ratio", "return rate", "refunds per sale", "rate of refunds"),
    ),
    Metric(
        "refund_rate_value",
        "Refund rate by value",
        "Refunded amount / cleared sales amount, both booked in the period.",
        Unit.RATIO,
        Clock.BOOKED,
        (Term(_REFUND, Amount.AMOUNT, -1),),
        (Term(_SALE, Amount.AMOUNT),),
        per_currency=True,
        direction=Direction.BAD,
        synonyms=(
            "refund rate by value",
            "refund rate by amount",
            "value refund rate",
            "refund rate in value",
        ),
    ),
    # Disputes and fraud
    Metric(
        "chargeback_count",
        "First chargebacks",
        "First chargebacks received, from one reporting source.",
        Unit.COUNT,
        Clock.BOOKED,
        (Term(_FIRST_CHARGEBACK),),
        direction=Direction.BAD,
        synonyms=(
            "chargebacks",
            "charged back",
            "disputed",
            "first chargebacks",
            "chargeback count",
            "disputes",
            "number of chargebacks",
            "dispute count",
            "charge backs",
            "chargebacks received",
            "disputed transactions",
            "disputed payments",
        ),
    ),
    Metric(
        "chargeback_amount",
        "First chargeback amount",
        "Amount of the first chargebacks received, as a positive number.",
        Unit.MONEY,
        Clock.BOOKED,
        (Term(_FIRST_CHARGEBACK, Amount.AMOUNT, -1),),
        per_currency=True,
        direction=Direction.BAD,
        synonyms=(
            "chargeback amount",
            "chargeback value",
            "chargeback volume",
            "disputed amount",
            "dispute amount",
            "value of chargebacks",
            "amount of chargebacks",
            "dispute value",
            "amount charged back",
            "charged back amount",
            "value of disputes",
            "disputed value",
            "disputed volume",
        ),
    ),
    Metric(
        "chargeback_rate",
        "Chargeback rate",
        "First chargebacks received / sales, both booked in the period.",
        Unit.RATIO,
        Clock.BOOKED,
        (Term(_FIRST_CHARGEBACK),),
        (Term(_SALE),),
        direction=Direction.BAD,
        synonyms=(
            "chargeback rate",
            "dispute rate",
            "chargeback ratio",
            "dispute ratio",
            "charge back rate",
            "chargebacks to sales",
            "rate of chargebacks",
        ),
    ),
    Metric(
        "representment_count",
        "Representments",
        "Chargebacks represented to the issuer.",
        Unit.COUNT,
        Clock.BOOKED,
        (Term(_REPRESENTMENT),),
        synonyms=(
            "representments",
            "representment count",
            "represented chargebacks",
            "second presentments",
            "contested chargebacks",
            "disputes contested",
        ),
    ),
    Metric(
        "fraud_report_count",
        "Fraud reports",
        "Transactions that issuers reported as fraud.",
        Unit.COUNT,
        Clock.BOOKED,
        (Term(_FRAUD),),
        direction=Direction.BAD,
        synonyms=(
            "fraud reports",
            "fraud report count",
            "reported fraud cases",
            "fraud cases",
            "tc40",
            "tc40s",
            "fraud count",
            "fraudulent transactions",
            "tc40 reports",
            "safe reports",
            "fraud notifications",
            "fraud alerts received",
            "reported frauds",
            "fraudulent payments",
        ),
    ),
    Metric(
        "fraud_report_amount",
        "Reported fraud amount",
        "Amount of the transactions that issuers reported as fraud, as a positive number.",
        Unit.MONEY,
        Clock.BOOKED,
        (Term(_FRAUD, Amount.ABSOLUTE),),
        per_currency=True,
        direction=Direction.BAD,
        synonyms=(
            "fraud amount",
            "reported fraud amount",
            "fraud value",
            "fraud losses",
            "value of fraud",
            "amount of fraud",
            "fraud volume",
            "fraud loss",
            "fraud report amount",
            "fraudulent amount",
            "value of fraud reports",
            "fraudulent volume",
        ),
    ),
    Metric(
        "fraud_rate",
        "Fraud rate",
        "Fraud reports / cleared sales, both booked in the period.",
        Unit.BPS,
        Clock.BOOKED,
        (Term(_FRAUD),),
        (Term(_SALE),),
        direction=Direction.BAD,
        synonyms=(
            "fraud rate",
            "fraud ratio",
            "fraud to sales",
            "fraud bps",
            "rate of fraud",
            "fraud to sales ratio",
        ),
    ),
    # Settlement
    Metric(
        "settled_count",
        "Settled sales",
        "Sales that settlement reports pay out.",
        Unit.COUNT,
        Clock.BOOKED,
        (Term((*_SETTLED, _IN_SETTLEMENT_REPORT)),),
        direction=Direction.GOOD,
        synonyms=(
            "settled transactions",
            "settled sales",
            "settled payments",
            "settlement count",
            "settled count",
            "number of settlements",
            "settlement lines",
            "settled sale count",
            "settlement transactions",
        ),
    ),
    Metric(
        "gross_settlement",
        "Gross settlement",
        "Gross amount of the sales that settlement reports pay out.",
        Unit.MONEY,
        Clock.BOOKED,
        (Term((*_SETTLED, _IN_SETTLEMENT_REPORT), Amount.AMOUNT),),
        per_currency=True,
        direction=Direction.GOOD,
        synonyms=(
            "gross settlement",
            "gross settlement amount",
            "settled amount",
            "settled volume",
            "gross settled",
            "gross settled amount",
            "gross settlements",
            "settled value",
            "gross settlement volume",
            "gross settlement value",
            "amount settled",
            "gross amount settled",
        ),
    ),
    Metric(
        "net_settlement",
        "Net settlement",
        "Sales - refunds - chargebacks + representments - fees +/- reserves and corrections, as the"
        " lines of the"
        " settlement reports state them; payouts are not part of it.",
        Unit.MONEY,
        Clock.BOOKED,
        _NET_LINES,
        per_currency=True,
        settlement_currency=True,
        direction=Direction.GOOD,
        synonyms=(
            "net settlement",
            "net settlement amount",
            "net settled",
            "net settled amount",
            "net settlements",
            "net amount settled",
            "net settlement value",
            "net payable",
            "net proceeds",
            "net settlement volume",
            "settlement net",
        ),
    ),
    Metric(
        "fees_total",
        "Fees",
        "Fees charged on the lines of the settlement reports and as fee lines of their own, as a"
        " positive number.",
        Unit.MONEY,
        Clock.BOOKED,
        _FEES,
        per_currency=True,
        settlement_currency=True,
        direction=Direction.BAD,
        synonyms=(
            "fees",
            "total fees",
            "fees total",
            "fee amount",
            "processing fees",
            "fees paid",
            "fees charged",
            "cost of acceptance",
            "processing costs",
            "fee total",
            "acquiring fees",
            "all fees",
            "acceptance costs",
            "charges",
        ),
    ),
    Metric(
        "interchange",
        "Interchange",
        "Interchange on the lines of the settlement reports, as a positive number.",
        Unit.MONEY,
        Clock.BOOKED,
        (Term(_CHARGED_LINE, Amount.INTERCHANGE, -1),),
        per_currency=True,
        settlement_currency=True,
        direction=Direction.BAD,
        synonyms=(
            "interchange",
            "interchange fees",
            "interchange fee",
            "interchange amount",
            "interchange cost",
            "interchange costs",
            "total interchange",
            "interchange paid",
        ),
    ),
    Metric(
        "scheme_fees",
        "Scheme fees",
        "Scheme fees on the lines of the settlement reports, as a positive number.",
        Unit.MONEY,
        Clock.BOOKED,
        (Term(_CHARGED_LINE, Amount.SCHEME_FEE, -1),),
        per_currency=True,
        settlement_currency=True,
        direction=Direction.BAD,
        synonyms=(
            "scheme fees",
            "scheme fee",
            "network fees",
            "assessment fees",
            "card scheme fees",
            "scheme costs",
            "assessments",
            "total scheme fees",
        ),
    ),
    Metric(
        "markup",
        "Processor markup",
        "The processor's own margin on the lines of the settlement reports, as a positive number.",
        Unit.MONEY,
        Clock.BOOKED,
        (Term(_CHARGED_LINE, Amount.MARKUP, -1),),
        per_currency=True,
        settlement_currency=True,
        direction=Direction.BAD,
        synonyms=(
            "markup",
            "processor markup",
            "acquirer markup",
            "markup fees",
            "acquirer margin",
            "processor margin",
            "margin",
            "total markup",
        ),
    ),
    Metric(
        "effective_rate_bps",
        "Effective fee rate",
        "10000 * fees / gross settlement.",
        Unit.BPS,
        Clock.BOOKED,
        _FEES,
        (Term(_GROSS_SETTLED, Amount.AMOUNT),),
        per_currency=True,
        settlement_currency=True,
        direction=Direction.BAD,
        synonyms=(
            "effective rate",
            "effective fee rate",
            "fee rate",
            "take rate",
            "effective rate bps",
            "cost rate",
            "fees in basis points",
            "fees in bps",
            "msc rate",
            "merchant service charge rate",
            "effective cost",
            "blended rate",
            "cost in basis points",
            "blended fee rate",
            "fees as a share of sales",
        ),
    ),
    Metric(
        "payout_count",
        "Number of payouts",
        "Payout lines of the settlement reports.",
        Unit.COUNT,
        Clock.BOOKED,
        (Term(_PAYOUT),),
        synonyms=("payout count", "number of payouts", "payout lines", "payouts made"),
    ),
    Metric(
        "payouts",
        "Paid out",
        "Amount that the settlement reports say was paid out, as a positive number.",
        Unit.MONEY,
        Clock.BOOKED,
        (Term(_PAYOUT, Amount.SETTLEMENT, -1),),
        per_currency=True,
        settlement_currency=True,
        direction=Direction.GOOD,
        synonyms=(
            "payouts",
            "payout amount",
            "paid out",
            "amount paid out",
            "payout value",
            "payout volume",
            "merchant payouts",
            "total payouts",
            "value of payouts",
        ),
    ),
    Metric(
        "bank_credits",
        "Bank credits",
        "Credits on the bank statements.",
        Unit.MONEY,
        Clock.BOOKED,
        (Term(_BANK_CREDIT, Amount.AMOUNT),),
        per_currency=True,
        direction=Direction.GOOD,
        synonyms=(
            "bank credits",
            "bank credit",
            "bank receipts",
            "credits on the statement",
            "statement credits",
            "money received",
            "bank credit amount",
            "received on the bank account",
            "bank entries",
            "incoming bank payments",
            "account credits",
        ),
    ),
    Metric(
        "settlement_shortfall",
        "Settlement shortfall",
        "Paid out according to the settlement reports - bank credits + bank debits, by value date.",
        Unit.MONEY,
        Clock.BOOKED,
        (Term(_PAYOUT, Amount.SETTLEMENT, -1), Term((_is("event_type", "BANK_ENTRY"),), Amount.AMOUNT, -1)),
        per_currency=True,
        settlement_currency=True,
        direction=Direction.BAD,
        synonyms=(
            "settlement shortfall",
            "net settlement shortfall",
            "shortfall",
            "missing money",
            "payout shortfall",
            "settlement gap",
            "underpaid",
            "short paid",
            "missing bank credits",
        ),
    ),
    Metric(
        "settlement_delay_median",
        "Median settlement delay",
        "Median of the weekdays from clearing to the value date of the settled sales, linked by"
        " lifecycle id.",
        Unit.DAYS,
        Clock.BOOKED,
        (Term((), Amount.DELAY),),
        relation=Relation.SETTLED,
        quantile=0.5,
        direction=Direction.BAD,
        synonyms=(
            "settlement delay",
            "median settlement delay",
            "settlement time",
            "time to settle",
            "days to settle",
            "settlement lag",
            "median days to settle",
            "settlement delay median",
            "median settlement time",
            "typical settlement delay",
        ),
    ),
    Metric(
        "settlement_delay_p95",
        "Settlement delay, ninety-fifth percentile",
        "95th percentile of the weekdays from clearing to the value date of the settled sales,"
        " linked by lifecycle"
        " id.",
        Unit.DAYS,
        Clock.BOOKED,
        (Term((), Amount.DELAY),),
        relation=Relation.SETTLED,
        quantile=0.95,
        direction=Direction.BAD,
        synonyms=(
            "p95 settlement delay",
            "settlement delay p95",
            "95th percentile settlement delay",
            "settlement delay 95th percentile",
            "95th percentile of settlement delay",
            "worst settlement delay",
            "p95 settlement time",
            "p95 days to settle",
        ),
    ),
    # Reconciliation
    Metric(
        "open_break_count",
        "Open breaks",
        "Reconciliation breaks that are not cleared, by the day on which the missing side was expected.",
        Unit.COUNT,
        Clock.BOOKED,
        (Term(_OPEN_BREAK),),
        relation=Relation.BREAK,
        direction=Direction.BAD,
        synonyms=(
            "open breaks",
            "breaks",
            "reconciliation breaks",
            "unmatched items",
            "open break count",
            "number of breaks",
            "exceptions",
            "unreconciled items",
            "recon breaks",
            "break count",
            "reconciliation exceptions",
            "outstanding breaks",
            "open items",
            "unreconciled transactions",
        ),
    ),
    Metric(
        "open_break_value",
        "Value of open breaks",
        "Amount at risk in the reconciliation breaks that are not cleared.",
        Unit.MONEY,
        Clock.BOOKED,
        (Term(_OPEN_BREAK, Amount.ABSOLUTE),),
        relation=Relation.BREAK,
        per_currency=True,
        direction=Direction.BAD,
        synonyms=(
            "value of open breaks",
            "break value",
            "break amount",
            "value at risk",
            "open break value",
            "amount in breaks",
            "value of breaks",
            "open break amount",
            "unreconciled amount",
            "amount at risk",
            "unreconciled value",
            "amount of open breaks",
            "amount of breaks",
        ),
    ),
    Metric(
        "match_rate",
        "Match rate",
        "Reconciled items that match (tolerance and groups included) / items past their window.",
        Unit.RATIO,
        Clock.BOOKED,
        (Term(_MATCHED),),
        (Term(_DECIDED),),
        relation=Relation.MATCH,
        direction=Direction.GOOD,
        synonyms=(
            "match rate",
            "reconciliation rate",
            "matching rate",
            "recon rate",
            "matched rate",
            "share of matched items",
            "match ratio",
            "auto match rate",
            "reconciled rate",
        ),
    ),
)
