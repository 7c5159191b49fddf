"""Rings: cards that meet again and again at the same merchants in disputed payments."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations

# A merchant whose disputed cards are more says nothing about any two of them.
_CROWD = 200


@dataclass(frozen=True, slots=True)
class DisputedPair:
    """A card with disputed payments at a merchant."""

    card: str
    merchant_id: str
    payments: int


@dataclass(frozen=True, slots=True)
class Ring:
    """Cards of which each shares at least two merchants with another one of the ring.

    Attributes:
        merchants: At which two or more of its cards had disputed payments, in order.
        payments: Disputed ones of the cards at those merchants.
    """

    cards: frozenset[str]
    merchants: tuple[str, ...]
    payments: int


def find_rings(pairs: Iterable[DisputedPair]) -> tuple[Ring, ...]:
    """The rings among disputed payments, those with most payments first.

    A cycle card, merchant, card, merchant is the smallest; rings that share a card are one.
    """
    at: dict[str, dict[str, int]] = defaultdict(dict)
    for pair in pairs:
        at[pair.merchant_id][pair.card] = pair.payments
    met: dict[tuple[str, str], int] = defaultdict(int)
    for cards in at.values():
        if len(cards) <= _CROWD:
            for couple in combinations(sorted(cards), 2):
                met[couple] += 1
    leader: dict[str, str] = {}
    for (one, other), merchants in met.items():
        if merchants >= 2:
            leader[_lead(leader, other)] = _lead(leader, one)
    groups: dict[str, set[str]] = defaultdict(set)
    for card in list(leader):
        groups[_lead(leader, card)].add(card)
    rings = [_ring(frozenset(cards), at) for cards in groups.values()]
    return tuple(sorted(rings, key=lambda ring: (-ring.payments, ring.merchants)))


def _lead(leader: dict[str, str], card: str) -> str:
    leader.setdefault(card, card)
    while leader[card] != card:
        leader[card] = leader[leader[card]]
        card = leader[card]
    return card


def _ring(cards: frozenset[str], at: dict[str, dict[str, int]]) -> Ring:
    shared = {name: cards & here.keys() for name, here in at.items() if len(here) <= _CROWD}
    merchants = tuple(sorted(name for name, both in shared.items() if len(both) >= 2))
    payments = sum(at[name][card] for name in merchants for card in shared[name])
    return Ring(cards, merchants, payments)
