"""Statements and sheets of real banks give the rows and sums that were counted by hand."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

import pytest

from payscope.domain.ingest.mapping import infer_profile
from payscope.errors import InvalidInput
from tests.unit.ingest.reading import read
from tests.unit.ingest.test_samples import SAMPLES, TRUTH, major, mapped

Sums = Mapping[str, Decimal]


def _side(truth: Any, *names: str) -> Decimal:
    return sum((Decimal(truth[name]) for name in names), Decimal(0))


# How the counted figures of a format stand to canonical ones, where what leaves the account is negative.
EXPECTED: Mapping[str, Callable[[Any], Sums]] = {
    "cornercard": lambda truth: {code: -Decimal(text) for code, text in truth["sums"]["amount"].items()},
    "swisscard1": lambda truth: {code: -Decimal(text) for code, text in truth["sums"]["amount"].items()},
    "swisscard2": lambda truth: {code: -Decimal(text) for code, text in truth["sums"]["amount"].items()},
    "credit_suisse5": lambda truth: {"CHF": Decimal(truth["credit"]) - Decimal(truth["debit"])},
    "raiffeisen4": lambda truth: {"CHF": Decimal(truth["sums"]["amount"]["file"])},
    "migros2": lambda truth: {"CHF": Decimal(truth["amount"])},
    "postfinance_card": lambda truth: {"CHF": _side(truth, "credit", "debit")},
    "postfinance6": lambda truth: {"CHF": _side(truth, "col3_sum", "col4_sum")},
    "uob_xls_biff": lambda truth: {"SGD": Decimal(truth["deposit"]) - Decimal(truth["withdrawal"])},
    "schwab": lambda truth: {
        "USD": Decimal(truth["sums"]["deposit"]["file"]) - Decimal(truth["sums"]["withdrawal"]["file"])
    },
    "sheet_metadata": lambda truth: {
        "EUR": _side(truth["sums"]["credit"], "file") + _side(truth["sums"]["debit"], "file")
    },
    "sheet": lambda truth: {code: Decimal(text) for code, text in truth["sums"]["amount"].items()},
    "sheet_xlsx": lambda truth: (
        {code: Decimal(text) for code, text in truth["sums"].items()}
        if "sums" in truth
        else {"EUR": _side(truth, "credit", "debit")}
    ),
    "swedbankpay_xlsx": lambda truth: {code: Decimal(text) for code, text in truth["sum_by_ccy"].items()},
}

# Files that end otherwise than with the counted rows, and why. The reason is of the kind of file, not of it.
DEVIATIONS: Mapping[str, tuple[str, str]] = {
    "oca/adyen/adyen_test_invalid.xls": (
        "NEEDS_MAPPING",
        "a workbook told by its bytes whose headings nobody knows waits for a person",
    ),
    "swedbankpay/R1234-0001-Redovisningsservice.pdf": (
        "REJECTED",
        "a balance report sums the sales that its sheet and XML list one by one: loaded as well, each would "
        "count twice, so that a table whose rows are services without a date is no payment report",
    ),
    "swedbankpay/r1234-0001-redov.service.pdf": (
        "REJECTED",
        "a balance report sums the sales that its sheet and XML list one by one: loaded as well, each would "
        "count twice, so that a table whose rows are services without a date is no payment report",
    ),
    "series/rbi/RTGS051114DOCT.xls": (
        "REJECTED",
        "monthly statistics of banks have no dates of payments, so they are no payment report",
    ),
}


def names_of(formats: Mapping[str, object]) -> list[str]:
    return [name for name, truth in TRUTH.items() if truth.get("format") in formats]


@pytest.mark.parametrize("name", names_of(EXPECTED))
def test_statements_of_banks_sum_as_counted(name: str) -> None:
    truth = TRUTH[name]
    found = read((SAMPLES / name).read_bytes())
    events, totals, informative = mapped(found)
    assert found.problems == []
    assert len(events) == truth["rows"] == len(found.rows) - informative
    assert major(events) == EXPECTED[truth["format"]](truth)
    stated = {key: pair for key, pair in totals.items() if pair[0]}
    assert all(stated_figure == computed for stated_figure, computed in stated.values())
    keys = {(event["event_type"], event["source_ref"], event["sequence"]) for event in events}
    assert len(keys) == len(events)


@pytest.mark.parametrize("name", names_of({"bexio_journal": 0}))
def test_a_journal_sums_as_counted_over_its_currencies(name: str) -> None:
    events, _, _ = mapped(read((SAMPLES / name).read_bytes()))
    assert len(events) == TRUTH[name]["rows"]
    assert sum(major(events).values()) == Decimal(TRUTH[name]["sum_betrag"])


@pytest.mark.parametrize(
    "name", [name for name in names_of({"adyen_settlement_detail": 0}) if name.endswith(".xlsx")]
)
def test_a_settlement_kept_as_a_workbook_ties_out_though_its_references_are_damaged(name: str) -> None:
    truth = TRUTH[name]
    found = read((SAMPLES / name).read_bytes())
    events, totals, _ = mapped(found)
    assert len(events) == truth["rows"]
    assert len({(event["event_type"], event["source_ref"], event["sequence"]) for event in events}) == len(
        events
    )
    for currency, net in truth["net_sum_excl_payout"].items():
        assert totals[("payout", currency)] == (Decimal(net), Decimal(net))
    assert any("shortened long references" in note for note in found.notes)


@pytest.mark.parametrize("name", names_of({"zip of camt.053": 0}))
def test_an_archive_of_statements_is_one_report_with_all_of_their_rows(name: str) -> None:
    members = TRUTH[name]["members"].values()
    found = read((SAMPLES / name).read_bytes())
    events, _, _ = mapped(found)
    assert sum(1 for row in found.rows if row["level"] == "ENTRY") == sum(part["rows"] for part in members)
    signed = sum(
        Decimal(amount)
        for part in members
        for detail in part["detail"]
        for amount in detail["entry_sum_signed"].values()
    )
    assert sum(major(events).values()) == signed


@pytest.mark.parametrize("name", [name for name in DEVIATIONS if name in TRUTH])
def test_a_deviation_is_a_waiting_or_a_refused_report_never_a_half_read_one(name: str) -> None:
    status, _ = DEVIATIONS[name]
    if status == "REJECTED":
        with pytest.raises(InvalidInput):
            inferred(name)
    else:
        assert read((SAMPLES / name).read_bytes()).layout.profile is None


def inferred(name: str) -> object:
    found = read((SAMPLES / name).read_bytes())
    columns = found.layout.columns
    sample = {column: [row[column] for row in found.rows] for column in columns}
    return infer_profile("0" * 64, columns, sample)
