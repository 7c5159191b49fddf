"""Which payouts one bank credit adds up from: a bounded, deterministic search that never guesses."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Generic, TypeVar

Key = TypeVar("Key")
Entry = TypeVar("Entry")
Payout = TypeVar("Payout")


@dataclass(frozen=True, slots=True)
class SubsetBounds:
    """How far the search goes.

    Attributes:
        max_candidates: With more payouts in reach, chance sums become likely and nothing is searched.
        max_members: Most payouts that one credit is taken to pay.
        max_steps: Most sums that are looked at for one credit.
        window_days: A credit pays payouts of its own day or of so many days before.
    """

    max_candidates: int
    max_members: int
    max_steps: int
    window_days: int


@dataclass(frozen=True, slots=True)
class OpenAmount(Generic[Key]):
    """A credit or a payout that nothing is matched with; amounts are positive minor units."""

    key: Key
    currency: str
    minor: int
    on: date


def subset_of_sum(target: int, amounts: Sequence[int], bounds: SubsetBounds) -> tuple[int, ...] | None:
    """The one set of positions whose amounts add up to ``target``.

    Depth first over the amounts from the largest, so equal input takes equal steps.

    Returns:
        Positions in ascending order; None when no set or more than one adds up, or at a bound.
    """
    if len(amounts) > bounds.max_candidates:
        return None
    order = sorted(range(len(amounts)), key=lambda n: (-amounts[n], n))
    rest = [0] * (len(order) + 1)
    for place in range(len(order) - 1, -1, -1):
        rest[place] = rest[place + 1] + amounts[order[place]]
    found: list[tuple[int, ...]] = []
    steps = 0
    stack: list[tuple[int, int, tuple[int, ...]]] = [(0, target, ())]
    while stack:
        place, missing, taken = stack.pop()
        steps += 1
        if steps > bounds.max_steps:
            return None
        if missing == 0:
            found.append(taken)
            if len(found) > 1:
                return None
            continue
        if place == len(order) or missing > rest[place]:
            continue
        stack.append((place + 1, missing, taken))
        amount = amounts[order[place]]
        if amount <= missing and len(taken) < bounds.max_members:
            stack.append((place + 1, missing - amount, (*taken, order[place])))
    return tuple(sorted(found[0])) if found else None


def paid_together(
    entries: Sequence[OpenAmount[Entry]], payouts: Sequence[OpenAmount[Payout]], bounds: SubsetBounds
) -> dict[Entry, tuple[Payout, ...]]:
    """The payouts that each bank credit paid.

    Exactly one set of them adds up to it, and no other credit claims any of them. The result depends
    on the amounts alone, not on the order in which they are given.
    """
    by_currency: dict[str, list[OpenAmount[Payout]]] = defaultdict(list)
    for payout in payouts:
        by_currency[payout.currency].append(payout)
    claims: dict[Entry, tuple[Payout, ...]] = {}
    for credit in entries:
        first = credit.on - timedelta(days=bounds.window_days)
        reach = [payout for payout in by_currency[credit.currency] if first <= payout.on <= credit.on]
        reach.sort(key=lambda payout: (payout.minor, payout.on, str(payout.key)))
        chosen = subset_of_sum(credit.minor, [payout.minor for payout in reach], bounds)
        if chosen is not None:
            claims[credit.key] = tuple(reach[n].key for n in chosen)
    claimants: dict[Payout, int] = defaultdict(int)
    for claimed in claims.values():
        for payout in claimed:
            claimants[payout] += 1
    return {
        entry: claimed
        for entry, claimed in claims.items()
        if all(claimants[payout] == 1 for payout in claimed)
    }
