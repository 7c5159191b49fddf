"""Incidents and fraud that the world plants: when, where and how strong. Chosen before anything happens."""

from dataclasses import dataclass

import numpy as np

from payscope_local.world.calendar import DAY_S, day_number
from payscope_local.world.parties import TRADES, Parties
from payscope_local.world.plan import Rows, WorldPlan


@dataclass(frozen=True, slots=True, kw_only=True)
class Incidents:
    """Planted disturbances of one bank; times are epoch seconds, days are day numbers."""

    issuer: int
    issuer_from: int
    issuer_to: int
    outage_from: int
    outage_to: int
    refund_merchant: int
    refund_day: int
    testing_merchant: int
    testing_from: int
    skimmed_merchant: int
    skimmed_from: int
    skimmed_to: int


def plan_incidents(plan: WorldPlan, bank_index: int, parties: Parties) -> Incidents:
    """Choose the incidents of one bank; each falls on a day of its own, away from the window's edges."""
    stream = plan.stream(bank_index, "incidents")
    first = day_number(plan.start)
    slots = stream.permutation(np.arange(plan.days // 4, plan.days))
    if len(slots) < 4:
        slots = np.resize(slots, 4)
    issuer_from = (first + int(slots[0])) * DAY_S + 10 * 3600
    outage_from = (first + int(slots[1])) * DAY_S + 13 * 3600
    testing_from = (first + int(slots[2])) * DAY_S + 3 * 3600 + 1_140
    skim_start = (first + max(0, plan.days // 6)) * DAY_S
    return Incidents(
        issuer=1,
        issuer_from=issuer_from,
        issuer_to=issuer_from + 7 * 3600,
        outage_from=outage_from,
        outage_to=outage_from + 2 * 3600,
        refund_merchant=_largest(parties, "5651"),
        refund_day=first + int(slots[3]),
        testing_merchant=_largest(parties, "5816"),
        testing_from=testing_from,
        skimmed_merchant=_largest(parties, "5542"),
        skimmed_from=skim_start,
        skimmed_to=skim_start + 3 * DAY_S,
    )


def _largest(parties: Parties, mcc: str) -> int:
    trade = next(index for index, kind in enumerate(TRADES) if kind.mcc == mcc)
    return int(np.flatnonzero(parties.merchants["trade"] == trade)[0])


def fraud_intents(
    plan: WorldPlan, bank_index: int, parties: Parties, incidents: Incidents, normal: Rows
) -> Rows:
    """Purchases that nobody wanted, as intents: stolen cards, skimmed cards, card testing.

    ``fraud`` is 1 compromised card, 2 skimmed at a terminal, 3 card testing.
    """
    stream = plan.stream(bank_index, "fraud")
    rows = plan.rows_of(bank_index)
    first, last = day_number(plan.start) * DAY_S, (day_number(plan.end) + 1) * DAY_S
    online = np.flatnonzero(
        np.isin(parties.merchants["trade"], [_trade("5732"), _trade("5816"), _trade("4722")])
    )
    compromised = stream.choice(len(parties.tokens), max(2, rows // 4_000), replace=False)
    bursts = stream.integers(5, 10, len(compromised))
    card = np.repeat(compromised, bursts)
    started = stream.integers(first, last - 8 * 3600, len(compromised))
    stolen = _burst(
        stream, card, np.repeat(started, bursts) + stream.integers(0, 6 * 3600, len(card)), online, 1
    )

    seen = (normal["merchant"] == incidents.skimmed_merchant) & (normal["time"] >= incidents.skimmed_from)
    victims = np.unique(normal["card"][seen & (normal["time"] < incidents.skimmed_to)])
    victims = stream.permutation(victims)[: max(4, min(60, rows // 600, len(victims) // 2))]
    later = incidents.skimmed_to + stream.integers(2 * DAY_S, 6 * DAY_S, len(victims))
    skimmed = _burst(stream, victims, np.minimum(later, last - 600), online, 2)

    tried = max(20, rows * 6 // 1_000)
    same_bin = np.flatnonzero(parties.bins["number"][parties.cards["bin"]] == parties.bins["number"][0])
    tested_cards = stream.permutation(same_bin)[:tried]
    times = incidents.testing_from + np.sort(stream.integers(0, 1_500, len(tested_cards)))
    tested = _burst(stream, tested_cards, times, np.array([incidents.testing_merchant]), 3)
    tested["euro"] = stream.uniform(0.5, 2.5, len(tested_cards))
    return {name: np.concatenate([stolen[name], skimmed[name], tested[name]]) for name in stolen}


def _trade(mcc: str) -> int:
    return next(index for index, kind in enumerate(TRADES) if kind.mcc == mcc)


def _burst(
    stream: np.random.Generator, card: np.ndarray, time: np.ndarray, merchants: np.ndarray, kind: int
) -> Rows:
    count = len(card)
    return {
        "merchant": merchants[stream.integers(0, len(merchants), count)],
        "card": card.astype(np.int64),
        "time": time.astype(np.int64),
        "euro": stream.lognormal(np.log(160), 0.6, count),
        "channel": np.full(count, 1),
        "fraud": np.full(count, kind),
    }
