"""Clearing files, settlement text and message logs of real systems, where the folder of samples is there."""

from collections import Counter
from decimal import Decimal

import pyarrow as pa
import pytest

from payscope.adapters.arrow.mapper import ArrowMapper
from payscope.errors import InvalidInput
from tests.unit.ingest.reading import read
from tests.unit.ingest.test_samples import BANK, SAMPLES, TRUTH, mapped, named


@pytest.mark.parametrize("name", named("mastercard_ipm"))
def test_clearing_files_sum_as_counted_and_repeats_are_told(name: str) -> None:
    truth = TRUTH[name]
    found = read((SAMPLES / name).read_bytes())
    assert Counter(row["MTI"] for row in found.rows) == truth["mti"]
    assert sum(int(row["DE4"]) for row in found.rows) == truth["sum_DE4_minor"]
    assert len({row["PAN"] for row in found.rows}) == truth["distinct_pan"]
    assert found.layout.profile is not None
    chunk = ArrowMapper().map(pa.Table.from_pylist(found.rows), found.layout.profile, BANK, BANK)
    assert (chunk.problems, chunk.informative) == ((), 0)
    assert chunk.events is not None
    assert (chunk.events.rows, chunk.events.repeated) == (truth["rows"], truth["rows"] - 1)


@pytest.mark.parametrize("name", named("mastercard_mpe_param"))
def test_parameter_files_are_refused(name: str) -> None:
    with pytest.raises(InvalidInput):
        read((SAMPLES / name).read_bytes())


@pytest.mark.parametrize("name", named("mastercard_t140"))
def test_settlement_text_ties_out_as_counted(name: str) -> None:
    truth = TRUTH[name]
    found = read((SAMPLES / name).read_bytes())
    events, totals, _ = mapped(found)
    assert (len(found.rows), found.problems) == (truth["detail_rows"], [])
    for kind, sums in (
        ("ADJUSTMENT", truth["recon_amount_signed_CRpos"]),
        ("FEE", truth["fee_signed_CRpos"]),
    ):
        for unit, amount in sums.items():
            own = sum(
                event["amount_minor"]
                for event in events
                if event["event_type"] == kind and event["currency"] == unit[4:]
            )
            assert Decimal(own) / 100 == Decimal(amount)
    counts: Counter[str] = Counter()
    for row in found.rows:
        counts[row["currency"]] += int(row["count"])
    assert counts == {unit[4:]: count for unit, count in truth["transaction_count"].items()}
    stated = {(total.name, total.currency) for total in found.stated}
    assert all(totals[key][0] == totals[key][1] for key in stated)


@pytest.mark.parametrize("name", named("jpos_log"))
def test_message_logs_hold_the_messages_that_were_counted(name: str) -> None:
    truth = TRUTH[name]
    found = read((SAMPLES / name).read_bytes())
    assert len(found.rows) == truth["top_level_isomsg"]
    assert len(found.rows) + found.informative == truth["log_events"]
    assert Counter(row["mti"] for row in found.rows) == truth["mti"]
    assert Counter(row["field 39"] for row in found.rows if row["field 39"]) == truth["field39"]
    if not found.rows or found.layout.profile is None:
        return
    chunk = ArrowMapper().map(pa.Table.from_pylist(found.rows), found.layout.profile, BANK, BANK)
    # None of these says the currency of its amounts, which is why the answers are set aside.
    assert chunk.quarantined == sum(count for mti, count in truth["mti"].items() if mti in ("0110", "0210"))
