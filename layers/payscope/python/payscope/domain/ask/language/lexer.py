"""Words of a question: split, folded to one spelling, with their place in the text kept."""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache


class TokenKind(StrEnum):
    """What a token is made of."""

    WORD = "word"
    NUMBER = "number"
    DATE = "date"
    SPAN = "span"
    QUOTED = "quoted"
    MARK = "mark"


@dataclass(frozen=True, slots=True)
class Token:
    """One token: ``word`` is folded (lower case, no accents, British spelling), ``stem`` its singular."""

    kind: TokenKind
    text: str
    word: str
    stem: str
    start: int
    end: int


_PATTERN = re.compile(
    r"(?P<quoted>\"[^\"]{1,80}\"|“[^”]{1,80}”)"
    r"|(?P<range>\d{4}-\d{2}-\d{2}/\d{4}-\d{2}-\d{2})"
    r"|(?P<date>\d{4}-\d{2}-\d{2}|\d{4}-\d{2}(?!\d)|\d{1,2}\.\d{1,2}\.\d{4}|\d{1,2}/\d{1,2}/\d{4})"
    r"|(?P<span>\d{1,4}d\b|[qQ][1-4]\b(?![-\w]))"
    r"|(?P<ordinal>\d{1,2}(?:st|nd|rd|th)\b)"
    r"|(?P<short_year>['’]\d{2}\b)"
    r"|(?P<number>\d{1,3}(?:,\d{3})+(?:\.\d+)?[kKmM]?\b|\d+(?:\.\d+)?[kKmM]?(?![\w]))"
    r"|(?P<glued>(?:top|bottom|best|worst|last|past|first|codes?|mcc|bin|week)(?=\d))"
    r"|(?P<word>w/o\b|[^\W_]+(?:['’_][^\W_]+)*)"
    r"|(?P<dash>(?<=\s)[-–—](?=\s))"
    r"|(?P<mark>[€$£¥%<>?,;!]|>=|<=|&)",
    re.UNICODE | re.IGNORECASE,
)
_NEGATED = re.compile(r"n['’]t$", re.IGNORECASE)
_SPELLINGS = {
    "authorization": "authorisation",
    "authorizations": "authorisations",
    "authorized": "authorised",
    "authorize": "authorise",
    "catalog": "catalogue",
    "cheque": "cheque",
    "favor": "favour",
    "color": "colour",
    "center": "centre",
    "summarize": "summarise",
    "chargebacks": "chargebacks",
    "vs": "versus",
    "v": "versus",
    "cnt": "count",
    "qty": "number",
    "avg": "average",
    "pct": "percent",
    "percentage": "percent",
    "amt": "amount",
    "txn": "transaction",
    "txns": "transactions",
    "trx": "transactions",
    "trxs": "transactions",
    "tx": "transactions",
    "tran": "transaction",
    "trans": "transactions",
    "merch": "merchant",
    "curr": "currency",
    "ecommerce": "ecom",
    "e-commerce": "ecom",
    "auths": "auths",
    "mc": "mastercard",
    "cb": "chargeback",
    "cbs": "chargebacks",
    "prev": "previous",
    "wk": "week",
    "mth": "month",
    "yr": "year",
    "whats": "what",
    "hows": "how",
    "dont": "not",
    "didnt": "not",
    "doesnt": "not",
    "isnt": "not",
    "arent": "not",
    "wasnt": "not",
    "werent": "not",
    "never": "not",
    "settl": "settlement",
    "recon": "recon",
    "num": "number",
    "nr": "number",
    "sls": "sales",
    "trimester": "quarter",
    "trimesters": "quarters",
    "nb": "number",
    "nbr": "number",
    "w/o": "without",
    "hr": "hour",
    "hrs": "hours",
    "mom": "mom",
    "payed": "paid",
    "pls": "please",
    "plz": "please",
    "qtr": "quarter",
    "mths": "months",
    "wks": "weeks",
    "yrs": "years",
    "yday": "yesterday",
    "ctry": "country",
    "rej": "rejections",
    "stmt": "statement",
    "excl": "excluding",
    "incl": "including",
}
_UNCHANGED = frozenset(
    {
        "news",
        "this",
        "us",
        "gas",
        "was",
        "is",
        "as",
        "its",
        "vs",
        "versus",
        "always",
        "plus",
        "minus",
        "yes",
        "less",
        "express",
        "across",
        "business",
        "process",
        "access",
        "previous",
        "status",
        "various",
        "bps",
        "gross",
        "success",
        "pos",
        "sms",
        "paris",
        "texas",
        "1",
        "does",
        "has",
        "loss",
        "class",
        "address",
        "wales",
        "cyprus",
        "honduras",
        "laos",
        "mars",
    }
)


def tokenise(text: str) -> tuple[Token, ...]:
    """Split a question into tokens; hyphens and slashes separate words, quotes keep them together."""
    tokens: list[Token] = []
    for found in _PATTERN.finditer(text):
        kind, piece = found.lastgroup or "mark", found.group()
        if kind == "quoted":
            inner = piece[1:-1]
            tokens.append(
                Token(TokenKind.QUOTED, inner, fold(inner), fold(inner), found.start(), found.end())
            )
        elif kind in ("word", "glued"):
            folded = "not" if _NEGATED.search(piece) else fold(piece)
            word = _SPELLINGS.get(folded, folded)
            tokens.append(Token(TokenKind.WORD, piece, word, stem(word), found.start(), found.end()))
        elif kind == "dash":
            tokens.append(Token(TokenKind.MARK, piece, "to", piece, found.start(), found.end()))
        elif kind == "short_year":
            year = f"20{piece[1:]}"
            tokens.append(Token(TokenKind.NUMBER, piece, year, year, found.start(), found.end()))
        elif kind == "range":
            tokens.append(Token(TokenKind.DATE, piece, piece, piece, found.start(), found.end()))
        elif kind in ("date", "span"):
            named = TokenKind.DATE if kind == "date" else TokenKind.SPAN
            tokens.append(Token(named, piece, piece.lower(), piece.lower(), found.start(), found.end()))
        elif kind == "ordinal":
            tokens.append(
                Token(TokenKind.NUMBER, piece, piece.lower(), piece.lower(), found.start(), found.end())
            )
        elif kind == "number":
            tokens.append(
                Token(
                    TokenKind.NUMBER,
                    piece,
                    piece.replace(",", "").lower(),
                    piece.replace(",", "").lower(),
                    found.start(),
                    found.end(),
                )
            )
        else:
            tokens.append(Token(TokenKind.MARK, piece, piece, piece, found.start(), found.end()))
    return tuple(tokens)


@lru_cache(maxsize=8192)
def fold(text: str) -> str:
    """Lower case without accents and possessive endings."""
    plain = unicodedata.normalize("NFKD", text.replace("’", "'"))
    kept = "".join(each for each in plain if not unicodedata.combining(each)).lower().strip()
    return kept.removesuffix("'s").replace("'", "")


@lru_cache(maxsize=8192)
def stem(word: str) -> str:
    """The singular, as far as the last letters tell."""
    if word in _UNCHANGED or len(word) < 4 or not word.endswith("s") or word.endswith("ss"):
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith(("shes", "ches", "xes", "sses")):
        return word[:-2]
    return word[:-1]


@lru_cache(maxsize=65536)
def stems_of(phrase: str) -> tuple[str, ...]:
    """The stems of a phrase's words and numbers, marks left out: what phrases and names are matched by."""
    return tuple(
        part
        for token in tokenise(phrase)
        if token.kind is not TokenKind.MARK
        for part in (
            (stem(each) for each in token.stem.split()) if token.kind is TokenKind.QUOTED else (token.stem,)
        )
    )
