"""What the graph answers, over HTTP."""

from uuid import UUID

import pytest

from payscope.application.reconcile.get_transaction import Lifecycle
from payscope.application.reconcile.read_links import LinkedFile, LinkedMerchant, SharedParty, SharingMerchant
from payscope.domain.reconcile.rings import DisputedPair
from tests.support.desk import BANK, OTHER_BANK, Desk, a_break


@pytest.fixture
def desk() -> Desk:
    desk = Desk()
    desk.links.files[BANK] = [LinkedFile(str(UUID(int=7)), "auth.csv", "acquirer", 3)]
    desk.links.sharing[BANK] = [SharingMerchant("M2", "Cafe", 4)]
    desk.links.merchants[BANK] = [LinkedMerchant("M2", "Cafe", 4, 1)]
    desk.links.parties[BANK] = [SharedParty("Batch", "B1", None, 2), SharedParty("Issuer", "I1", "Bank", 1)]
    desk.links.pairs[BANK] = [
        DisputedPair(f"secret {card}", merchant, 2) for card in (1, 2) for merchant in ("M1", "M2")
    ]
    return desk


def test_breaks_are_clustered_by_what_their_payments_share(desk: Desk) -> None:
    desk.breaks.rows[BANK] = {UUID(int=n): a_break(n, match_id=UUID(int=10 + n)) for n in (1, 2)}
    found = desk.admin().get("/breaks/clusters").json()
    assert found["payments"] == 2
    assert found["items"] == [{"label": "Batch", "id": "B1", "name": None, "payments": 2}]
    assert desk.admin(bank_id=OTHER_BANK).get("/breaks/clusters").json()["items"] == []


def test_a_batch_is_traced_to_its_files_and_an_unknown_one_is_not_found(desk: Desk) -> None:
    (file,) = desk.admin().get("/settlement/batches/B1/files").json()["items"]
    assert (file["file_name"], file["payments"]) == ("auth.csv", 3)
    assert desk.admin(bank_id=OTHER_BANK).get("/settlement/batches/B1/files").status_code == 404


def test_rings_and_links_count_cards_and_name_none(desk: Desk) -> None:
    response = desk.admin().get("/risk/rings")
    assert response.json()["items"] == [{"cards": 2, "merchants": ["M1", "M2"], "payments": 8}]
    assert "secret" not in response.text
    (linked,) = desk.admin().get("/risk/merchants/M1/links").json()["items"]
    assert linked == {"merchant_id": "M2", "name": "Cafe", "cards": 4}


def test_a_payment_without_a_match_has_no_links_and_an_unknown_one_is_not_found(desk: Desk) -> None:
    desk.lifecycles.payments[BANK, "L-1"] = Lifecycle((), (), (), ())
    assert desk.admin().get("/transactions/L-1/links").json() == {"files": [], "merchants": []}
    assert desk.admin().get("/transactions/L-2/links").status_code == 404
