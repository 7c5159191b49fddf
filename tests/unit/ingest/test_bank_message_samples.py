"""Bank statements, cash reports and payment messages of real systems give what was counted by hand.

The samples are not part of the project; see ``test_samples``. Where we differ from the count on
purpose, ``DEVIATIONS`` says why.
"""

from collections import Counter
from decimal import Decimal
from typing import Any

import pytest

from tests.unit.ingest.reading import Read, read
from tests.unit.ingest.test_samples import SAMPLES, TRUTH, expected, major, mapped

_ACROSS = "the closing balance is in another currency than the opening one, so it cannot be checked"
_MIXED = "the count adds up amounts of three currencies; here each currency has its own sum"

# name of the sample: the figures that differ, each with what we give instead and why.
DEVIATIONS: dict[str, dict[str, tuple[Any, str]]] = {
    "genkgo-camt/camt053.v2.minimal.xml": {"balances": ([None], _ACROSS)},
    "genkgo-camt/camt053.v2.with-party-ids.xml": {"balances": ([None], _ACROSS)},
    "genkgo-camt/camt053.v3.xml": {"balances": ([None], _ACROSS)},
    "genkgo-camt/camt053.v4.xml": {"balances": ([None], _ACROSS)},
    "genkgo-camt/camt053.v8.xml": {"balances": ([None], _ACROSS)},
    "wolph-mt940/cmxl__mt940.sta": {
        "sums": ({"DEM": Decimal("87.30"), "EUR": Decimal(2200), "PLN": Decimal(10040)}, _MIXED),
    },
    "wolph-mt940/self-provided__february_30.sta": {
        "dates": (
            ["2016-02-29", "2016-02-29"],
            "there is no 30 February: the last day of the month is taken, and the report notes it",
        ),
    },
    "wolph-mt940/self-provided__multiline.sta": {
        "statements": (2, "the entry behind the end of the only statement is kept apart from it"),
    },
    "oca/mt940/test-wrong-file.940": {
        "accounts": (["NL34RABO0142623393"], "the currency behind the account number is no part of it"),
    },
}  # fmt: skip


def named(*formats: str) -> list[str]:
    return [
        name
        for name, truth in TRUTH.items()
        if str(truth.get("format", "")).startswith(formats)
        and "refused" not in str(truth.get("expect", ""))
        and (SAMPLES / name).is_file()
    ]


def hold(name: str, figures: dict[str, tuple[Any, Any]]) -> None:
    """Every figure is that of the count, or the deviation that is written down; none is written in vain."""
    differing = dict(DEVIATIONS.get(name, {}))
    for figure, (found, counted) in figures.items():
        if figure in differing:
            given, reason = differing.pop(figure)
            assert found == given != counted, reason
        else:
            assert found == counted, figure
    assert differing == {}


def verdicts(found: Read, totals: dict[tuple[str, str], tuple[Decimal, Decimal]]) -> list[bool | None]:
    """What the closing balances say, in order; none where there is no opening to start from."""
    return [
        None
        if total.opening is None
        else totals[total.name, total.currency][0] == totals[total.name, total.currency][1]
        for total in found.stated
        if total.name.startswith("closing balance")
    ]


@pytest.mark.parametrize("name", named("mt940"))
def test_swift_statements_are_as_counted(name: str) -> None:
    truth = TRUTH[name]
    found = read((SAMPLES / name).read_bytes())
    events, totals, informative = mapped(found)
    assert (len(found.rows), len(events), informative, found.problems) == (
        truth["rows"],
        truth["rows"],
        0,
        [],
    )
    values = sorted(row["value"] for row in found.rows)
    judged = verdicts(found, totals)
    # Entries outside any statement are summed like one, without anything to compare with.
    judged += [None] * sum(1 for total, _ in totals if total.endswith("(after its end)"))
    closings = [balance for balance in truth["balances"] if balance[0] in ("62F", "62M")]
    # The count lists the first balances of a long file.
    assert [Decimal(total.stated) for total in found.stated][: len(closings)] == [
        Decimal(amount.replace(",", ".")) * (-1 if mark == "D" else 1) for _, mark, _, _, amount in closings
    ]
    hold(name, {
        "sums": (major(events), expected(truth["sum_signed"])),
        "marks": (Counter(row["mark"] for row in found.rows), truth["marks"]),
        "accounts": (sorted({row["account"] for row in found.rows}), truth["accounts"]),
        "dates": ([values[0], values[-1]], truth["value_date"]),
        "statements": (len(judged), truth["statements"]),
        "balances": (all(judged), truth["reconciles"]),
    })  # fmt: skip


@pytest.mark.parametrize("name", named("bai2"))
def test_cash_reports_are_as_counted(name: str) -> None:
    truth = TRUTH[name]
    found = read((SAMPLES / name).read_bytes())
    events, _, informative = mapped(found)
    assert (len(found.rows), len(events), informative, found.problems) == (
        truth["rows"],
        truth["rows"],
        0,
        [],
    )
    sums: Counter[str] = Counter()
    for row in found.rows:
        sums[row["type"]] += int(row["amount"])
    trailers = [*truth["account_trailers"], *truth["group_trailers"], *truth["file_trailer"]]
    parts = [trailer.split(",") for trailer in trailers]
    stated = [total.stated for total in found.stated]
    hold(name, {
        "sums": (sums, truth["sum_minor_by_type_code"]),
        "amounts": (
            sorted(Decimal(text) for text in stated if "." in text),
            sorted(Decimal(part[1]) / 100 for part in parts),
        ),
        "counts": (
            sorted(int(text) for text in stated if "." not in text),
            sorted(int(count) for part in parts for count in part[2:]),
        ),
        "records": (
            found.accounted + truth["record_types"]["88"], truth["logical_lines"],
        ),
    })  # fmt: skip


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        (
            "moov-bai2/sample4-continuations-newline-delimited.txt",
            ["amounts", "records", "amounts", "records", "amounts", "accounts", "records", "records"],
        ),
        ("moov-bai2/sample1.txt", []),
        ("moov-bai2/sample2.txt", []),
    ],
)
def test_trailers_of_cash_reports_agree_or_are_shown(name: str, wrong: list[str]) -> None:
    if not (SAMPLES / name).is_file():
        return
    found = read((SAMPLES / name).read_bytes())
    assert [total.name.split()[0] for total in found.stated if total.stated != total.opening] == wrong


@pytest.mark.parametrize("name", named("camt.05"))
def test_iso_statements_are_as_counted(name: str) -> None:
    truth = TRUTH[name]
    found = read((SAMPLES / name).read_bytes())
    events, totals, _ = mapped(found)
    entries = [row for row in found.rows if row["level"] == "ENTRY"]
    signed: dict[str, Decimal] = {}
    for part in truth["detail"]:
        for currency, amount in part["entry_sum_signed"].items():
            signed[currency] = signed.get(currency, Decimal(0)) + Decimal(amount)
    judged = verdicts(found, totals)
    hold(name, {
        "rows": (len(entries), truth["rows"]),
        "sums": (major(events), signed),
        "credits": (
            sum(row["direction"] == "CRDT" for row in entries),
            sum(part["credits"] for part in truth["detail"]),
        ),
        "reversals": (
            sum(row["reversal"] == "true" for row in entries),
            sum(part["reversals"] for part in truth["detail"]),
        ),
        "booked": (days(entries, "booked"), counted_days(truth, "bookg_date")),
        "values": (days(entries, "value"), counted_days(truth, "val_date")),
        "closings": (
            [(Decimal(total.stated), total.currency) for total in found.stated],
            [
                (Decimal(amount), currency)
                for part in truth["detail"]
                for kind, amount, currency, _ in part["balances"]
                if kind == "CLBD"
            ],
        ),
        "balances": (judged, [part["balance_rolls"] for part in truth["detail"] if has_closing(part)]),
    })  # fmt: skip


def has_closing(part: dict[str, Any]) -> bool:
    return any(kind == "CLBD" for kind, *_ in part["balances"])


def days(rows: list[dict[str, Any]], column: str) -> list[str]:
    found = sorted(row[column][:10] for row in rows if row[column])
    return [found[0], found[-1]] if found else []


def counted_days(truth: dict[str, Any], column: str) -> list[str]:
    found = sorted(day for part in truth["detail"] for day in part[column] or ())
    return [found[0], found[-1]] if found else []


@pytest.mark.parametrize("name", [name for name in TRUTH if "pain.002" in str(TRUTH[name].get("format", ""))])
def test_status_reports_are_as_counted(name: str) -> None:
    truth = TRUTH[name]
    found = read((SAMPLES / name).read_bytes())
    events, _, informative = mapped(found)
    assert (events, informative) == ([], len(found.rows))

    def told(level: str, column: str) -> list[str]:
        return [row[column] for row in found.rows if row["level"] == level and row[column]]

    reasons = [reason for row in found.rows for reason in row["reason"].split()]
    hold(name, {
        "rows": (len(told("TRANSACTION", "level")), truth["rows"]),
        "created": (sorted({row["created"] for row in found.rows}), truth["created"]),
        "messages": (sorted({row["original_message_id"] for row in found.rows}), truth["orig_msg"]),
        "groups": (told("GROUP", "status"), truth["group_status"]),
        "payments": (told("PAYMENT", "status"), truth["pmt_status"]),
        "transactions": (told("TRANSACTION", "status"), truth["tx_status"]),
        "reasons": (sorted(reasons), sorted(truth["reasons"])),
    })  # fmt: skip
    assert all(any(reason in note for note in found.notes) for reason in truth["reasons"])
