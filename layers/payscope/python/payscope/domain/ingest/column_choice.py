"""Which column means what, with the evidence for each decision and how often such evidence was right."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import permutations

from payscope.domain.ingest.calibration import MEASURED, Measured
from payscope.domain.ingest.column_values import (
    AMOUNTS,
    ValueFit,
    ValueMatch,
    amount_of,
    match_values,
    number_signs,
)
from payscope.domain.ingest.column_words import WORDS, NameFit, NameMatch, match_name
from payscope.domain.ingest.figures import FigurePlan, Identity, Tally

_ENOUGH = 0.55
# Cosine from which a name counts as similar; below it half of all names are similar to something.
_SIMILAR = 0.6
# How much nearer the chosen column must be than the next one to be uncontested.
_CLEAR = 0.1
# Meanings that values can tell without the name, when only one column has such values.
_TOLD_BY_VALUES = ("occurred", "currency", "arn", "amount")
_MOST_AMOUNTS = 8
FEE_PARTS = ("interchange", "scheme_fee", "markup")


@dataclass(frozen=True, slots=True)
class Choice:
    """A column that is taken for a meaning.

    ``ties`` are the figures that prove it, ``rival`` is another column that fits nearly as well.
    """

    target: str
    column: str
    name: NameMatch
    values: ValueMatch
    ties: tuple[str, ...] = ()
    rival: str | None = None

    @property
    def pattern(self) -> str:
        """The kind of evidence, by which its reliability is measured."""
        tied = "tied" if self.ties else "free"
        clear = "contested" if self.rival else "clear"
        return f"{self.name.fit} {self.values.fit} {tied} {clear}"

    @property
    def measured(self) -> Measured:
        """How often this kind of evidence was right on the layouts that it is measured on."""
        return MEASURED.get(self.pattern, Measured(0, 0))

    @property
    def confidence(self) -> float:
        """See ``Measured.confidence``."""
        return self.measured.confidence

    @property
    def evidence(self) -> list[str]:
        """Why, in sentences."""
        told = {
            NameFit.EXACT: f'the name is "{self.name.word}"',
            NameFit.PART: f'the name has "{self.name.word}" in it',
            NameFit.SIMILAR: f'the name is near "{self.name.word}" (cosine {self.name.strength:.2f})',
            NameFit.NONE: "the name tells nothing",
        }[self.name.fit]
        share = f"{self.values.share:.0%} of the values"
        seen = {
            ValueFit.TYPED: f"{share} have the form",
            ValueFit.MIXED: f"only {share} have the form",
            ValueFit.ANY: "any value has the form",
            ValueFit.UNSEEN: "no value is filled",
            ValueFit.AGAINST: f"only {share} have the form",
        }[self.values.fit]
        rivals = [f'"{self.rival}" fits nearly as well'] if self.rival else []
        return [told, seen, *self.ties, *rivals]


@dataclass(frozen=True, slots=True)
class _Fit:
    points: float
    name: NameMatch
    values: ValueMatch


def choose_columns(
    columns: Sequence[str],
    sample: Mapping[str, Sequence[str]],
    similar: Mapping[tuple[str, str], tuple[str, float]],
) -> dict[str, Choice]:
    """The column of each meaning, one column a meaning.

    Args:
        columns: Names.
        sample: Some values of each.
        similar: By meaning and column the nearest known word and its cosine; one weak piece of evidence.
    """
    fits = {
        (target, column): _fit(target, column, sample.get(column, ()), similar.get((target, column)))
        for target in WORDS
        for column in columns
    }
    chosen: dict[str, Choice] = {}
    taken: set[str] = set()
    for (target, column), fit in sorted(fits.items(), key=lambda item: -item[1].points):
        if fit.points >= _ENOUGH and target not in chosen and column not in taken:
            chosen[target] = Choice(target, column, fit.name, fit.values)
            taken.add(column)
    for target, choice in chosen.items():
        least = fits[target, choice.column].points - _CLEAR
        rivals = [name for name in columns if name not in taken and fits[target, name].points >= least]
        chosen[target] = replace(choice, rival=rivals[0] if rivals else None)
    for target in _TOLD_BY_VALUES:
        if target not in chosen and not (target == "amount" and {"net", "credit", "debit"} & chosen.keys()):
            only = _only_typed(target, [name for name in columns if name not in taken], fits, sample)
            if only is not None:
                chosen[target] = Choice(target, only, NameMatch(NameFit.NONE), fits[target, only].values)
                taken.add(only)
    if "occurred" not in chosen and "booked" in chosen:
        chosen["occurred"] = replace(chosen.pop("booked"), target="occurred")
    if "currency" not in chosen and "settlement_currency" in chosen:
        chosen["currency"] = replace(chosen.pop("settlement_currency"), target="currency")
    return chosen


def tied_by_sums(
    chosen: Mapping[str, Choice], columns: Sequence[str], sample: Mapping[str, Sequence[str]]
) -> tuple[dict[str, Choice], tuple[Identity, ...]]:
    """The choices with net and fee told by sums where their names do not tell them.

    Returns:
        The choices, and the identities that hold in the sample and are to be tried on every row.
    """
    completed = dict(chosen)
    amount = completed.get("amount")
    others = [
        name
        for name in columns
        if name not in {choice.column for choice in completed.values() if choice.target not in ("net", "fee")}
        and match_values("amount", sample.get(name, ())).fit is ValueFit.TYPED
    ][:_MOST_AMOUNTS]
    identities: list[Identity] = []
    if amount is not None:
        wanted = [completed[target].column for target in ("net", "fee") if target in completed]
        for net, fee in permutations(others, 2):
            if any(name not in (net, fee) for name in wanted) or _total(sample[net]) < 2 * _total(
                sample[fee]
            ):
                # The sums alone do not tell net from fee; that a fee is the smaller part does.
                continue
            found = _first_held(
                [Identity(net, (amount.column,), (fee,)), Identity(net, (amount.column, fee))], sample
            )
            roles = {"net": net, "fee": fee}
            if found is None or any(
                target in completed and completed[target].column != name for target, name in roles.items()
            ):
                continue
            identities.append(found)
            for target, name in roles.items():
                completed.setdefault(
                    target, Choice(target, name, match_name(target, name), match_values(target, sample[name]))
                )
            break
    parts = tuple(completed[target].column for target in FEE_PARTS if target in completed)
    if "fee" in completed and len(parts) > 1:
        found = _first_held([Identity(completed["fee"].column, parts)], sample)
        identities += [found] if found else []
    elif "fee" not in completed and amount is not None and "net" in completed and parts:
        net = completed["net"].column
        found = _first_held(
            [Identity(net, (amount.column,), parts), Identity(net, (amount.column, *parts))], sample
        )
        identities += [found] if found else []
    return completed, tuple(identities)


def _total(values: Sequence[str]) -> Decimal:
    """The sum of the amounts without their signs."""
    signs = number_signs(values)
    amounts = (amount_of(value, signs["decimal"], signs["group"]) for value in values if value.strip())
    return sum((abs(amount) for amount in amounts if amount is not None), Decimal(0))


def _first_held(identities: Sequence[Identity], sample: Mapping[str, Sequence[str]]) -> Identity | None:
    for identity in identities:
        names = tuple(dict.fromkeys((identity.result, *identity.plus, *identity.minus)))
        signs = number_signs([text for name in names for text in sample[name]])
        tally = Tally(FigurePlan(names, signs["decimal"], signs["group"], identities=(identity,)))
        tally.add({name: sample[name] for name in names})
        if tally.held(identity).always:
            return identity
    return None


def _fit(target: str, column: str, values: Sequence[str], near: tuple[str, float] | None) -> _Fit:
    """A column's points for a meaning: name for 0.6, values for 0.4; values that contradict veto."""
    name = match_name(target, column)
    if name.fit is NameFit.NONE and near is not None and near[1] >= _SIMILAR:
        name = NameMatch(NameFit.SIMILAR, *near)
    seen = match_values(target, values)
    if seen.fit in (ValueFit.ANY, ValueFit.UNSEEN):
        weight = 0.5 if name.fit is NameFit.SIMILAR else 0.75
        return _Fit(name.strength * weight, name, seen)
    if seen.fit is ValueFit.AGAINST:
        return _Fit(0.0, name, seen)
    strength = name.strength * (0.5 if name.fit is NameFit.SIMILAR else 1.0)
    return _Fit(strength * 0.6 + seen.share * 0.4 * (1.0 if strength else 0.6), name, seen)


def _only_typed(
    target: str,
    free: Sequence[str],
    fits: Mapping[tuple[str, str], _Fit],
    sample: Mapping[str, Sequence[str]],
) -> str | None:
    """The one column that is left whose values all have the form of the meaning."""
    typed = [name for name in free if fits[target, name].values.fit is ValueFit.TYPED]
    if target in AMOUNTS:
        # Whole numbers may be anything; cents are money.
        typed = [name for name in typed if _has_cents(sample[name])]
    if target == "occurred":
        typed = [name for name in typed if fits["amount", name].values.fit is not ValueFit.TYPED]
    return typed[0] if len(typed) == 1 else None


def _has_cents(values: Sequence[str]) -> bool:
    signs = number_signs(values)
    amounts = [amount_of(value, signs["decimal"], signs["group"]) for value in values if value.strip()]
    return any(amount is not None and amount != amount.to_integral_value() for amount in amounts)
