"""Reports of real systems give the counts and sums that were counted by hand.

They are not part of the project: the tests run over those that ``PAYSCOPE_SAMPLE_DATA`` (or a folder
``shared/data`` beside the checkout) holds.
"""

import contextlib
import json
import os
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pyarrow as pa
import pytest

from payscope.adapters.arrow.mapper import ArrowMapper
from payscope.domain.money import decimal_text
from payscope.errors import InvalidInput
from tests.unit.ingest.reading import Read, read

SAMPLES = Path(
    os.environ.get("PAYSCOPE_SAMPLE_DATA") or Path(__file__).resolve().parents[4] / "shared" / "data"
)
TRUTH: dict[str, Any] = (
    json.loads((SAMPLES / "truth.json").read_text()) if (SAMPLES / "truth.json").exists() else {}
)
BANK = UUID("11111111-1111-4111-8111-111111111111")


def named(*formats: str, csv_only: bool = False) -> list[str]:
    return [
        name
        for name, truth in TRUTH.items()
        if str(truth.get("format", "")).startswith(formats) and (not csv_only or name.lower().endswith("csv"))
    ]


def mapped(found: Read) -> tuple[list[dict[str, Any]], dict[tuple[str, str], tuple[Decimal, Decimal]], int]:
    """Events, control totals (stated, computed) by name and currency, and how many rows are informative."""
    profile = found.layout.profile
    assert profile is not None
    totals = {
        (total.name, total.currency): [Decimal(total.stated), Decimal(total.opening or "0")]
        for total in found.stated
    }
    if not found.rows:
        return [], {key: (value[0], value[1]) for key, value in totals.items()}, 0
    chunk = ArrowMapper().map(pa.Table.from_pylist(found.rows), profile, BANK, BANK)
    assert chunk.problems == ()
    for part in chunk.totals:
        pair = totals.setdefault((part.name, part.currency), [Decimal(0), Decimal(0)])
        pair[0] += part.stated or 0
        pair[1] += part.computed
    events = chunk.events.table.to_pylist() if chunk.events is not None else []  # pyright: ignore[reportAttributeAccessIssue]
    assert chunk.rows == len({event["row_number"] for event in events}) + chunk.informative
    return events, {key: (value[0], value[1]) for key, value in totals.items()}, chunk.informative


def major(events: list[dict[str, Any]]) -> dict[str, Decimal]:
    sums: Counter[str] = Counter()
    for event in events:
        sums[event["currency"]] += event["amount_minor"]
    return {currency: Decimal(decimal_text(minor, currency)) for currency, minor in sums.items()}


def expected(sums: dict[str, str]) -> dict[str, Decimal]:
    return {currency: Decimal(text) for currency, text in sums.items()}


@pytest.mark.parametrize("name", named("adyen_settlement_detail", csv_only=True))
def test_adyen_settlement_details_tie_out_as_counted(name: str) -> None:
    truth = TRUTH[name]
    found = read((SAMPLES / name).read_bytes())
    events, totals, _ = mapped(found)
    assert len(found.rows) == len(events) == truth["rows"]
    assert Counter(row["Type"] for row in found.rows) == truth["rows_by_type"]
    for currency, net in truth["net_sum_excl_payout"].items():
        stated, computed = totals[("payout", currency)]
        assert computed == Decimal(net)
        assert stated == Decimal(truth["payout_row"].get(currency, "0"))
    settled = sum(
        (event.get("settlement_minor") or 0) for event in events if event.get("subtype") != "PAYOUT"
    )
    assert Decimal(settled) / 100 == sum(map(Decimal, truth["net_sum_excl_payout"].values()))


@pytest.mark.parametrize("name", named("stripe_payout_recon", "stripe_payments_activity"))
def test_stripe_reconciliations_sum_as_counted(name: str) -> None:
    truth = TRUTH[name]
    found = read((SAMPLES / name).read_bytes())
    events, totals, _ = mapped(found)
    assert len(events) == truth["rows"]
    if "net_excl_payout" in truth:
        net = sum(map(Decimal, truth["net_excl_payout"].values()))
        payouts = [pair for (total, _), pair in totals.items() if total.startswith("payout")]
        assert sum(computed for _, computed in payouts) == net
        assert sum(stated for stated, _ in payouts) == sum(map(Decimal, truth["payout_rows"]))


@pytest.mark.parametrize("name", named("paypal_stl", "paypal_trr"))
def test_paypal_reports_sum_as_counted(name: str) -> None:
    truth = TRUTH[name]
    found = read((SAMPLES / name).read_bytes())
    events, totals, informative = mapped(found)
    assert len(found.rows) == truth["rows"] == len(events) + informative
    assert found.informative == sum(
        count for kind, count in truth["record_types"].items() if kind not in ("CH", "SB")
    )
    for currency, sides in truth["gross_minor"].items():
        for side, total in (("CR", "gross credit"), ("DR", "gross debit")):
            _, computed = totals.get((total, currency), (Decimal(0), Decimal(0)))
            assert computed * 100 == sides[side]
    if not informative:
        for currency, net in truth["net_minor"].items():
            settled = sum(event["settlement_minor"] for event in events if event["currency"] == currency)
            assert Decimal(decimal_text(settled, currency)) * 100 == net


@pytest.mark.parametrize("name", [name for name in named("camt.05") if TRUTH[name].get("statements")])
def test_bank_statements_sum_and_roll_as_counted(name: str) -> None:
    truth = TRUTH[name]
    found = read((SAMPLES / name).read_bytes())
    events, totals, _ = mapped(found)
    assert sum(1 for row in found.rows if row["level"] == "ENTRY") == truth["rows"]
    signed: Counter[str] = Counter()
    for part in truth["detail"]:
        for currency, amount in part["entry_sum_signed"].items():
            signed[currency] += Decimal(amount)  # pyright: ignore[reportArgumentType]
    assert major(events) == {currency: Decimal(amount) for currency, amount in signed.items()}
    rolls = [part["balance_rolls"] for part in truth["detail"]]
    stated = {(total.name, total.currency) for total in found.stated if total.opening is not None}
    agreeing = [totals[key][0] == totals[key][1] for key in stated]
    if None not in rolls:
        assert all(agreeing) == all(rolls) or len(agreeing) < len(rolls)


@pytest.mark.parametrize(
    "name", [name for name, truth in TRUTH.items() if "must be refused" in str(truth.get("expect", ""))]
)
def test_what_must_be_refused_is_refused(name: str) -> None:
    with pytest.raises(InvalidInput):
        read((SAMPLES / name).read_bytes())


@pytest.mark.parametrize("name", list(TRUTH))
def test_no_sample_breaks_a_reader(name: str) -> None:
    """Whatever the file is, it is read with every line accounted for, or refused with a reason."""
    if not (SAMPLES / name).is_file():
        return
    with contextlib.suppress(InvalidInput):
        found = read((SAMPLES / name).read_bytes())
        assert found.accounted >= len(found.rows)
