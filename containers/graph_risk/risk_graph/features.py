"""What is known about a transaction at the moment it happens: aggregates of its card and merchant."""

from dataclasses import dataclass

import numpy as np

from payscope.domain.analyse.risk import TransactionTable
from risk_graph.neighbours import EntityIndex, Floats, Ints

DAY_S = 86_400
_WINDOWS = (1, 7, 30)


@dataclass(frozen=True, slots=True)
class Transactions:
    """A bank's attempts as arrays [transactions], in time order.

    Attributes:
        at_s: Seconds since the first one; ``started_s`` is its epoch second.
        card: Codes from 0, as ``merchant``; names under ``cards`` and ``merchants``.
        revealed_s: When fraud was reported, on the clock of ``at_s``; a very late time where not.
    """

    started_s: int
    at_s: Ints
    card: Ints
    merchant: Ints
    cards: tuple[str, ...]
    merchants: tuple[str, ...]
    amount: Floats
    approved: np.ndarray
    flags: Floats
    fraud: np.ndarray
    revealed_s: Ints
    by_card: EntityIndex
    by_merchant: EntityIndex

    @classmethod
    def read(cls, table: TransactionTable) -> "Transactions":
        """Arrays from the table's columns."""
        at = np.asarray(table.at_s, dtype=np.int64)
        started = int(at[0])
        cards, card = np.unique(np.asarray(table.card, dtype=object), return_inverse=True)
        merchants, merchant = np.unique(np.asarray(table.merchant, dtype=object), return_inverse=True)
        revealed = np.asarray(table.revealed_s, dtype=np.int64)
        flags = np.stack(
            [
                np.asarray(column, dtype=np.float64)
                for column in (table.cross_border, table.online, table.secured)
            ],
            axis=1,
        )
        return cls(
            started_s=started,
            at_s=at - started,
            card=card.astype(np.int64),
            merchant=merchant.astype(np.int64),
            cards=tuple(cards.tolist()),
            merchants=tuple(merchants.tolist()),
            amount=np.asarray(table.amount, dtype=np.float64),
            approved=np.asarray(table.approved, dtype=bool),
            flags=flags,
            fraud=revealed >= 0,
            revealed_s=np.where(revealed >= 0, revealed - started, np.int64(2**32)),
            by_card=EntityIndex.build(card.astype(np.int64), at - started),
            by_merchant=EntityIndex.build(merchant.astype(np.int64), at - started),
        )


FEATURES: tuple[str, ...] = (
    "amount",
    "cross_border",
    "online",
    "three_ds_authenticated",
    "weekend",
    "night",
    *(f"card_payments_{days}d" for days in _WINDOWS),
    *(f"card_mean_amount_{days}d" for days in _WINDOWS),
    *(f"merchant_payments_{days}d" for days in _WINDOWS),
    *(f"merchant_fraud_share_{days}d_delayed" for days in _WINDOWS),
    "card_declines_1d",
    "merchant_declines_1h",
    "merchant_payments_1h",
    "merchant_mean_amount_30d",
    "card_idle_log",
    "card_fraud_known",
)


def features_of(transactions: Transactions, delay_s: int) -> Floats:
    """All features of all transactions, from strictly earlier ones; labels only once they are old enough.

    Args:
        transactions: Everything up to now.
        delay_s: Age at which a transaction counts as labelled.

    Returns:
        float64 [transactions, features], columns as in ``FEATURES``.
    """
    t = transactions
    ones, declined = np.ones(len(t.at_s)), (~t.approved).astype(np.float64)
    clock = t.at_s + t.started_s
    weekday = (clock // DAY_S + 3) % 7
    hour = clock % DAY_S // 3600
    columns: list[Floats] = [t.amount, *t.flags.T, (weekday >= 5).astype(float), (hour <= 6).astype(float)]
    card_counts = [t.by_card.window_sum(ones, t.card, t.at_s - days * DAY_S, t.at_s) for days in _WINDOWS]
    card_sums = [t.by_card.window_sum(t.amount, t.card, t.at_s - days * DAY_S, t.at_s) for days in _WINDOWS]
    columns += card_counts
    columns += [total / np.maximum(count, 1) for total, count in zip(card_sums, card_counts, strict=True)]
    # Fraud counts at the time it was revealed, and never before the transaction is delay_s old.
    known = (t.fraud & (t.revealed_s - t.at_s <= delay_s)).astype(np.float64)
    merchant_counts: list[Floats] = []
    shares: list[Floats] = []
    for days in _WINDOWS:
        old, late = t.at_s - (days * DAY_S + delay_s), t.at_s - delay_s
        count = t.by_merchant.window_sum(ones, t.merchant, old, late)
        merchant_counts.append(count)
        shares.append(t.by_merchant.window_sum(known, t.merchant, old, late) / np.maximum(count, 1))
    columns += merchant_counts
    columns += shares
    columns.append(t.by_card.window_sum(declined, t.card, t.at_s - DAY_S, t.at_s))
    columns.append(t.by_merchant.window_sum(declined, t.merchant, t.at_s - 3600, t.at_s))
    columns.append(t.by_merchant.window_sum(ones, t.merchant, t.at_s - 3600, t.at_s))
    month = t.by_merchant.window_sum(ones, t.merchant, t.at_s - 30 * DAY_S, t.at_s)
    columns.append(
        t.by_merchant.window_sum(t.amount, t.merchant, t.at_s - 30 * DAY_S, t.at_s) / np.maximum(month, 1)
    )
    last = t.by_card.latest(t.card, t.at_s, 1)[:, 0]
    idle = np.where(last >= 0, t.at_s - t.at_s[np.maximum(last, 0)], 30 * DAY_S)
    columns.append(np.log1p(idle))
    columns.append(t.by_card.window_sum(known, t.card, np.zeros_like(t.at_s), t.at_s - delay_s))
    return np.stack(columns, axis=1)
