"""Authorisations: intents, attempts with response codes, retries, and the messages beside them."""

import numpy as np

from payscope_local.world.calendar import DAY_S, day_number, day_weights
from payscope_local.world.incidents import Incidents, fraud_intents
from payscope_local.world.parties import CURRENCIES, EEA_AND_UK, EURO_VALUE, EXPONENTS, TRADES, Parties
from payscope_local.world.plan import Rows, WorldPlan, chosen, joined

KINDS = ("PURCHASE", "REVERSAL", "ACCOUNT_VERIFICATION", "INCREMENTAL", "BALANCE_INQUIRY")
PURCHASE, REVERSAL, VERIFICATION, INCREMENTAL, INQUIRY = range(5)
CODES = (
    "00",
    "05",
    "51",
    "61",
    "65",
    "04",
    "14",
    "41",
    "43",
    "54",
    "57",
    "62",
    "91",
    "96",
    "68",
    "59",
    "63",
    "12",
    "13",
    "30",
    "55",
)
_DECLINES = np.array([0, 22, 30, 5, 5, 1, 4, 1, 1, 6, 5, 1, 3, 1.5, 0.5, 5, 2, 1, 0.5, 0.5, 4])
_TESTING_DECLINES = np.array([0, 25, 15, 0, 0, 0, 30, 0, 0, 15, 0, 0, 0, 0, 0, 10, 5, 0, 0, 0, 0], float)
RETRYABLE = np.array([code in ("05", "51", "61", "65", "91", "96", "68") for code in CODES])
ENTRY_MODES = ("CHIP", "CONTACTLESS", "MAGSTRIPE", "KEYED", "ECOM")
THREE_DS = ("AUTHENTICATED", "ATTEMPTED", "FAILED", "NONE")
_WEEKDAYS_POS = (0.92, 0.94, 0.97, 1.02, 1.25, 1.30, 0.60)
_WEEKDAYS_ONLINE = (1.10, 1.06, 1.02, 1.0, 0.92, 0.88, 1.02)
_MAX_ATTEMPTS = 4


def simulate_authorisations(plan: WorldPlan, bank_index: int, parties: Parties, incidents: Incidents) -> Rows:
    """Every authorisation message of one bank, in time order, exactly ``plan.rows_of(bank_index)`` rows.

    Columns: time, order, merchant, card, amount (minor units), currency, code, kind, attempt, lifecycle,
    rrn, stan, channel, entry, three_ds, approval (-1 none), fraud, duplicate (an exact repetition).
    """
    target = plan.rows_of(bank_index)
    stream = plan.stream(bank_index, "authorisations")
    intents = _intents(plan, stream, parties, int(target * 0.93))
    fraud = fraud_intents(plan, bank_index, parties, incidents, intents)
    budget = int(target * 0.955) - len(fraud["time"])
    attempts = _attempts(stream, plan, parties, incidents, intents)
    attempts = chosen(attempts, attempts["order"] < _orders_within(attempts["order"], budget))
    unwanted = _attempts(stream, plan, parties, incidents, fraud)
    unwanted["order"] += len(intents["time"])
    purchases = joined(attempts, unwanted)
    count = len(purchases["time"])
    purchases["lifecycle"] = np.arange(count)
    purchases["stan"] = stream.integers(1, 1_000_000, count)
    purchases["rrn"] = stream.permutation(count) + 1
    purchases["kind"] = np.zeros(count, np.int64)
    purchases["duplicate"] = np.zeros(count, np.int64)
    beside = _beside(stream, parties, purchases, (day_number(plan.end) + 1) * DAY_S - 1)
    rest = target - count - len(beside["time"])
    rows = joined(purchases, beside, _without_amount(stream, plan, parties, purchases, max(rest, 0)))
    rows = chosen(rows, np.lexsort((rows["kind"], rows["duplicate"], rows["time"])))
    return chosen(rows, slice(0, target))


def _intents(plan: WorldPlan, stream: np.random.Generator, parties: Parties, count: int) -> Rows:
    merchants = parties.merchants
    merchant = stream.choice(len(merchants["weight"]), count, p=merchants["weight"])
    trade = merchants["trade"][merchant]
    channel = np.zeros(count, np.int64)
    draw = stream.random(count)
    for index, kind in enumerate(TRADES):
        mine = trade == index
        channel[mine] = np.searchsorted(np.cumsum(kind.channels)[:-1], draw[mine], side="right")
    median = np.array([kind.median for kind in TRADES])[trade]
    sigma = np.array([kind.sigma for kind in TRADES])[trade]
    return {
        "merchant": merchant,
        "card": (stream.random(count) ** 1.4 * len(parties.tokens)).astype(np.int64),
        "time": _times(plan, stream, trade, channel),
        "euro": median * np.exp(sigma * stream.standard_normal(count)),
        "channel": channel,
        "fraud": np.zeros(count, np.int64),
    }


def _times(
    plan: WorldPlan, stream: np.random.Generator, trade: np.ndarray, channel: np.ndarray
) -> np.ndarray:
    count = len(trade)
    day = np.empty(count, np.int64)
    for online, weekdays, growth in ((False, _WEEKDAYS_POS, 0.06), (True, _WEEKDAYS_ONLINE, 0.25)):
        mine = (channel > 0) == online
        weights = day_weights(plan.start, plan.days, weekdays, growth)
        day[mine] = stream.choice(plan.days, int(mine.sum()), p=weights)
    peak = np.array([kind.peak_hour for kind in TRADES])[trade]
    hour = np.where(
        stream.random(count) < 0.8, peak + 3.2 * stream.standard_normal(count), stream.uniform(6, 24, count)
    )
    second = (np.mod(hour, 24) * 3600).astype(np.int64)
    return (day_number(plan.start) + day) * DAY_S + np.minimum(second, DAY_S - 1)


def _orders_within(order: np.ndarray, budget: int) -> int:
    """The number of whole orders (numbered from 0) whose attempts fit into the budget of rows."""
    per_order = np.bincount(order)
    return int(np.searchsorted(np.cumsum(per_order), budget, side="right"))


def _attempts(
    stream: np.random.Generator, plan: WorldPlan, parties: Parties, incidents: Incidents, intents: Rows
) -> Rows:
    """Send each intent until it is approved or given up; one row per attempt, ordered by intent."""
    currency = parties.currency_index()[intents["merchant"]]
    exponent = np.array([EXPONENTS[code] for code in CURRENCIES])[currency]
    value = np.array([EURO_VALUE[code] for code in CURRENCIES])[currency]
    amount = np.maximum(np.rint(intents["euro"] / value * 10.0**exponent), 1).astype(np.int64)
    trade = parties.merchants["trade"][intents["merchant"]]
    fuel = trade == next(n for n, kind in enumerate(TRADES) if kind.mcc == "5542")
    amount[fuel] = (
        np.ceil(amount[fuel] / 10.0 ** exponent[fuel] * value[fuel] / 50) * 50 / value[fuel]
    ).astype(np.int64) * 10 ** exponent[fuel]
    entry, three_ds = _entry(stream, intents["channel"])
    last_second = (day_number(plan.end) + 1) * DAY_S - 1
    rounds: list[Rows] = []
    index = np.arange(len(intents["time"]))
    time = np.minimum(intents["time"], last_second)
    for attempt in range(1, _MAX_ATTEMPTS + 1):
        code = _respond(stream, parties, incidents, intents, index, time, three_ds[index], attempt)
        rounds.append(
            {
                "time": time,
                "order": index,
                "merchant": intents["merchant"][index],
                "card": intents["card"][index],
                "amount": amount[index],
                "currency": currency[index],
                "code": code,
                "attempt": np.full(len(index), attempt),
                "channel": intents["channel"][index],
                "entry": entry[index],
                "three_ds": three_ds[index],
                "approval": np.where(code == 0, stream.integers(0, 1_000_000, len(index)), -1),
                "fraud": intents["fraud"][index],
            }
        )
        recurring = intents["channel"][index] == 2
        wish = np.where(intents["channel"][index] == 0, 0.15, np.where(recurring, 0.7, 0.4))
        wait = np.where(
            recurring, stream.integers(DAY_S, 3 * DAY_S, len(index)), stream.integers(45, 1_500, len(index))
        )
        again = RETRYABLE[code] & (intents["fraud"][index] == 0) & (stream.random(len(index)) < wish)
        again &= time + wait <= last_second
        index, time = index[again], (time + wait)[again]
    rows = joined(*rounds)
    return chosen(rows, np.lexsort((rows["attempt"], rows["order"])))


def _entry(stream: np.random.Generator, channel: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    draw = stream.random(len(channel))
    at_till = np.searchsorted([0.27, 0.98], draw)
    entry = np.where(channel == 0, at_till, np.where(channel == 3, 3, 4))
    online = np.searchsorted([0.56, 0.71, 0.74], stream.random(len(channel)))
    return entry, np.where(channel == 1, online, 3)


def _respond(
    stream: np.random.Generator,
    parties: Parties,
    incidents: Incidents,
    intents: Rows,
    index: np.ndarray,
    time: np.ndarray,
    three_ds: np.ndarray,
    attempt: int,
) -> np.ndarray:
    """Index into CODES of the issuer's answer to one round of attempts. int64 [index]."""
    card_bin = parties.cards["bin"][intents["card"][index]]
    issuer = parties.bins["issuer"][card_bin]
    channel = intents["channel"][index]
    fraud = intents["fraud"][index]
    issuer_effect = np.linspace(0.018, -0.022, len(parties.issuer_names))
    chance = 0.932 + issuer_effect[issuer] + np.array([0.012, -0.022, -0.035, -0.03])[channel]
    chance += np.array([0.01, 0.0, -0.25, 0.0])[three_ds]
    chance -= 0.035 * ~_domestic(parties, intents["merchant"][index], issuer)
    chance -= 0.03 * (intents["euro"][index] > 250)
    chance = np.where(attempt > 1, 0.42, chance)
    chance = np.where(fraud == 3, 0.14, np.where(fraud > 0, 0.82, chance))
    down = (issuer == incidents.issuer) & (time >= incidents.issuer_from) & (time < incidents.issuer_to)
    technical = (
        (time >= incidents.outage_from) & (time < incidents.outage_to) & (stream.random(len(index)) < 0.45)
    )
    chance = np.where(down, 0.08, chance)
    declined = stream.choice(len(CODES), len(index), p=_DECLINES / _DECLINES.sum())
    tested = stream.choice(len(CODES), len(index), p=_TESTING_DECLINES / _TESTING_DECLINES.sum())
    declined = np.where(fraud == 3, tested, declined)
    declined = np.where(down & (stream.random(len(index)) < 0.7), CODES.index("91"), declined)
    declined = np.where((declined == CODES.index("55")) & (channel > 0), CODES.index("05"), declined)
    code = np.where(stream.random(len(index)) < chance, 0, declined)
    outage_code = np.where(stream.random(len(index)) < 0.6, CODES.index("91"), CODES.index("96"))
    return np.where(technical, outage_code, code)


def _domestic(parties: Parties, merchant: np.ndarray, issuer: np.ndarray) -> np.ndarray:
    places = np.array([place.country for place in parties.profile.places])[parties.merchants["place"]]
    return places[merchant] == np.array(parties.issuer_countries)[issuer]


def same_region(parties: Parties, merchant: np.ndarray, issuer: np.ndarray) -> np.ndarray:
    """Whether merchant and issuer are both in the EEA/UK or both in one other country. bool [merchant]."""
    places = [place.country for place in parties.profile.places]
    table = np.array(
        [[p == i or (p in EEA_AND_UK and i in EEA_AND_UK) for i in parties.issuer_countries] for p in places]
    )
    return table[parties.merchants["place"][merchant], issuer]


def _beside(stream: np.random.Generator, parties: Parties, purchases: Rows, last_second: int) -> Rows:
    """Reversals, incremental authorisations and exact repetitions of some approved purchases."""
    count = len(purchases["time"])
    approved = np.flatnonzero((purchases["code"] == 0) & (purchases["fraud"] == 0))
    picks = stream.permutation(approved)
    reversed_count, repeated_count = max(2, count * 4 // 1_000), max(2, count * 15 // 10_000)
    reversals = chosen(purchases, picks[:reversed_count])
    reversals["kind"] = np.full(reversed_count, REVERSAL)
    reversals["time"] = reversals["time"] + stream.integers(5, 240, reversed_count)
    repeated = chosen(purchases, picks[reversed_count : reversed_count + repeated_count])
    repeated["duplicate"] = np.ones(repeated_count, np.int64)
    lodging = next(n for n, kind in enumerate(TRADES) if kind.mcc == "7011")
    stays = picks[reversed_count + repeated_count :]
    stays = stays[parties.merchants["trade"][purchases["merchant"][stays]] == lodging]
    stays = stays[: max(1, int(len(stays) * 0.3))]
    more = chosen(purchases, stays)
    more["kind"] = np.full(len(stays), INCREMENTAL)
    more["amount"] = np.maximum(more["amount"] * stream.integers(10, 40, len(stays)) // 100, 1)
    more["time"] = more["time"] + stream.integers(3_600, 20 * 3600, len(stays))
    more["stan"] = stream.integers(1, 1_000_000, len(stays))
    rows = joined(reversals, repeated, more)
    rows["time"] = np.minimum(rows["time"], last_second)
    return rows


def _without_amount(
    stream: np.random.Generator, plan: WorldPlan, parties: Parties, purchases: Rows, count: int
) -> Rows:
    """Account verifications (four of five) and balance inquiries, which ask without money."""
    base = chosen(purchases, stream.integers(0, len(purchases["time"]), count))
    first = day_number(plan.start) * DAY_S
    code = np.where(stream.random(count) < 0.9, 0, stream.choice([1, 6, 9], count))
    return base | {
        "time": first + stream.integers(0, plan.days * DAY_S, count),
        "order": int(purchases["order"].max()) + 1 + np.arange(count),
        "card": stream.integers(0, len(parties.tokens), count),
        "amount": np.zeros(count, np.int64),
        "code": code,
        "attempt": np.ones(count, np.int64),
        "approval": np.where(code == 0, stream.integers(0, 1_000_000, count), -1),
        "lifecycle": len(purchases["time"]) + np.arange(count),
        "stan": stream.integers(1, 1_000_000, count),
        "rrn": len(purchases["time"]) + 1 + stream.permutation(count),
        "kind": np.where(stream.random(count) < 0.8, VERIFICATION, INQUIRY),
        "fraud": np.zeros(count, np.int64),
        "duplicate": np.zeros(count, np.int64),
    }
