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


def fraud_chargebacks(event: PaymentEvent) -> bool:
    return chargebacks(event) and (event.reason_code or "").startswith(
        ("10.", "4837", "4863", "4870", "4871")
    )


def mastercard(event: PaymentEvent) -> bool:
    return event.network == "MASTERCARD"


def bought_online(event: PaymentEvent) -> bool:
    return approvals(event) and event.channel == "ECOM"


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
    "fraud_chargeback_count": (fraud_chargebacks, one),
    "fraud_chargeback_amount": (fraud_chargebacks, amount),
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
    "three_ds_share": (
        (lambda e: bought_online(e) and e.three_ds == "AUTHENTICATED", one),
        (bought_online, one),
    ),
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
        "fraud_chargeback_amount",
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
# Which rows are over which, and after how many months the second count.
MONITORED: Mapping[str, tuple[Callable[[PaymentEvent], bool], Callable[[PaymentEvent], bool], int]] = {
    "ecp_ratio": (
        lambda e: mastercard(e) and chargebacks(e),
        lambda e: mastercard(e) and sales(e),
        1,
    ),
    "efm_ratio": (
        lambda e: mastercard(e) and fraud_chargebacks(e),
        lambda e: mastercard(e) and sales(e) and e.channel == "ECOM",
        1,
    ),
    "vamp_headroom": (
        lambda e: visa_remote(e) and (frauds(e) or chargebacks(e)),
        lambda e: visa_remote(e) and sales(e),
        0,
    ),
}
BREAKS = frozenset({"open_break_count", "open_break_value", "fee_variance"})
DELAYS: Mapping[str, Fraction] = {
    "settlement_delay_median": Fraction(1, 2),
    "settlement_delay_p95": Fraction(95, 100),
}
LATE = frozenset({"late_settlement_share", "late_settlement_count", "float_cost"})
AGREED_DAYS = 2
# Weekdays on which nothing is booked, from the central banks' published calendars, as far as the world goes.
CLOSED: Mapping[str, frozenset[str]] = {
    "EUR": frozenset(
        ("2025-01-01", "2025-04-18", "2025-04-21", "2025-05-01", "2025-12-25", "2025-12-26", "2026-01-01")
    ),
    "GBP": frozenset((
        "2025-01-01", "2025-04-18", "2025-04-21", "2025-05-05", "2025-05-26", "2025-08-25", "2025-12-25",
        "2025-12-26", "2026-01-01",
    )),
    "JPY": frozenset(
        ("2026-01-01", "2026-01-02", "2026-01-12", "2026-02-11", "2026-02-23", "2026-03-20")
    ),
    "CHF": frozenset(("2026-01-01", "2026-01-02")),
}  # fmt: skip
MATCHES: Mapping[str, frozenset[str]] = {
    "match_rate": frozenset({"MATCHED", "MATCHED_TOLERANCE"}),
    "tolerance_match_rate": frozenset({"MATCHED_TOLERANCE"}),
}
HEADROOMS = frozenset({"vamp_headroom", "ecp_headroom", "efm_headroom"})
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
    if metric in HEADROOMS or metric in MONITORED:
        return _monitored(metric, first, last, by, where or {})
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
    if metric in LATE:
        return _late(metric, chosen, by)
    if metric in MATCHES:
        return _matches(MATCHES[metric], chosen, by)
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
        elif metric == "fee_variance":
            if each.reason == "FEE_VARIANCE":
                totals[key, each.currency] += each.amount_minor
        else:
            totals[key, each.currency] += abs(each.amount_minor)
    return dict(totals)


def _waits(chosen: list[PaymentEvent]) -> Iterable[tuple[PaymentEvent, int]]:
    """Settled sales with the days after their clearing on which their currency's system booked."""
    cleared = {event.arn: event.booked_on for event in world.events() if sales(event)}
    for event in chosen:
        if settled(event) and event.arn in cleared:
            day, count = cleared[event.arn], 0
            while day < event.booked_on:
                day += timedelta(days=1)
                count += day.weekday() < 5 and day.isoformat() not in CLOSED[event.currency]
            yield event, count


def _delays(
    fraction: Fraction, chosen: list[PaymentEvent], by: tuple[str, ...]
) -> dict[tuple[Key, str | None], Number]:
    """The quantile of the business days from clearing to settlement, between neighbours by straight line."""
    waits: dict[Key, list[int]] = defaultdict(list)
    for event, count in _waits(chosen):
        waits[tuple(dimension(name, event) for name in by)].append(count)
    result: dict[tuple[Key, str | None], Number] = {}
    for key, counts in waits.items():
        counts.sort()
        place = fraction * (len(counts) - 1)
        below = int(place)
        above = min(below + 1, len(counts) - 1)
        result[key, None] = counts[below] + (place - below) * (counts[above] - counts[below])
    return result


def _late(
    metric: str, chosen: list[PaymentEvent], by: tuple[str, ...]
) -> dict[tuple[Key, str | None], Number]:
    all_, late = defaultdict[Key, int](int), defaultdict[Key, int](int)
    cost: dict[tuple[Key, str | None], Fraction] = defaultdict(Fraction)
    for event, count in _waits(chosen):
        key = tuple(dimension(name, event) for name in by)
        all_[key] += 1
        if count > AGREED_DAYS:
            late[key] += 1
            days = count - AGREED_DAYS
            cost[key, event.currency] += Fraction(net(event) * days * _yearly_bps(event), 360 * 10_000)
    if metric == "float_cost":
        return {key: round(value) for key, value in cost.items()}
    if metric == "late_settlement_count":
        return {(key, None): count for key, count in late.items()}
    return {(key, None): Fraction(late[key], count) for key, count in all_.items()}


def _yearly_bps(event: PaymentEvent) -> int:
    if event.currency == "EUR" and event.booked_on >= date(2025, 7, 1):
        return 200
    return 50 if event.currency == "JPY" else 300


def _matches(
    good: frozenset[str], chosen: list[PaymentEvent], by: tuple[str, ...]
) -> dict[tuple[Key, str | None], Number]:
    totals: dict[Key, list[int]] = defaultdict(lambda: [0, 0])
    states = world.match_states()
    for event in chosen:
        state = states.get(event.lifecycle_id or "")
        if (sales(event) or settled(event)) and state not in (None, "EXPECTED"):
            key = tuple(dimension(name, event) for name in by)
            totals[key][0] += state in good
            totals[key][1] += 1
    return {(key, None): Fraction(top, bottom) for key, (top, bottom) in totals.items()}


def _monitored(
    metric: str, first: date, last: date, by: tuple[str, ...], where: Mapping[str, Iterable[str]]
) -> dict[tuple[Key, str | None], Number]:
    """Events over sales, or how many events still fit under the threshold of the month."""
    kind = metric.replace("ecp_headroom", "ecp_ratio").replace("efm_headroom", "efm_ratio")
    is_event, is_sale, lag = MONITORED[kind]
    totals: dict[Key, list[int]] = defaultdict(lambda: [0, 0])
    for event in world.events():
        own = event.booked_on
        following = date(own.year + own.month // 12, own.month % 12 + 1, 1)
        for place, counts, day in ((0, is_event, own), (1, is_sale, following if lag else own)):
            known = {"month": day.isoformat()[:7]}

            def of(name: str, event: PaymentEvent = event, known: Mapping[str, str] = known) -> str | None:
                return known[name] if name in known else dimension(name, event)

            kept = all(of(name) in set(values) for name, values in where.items())
            if first <= day <= last and kept and counts(event):
                totals[tuple(of(name) for name in by)][place] += 1
    if not by:
        totals[()]
    if metric in HEADROOMS:
        merchants = "merchant" in by or "merchant" in where
        bps = {"vamp_headroom": 220 if merchants else 50, "ecp_headroom": 150, "efm_headroom": 50}[metric]
        return {(key, None): bps * bottom // 10_000 - top for key, (top, bottom) in totals.items()}
    return {(key, None): Fraction(top, bottom) if bottom else None for key, (top, bottom) in totals.items()}
