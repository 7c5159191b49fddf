"""Months by their names in the languages of reports."""

import re
import unicodedata
from types import MappingProxyType

# Full names and the abbreviations that are no beginning of them: English, German, French, Italian,
# Spanish, Dutch, Portuguese. Without accents.
_NAMES = (
    "january januar jaenner janner janvier gennaio enero januari janeiro genn",
    "february februar fevrier febbraio febrero februari fevereiro",
    "march marz maerz mars marzo maart marco mrz mrt",
    "april avril aprile abril avr abr",
    "may mai maggio mayo mei maio mag",
    "june juni juin giugno junio junho giu",
    "july juli juillet luglio julio julho lug juil",
    "august aout agosto augustus ago",
    "september septembre settembre septiembre setembro sept set",
    "october oktober octobre ottobre octubre outubro ott okt out",
    "november novembre noviembre novembro",
    "december dezember decembre dicembre diciembre dezembro dic dez",
)
_MONTHS: MappingProxyType[str, int] = MappingProxyType(
    {name: number for number, names in enumerate(_NAMES, 1) for name in names.split()}
)
_WORD = re.compile(r"[^\W\d_]{3,}\.?")
# 5 de marzo de 2026, 5 de março de 2026.
_OF = re.compile(r"(?<=\d) +del? +(?=\d)", re.IGNORECASE)


def month_number(word: str) -> int | None:
    """The month by its name or abbreviation of three letters and more; none when two months fit."""
    bare = unicodedata.normalize("NFKD", word.casefold())
    bare = "".join(letter for letter in bare if letter.isalpha())
    if bare in _MONTHS:
        return _MONTHS[bare]
    found = {number for name, number in _MONTHS.items() if len(bare) > 2 and name.startswith(bare)}
    return found.pop() if len(found) == 1 else None


def month_in_digits(text: str) -> str:
    """A date with its month's name as two digits; as it is when it has no such name."""

    def digits(found: re.Match[str]) -> str:
        number = month_number(found.group())
        return found.group() if number is None else f"{number:02d}"

    replaced = _WORD.sub(digits, text)
    return replaced if replaced == text else _OF.sub(" ", replaced)
