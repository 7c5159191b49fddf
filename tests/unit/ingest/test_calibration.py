"""How sure the inference says it is, beside how often it is right, on layouts whose meaning is known."""

from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from math import prod

from payscope.adapters.embeddings.static import StaticEmbedder
from payscope.application.ingest.name_similarity import NameSimilarity
from payscope.domain.ingest.calibration import MEASURED, Measured
from payscope.domain.ingest.column_choice import Choice
from payscope.domain.ingest.mapping import SURE, InferredProfile, chosen_columns, infer_profile
from payscope.domain.ingest.stated_sums import TotalsLine
from payscope.errors import InvalidInput
from tests.unit.ingest.known_layouts import KnownLayout, known_layouts

_NAMES = NameSimilarity(StaticEmbedder())
_NEEDED = ("occurred", "amount", "credit", "debit", "currency")


@dataclass(frozen=True)
class Decision:
    """One column that was chosen; ``right`` is None where the layout does not tell what the column is."""

    layout: str
    choice: Choice
    right: bool | None


def totals_of(layout: KnownLayout) -> list[TotalsLine]:
    return [TotalsLine(cells[0], cells) for cells in layout.totals]


def inferred(layout: KnownLayout) -> InferredProfile:
    similar = _NAMES.nearest(layout.columns)
    return infer_profile("0" * 64, layout.columns, layout.sample, totals_of(layout), similar)


@cache
def decisions() -> tuple[Decision, ...]:
    found: list[Decision] = []
    for layout in known_layouts():
        similar = _NAMES.nearest(layout.columns)
        try:
            chosen = chosen_columns(layout.columns, layout.sample, totals_of(layout), similar)
        except InvalidInput:
            continue
        for target, choice in chosen.items():
            right = layout.truth.get(target)
            told = choice.column in right if right else None
            if right is None and choice.column in layout.meanings:
                told = False
            found.append(Decision(layout.name, choice, told))
    return tuple(found)


def measured(judged: list[Decision]) -> dict[str, Measured]:
    """By kind of evidence, how many decisions were right."""
    counts: dict[str, list[bool]] = defaultdict(list)
    for decision in judged:
        counts[decision.choice.pattern].append(bool(decision.right))
    return {pattern: Measured(sum(found), len(found)) for pattern, found in sorted(counts.items())}


def judged() -> list[Decision]:
    return [decision for decision in decisions() if decision.right is not None]


def test_the_confidence_table_is_what_the_known_layouts_give() -> None:
    assert dict(MEASURED) == measured(judged())


def test_most_of_what_is_chosen_is_right_and_most_of_what_is_there_is_found() -> None:
    found = judged()
    precision = sum(bool(decision.right) for decision in found) / len(found)
    known = [(layout.name, target) for layout in known_layouts() for target in layout.truth]
    hits = {(decision.layout, decision.choice.target) for decision in found if decision.right}
    recall = sum(pair in hits for pair in known) / len(known)
    assert len(found) > 300
    assert precision > 0.9
    assert recall > 0.7


def test_on_a_layout_left_out_of_the_measurement_the_confidence_is_about_the_share_that_is_right() -> None:
    """Expected calibration error over ten bins, each layout judged by the evidence of the others."""
    found = judged()
    bins: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    for layout in {decision.layout for decision in found}:
        table = measured([decision for decision in found if decision.layout != layout])
        for decision in found:
            if decision.layout == layout:
                expected = table.get(decision.choice.pattern, Measured(0, 0)).confidence
                bins[min(int(expected * 10), 9)].append((expected, bool(decision.right)))
    error = sum(
        abs(sum(expected for expected, _ in pairs) - sum(right for _, right in pairs))
        for pairs in bins.values()
    ) / len(found)
    assert error < 0.05


def test_what_is_sure_and_tied_by_sums_is_right() -> None:
    """Of layouts whose amounts are tied and whose required columns are all sure, none may have one wrong."""
    by_layout: dict[str, list[Decision]] = defaultdict(list)
    for decision in decisions():
        if decision.choice.target in _NEEDED:
            by_layout[decision.layout].append(decision)
    sure = {
        name: found
        for name, found in by_layout.items()
        if min(d.choice.confidence for d in found) >= SURE and any(d.choice.ties for d in found)
    }
    assert len(sure) > 10
    wrong = [decision for found in sure.values() for decision in found if decision.right is False]
    assert wrong == []


def test_a_mapping_is_as_sure_as_its_required_columns_together() -> None:
    for layout in known_layouts():
        if layout.name == "abrechnung":
            columns = inferred(layout).evidence["columns"]
            needed = [columns[target]["confidence"] for target in _NEEDED if target in columns]
            assert abs(inferred(layout).confidence - prod(needed)) < 0.002
