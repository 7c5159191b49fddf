"""Which names are near to words that name nothing: offered in the question back, never taken for them."""

from collections.abc import Iterable

from payscope.domain.ask.language.lexer import fold, stems_of
from payscope.domain.ask.language.phrases import Meaning, Names, shared_labels, shared_phrases
from payscope.domain.ask.language.typos import edits

# Closeness below which a name is not offered, unless the question says what kind of name it is. Of the 32
# garbled names of tests/evaluation/linking_set.py (15 are mended before) and its 20 words that are no name:
#   floor   mended or offered   words with a name near
#   0.40          31                  19
#   0.50          30                  13
#   0.60          28                   4
#   0.65          28                   1
#   0.70          26                   0
CLOSE_ENOUGH = 0.65


def nearest_names(text: str, start: int, end: int, names: Names, most: int = 3) -> tuple[str, ...]:
    """Labels of the names nearest to the words from ``start`` to ``end``, nearest first, one a meaning.

    Where the word before says the kind ("network Zapcard"), only names of that kind, however far.
    """
    phrase = fold(text[start:end])
    kind = _kind_before(text[:start])
    best: dict[Meaning, tuple[float, str]] = {}
    for label, meaning in _labels(names):
        if kind is not None and meaning.dimension != kind:
            continue
        closeness = _closeness(phrase, fold(label))
        if (kind is not None or closeness >= CLOSE_ENOUGH) and closeness > best.get(meaning, (0.0, ""))[0]:
            best[meaning] = closeness, label
    ranked = sorted(best.values(), key=lambda each: (-each[0], each[1]))
    return tuple(label for _, label in ranked[:most])


def _labels(names: Names) -> Iterable[tuple[str, Meaning]]:
    for meaning, label in names.label_of.items():
        yield label, meaning
    yield from shared_labels().items()


def _kind_before(text: str) -> str | None:
    """The dimension that the last word before the phrase names: "issuer Monarch Trust"."""
    stems = stems_of(text)
    found = shared_phrases().get(stems[-1:]) if stems else None
    return found.value if found is not None and found.kind == "dimension" else None


def _closeness(phrase: str, label: str) -> float:
    """Share of letters that two names have in common: as wholes, or the phrase's words each with its best."""
    whole = _alike(phrase.replace(" ", ""), label.replace(" ", ""))
    parts = label.split()
    words = phrase.split()
    single = sum(max((_alike(word, part) for part in parts), default=0.0) for word in words) / max(
        len(words), 1
    )
    return max(whole, single)


def _alike(one: str, other: str) -> float:
    longest = max(len(one), len(other))
    return 1 - edits(one, other, longest) / longest if longest else 0.0
