"""Processors' reports from file to facts: several events of a row, samples of real systems."""

from uuid import UUID

import pytest

from tests.support.ingestion import Ingestion
from tests.unit.ingest.test_processor_samples import PROFILES, samples
from tests.unit.ingest.test_samples import SAMPLES, TRUTH

GR4VY = b"""id,external_identifier,status,created_at,updated_at,captured_at,amount,currency,captured_amount,refunded_amount,method,scheme,payment_service_transaction_id
g1,o1,capture_succeeded,2026-03-02T10:00:00Z,2026-03-05T10:00:00Z,2026-03-02T11:00:00Z,5000,JPY,5000,0,card,jcb,P1
g2,o2,authorization_declined,2026-03-02T10:00:00Z,2026-03-02T10:00:01Z,,1000,USD,0,0,card,visa,
"""  # noqa: E501 -- lines of reports are as long as they are
LATER = GR4VY.replace(b"5000,0,card", b"5000,2000,card")


def test_a_row_of_several_events_counts_once_and_grows_by_what_happened_since(
    ingestion: Ingestion, bank: UUID
) -> None:
    first = ingestion.drop(bank, "all_transactions_1.csv", GR4VY)
    assert first.checked is not None
    account = first.checked.account
    assert (account.read, account.loaded, account.duplicate, account.informative) == (2, 2, 0, 0)
    later = ingestion.drop(bank, "all_transactions_2.csv", LATER)
    assert later.checked is not None
    account = later.checked.account
    assert (account.read, account.loaded, account.duplicate) == (2, 1, 1)
    rows = ingestion.query(
        bank,
        "select event_type, amount_minor, currency, approved from payscope.event"
        " where known_to = 'infinity' order by source_ref, event_type",
    )
    assert rows == [
        ("AUTH", 5000, "JPY", True),
        ("CLEARING", 5000, "JPY", None),
        ("REFUND", -2000, "JPY", None),
        ("AUTH", 1000, "USD", False),
    ]


@pytest.mark.parametrize("name", [*samples(), *samples("psp_csv", "paypal_trr")])
def test_samples_of_real_systems_load_with_every_row_accounted_for(
    name: str, ingestion: Ingestion, bank: UUID
) -> None:
    done = ingestion.drop(bank, name.rpartition("/")[2], (SAMPLES / name).read_bytes())
    assert done.checked is not None
    account = done.checked.account
    assert account.balances
    assert (
        account.loaded + account.duplicate + account.quarantined + account.informative >= TRUTH[name]["rows"]
    )
    assert done.profile == PROFILES.get(TRUTH[name]["format"], done.profile)
