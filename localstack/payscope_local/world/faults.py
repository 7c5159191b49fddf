"""The breaks that the world plants, each in a payment of its own, so that every other payment must match.

Some of the others are unusual, though in order: they must match all the same.
"""

from dataclasses import dataclass

import numpy as np

from payscope_local.world.authorisations import INCREMENTAL
from payscope_local.world.calendar import DAY_S, BusinessDays, day_number, day_of
from payscope_local.world.parties import CURRENCIES, TRADES, Parties
from payscope_local.world.plan import Rows, WorldPlan, chosen, joined

# kind -> the reason under which reconciliation reports it
FAULTS = {
    "missing_auth": "MISSING_AUTH",
    "missing_clearing": "MISSING_CLEARING",
    "never_cleared": "MISSING_CLEARING",
    "missing_settlement": "MISSING_SETTLEMENT",
    "settled_amount": "AMOUNT",
    "cleared_over_auth": "AMOUNT",
    "rounding": "AMOUNT",
    "currency": "CURRENCY",
    "date_order": "DATE_ORDER",
    "late_presentment": "LATE_PRESENTMENT",
    "duplicate_clearing": "DUPLICATE_CLEARING",
    "duplicate_settlement": "DUPLICATE_SETTLEMENT",
    "reference_damaged": "REFERENCE_DAMAGED",
    "fee_variance": "FEE_VARIANCE",
}
KINDS = tuple(FAULTS)
# The settlement line lacks the network's lifecycle id, or so does the clearing as well; one clearing is
# settled by two lines; the processor converts at a rate of its own.
UNUSUAL = ("unnamed_settlement", "unnamed_payment", "split_settlement", "own_rate")
LATE_BY_DAYS = 13
_SHORTEST_WITH_LOST_FILES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Faults:
    """What is planted: ``victims[kind]`` and ``unusual[kind]`` are rows of the sales' clearing table.

    ``late_day``: the clearing file of that day is held back; ``lost_day``: the settlement file of that
    value date never comes; ``copied_day``: the clearing file of that day comes twice. None: not planted.
    """

    victims: dict[str, np.ndarray]
    unusual: dict[str, np.ndarray]
    late_day: int | None
    lost_day: int | None
    copied_day: int | None

    def of(self, kind: str) -> np.ndarray:
        """The victims of one kind."""
        return self.victims[kind]


def choose_faults(
    plan: WorldPlan,
    bank_index: int,
    parties: Parties,
    auth: Rows,
    clearing: Rows,
    touched: np.ndarray,
    calendar: BusinessDays,
) -> Faults:
    """Choose victims among plain payments: one clearing, no refund, no dispute, no tip, no fraud.

    Args:
        touched: bool [clearing], True for sales that were refunded, disputed or reported as fraud.
    """
    stream = plan.stream(bank_index, "faults")
    start, end = day_number(plan.start), day_number(plan.end)
    late_day, lost_day, copied_day = _special_days(plan, bank_index, calendar)
    day = clearing["time"] // DAY_S
    plain = (
        ~touched & (clearing["sequence"] == 1) & _single(clearing) & _ordinary_trade(parties, auth, clearing)
    )
    plain &= (auth["fraud"][clearing["auth"]] == 0) & (clearing["amount"] >= 700)
    plain &= ~np.isin(auth["lifecycle"][clearing["auth"]], auth["lifecycle"][auth["kind"] == INCREMENTAL])
    plain &= (auth["duplicate"][clearing["auth"]] == 0) & ~_repeated(auth, clearing)
    plain &= (day > start + 3) & (day <= end) & _away(day, late_day, lost_day)
    each = min(max(3, len(clearing["time"]) // 2_000), int(plain.sum()) // (2 * len(KINDS)))
    victims: dict[str, np.ndarray] = {}
    for kind in KINDS:
        moved = _moved_day(kind, clearing, day)
        pool = stream.permutation(np.flatnonzero(plain & _away(moved, late_day, lost_day)))
        victims[kind] = np.sort(pool[:each])
        plain[victims[kind]] = False
    unusual = _choose_unusual(plan.stream(bank_index, "unusual"), parties, auth, clearing, plain, each)
    return Faults(
        victims=victims, unusual=unusual, late_day=late_day, lost_day=lost_day, copied_day=copied_day
    )


def _choose_unusual(
    stream: np.random.Generator, parties: Parties, auth: Rows, clearing: Rows, plain: np.ndarray, each: int
) -> dict[str, np.ndarray]:
    merchant = auth["merchant"][clearing["auth"]]
    converted = (parties.currency_index() != parties.settlement_currency_index())[merchant]
    free, unusual = plain.copy(), dict[str, np.ndarray]()
    for kind in UNUSUAL:
        # Dear enough that the rate's difference is more than a rounding.
        pool = np.flatnonzero(
            free & converted & (clearing["amount"] >= 5_000) if kind == "own_rate" else free
        )
        unusual[kind] = np.sort(stream.permutation(pool)[:each])
        free[unusual[kind]] = False
    return unusual


def _special_days(
    plan: WorldPlan, bank_index: int, calendar: BusinessDays
) -> tuple[int | None, int | None, int | None]:
    """Days of the late, the lost and the copied file; a short or monthly world has none."""
    if plan.days < _SHORTEST_WITH_LOST_FILES or plan.monthly_files:
        return None, None, None
    start = day_number(plan.start)
    later = calendar.after(np.full(5, start + 2 * plan.days // 3 + bank_index % 5), np.arange(1, 6))
    lost = next(int(day) for day in later.tolist() if day_of(day).weekday() in (2, 3))
    return start + plan.days // 3 + 2 * (bank_index % 3), lost, start + plan.days // 2 + bank_index % 3


def _moved_day(kind: str, clearing: Rows, day: np.ndarray) -> np.ndarray:
    if kind == "late_presentment":
        return day + LATE_BY_DAYS
    return clearing["sold_at"] // DAY_S - 1 if kind == "date_order" else day


def _away(day: np.ndarray, late_day: int | None, lost_day: int | None) -> np.ndarray:
    """Whether a payment cleared on that day is clear of the late clearing and the lost settlement file."""
    away = np.ones(len(day), bool)
    if late_day is not None:
        away &= day != late_day
    if lost_day is not None:
        away &= (day > lost_day) | (day < lost_day - 8)
    return away


def _single(clearing: Rows) -> np.ndarray:
    parts = np.bincount(clearing["auth"])
    return parts[clearing["auth"]] == 1


def _repeated(auth: Rows, clearing: Rows) -> np.ndarray:
    return np.isin(auth["lifecycle"][clearing["auth"]], auth["lifecycle"][auth["duplicate"] == 1])


def _ordinary_trade(parties: Parties, auth: Rows, clearing: Rows) -> np.ndarray:
    ordinary = np.array([kind.mcc not in ("5542", "5812", "5813", "5814", "7011") for kind in TRADES])
    return ordinary[parties.merchants["trade"][auth["merchant"][clearing["auth"]]]]


def disturb_presentment(stream: np.random.Generator, faults: Faults, clearing: Rows) -> None:
    """Presentments too late, before their authorisation, or over its amount; fees and rates follow."""
    clearing["time"][faults.of("late_presentment")] += LATE_BY_DAYS * DAY_S
    early = faults.of("date_order")
    clearing["time"][early] = (clearing["sold_at"][early] // DAY_S - 1) * DAY_S + 21 * 3600
    over = faults.of("cleared_over_auth")
    clearing["amount"][over] = clearing["amount"][over] * stream.integers(130, 160, len(over)) // 100


def disturb_settlement(
    stream: np.random.Generator, faults: Faults, settlement: Rows, calendar: BusinessDays
) -> Rows:
    """Change, double and remove settlement lines (row n settles clearing row n). Returns the new table."""
    wrong = faults.of("settled_amount")
    settlement["gross"][wrong] = settlement["gross"][wrong] * stream.integers(80, 97, len(wrong)) // 100
    settlement["gross"][faults.of("rounding")] += 1
    foreign = faults.of("currency")
    euro, dollar = CURRENCIES.index("EUR"), CURRENCIES.index("USD")
    settlement["currency"][foreign] = np.where(settlement["currency"][foreign] == euro, dollar, euro)
    settlement["damaged"][faults.of("reference_damaged")] = 1
    for kind in ("unnamed_settlement", "unnamed_payment"):
        settlement["unnamed"][faults.unusual[kind]] = 1
    own_rate = faults.unusual["own_rate"]
    settlement["gross"][own_rate] += settlement["gross"][own_rate] * 3 // 1_000
    dear = faults.of("fee_variance")
    settlement["interchange"][dear] = settlement["interchange"][dear] * 2 + 7
    again = chosen(settlement, faults.of("duplicate_settlement"))
    again["day"] = calendar.after(again["day"], 1)
    rest = _split(settlement, faults.unusual["split_settlement"], calendar)
    gone = np.concatenate([faults.of("missing_settlement"), faults.of("never_cleared")])
    return joined(chosen(settlement, _without(len(settlement["day"]), gone)), again, rest)


def _split(settlement: Rows, rows: np.ndarray, calendar: BusinessDays) -> Rows:
    """Leave two fifths on these lines, with all the fees, and return lines of the next day with the rest."""
    rest = chosen(settlement, rows)
    settlement["gross"][rows] = rest["gross"] * 2 // 5
    none = np.zeros(len(rows), np.int64)
    return rest | {
        "gross": rest["gross"] - settlement["gross"][rows],
        "day": calendar.after(rest["day"], 1),
        "interchange": none,
        "scheme": none,
        "markup": none,
    }


def disturb_clearing(faults: Faults, clearing: Rows) -> Rows:
    """Double and remove clearing messages. Returns the new table."""
    again = chosen(clearing, faults.of("duplicate_clearing"))
    again["time"] = again["time"] + 3_600
    gone = np.concatenate([faults.of("missing_clearing"), faults.of("never_cleared")])
    return joined(chosen(clearing, _without(len(clearing["time"]), gone)), again)


def without_lost_auths(faults: Faults, auth: Rows, clearing: Rows) -> Rows:
    """The authorisations that reach a file."""
    return chosen(auth, _without(len(auth["time"]), clearing["auth"][faults.of("missing_auth")]))


def _without(count: int, rows: np.ndarray) -> np.ndarray:
    keep = np.ones(count, bool)
    keep[rows] = False
    return keep
