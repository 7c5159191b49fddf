"""Which slices moved a number, split exactly: the parts add up to the change, residual 0.

Sums split into the change of each slice. Ratios split into a rate and a mix effect per slice
(midpoint form): with share of the denominator w and rate r in periods 0 and 1, and R the
whole's rate, rate = (w0+w1)/2 * (r1-r0) and mix = (w1-w0) * ((r0+r1)/2 - (R0+R1)/2).
Everything is a fraction, so nothing is lost to rounding.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

_HALF = Fraction(1, 2)

Parts = Mapping[str, tuple[int, int]]
"""Slice -> (numerator, denominator) of one period; the denominator of a sum is 1."""


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one slice added to the change.

    Attributes:
        before: Numerator and denominator in period 0; ``after`` the same in period 1.
        weight: The slice's share of the whole in period 0 (of the denominator for a ratio).
    """

    slice: str
    before: tuple[int, int]
    after: tuple[int, int]
    rate_effect: Fraction
    mix_effect: Fraction
    weight: Fraction

    @property
    def effect(self) -> Fraction:
        """Rate and mix together."""
        return self.rate_effect + self.mix_effect


@dataclass(frozen=True, slots=True)
class Decomposition:
    """A change and its parts, largest first."""

    before: Fraction
    after: Fraction
    contributions: tuple[Contribution, ...]

    @property
    def change(self) -> Fraction:
        """After minus before."""
        return self.after - self.before

    @property
    def residual(self) -> Fraction:
        """What the parts leave unexplained: always 0, and tested to be."""
        return self.change - sum((part.effect for part in self.contributions), Fraction(0))

    def share(self, part: Contribution) -> Fraction | None:
        """A part as a share of the change, or None when nothing changed."""
        return part.effect / self.change if self.change else None

    def surprise(self, part: Contribution) -> Fraction:
        """How unexpectedly much of the change one slice carries, comparable across dimensions.

        The explained share, clipped to 0..1, times the weight of everything outside the slice:
        a slice that is the whole explains everything and surprises nobody.
        """
        share = self.share(part)
        if share is None:
            return Fraction(0)
        return min(max(share, Fraction(0)), Fraction(1)) * (1 - min(part.weight, Fraction(1)))


def decompose_sum(before: Parts, after: Parts) -> Decomposition:
    """Split the change of a sum into the change of each slice (all rate, no mix)."""
    whole_0 = sum(top for top, _ in before.values())
    size = sum(abs(top) for top, _ in before.values())
    parts: list[Contribution] = []
    for name in sorted(before.keys() | after.keys()):
        old, new = before.get(name, (0, 1)), after.get(name, (0, 1))
        weight = Fraction(abs(old[0]), size) if size else Fraction(0)
        parts.append(Contribution(name, old, new, Fraction(new[0] - old[0]), Fraction(0), weight))
    return Decomposition(Fraction(whole_0), Fraction(sum(top for top, _ in after.values())), _ranked(parts))


def decompose_ratio(before: Parts, after: Parts) -> Decomposition | None:
    """Split the change of a ratio into rate and mix effects.

    A slice with no denominator in one period takes the other period's rate, so that its whole
    effect is mix.

    Returns:
        None when the whole has a zero denominator in either period, since it then has no rate.
    """
    total_0, total_1 = (sum(bottom for _, bottom in parts.values()) for parts in (before, after))
    if total_0 == 0 or total_1 == 0:
        return None
    rate_0 = Fraction(sum(top for top, _ in before.values()), total_0)
    rate_1 = Fraction(sum(top for top, _ in after.values()), total_1)
    middle = (rate_0 + rate_1) * _HALF
    parts: list[Contribution] = []
    for name in sorted(before.keys() | after.keys()):
        old, new = before.get(name, (0, 0)), after.get(name, (0, 0))
        w0, w1 = Fraction(old[1], total_0), Fraction(new[1], total_1)
        # a = w * r, also where a numerator has no denominator in its slice (then r is undefined).
        a0, a1 = Fraction(old[0], total_0), Fraction(new[0], total_1)
        effect = a1 - a0 - (w1 - w0) * middle
        rate_effect = Fraction(0)
        if old[1] and new[1]:
            rate_effect = (w0 + w1) * _HALF * (Fraction(*new) - Fraction(*old))
        parts.append(Contribution(name, old, new, rate_effect, effect - rate_effect, w0))
    return Decomposition(rate_0, rate_1, _ranked(parts))


def _ranked(parts: list[Contribution]) -> tuple[Contribution, ...]:
    return tuple(sorted(parts, key=lambda part: (-abs(part.effect), part.slice)))
