"""Typing mistakes: the nearest known words, by edits of letters that stand side by side."""

from collections.abc import Iterable


def most_edits(word: str) -> int:
    """How many edits a word of this length may be away from what was meant."""
    return 0 if len(word) < 5 else 1 if len(word) < 9 else 2


def edits(left: str, right: str, limit: int) -> int:
    """Edits between two words (one letter added, lost, changed, or two swapped), or more than ``limit``.

    The optimal string alignment distance (Damerau 1964, restricted), cut off at the limit.
    """
    if abs(len(left) - len(right)) > limit:
        return limit + 1
    before: list[int] = []
    row = list(range(len(right) + 1))
    for i, a in enumerate(left, start=1):
        earlier, before, row = before, row, [i]
        for j, b in enumerate(right, start=1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == right[j - 2] and left[i - 2] == b:
                cost = min(cost, earlier[j - 2] + 1)
            row.append(cost)
        if min(row) > limit:
            return limit + 1
    return row[-1]


_FIRST_LETTER_SURE = 7


def _begins_swapped(word: str, known: str) -> bool:
    return len(known) > 1 and (word[0], word[1]) == (known[1], known[0])


def nearest(word: str, known: Iterable[str], limit: int) -> tuple[str, ...]:
    """Known words within the limit, nearest first; of equally near ones those with the same first letter."""
    letters = _letters(word)
    found: list[tuple[int, bool, str]] = []
    for each in known:
        if abs(len(each) - len(word)) > limit or (letters ^ _letters(each)).bit_count() > 2 * limit:
            continue
        if each[0] != word[0] and len(word) < _FIRST_LETTER_SURE and not _begins_swapped(word, each):
            continue  # "brand" is no slip of "rand"
        distance = edits(word, each, limit)
        if distance <= limit:
            found.append((distance, each[:1] != word[:1], each))
    return tuple(each for _, _, each in sorted(found))


def nearest_short(word: str, known: Iterable[str]) -> str | None:
    """The known word that a short one is a slip of: two letters swapped, or one left out."""
    if len(word) < 3 or not word.isalpha():
        return None
    for each in known:
        swapped = len(each) == len(word) and sorted(each) == sorted(word)
        lost = len(each) == len(word) + 1 and each[0] == word[0]
        if (swapped or lost) and edits(word, each, 1) == 1:
            return each
    return None


_VOWELS = frozenset("aeiou")
_SHORTEST_ABBREVIATION = 4


def abbreviated(word: str, known: Iterable[str]) -> tuple[str, ...]:
    """Known words that a word is cut short from ("decl"), or is what is left of without vowels ("ntwk").

    At least four letters, from the first one on, in order; a word that keeps its vowels is no
    abbreviation unless the known word begins with it.
    """
    if len(word) < _SHORTEST_ABBREVIATION or not word.isalpha():
        return ()
    bare = 4 * sum(letter in _VOWELS for letter in word) <= len(word)
    found = [
        each
        for each in known
        if each[0] == word[0]
        and len(each) > len(word)
        and (each.startswith(word) or (bare and 2 * len(word) >= len(each) and _runs_through(word, each)))
    ]
    return tuple(sorted(found, key=lambda each: (len(each), each)))


def _runs_through(word: str, known: str) -> bool:
    """Whether the letters of a word stand in another in the same order."""
    rest = iter(known)
    return all(letter in rest for letter in word)


def _letters(word: str) -> int:
    bits = 0
    for letter in word:
        bits |= 1 << (ord(letter) % 61)
    return bits
