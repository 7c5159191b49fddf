"""From text to pieces: the longest known phrase at each place, times, numbers, names, and what is left."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from payscope.domain.ask.language.dates import TimeMatch, match_time
from payscope.domain.ask.language.grammar.calendar import DAYS, MONTHS, SMALL_NUMBERS, WEEKDAYS
from payscope.domain.ask.language.grammar.fillers import FILLER, NARROWING, OUTSIDE
from payscope.domain.ask.language.grammar.names import RESPONSE_CODES
from payscope.domain.ask.language.grammar.places import COUNTRIES, CURRENCIES, SMALL_CODES
from payscope.domain.ask.language.lexer import Token, TokenKind, stem, tokenise
from payscope.domain.ask.language.phrases import (
    LONGEST,
    Kind,
    Meaning,
    Names,
    shared_phrases,
    shared_words,
    shortened_words,
)
from payscope.domain.ask.language.typos import abbreviated, edits, most_edits, nearest, nearest_short

_TIME_WORDS = frozenset(
    {
        "yesterday",
        "today",
        "tomorrow",
        "week",
        "month",
        "quarter",
        "year",
        "last",
        "previous",
        "between",
        "since",
        "until",
        "weekend",
        "current",
        "this",
        *MONTHS,
        *DAYS,
    }
)
# Short words are mended only into these: so many others are one letter away.
_SHORT = (
    *("the", "what", "many", "much", "rate", "show", "give", "with", "from", "last", "this", "week", "year"),
    *("month", "days", "sales", "fees", "visa", "amex", "how", "for", "and", "number", "which", "were"),
)
_LONG_FILLER = frozenset(stem(word) for word in FILLER if len(word) > 5)
_STOP = frozenset(stem(word) for word in FILLER) | FILLER


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a question that is understood, or not: ``kind`` tells what it is.

    Attributes:
        kind: ``metric``, ``ambiguous``, ``dimension``, ``name``, ``operator``, ``time``, ``number``,
            ``word`` (unknown), ``filler`` or ``mark``.
        candidates: For names: everything that the words could mean, when that is more than one.
    """

    kind: str
    text: str
    start: int
    end: int
    value: str = ""
    dimension: str = ""
    time: TimeMatch | None = None
    candidates: tuple[Meaning, ...] = ()


@dataclass(frozen=True, slots=True)
class Scan:
    """The pieces of a question, and how sure the reading is."""

    text: str
    pieces: tuple[Piece, ...]
    mended: tuple[tuple[str, str], ...]
    partial: int


def scan(text: str, names: Names, today: date) -> Scan:
    """Read a question once, mend the words that nothing explains, and read it again."""
    tokens = tokenise(text)
    pieces, _ = _read(text, tokens, names, today)
    unknown = {piece.start: piece for piece in pieces if piece.kind == "word"}
    mended: list[tuple[str, str]] = []
    repaired: list[Token] = []
    for place, token in enumerate(tokens):
        better = None
        if token.start in unknown and token.kind is TokenKind.WORD:
            better = _mend(token, names) or _spelt_out(tokens, place)
        if better:
            mended.append((token.text, better))
            token = replace(token, word=better, stem=stem(better))
        repaired.append(token)
    if mended:
        pieces, partial = _read(text, tuple(repaired), names, today)
    else:
        pieces, partial = _read(text, tokens, names, today)
    return Scan(text, pieces, tuple(mended), partial)


def _mend(token: Token, names: Names) -> str | None:
    if token.word in OUTSIDE | NARROWING or token.stem in OUTSIDE or token.word in names.by_word:
        return None
    limit = most_edits(token.word)
    if not limit:
        return nearest_short(token.word, _SHORT)
    own = nearest(token.stem, names.by_word.keys(), limit)
    shared = tuple(
        each
        for each in nearest(token.stem, shared_words() | _TIME_WORDS | _LONG_FILLER, limit)
        if each != token.stem and (each not in _LONG_FILLER or each[0] == token.stem[0])
    )
    if len(shared) > 1 and _are_two_names(token.stem, shared[0], shared[1], limit):
        return None  # "Europ": Europe or the euro, so it is asked about
    if own and (not shared or edits(token.stem, own[0], limit) <= edits(token.stem, shared[0], limit)):
        return own[0]
    return shared[0] if shared else None


def _are_two_names(word: str, one: str, other: str, limit: int) -> bool:
    meanings = {shared_phrases().get((each,)) for each in (one, other)}
    are_names = all(each is not None and each.kind is Kind.NAME for each in meanings)
    return are_names and len(meanings) == 2 and edits(word, one, limit) == edits(word, other, limit)


def _spelt_out(tokens: Sequence[Token], at: int) -> str | None:
    """The word that an abbreviation stands for; of several, the one that goes with the word beside it."""
    token = tokens[at]
    if token.word in OUTSIDE or token.stem in OUTSIDE:
        return None
    found = abbreviated(token.word, shortened_words())
    beside = [tokens[at + step].stem for step in (1, -1) if 0 <= at + step < len(tokens)]
    fitting = [
        each
        for each in found
        if any((each, other) in shared_phrases() or (other, each) in shared_phrases() for other in beside)
    ]
    chosen = fitting or list(found)
    root = chosen[0][: len(token.word)] if chosen else ""
    return chosen[0] if chosen and all(each.startswith(root) for each in chosen) else None


def _read(text: str, tokens: Sequence[Token], names: Names, today: date) -> tuple[tuple[Piece, ...], int]:
    pieces: list[Piece] = []
    partial = at = 0
    while at < len(tokens):
        piece, used, is_partial = _piece(text, tokens, at, names, today)
        partial += is_partial
        pieces.append(piece)
        at += used
    return tuple(pieces), partial


def _piece(text: str, tokens: Sequence[Token], at: int, names: Names, today: date) -> tuple[Piece, int, bool]:
    token = tokens[at]

    def piece(
        kind: str,
        used: int = 1,
        value: str = "",
        dimension: str = "",
        time: TimeMatch | None = None,
        candidates: tuple[Meaning, ...] = (),
    ) -> Piece:
        end = tokens[at + used - 1].end
        return Piece(kind, text[token.start : end], token.start, end, value, dimension, time, candidates)

    if token.word == "state" and at == 0:
        return piece("filler"), 1, False  # "state the number of"
    if token.stem == "break" and any(each.word == "down" for each in tokens[at + 2 : at + 10]):
        return piece("filler"), 1, False  # "break the chargebacks down by network"
    if token.kind is TokenKind.QUOTED:
        stems = tuple(stem(word) for word in _plain(token.word))
        found = names.phrases.get(stems) or shared_phrases().get(stems)
        if found and found.kind is Kind.NAME:
            return piece("name", value=found.value, dimension=found.dimension), 1, False
        return piece("word"), 1, False
    if token.word == "weekdays" and at and tokens[at - 1].word in ("on", "during", "excluding", "only"):
        return piece("name", value="|".join(WEEKDAYS[:5]), dimension="weekday"), 1, False
    turned = _turned_round(tokens, at)
    if turned:
        used, metric = turned
        return piece("metric", used, value=metric.value), used, False
    own_length, own = _longest(tokens, at, names.phrases)
    shared_length, shared = _longest(tokens, at, shared_phrases())
    time = match_time(tokens, at, today, names.fiscal_start)
    is_grammar = all(_is_grammar(each) for each in tokens[at : at + own_length])
    if own and (is_grammar or (time and time.length >= own_length)) and not _says_its_kind(tokens, at):
        own_length, own = 0, None  # a merchant called "March 2026" does not take the month from everybody
    if own and own_length >= 2 and own_length >= shared_length:
        return piece("name", own_length, value=own.value, dimension=own.dimension), own_length, False
    if time and time.length >= shared_length:
        return piece("time", time.length, time=time), time.length, False
    if own and token.kind is TokenKind.NUMBER:
        return piece("name", own_length, value=own.value, dimension=own.dimension), own_length, False
    if token.word[:2] in RESPONSE_CODES and token.word[2:] == "s":
        return piece("name", value=token.word[:2], dimension="response_code"), 1, False  # "how many 91s"
    plain = _plain_piece(tokens, at)
    if plain and shared_length <= 1:
        kind, value, dimension = plain
        return piece(kind, value=value, dimension=dimension), 1, False
    if shared and shared.value == "also" and at > 1:
        return piece("filler"), 1, False  # "and" goes on from the question before only where it opens
    if shared and not (shared_length == 1 and token.word == "us"):
        kind = shared.kind.value
        return (
            piece(kind, shared_length, value=shared.value, dimension=shared.dimension),
            shared_length,
            False,
        )
    if own:
        return piece("name", own_length, value=own.value, dimension=own.dimension), own_length, False
    if token.word in DAYS or token.stem in DAYS:
        day = list(dict.fromkeys(DAYS.values()))[DAYS.get(token.word, DAYS.get(token.stem, 0))]
        return piece("name", value=WEEKDAYS[day], dimension="weekday"), 1, False
    if token.word in ("weekend", "weekends"):
        return piece("name", value="Saturday|Sunday", dimension="weekday"), 1, False
    if token.word in FILLER or token.stem in _STOP:
        return piece("filler"), 1, False
    if token.kind is TokenKind.NUMBER or token.word in SMALL_NUMBERS:
        return piece("number", value=str(SMALL_NUMBERS.get(token.word, token.word))), 1, False
    if token.kind is TokenKind.MARK:
        return piece("mark", value=token.text), 1, False
    return _partial_name(tokens, at, names, piece)


def _is_grammar(token: Token) -> bool:
    """Whether a word has a meaning of its own that is no name."""
    alone = shared_phrases().get((token.stem,))
    return token.word in _STOP or token.stem in _STOP or (alone is not None and alone.kind is not Kind.NAME)


def _says_its_kind(tokens: Sequence[Token], at: int) -> bool:
    """Whether the word before says that a name of the bank follows: "merchant March 2026"."""
    return at > 0 and tokens[at - 1].stem in ("merchant", "issuer", "group", "bin")


def _turned_round(tokens: Sequence[Token], at: int) -> tuple[int, Meaning] | None:
    """ "rate of the acceptance", which is the acceptance rate."""
    start, at = at, at + (tokens[at].word == "the" and at + 1 < len(tokens))
    place = at + 1
    if tokens[at].stem not in ("rate", "ratio", "percent", "amount", "value", "count", "number"):
        return None
    if place >= len(tokens) or tokens[place].word != "of":
        return None
    place += 1
    while place < len(tokens) and tokens[place].word in ("the", "our", "all"):
        place += 1
    if place >= len(tokens):
        return None
    found = shared_phrases().get((tokens[place].stem, tokens[at].stem))
    alone = shared_phrases().get((tokens[place].stem,))
    if found is None or found.kind is not Kind.METRIC or alone is not None:
        return None
    return place + 1 - start, found


def _plain_piece(tokens: Sequence[Token], at: int) -> tuple[str, str, str] | None:
    """ISO codes in capitals, and plural weekdays."""
    token = tokens[at]
    if token.text in CURRENCIES:
        return "name", token.text, "currency"
    if token.text in COUNTRIES and not (token.text == "IN" and at + 1 < len(tokens)):
        return "name", token.text, "country"
    if token.text in SMALL_CODES:
        return "name", SMALL_CODES[token.text], "country"
    return None


def _partial_name(
    tokens: Sequence[Token], at: int, names: Names, make: Callable[..., Piece]
) -> tuple[Piece, int, bool]:
    """Words that occur in names: the names that have all of them."""
    found: frozenset[Meaning] = frozenset()
    used = 0
    while at + used < len(tokens):
        token = tokens[at + used]
        if token.kind is TokenKind.MARK and token.text == "&" and used:
            used += 1
            continue
        here = names.by_word.get(token.stem, frozenset())
        both = here if not used else found & here
        if not both:
            break
        found, used = both, used + 1
    if not found:
        return make("word"), 1, False
    candidates = tuple(sorted(found, key=lambda each: (each.dimension, each.value)))
    if len(candidates) == 1:
        only = candidates[0]
        return make("name", used, value=only.value, dimension=only.dimension), used, True
    return make("name", used, candidates=candidates), used, True


def _longest(
    tokens: Sequence[Token], at: int, table: Mapping[tuple[str, ...], Meaning]
) -> tuple[int, Meaning | None]:
    """The longest phrase of the table that starts here; marks inside a phrase are passed over."""
    stems: list[str] = []
    best: tuple[int, Meaning | None] = (0, None)
    for used, token in enumerate(tokens[at : at + LONGEST + 2], start=1):
        if token.kind is TokenKind.MARK:
            if used == 1:
                meaning = table.get((token.text,))
                return (1, meaning) if meaning else (0, None)
            if token.text not in ("&", ","):
                break
            continue
        if token.kind is TokenKind.QUOTED:
            break
        stems.append(token.stem)
        if len(stems) > LONGEST:
            break
        meaning = table.get(tuple(stems))
        if meaning:
            best = used, meaning
    return best


def _plain(text: str) -> list[str]:
    return [token.word for token in tokenise(text) if token.kind is not TokenKind.MARK]


def is_operator(piece: Piece, *values: str) -> bool:
    """Whether the piece is one of these operators."""
    return piece.kind == Kind.OPERATOR.value and piece.value in values
