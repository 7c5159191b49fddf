"""Everything that a phrase can mean, as one table from stems to meanings."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from payscope.domain.ask.dimensions import DIMENSIONS
from payscope.domain.ask.language.directory import Directory
from payscope.domain.ask.language.grammar.ambiguity import AMBIGUOUS
from payscope.domain.ask.language.grammar.fillers import FILLER
from payscope.domain.ask.language.grammar.names import SHARED_NAMES
from payscope.domain.ask.language.grammar.operators import OPERATORS
from payscope.domain.ask.language.lexer import stem, stems_of
from payscope.domain.ask.metrics.registry import METRICS


class Kind(StrEnum):
    """What a piece of a question is."""

    METRIC = "metric"
    AMBIGUOUS = "ambiguous"
    DIMENSION = "dimension"
    NAME = "name"
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class Meaning:
    """A metric id, an ambiguous word, a dimension id, an operator, or a value of a dimension."""

    kind: Kind
    value: str
    dimension: str = ""


Phrase = tuple[str, ...]
LONGEST = 8


@cache
def shared_phrases() -> Mapping[Phrase, Meaning]:
    """The phrases that every bank shares; where two meanings claim one, the more specific kind has it."""
    table: dict[Phrase, Meaning] = {}

    def add(phrase: str, meaning: Meaning) -> None:
        stems = stems_of(phrase) or (phrase,)
        table.setdefault(stems, meaning)

    for metric in METRICS:
        for phrase in (metric.label, metric.id.replace("_", " "), *metric.synonyms):
            add(phrase, Meaning(Kind.METRIC, metric.id))
    for name, (phrases, _) in AMBIGUOUS.items():
        for phrase in phrases:
            add(phrase, Meaning(Kind.AMBIGUOUS, name))
    for dimension, names in SHARED_NAMES.items():
        for value, phrases in names.items():
            for phrase in phrases:
                add(phrase, Meaning(Kind.NAME, value, dimension))
    for each in DIMENSIONS:
        if each.filter_only:
            continue
        for phrase in (*each.synonyms, each.label, each.id.replace("_", " ")):
            add(phrase, Meaning(Kind.DIMENSION, each.id))
    add("code", Meaning(Kind.DIMENSION, "response_code"))
    for name, phrases in OPERATORS.items():
        for phrase in phrases:
            add(phrase, Meaning(Kind.OPERATOR, name))
    return table


@cache
def shared_words() -> frozenset[str]:
    """Single words that the grammar knows, for mending typing mistakes."""
    words = {word for phrase in shared_phrases() for word in phrase if len(word) > 3 and word.isalpha()}
    return frozenset(words - {stem(word) for word in FILLER})


# Kinds of names that people mistype or know by another name than the bank does.
_LINKED = (
    *("network", "country", "currency", "region", "mcc", "mcc_family", "decline_family", "response_code"),
    *("channel", "entry_mode", "break_reason"),
)


@cache
def shared_labels() -> Mapping[str, Meaning]:
    """The names that every bank shares by how they are said; abbreviations left out."""
    return {
        phrase: Meaning(Kind.NAME, value, dimension)
        for dimension in _LINKED
        for value, phrases in SHARED_NAMES[dimension].items()
        for phrase in phrases
        if len(phrase) > 3
    }


@cache
def shortened_words() -> frozenset[str]:
    """Single words that people cut short: of metrics and dimensions, no names and no everyday words."""
    kinds = (Kind.METRIC, Kind.DIMENSION, Kind.AMBIGUOUS)
    words = {word for phrase, meaning in shared_phrases().items() if meaning.kind in kinds for word in phrase}
    everyday = {stem(word) for word in FILLER} | FILLER
    return frozenset(word for word in words if len(word) > 4 and word.isalpha() and word not in everyday) | {
        "total",
        "count",
        "average",
        "number",
    }


@dataclass(frozen=True, slots=True)
class Names:
    """The bank's own names as phrases, and which names each word occurs in."""

    phrases: Mapping[Phrase, Meaning]
    by_word: Mapping[str, frozenset[Meaning]]
    label_of: Mapping[Meaning, str]
    fiscal_start: int = 1


def names_of(directory: Directory) -> Names:
    """Index a directory; merchants by id and name, then groups and issuers."""
    phrases: dict[Phrase, Meaning] = {}
    by_word: dict[str, set[Meaning]] = {}
    labels: dict[Meaning, str] = {}

    def add(text: str, meaning: Meaning, label: str) -> None:
        stems = stems_of(text)
        if not stems:
            return
        phrases.setdefault(stems, meaning)
        labels.setdefault(meaning, label)
        for word in stems:
            by_word.setdefault(word, set()).add(meaning)

    for each in directory.merchants:
        meaning = Meaning(Kind.NAME, each.merchant_id, "merchant")
        add(each.name, meaning, each.name)
        add(each.merchant_id, meaning, each.name)
    for issuer in directory.issuers:
        add(issuer, Meaning(Kind.NAME, issuer, "issuer"), issuer)
    for group in directory.groups:
        add(group, Meaning(Kind.NAME, group, "merchant_group"), group)
    for number in directory.bins:
        phrases.setdefault((number,), Meaning(Kind.NAME, number, "bin"))
    return Names(
        phrases, {word: frozenset(found) for word, found in by_word.items()}, labels, directory.fiscal_start
    )
