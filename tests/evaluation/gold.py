"""Gold answers in plain Python over the world's events: no SQL, nothing of the product's measuring."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from fractions import Fraction

from payscope.domain.events import PaymentEvent
from tests.evaluation import world

Key = tuple[str | None, ...]
Number = Fraction | int | None

MERCHANTS = (*world.MERCHANTS, *world.FAR_MERCHANTS)
GROUP_OF = {merchant[0]: merchant[2] for merchant in MERCHANTS}
MCC_OF = {merchant[0]: merchant[3] for merchant in MERCHANTS}
ISSUER_OF = {card[0]: card[1] for card in world.CARDS}
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

REGION_OF = {
    "DE": "EUROPE",
    "FR": "EUROPE",
    "GB": "EUROPE",
    "NL": "EUROPE",
    "CH": "EUROPE",
    "JP": "ASIA_PACIFIC",
}
# The parts of ISO 18245 that the world's merchants are in.
FAMILY_OF = {
    "5814": "MISCELLANEOUS_STORES",
    "5942": "MISCELLANEOUS_STORES",
    "4511": "TRANSPORTATION",
    "5812": "MISCELLANEOUS_STORES",
    "7994": "BUSINESS_SERVICES",
    "5411": "RETAIL_OUTLETS",
    "4722": "TRANSPORTATION",
    "7011": "LODGING",
}

DIMENSION: Mapping[str, Callable[[PaymentEvent], str | None]] = {
    "network": lambda e: e.network,
    "merchant": lambda e: e.merchant_id,
    "merchant_group": lambda e: GROUP_OF.get(e.merchant_id or ""),
    "mcc": lambda e: e.mcc,
    "issuer": lambda e: ISSUER_OF.get(e.bin or ""),
    "bin": lambda e: e.bin,
    "country": lambda e: e.country,
    "issuer_country": lambda e: e.issuer_country,
    "corridor": lambda e: "DOMESTIC" if e.country == e.issuer_country else "CROSS_BORDER",
    "channel": lambda e: e.channel,
    "entry_mode": lambda e: e.entry_mode,
    "three_ds": lambda e: e.three_ds,
    "response_code": lambda e: e.response_code,
    "decline_family": lambda e: e.decline_family,
    "reason_code": lambda e: e.reason_code,
    "currency": lambda e: e.currency,
    "source": lambda e: e.source,
    "region": lambda e: REGION_OF.get(e.country or ""),
    "mcc_family": lambda e: FAMILY_OF.get(e.mcc or ""),
    "card_present": lambda e: {"POS": "PRESENT", "ECOM": "NOT_PRESENT"}.get(e.channel or ""),
}
BREAK_DIMENSION: Mapping[str, Callable[[world.Break], str | None]] = {
    "network": lambda b: b.network,
    "merchant": lambda b: b.merchant_id,
    "merchant_group": lambda b: GROUP_OF.get(b.merchant_id),
    "mcc": lambda b: MCC_OF.get(b.merchant_id),
    "currency": lambda b: b.currency,
    "break_reason": lambda b: b.reason,
    "month": lambda b: b.expected_on.isoformat()[:7],
    "day": lambda b: b.expected_on.isoformat(),
}
OCCURRED = frozenset({"AUTH"})


def day_of(event: PaymentEvent) -> date:
    return event.occurred_at.date() if event.event_type in OCCURRED else event.booked_on


def dimension(name: str, event: PaymentEvent) -> str | None:
    match name:
        case "day":
            return day_of(event).isoformat()
        case "week":
            day = day_of(event)
            return date.fromordinal(day.toordinal() - day.weekday()).isoformat()
        case "month":
            return day_of(event).isoformat()[:7]
        case "quarter":
            day = day_of(event)
            return f"{day.year}-Q{(day.month + 2) // 3}"
        case "weekday":
            return WEEKDAYS[day_of(event).weekday()]
        case "hour":
            return f"{event.occurred_at.hour:02d}"
        case _:
            return DIMENSION[name](event)


def attempts(event: PaymentEvent) -> bool:
    return event.event_type == "AUTH" and event.exclusion is None


def approvals(event: PaymentEvent) -> bool:
    return attempts(event) and bool(event.approved)


def declines(event: PaymentEvent) -> bool:
    return attempts(event) and not event.approved


def sales(event: PaymentEvent) -> bool:
    return event.event_type == "CLEARING"


def refunds(event: PaymentEvent) -> bool:
    return event.event_type == "REFUND" and event.source == "scheme"


def chargebacks(event: PaymentEvent) -> bool:
    return (
        event.event_type == "DISPUTE" and event.source == "acquirer" and event.subtype == "FIRST_CHARGEBACK"
    )


def frauds(event: PaymentEvent) -> bool:
    return event.event_type == "FRAUD_REPORT"


def settled(event: PaymentEvent) -> bool:
    return event.event_type == "SETTLEMENT"


def from_processor(event: PaymentEvent) -> bool:
    return event.source == "processor"


def in_net(event: PaymentEvent) -> bool:
    return from_processor(event) and not paid_out(event)


def paid_out(event: PaymentEvent) -> bool:
    return event.event_type == "ADJUSTMENT" and event.subtype == "PAYOUT"


def credited(event: PaymentEvent) -> bool:
    return event.event_type == "BANK_ENTRY"


def represented(event: PaymentEvent) -> bool:
    return event.event_type == "DISPUTE" and event.source == "acquirer" and event.subtype == "REPRESENTMENT"


def visa_remote(event: PaymentEvent) -> bool:
    return event.network == "VISA" and event.channel == "ECOM"


def one(_: PaymentEvent) -> int:
    return 1


def amount(event: PaymentEvent) -> int:
    return abs(event.amount_minor)


def net(event: PaymentEvent) -> int:
    return event.settlement_minor or 0


def fee(event: PaymentEvent) -> int:
    return -(event.fee_minor or 0)


Side = tuple[Callable[[PaymentEvent], bool], Callable[[PaymentEvent], int]]

SUMS: Mapping[str, Side] = {
    "auth_attempts": (attempts, one),
    "auth_approved": (approvals, one),
    "decline_count": (declines, one),
    "declined_amount": (declines, amount),
    "requested_amount": (attempts, amount),
    "approved_amount": (approvals, amount),
    "sales_count": (sales, one),
    "sales_amount": (sales, amount),
    "transactions": (lambda e: sales(e) or refunds(e), one),
    "refund_count": (refunds, one),
    "refund_amount": (refunds, amount),
    "chargeback_count": (chargebacks, one),
    "chargeback_amount": (chargebacks, amount),
    "fraud_report_count": (frauds, one),
    "fraud_report_amount": (frauds, amount),
    "settled_count": (settled, one),
    "gross_settlement": (settled, amount),
    "net_settlement": (in_net, net),
    "fees_total": (from_processor, fee),
    "interchange": (from_processor, lambda e: -(e.interchange_minor or 0)),
    "scheme_fees": (from_processor, lambda e: -(e.scheme_fee_minor or 0)),
    "markup": (from_processor, lambda e: -(e.markup_minor or 0)),
    "auth_excluded": (lambda e: e.event_type == "AUTH" and e.exclusion is not None, one),
    "representment_count": (represented, one),
    "payouts": (paid_out, amount),
    "payout_count": (paid_out, one),
    "bank_credits": (credited, amount),
    "settlement_shortfall": (
        lambda e: paid_out(e) or credited(e),
        lambda e: amount(e) if paid_out(e) else -amount(e),
    ),
}
RATIOS: Mapping[str, tuple[Side, Side]] = {
    "auth_rate_raw": ((approvals, one), (attempts, one)),
    "auth_rate_value": ((approvals, amount), (attempts, amount)),
    "decline_rate": ((declines, one), (attempts, one)),
    "refund_rate": ((refunds, one), (sales, one)),
    "chargeback_rate": ((chargebacks, one), (sales, one)),
    "fraud_rate": ((frauds, one), (sales, one)),
    "refund_rate_value": ((refunds, amount), (sales, amount)),
    "vamp_ratio": (
        (lambda e: visa_remote(e) and (frauds(e) or chargebacks(e)), one),
        (lambda e: visa_remote(e) and sales(e), one),
    ),
    "average_ticket": ((sales, amount), (sales, one)),
    "effective_rate_bps": ((from_processor, fee), (settled, amount)),
}
MONEY = frozenset(
    {
        "declined_amount",
        "requested_amount",
        "approved_amount",
        "sales_amount",
        "refund_amount",
        "chargeback_amount",
        "fraud_report_amount",
        "gross_settlement",
        "net_settlement",
        "fees_total",
        "interchange",
        "scheme_fees",
        "markup",
        "average_ticket",
        "auth_rate_value",
        "effective_rate_bps",
        "refund_rate_value",
        "payouts",
        "bank_credits",
        "settlement_shortfall",
        "open_break_value",
    }
)
BREAKS = frozenset({"open_break_count", "open_break_value"})
DELAYS: Mapping[str, Fraction] = {
    "settlement_delay_median": Fraction(1, 2),
    "settlement_delay_p95": Fraction(95, 100),
}
INTENTS = frozenset({"auth_rate_first", "auth_rate_dedup", "payment_intents", "auth_retries"})


def measure(
    metric: str,
    start: str,
    end: str,
    by: tuple[str, ...] = (),
    where: Mapping[str, Iterable[str]] | None = None,
    without: Mapping[str, Iterable[str]] | None = None,
    minimum: int | None = None,
    maximum: int | None = None,
) -> dict[tuple[Key, str | None], Number]:
    """Values by (group key, currency): integers for sums, fractions for ratios, None over nothing.

    Args:
        minimum: Only rows whose amount is above this many minor units.
        maximum: Only rows whose amount is below this many minor units.
    """
    first, last = date.fromisoformat(start), date.fromisoformat(end)
    if metric in BREAKS:
        return _breaks(metric, first, last, by, where or {})
    chosen = [
        event
        for event in world.events()
        if first <= day_of(event) <= last
        and all(dimension(name, event) in set(values) for name, values in (where or {}).items())
        and not any(dimension(name, event) in set(values) for name, values in (without or {}).items())
        and (minimum is None or amount(event) > minimum)
        and (maximum is None or amount(event) < maximum)
    ]
    if metric in INTENTS:
        return _intents(metric, chosen, by)
    if metric in DELAYS:
        return _delays(DELAYS[metric], chosen, by)
    top, bottom = (SUMS[metric], None) if metric in SUMS else RATIOS[metric]
    totals: dict[tuple[Key, str | None], list[int]] = defaultdict(lambda: [0, 0])
    for event in chosen:
        key = tuple(dimension(name, event) for name in by), (event.currency if metric in MONEY else None)
        for place, side in enumerate((top, bottom)):
            if side is not None and side[0](event):
                totals[key][place] += side[1](event)
    touched = {
        (tuple(dimension(name, event) for name in by), event.currency if metric in MONEY else None)
        for event in chosen
        if top[0](event) or (bottom is not None and bottom[0](event))
    }
    if not by and metric not in MONEY:
        touched.add(((), None))
    result: dict[tuple[Key, str | None], Number] = {}
    for key in touched:
        numerator, denominator = totals[key]
        if bottom is None:
            result[key] = numerator
        else:
            result[key] = Fraction(numerator, denominator) if denominator else None
    return result


def running(
    metric: str, start: str, end: str, by: tuple[str, ...], where: Mapping[str, Iterable[str]] | None = None
) -> dict[tuple[Key, str | None], Number]:
    """The sum from the first step to each step that has rows, per currency; steps sort as they are named."""
    steps = measure(metric, start, end, by, where)
    return {
        (key, currency): sum(
            int(number or 0)
            for (other, unit), number in steps.items()
            if unit == currency and str(other) <= str(key)
        )
        for key, currency in steps
    }


def _intents(
    metric: str, chosen: list[PaymentEvent], by: tuple[str, ...]
) -> dict[tuple[Key, str | None], Number]:
    orders: dict[str, list[PaymentEvent]] = defaultdict(list)
    for event in chosen:
        if attempts(event):
            orders[event.order_ref or ""].append(event)
    totals: dict[Key, list[int]] = defaultdict(lambda: [0, 0])
    for own in orders.values():
        own.sort(key=lambda event: event.occurred_at)
        if metric == "auth_retries":
            for event in own[1:]:
                totals[tuple(dimension(name, event) for name in by)][0] += 1
            continue
        key = tuple(dimension(name, own[0]) for name in by)
        good = own[0].approved if metric == "auth_rate_first" else any(event.approved for event in own)
        totals[key][0] += bool(good)
        totals[key][1] += 1
    if metric == "auth_retries":
        return {(key, None): count for key, (count, _) in totals.items()}
    if metric == "payment_intents":
        return {(key, None): count for key, (_, count) in totals.items()}
    return {(key, None): Fraction(top, bottom) for key, (top, bottom) in totals.items()}


def _breaks(
    metric: str, first: date, last: date, by: tuple[str, ...], where: Mapping[str, Iterable[str]]
) -> dict[tuple[Key, str | None], Number]:
    totals: dict[tuple[Key, str | None], int] = defaultdict(int)
    for each in world.breaks():
        kept = all(BREAK_DIMENSION[name](each) in set(values) for name, values in where.items())
        if each.state == "MATCHED" or not first <= each.expected_on <= last or not kept:
            continue
        key = tuple(BREAK_DIMENSION[name](each) for name in by)
        if metric == "open_break_count":
            totals[key, None] += 1
        else:
            totals[key, each.currency] += abs(each.amount_minor)
    return dict(totals)


def _delays(
    fraction: Fraction, chosen: list[PaymentEvent], by: tuple[str, ...]
) -> dict[tuple[Key, str | None], Number]:
    """The quantile of weekdays from clearing to settlement, between neighbours by straight line."""
    cleared = {event.arn: event.booked_on for event in world.events() if sales(event)}
    waits: dict[Key, list[int]] = defaultdict(list)
    for event in chosen:
        if settled(event) and event.arn in cleared:
            day, count = cleared[event.arn], 0
            while day < event.booked_on:
                day += timedelta(days=1)
                count += day.weekday() < 5
            waits[tuple(dimension(name, event) for name in by)].append(count)
    result: dict[tuple[Key, str | None], Number] = {}
    for key, counts in waits.items():
        counts.sort()
        place = fraction * (len(counts) - 1)
        below = int(place)
        above = min(below + 1, len(counts) - 1)
        result[key, None] = counts[below] + (place - below) * (counts[above] - counts[below])
    return result
