"""What follows an approval: clearing, settlement, refunds, disputes, fraud reports, charges and payouts."""

import numpy as np

from payscope_local.world.authorisations import INCREMENTAL, PURCHASE, REVERSAL, same_region
from payscope_local.world.calendar import DAY_S, BusinessDays, day_number
from payscope_local.world.fees import Rates, converted, interchange, scheme_fee, share_of
from payscope_local.world.incidents import Incidents
from payscope_local.world.parties import TRADES, Parties
from payscope_local.world.plan import Rows, WorldPlan, chosen, joined

CLEARING_TYPES = ("SALE", "REFUND", "CHARGEBACK", "REPRESENTMENT")
SALE, REFUND, CHARGEBACK, REPRESENTMENT = range(4)
SETTLEMENT_TYPES = ("SALE", "REFUND", "CHARGEBACK", "REPRESENTMENT", "FEE", "PAYOUT", "RESERVE", "CORRECTION")
FEE, PAYOUT, RESERVE, CORRECTION = range(4, 8)
SIGNS = np.array([1, -1, -1, 1, -1, -1, -1, 1])
STAGES = ("FIRST_CHARGEBACK", "REPRESENTMENT", "PRE_ARBITRATION", "ARBITRATION")
FRAUD_TYPES = ("CARD_NOT_PRESENT", "LOST_STOLEN", "COUNTERFEIT", "ACCOUNT_TAKEOVER")
REASONS = (("10.4", "13.1", "13.3", "12.5"), ("4837", "4853", "4855", "4834"))
DISPUTE_RATE = 0.0026


def approved_sales(auth: Rows) -> np.ndarray:
    """Rows of approved purchases that were not reversed and are not repetitions. int64 [sales]."""
    reversed_ones = auth["lifecycle"][auth["kind"] == REVERSAL]
    live = (auth["kind"] == PURCHASE) & (auth["duplicate"] == 0) & (auth["code"] == 0)
    return np.flatnonzero(live & ~np.isin(auth["lifecycle"], reversed_ones))


def clear_sales(plan: WorldPlan, bank_index: int, parties: Parties, auth: Rows, sales: np.ndarray) -> Rows:
    """Presentments of all sales: one each or several for split shipments; tips, fuel and lodging amounts."""
    stream = plan.stream(bank_index, "clearing")
    trade = parties.merchants["trade"][auth["merchant"][sales]]
    amount = _presented_amount(stream, auth, sales, trade)
    goods = np.isin(trade, [_trade("5651"), _trade("5732"), _trade("5311")]) & (auth["channel"][sales] == 1)
    parts = np.where(
        goods & (amount > 50) & (stream.random(len(sales)) < 0.12), stream.integers(2, 4, len(sales)), 1
    )
    index = np.repeat(np.arange(len(sales)), parts)
    sequence = np.arange(len(index)) - np.repeat(np.cumsum(parts) - parts, parts)
    share = amount[index] // parts[index]
    share = np.where(sequence == 0, amount[index] - share * (parts[index] - 1), share)
    online = auth["channel"][sales][index] > 0
    lag = np.where(
        online, stream.choice(4, len(index), p=[0.3, 0.45, 0.2, 0.05]), stream.random(len(index)) < 0.35
    )
    sold_at = auth["time"][sales][index]
    day = sold_at // DAY_S + lag + np.where(sequence > 0, 1, 0)
    time = np.maximum(day * DAY_S + stream.integers(20 * 3600, 23 * 3600 + 3_000, len(index)), sold_at + 60)
    return {
        "auth": sales[index],
        "sequence": sequence + 1,
        "time": time,
        "sold_at": sold_at,
        "type": np.zeros(len(index), np.int64),
        "amount": share,
    }


def _presented_amount(
    stream: np.random.Generator, auth: Rows, sales: np.ndarray, trade: np.ndarray
) -> np.ndarray:
    amount = auth["amount"][sales].copy()
    more = auth["kind"] == INCREMENTAL
    extra = np.bincount(
        auth["lifecycle"][more], auth["amount"][more], minlength=int(auth["lifecycle"].max()) + 1
    )
    amount += extra[auth["lifecycle"][sales]].astype(np.int64)
    tipped = np.isin(trade, [_trade("5812"), _trade("5813"), _trade("5814")]) & (auth["channel"][sales] == 0)
    tipped &= stream.random(len(sales)) < 0.3
    amount += np.where(tipped, amount * stream.integers(3, 20, len(sales)) // 100, 0)
    fuel = trade == _trade("5542")
    return np.where(fuel, np.maximum(amount * stream.integers(35, 100, len(sales)) // 100, 1), amount)


def _trade(mcc: str) -> int:
    return next(index for index, kind in enumerate(TRADES) if kind.mcc == mcc)


def refund_sales(
    plan: WorldPlan, bank_index: int, parties: Parties, incidents: Incidents, auth: Rows, clearing: Rows
) -> Rows:
    """Refunds days after the sale, by the habits of the trade; one merchant has a day of far too many."""
    stream = plan.stream(bank_index, "refunds")
    merchant = auth["merchant"][clearing["auth"]]
    rate = np.array([kind.refund_rate for kind in TRADES])[parties.merchants["trade"][merchant]]
    wanted = (
        (stream.random(len(rate)) < rate) & (auth["fraud"][clearing["auth"]] == 0) & (clearing["amount"] > 1)
    )
    day = clearing["time"] // DAY_S + stream.integers(1, 15, len(rate))
    recent = clearing["time"] // DAY_S
    spike = (merchant == incidents.refund_merchant) & (recent < incidents.refund_day)
    spike &= (recent >= incidents.refund_day - 10) & (stream.random(len(rate)) < 0.3)
    day = np.where(spike, incidents.refund_day, day)
    wanted |= spike & (clearing["amount"] > 1)
    # A refund after the last reported day never reaches a file of this world.
    index = np.flatnonzero(wanted & (day <= day_number(plan.end) + 3))
    refunds = chosen(clearing, index)
    whole = stream.random(len(index)) < 0.7
    partial = np.maximum(refunds["amount"] * stream.integers(10, 90, len(index)) // 100, 1)
    return refunds | {
        "type": np.full(len(index), REFUND),
        "sequence": np.ones(len(index), np.int64),
        "time": day[index] * DAY_S + stream.integers(20 * 3600, 23 * 3600, len(index)),
        "sold_at": day[index] * DAY_S + stream.integers(8 * 3600, 20 * 3600, len(index)),
        "amount": np.where(whole, refunds["amount"], partial),
    }


def dispute_sales(plan: WorldPlan, bank_index: int, parties: Parties, auth: Rows, clearing: Rows) -> Rows:
    """Dispute cases with their stages: about one in three hundred sales, three to five weeks later.

    ``clearing`` must be sales only; column ``sale`` points into it. Rows of one case share ``case``.
    """
    stream = plan.stream(bank_index, "disputes")
    merchant = auth["merchant"][clearing["auth"]]
    factor = parties.merchants["dispute_factor"][merchant] * np.where(
        auth["channel"][clearing["auth"]] == 0, 0.35, 1.0
    )
    chance = DISPUTE_RATE * factor / max(float(factor.mean()), 1e-9)
    fraud = auth["fraud"][clearing["auth"]]
    chance = np.where(fraud > 0, np.array([0.0, 0.35, 0.35, 0.05])[fraud], np.minimum(chance, 0.2))
    sale = np.flatnonzero((stream.random(len(chance)) < chance) & (clearing["sequence"] == 1))
    opened = clearing["time"][sale] // DAY_S + np.clip(
        np.rint(stream.lognormal(np.log(19), 0.3, len(sale))), 6, 60
    ).astype(np.int64)
    case = np.arange(len(sale))
    cause = np.where(fraud[sale] > 0, 0, stream.integers(0, 4, len(sale)))
    stages = [
        {"case": case, "sale": sale, "day": opened, "stage": np.zeros(len(sale), np.int64), "cause": cause}
    ]
    for stage, (chance_on, low, high) in enumerate(((0.3, 8, 15), (0.25, 10, 20), (0.2, 10, 20)), start=1):
        last = stages[-1]
        on = np.flatnonzero(stream.random(len(last["case"])) < chance_on)
        stages.append(
            chosen(last, on)
            | {"day": last["day"][on] + stream.integers(low, high, len(on)), "stage": np.full(len(on), stage)}
        )
    rows = joined(*stages)
    return chosen(rows, np.flatnonzero(rows["day"] <= day_number(plan.until)))


def report_fraud(plan: WorldPlan, bank_index: int, auth: Rows, clearing: Rows) -> Rows:
    """Issuers' fraud reports: most stolen purchases, few ordinary ones. ``sale`` points into ``clearing``."""
    stream = plan.stream(bank_index, "fraud reports")
    fraud = auth["fraud"][clearing["auth"]]
    chance = np.where(fraud > 0, 0.75, np.where(auth["channel"][clearing["auth"]] == 0, 0.0002, 0.0012))
    sale = np.flatnonzero((stream.random(len(chance)) < chance) & (clearing["sequence"] == 1))
    day = clearing["time"][sale] // DAY_S + stream.integers(2, 18, len(sale))
    online = auth["channel"][clearing["auth"][sale]] > 0
    kind = np.where(
        online, stream.choice([0, 3], len(sale), p=[0.85, 0.15]), stream.choice([1, 2], len(sale))
    )
    keep = day <= day_number(plan.until)
    return chosen({"sale": sale, "day": day, "kind": kind}, keep)


def dispute_messages(plan: WorldPlan, bank_index: int, clearing: Rows, disputes: Rows) -> Rows:
    """The scheme's clearing messages for first chargebacks and representments."""
    stream = plan.stream(bank_index, "dispute messages")
    index = np.flatnonzero(disputes["stage"] <= 1)
    rows = chosen(clearing, disputes["sale"][index])
    time = disputes["day"][index] * DAY_S + stream.integers(19 * 3600, 22 * 3600, len(index))
    return rows | {
        "type": np.where(disputes["stage"][index] == 0, CHARGEBACK, REPRESENTMENT),
        "sequence": np.ones(len(index), np.int64),
        "time": time,
    }


def price_clearing(parties: Parties, auth: Rows, clearing: Rows, rates: Rates) -> Rows:
    """Add settlement amount, rate and the fees of scheme and issuer to clearing messages."""
    merchant = auth["merchant"][clearing["auth"]]
    source, target = auth["currency"][clearing["auth"]], parties.settlement_currency_index()[merchant]
    day = clearing["time"] // DAY_S
    rate = rates.of(day, source, target)
    settled = np.maximum(converted(clearing["amount"], rate, source, target), 1)
    card_bin = parties.cards["bin"][auth["card"][clearing["auth"]]]
    network, issuer = parties.bins["network"][card_bin], parties.bins["issuer"][card_bin]
    near = same_region(parties, merchant, issuer)
    product, channel = parties.bins["product"][card_bin], auth["channel"][clearing["auth"]]
    charged = np.isin(clearing["type"], [SALE, REFUND])
    return clearing | {
        "currency": source,
        "settled": settled,
        "settled_currency": target,
        "rate": rate,
        "interchange": np.where(charged, interchange(settled, day, network, near, product, channel), 0),
        "scheme": np.where(charged, scheme_fee(settled, day, network), 0),
    }


def settle(
    plan: WorldPlan, bank_index: int, parties: Parties, auth: Rows, clearing: Rows, calendar: BusinessDays
) -> Rows:
    """One settlement line per clearing message; ``clearing_row`` points back."""
    stream = plan.stream(bank_index, "settlement")
    count = len(clearing["time"])
    merchant = auth["merchant"][clearing["auth"]]
    day = clearing["time"] // DAY_S
    steps = parties.merchants["delay_days"][merchant].astype(np.int64)
    value_day = calendar.after(day, steps)
    slow = calendar.after(day, steps + 1)
    value_day = np.where((stream.random(count) < 0.01) & (slow - day <= 5), slow, value_day)
    sale = clearing["type"] == SALE
    return {
        "clearing_row": np.arange(count),
        "auth": clearing["auth"],
        "type": clearing["type"],
        "day": value_day,
        "merchant": merchant,
        "arn": clearing["arn"],
        "arn_day": clearing["arn_day"],
        "damaged": np.zeros(count, np.int64),
        "unnamed": np.zeros(count, np.int64),
        "unlinked": clearing["unlinked"],
        "gross": clearing["settled"] * SIGNS[clearing["type"]],
        # Interchange and scheme fee of a refund are given back by nobody in this tariff.
        "interchange": np.where(sale, clearing["interchange"], 0),
        "scheme": np.where(sale, clearing["scheme"], 0),
        "markup": np.where(
            sale, share_of(clearing["settled"], parties.merchants["markup_bps"][merchant]) + 5, 0
        ),
        "currency": clearing["settled_currency"].copy(),
    }


def merchant_charges(plan: WorldPlan, bank_index: int, parties: Parties, settlement: Rows) -> Rows:
    """Lines without a payment: monthly fees, reserves of risky merchants, corrections."""
    stream = plan.stream(bank_index, "charges")
    sale_lines = np.flatnonzero(settlement["type"] == SALE)
    sold = chosen(settlement, sale_lines)
    month = sold["day"].astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    by_day = chosen(sold | {"month": month}, np.argsort(sold["day"], kind="stable"))
    _, first = np.unique(by_day["merchant"] * 10_000 + by_day["month"], return_index=True)
    lines = [
        (
            FEE,
            int(by_day["merchant"][line]),
            int(by_day["day"][line]),
            -1_500,
            int(by_day["currency"][line]),
        )
        for line in first.tolist()
    ]
    risky = np.isin(parties.merchants["trade"], [_trade("4722"), _trade("5816")])
    for merchant, day, currency, total in _batch_sums(chosen(sold, risky[sold["merchant"]]), "gross"):
        if total >= 200:
            lines.append((RESERVE, merchant, day, -(total // 20), currency))
    for line in stream.permutation(sale_lines)[: max(1, len(sale_lines) // 3_000)].tolist():
        amount = int(stream.integers(100, 2_500)) * (1 if stream.random() < 0.5 else -1)
        lines.append(
            (
                CORRECTION,
                int(settlement["merchant"][line]),
                int(settlement["day"][line]),
                amount,
                int(settlement["currency"][line]),
            )
        )
    return _loose_lines(lines)


def _loose_lines(lines: list[tuple[int, int, int, int, int]]) -> Rows:
    """Settlement rows (type, merchant, day, gross, currency) without a payment."""
    table = np.array(lines, np.int64).reshape(-1, 5)
    count = len(table)
    zero, none = np.zeros(count, np.int64), np.full(count, -1, np.int64)
    return {
        "clearing_row": none,
        "auth": none,
        "type": table[:, 0],
        "day": table[:, 2],
        "merchant": table[:, 1],
        "arn": none,
        "arn_day": none,
        "damaged": zero,
        "unnamed": zero,
        "unlinked": zero,
        "gross": table[:, 3],
        "interchange": zero,
        "scheme": zero,
        "markup": zero,
        "currency": table[:, 4],
    }


def fees_of(settlement: Rows) -> np.ndarray:
    """Fee column of settlement rows: interchange + scheme + markup. int64 [rows]."""
    return settlement["interchange"] + settlement["scheme"] + settlement["markup"]


def pay_out(settlement: Rows) -> Rows:
    """Close every batch (merchant, value date, currency) with the line that pays its net out."""
    net = settlement | {"net": settlement["gross"] - fees_of(settlement)}
    return _loose_lines(
        [
            (PAYOUT, merchant, day, -total, currency)
            for merchant, day, currency, total in _batch_sums(net, "net")
        ]
    )


def _batch_sums(settlement: Rows, column: str) -> list[tuple[int, int, int, int]]:
    """(merchant, day, currency, sum) of each batch, in that order."""
    keys = (settlement["merchant"] * 100_000 + settlement["day"]) * 10 + settlement["currency"]
    batches, inverse = np.unique(keys, return_inverse=True)
    sums = np.zeros(len(batches), np.int64)
    np.add.at(sums, inverse, settlement[column])
    rest = batches // 10
    return list(
        zip(
            (rest // 100_000).tolist(),
            (rest % 100_000).tolist(),
            (batches % 10).tolist(),
            sums.tolist(),
            strict=True,
        )
    )
