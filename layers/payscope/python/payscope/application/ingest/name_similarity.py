"""How near the names of columns are to the known words for each meaning, by a model of language."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from operator import mul
from typing import Protocol

from payscope.domain.ingest.column_words import WORDS, bare_name

# The surest words of a meaning; the later ones are of other languages, which the model knows less well.
_WORDS_EACH = 8


class TextVectors(Protocol):
    """Texts as vectors of one model, of unit length, or of zeros where a text has none."""

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """One vector a text."""
        ...


class NameSimilarity:
    """Nearest known words by cosine; the vectors of the known words are computed once."""

    def __init__(self, vectors: TextVectors) -> None:
        self._vectors = vectors

    def nearest(self, columns: Sequence[str]) -> Mapping[tuple[str, str], tuple[str, float]]:
        """By meaning and column the nearest word of the meaning and its cosine."""
        embedded = dict(zip(columns, self._vectors.embed([bare_name(name) for name in columns]), strict=True))
        found: dict[tuple[str, str], tuple[str, float]] = {}
        for target, words in self._known.items():
            for column, vector in embedded.items():
                nearest = max((_cosine(vector, known), word) for word, known in words.items())
                found[target, column] = (nearest[1], nearest[0])
        return found

    @cached_property
    def _known(self) -> Mapping[str, Mapping[str, Sequence[float]]]:
        pairs = [(target, word) for target, words in WORDS.items() for word in words[:_WORDS_EACH]]
        vectors = self._vectors.embed([word for _, word in pairs])
        known: dict[str, dict[str, Sequence[float]]] = {}
        for (target, word), vector in zip(pairs, vectors, strict=True):
            known.setdefault(target, {})[word] = vector
        return known


def _cosine(one: Sequence[float], other: Sequence[float]) -> float:
    return sum(map(mul, one, other))
