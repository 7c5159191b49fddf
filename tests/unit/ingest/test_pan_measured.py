"""How many card numbers are found among ways to hide them, and how many references are taken for one."""

# Ways and references stand on lines of their own.
# ruff: noqa: E501

import random
import string
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest

from payscope.adapters.arrow.guard import ArrowCardGuard
from payscope.domain.ingest.reports import check_file_name
from payscope.domain.pan import is_card_number, passes_luhn, redact
from payscope.errors import InvalidInput

BANK = uuid.UUID("11111111-1111-4111-8111-111111111111")
GUARD = ArrowCardGuard(b"k" * 32)
_BEGINNINGS = (("4", 16), ("51", 16), ("55", 16), ("2221", 16), ("2720", 16), ("34", 15), ("37", 15), ("6011", 16),
               ("65", 16), ("3530", 16), ("62", 16))  # fmt: skip
_DAY_ONE = datetime(2020, 1, 1, tzinfo=UTC)


def card(source: random.Random) -> str:
    """A number of a common network; its last digits are no date, which would be read as one."""
    while True:
        beginning, length = source.choice(_BEGINNINGS)
        body = beginning + digits(source, length - 1 - len(beginning))
        number = next(body + check for check in string.digits if passes_luhn(body + check))
        if number[-8:-6] not in ("19", "20") and not any(
            number[-6:][at : at + 2] in {f"{month:02d}" for month in range(1, 13)} for at in (0, 2)
        ):
            return number


def digits(source: random.Random, count: int) -> str:
    return "".join(source.choices(string.digits, k=count))


def grouped(number: str, widths: tuple[int, ...], gaps: tuple[str, ...]) -> str:
    parts, at = [], 0
    for index, width in enumerate(widths):
        parts.append(number[at : at + width] + (gaps[index % len(gaps)] if at + width < len(number) else ""))
        at += width
    return "".join(parts) + number[at:]


# Ways to write a number; {} is all of it, a tuple is its groups and the gaps between them, in turn.
WAYS: tuple[str | tuple[tuple[int, ...], tuple[str, ...]], ...] = (
    *("{}", "card {}", "{} 12/28", "{} 123", "{}/737", "Order 7 {}", "2026-09-01 {}", "{}.00", "PAN{}", "{}EUR"),
    *("A{}", "{}B", "A{}B", "AB{}", "x{}yz", "000{}", "{},{}", '{{"pan":"{}"}}', "<pan>{}</pan>", "\u201c{}\u201d"),
    *("16{} 000000", "track {}2912201123456789", "card: {}1229737", "PAN 00{}"),
    *(((4, 4, 4), (gap,)) for gap in (" ", "-", ".", "/", "_", "\u00a0", "\u2011", "\n", " - ", "\u200b", "\t", ":")),
    *(((6, 6), (gap,)) for gap in (" ", "-", "\u00a0")),
    *(((4, 8), gaps) for gaps in ((" ", "-"), ("-", " "), (" ", " "))),
    *(((5, 3, 3), gaps) for gaps in ((" ", "-"), ("-", "-"), (" ", "\u00a0"), ("\u2013", " "))),
    *(((2, 5, 6), gaps) for gaps in ((" ", "-"), ("-", "-"))),
    *(((3, 3, 3, 3), (gap,)) for gap in (" ", "-", ".", ",")),
    *(((2,) * 7, (gap,)) for gap in (" ", "-", "\u2060")),
    *(((1,) * 15, (gap,)) for gap in (" ", "-", "\u200d", "\u00ad")),
    *(((8,), (gap,)) for gap in (" ", "\n", " \u2013 ")),
    *(((10,), (gap,)) for gap in (" ", "\r\n")),
)  # fmt: skip
# Glued digits count only beside a word about cards, so these are written with one.
_SPOKEN = {"16{} 000000": "DE2 16{} 000000"}


def written(number: str, way: str | tuple[tuple[int, ...], tuple[str, ...]]) -> str:
    if not isinstance(way, str):
        return grouped(number, *way)
    if way.startswith("16") and len(number) != 16:
        return f"DE2 {len(number)}{number} 000000"
    return _SPOKEN.get(way, way).replace("{{", "{").replace("}}", "}").replace("{}", number)


@pytest.mark.parametrize("way", WAYS, ids=str)
def test_every_number_is_found_however_it_is_written(
    way: str | tuple[tuple[int, ...], tuple[str, ...]],
) -> None:
    source = random.Random(7)  # noqa: S311 -- figures that repeat
    numbers = [card(source) for _ in range(200)]
    texts = [written(number, way) for number in numbers]
    cells, _ = GUARD.clean(pa.table({"note": texts, "_row": list(range(1, 201))}), BANK, ())
    found = [
        f"_{number[-4:]}_" in text
        for number, text in zip(numbers, cells.column("note").to_pylist(), strict=True)
    ]
    assert sum(found) == 200, [texts[index] for index, is_found in enumerate(found) if not is_found][:5]


def arn(source: random.Random) -> str:
    """Format, acquirer, day of the year, sequence, check digit (23 digits)."""
    day = f"{source.randint(0, 9)}{source.randint(1, 366):03d}"
    body = f"{source.choice('1278')}{digits(source, 6)}{day}{digits(source, 11)}"
    return next(body + check for check in string.digits if passes_luhn(body + check))


def iban(source: random.Random, *, spaced: bool) -> str:
    country, kind, length = source.choice((("DE", "n", 18), ("GB", "b", 18), ("FR", "n", 23), ("NL", "b", 14),
                                           ("ES", "n", 20), ("NO", "n", 11), ("BE", "n", 12), ("FI", "n", 14)))  # fmt: skip
    bank = "".join(source.choices(string.ascii_uppercase, k=4)) if kind == "b" else ""
    body = bank + digits(source, length - len(bank))
    rest = int("".join(str(int(sign, 36)) for sign in f"{body}{country}00")) % 97
    whole = f"{country}{98 - rest:02d}{body}"
    return " ".join(whole[at : at + 4] for at in range(0, len(whole), 4)) if spaced else whole


def creditor_reference(source: random.Random) -> str:
    body = digits(source, source.randint(13, 21))
    return f"RF{98 - int(f'{body}271500') % 97:02d}{body}"


# Banks of New Zealand, as their account numbers begin.
_BANKS = ("01", "02", "03", "06", "11", "12", "13", "15", "30", "31", "38")


def moment(source: random.Random) -> datetime:
    return _DAY_ONE + timedelta(seconds=source.randint(0, 300_000_000))


def swiss_reference(source: random.Random) -> str:
    number = digits(source, 27)
    return " ".join((number[:2], *(number[at : at + 5] for at in range(2, 27, 5))))


REFERENCES: dict[str, Callable[[random.Random], str]] = {
    "arn": arn,
    "arn in a text": lambda source: f"ARN {arn(source)}, dispute of {moment(source):%d.%m.%Y}",
    "iban": lambda source: iban(source, spaced=False),
    "iban in groups": lambda source: f"from {iban(source, spaced=True)} today",
    "uuid": lambda source: str(uuid.UUID(int=source.getrandbits(128), version=4)),
    "uetr in a text": lambda source: f"UETR {uuid.UUID(int=source.getrandbits(128), version=4)} settled",
    "hash": lambda source: f"{source.getrandbits(256):064x}",
    "retrieval reference": lambda source: digits(source, 12),
    "stripe": lambda source: "ch_" + "".join(source.choices(string.ascii_letters + string.digits, k=24)),
    "creditor reference": creditor_reference,
    "swiss reference": swiss_reference,
    "long number": lambda source: digits(source, source.randint(20, 37)),
    "invoice": lambda source: f"INV-{moment(source):%Y}-{source.randint(1, 999999):06d}",
    "batch": lambda source: f"{digits(source, 6)}_{moment(source):%Y%m%d}_{source.randint(1, 999):03d}",
    "end to end": lambda source: f"E2E-{moment(source):%Y%m%d}-{digits(source, 6)}",
    "telephone": lambda source: (
        f"+{source.choice((49, 44, 33, 41, 1))} {digits(source, 3)} {digits(source, 8)}"
    ),
    "sort code and account": lambda source: (
        f"{grouped(digits(source, 6), (2, 2), ('-',))} {digits(source, 8)}"
    ),
    "account": lambda source: grouped(source.choice(_BANKS) + digits(source, 14), (2, 4, 7), ("-",)),
    "arn beside a card": lambda source: f"Visa card dispute, ARN {arn(source)}",
    "moments": lambda source: f"{moment(source):%Y-%m-%d %H:%M:%S} {moment(source):%d/%m/%Y %H:%M}",
    "amounts": lambda source: (
        f"{moment(source):%d.%m.%Y} {source.randint(0, 9**6):,}.00 {source.randint(0, 9**5)}.50"
    ),
    "authorisation": lambda source: f"{digits(source, 6)} {digits(source, 12)}",
    "clearing file": lambda source: f"001{moment(source):%y%m%d}{digits(source, 16)}",
    "terminal": lambda source: f"T{digits(source, 7)} M{digits(source, 9)} {moment(source):%H:%M:%S}",
    "parcel": lambda source: f"00{digits(source, 18)}",
}


@pytest.mark.parametrize("kind", list(REFERENCES))
def test_no_reference_is_taken_for_a_card_number(kind: str) -> None:
    """5,000 of each kind, 125,000 altogether."""
    source = random.Random(kind)  # noqa: S311 -- figures that repeat
    texts = [REFERENCES[kind](source) for _ in range(5_000)]
    cells, problems = GUARD.clean(pa.table({"ref": texts, "_row": list(range(1, 5_001))}), BANK, ())
    assert problems == ()
    changed = [
        text for text, cell in zip(texts, cells.column("ref").to_pylist(), strict=True) if text != cell
    ]
    assert len(changed) == 0, changed[:5]


def test_a_bare_number_of_a_card_s_length_is_told_by_range_and_check_digit_alone() -> None:
    """What cannot be told apart: of random 16-digit numbers one in twenty-five is a card number by all its marks."""
    source = random.Random(16)  # noqa: S311 -- figures that repeat
    texts = [digits(source, 16) for _ in range(20_000)]
    changed = sum(redact(text, b"k") != text for text in texts)
    # A zero at the beginning fills a shorter one up.
    assert changed == sum(is_card_number(text.removeprefix("0")) for text in texts)
    assert 0.03 < changed / 20_000 < 0.05


NAMES = (
    "MC_{0}_{1:%Y%m%d}.csv", "{0}-{1:%Y-%m-%d}.csv", "{1:%Y%m%d}_{0}.xlsx", "report_{1:%Y%m%d}_{1:%H%M%S}_{0}.csv",
    "settlement-{0}-{1:%d%m%Y}.txt", "{0}.{1:%Y%m%d}.{1:%H%M%S}.zip", "VISA_{0}_{1:%y%m%d}.001",
    "T{0}.{1:%Y-%m-%d-%H-%M-%S}.csv", "acquirer {0} {1:%d.%m.%Y}.pdf", "{0}_{1:%Y%m%d}T{1:%H%M%S}Z.json.gz",
)  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_names_with_numbers_and_dates_are_accepted(name: str) -> None:
    """1,000 of each kind; the numbers have 4 to 11 digits, as those of merchants and members have."""
    source = random.Random(name)  # noqa: S311 -- figures that repeat
    refused: list[str] = []
    for _ in range(1_000):
        text = name.format(digits(source, source.randint(4, 11)), moment(source))
        try:
            check_file_name(text)
        except InvalidInput:
            refused.append(text)
    assert refused == []


@pytest.mark.parametrize(
    "name", ["{}.csv", "MC_{}_20251222.csv", "20251222_{}.csv", "report {} (1).xlsx", "x{}.csv"]
)
def test_names_with_card_numbers_are_refused(name: str) -> None:
    source = random.Random(name)  # noqa: S311 -- figures that repeat
    for _ in range(500):
        number = card(source)
        widths = (4, 6) if len(number) == 15 else (6, 6)
        for text in (number, grouped(number, (4, 4, 4), ("-",)), grouped(number, widths, (" ",))):
            with pytest.raises(InvalidInput, match="card number"):
                check_file_name(name.format(text))
