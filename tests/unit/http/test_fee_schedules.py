"""A bank's own tariff beside the caps of the law."""

from typing import Any

import pytest

from payscope.domain.identity import Role
from tests.support.desk import BANK, OTHER_BANK, Desk

RULE: dict[str, Any] = {
    "id": "HOME", "kind": "RATE", "bps": 25, "from": "2026-01-01", "source": "contract",
    "issuer_region": "HOME",
}  # fmt: skip
TARIFF: dict[str, Any] = {"version": "2026", "regions": {"HOME": ["DE", "AT"]}, "rules": [RULE]}


def test_a_tariff_is_kept_by_version_and_shown_beside_the_law() -> None:
    desk = Desk()
    assert desk.admin().get("/admin/fee-schedules").json()["own"] is None
    assert desk.admin().post("/admin/fee-schedules", json=TARIFF).json() == {"version": 1, "rules": 1}
    shown = desk.admin(Role.ANALYST).get("/admin/fee-schedules").json()
    (own,) = shown["own"]["rules"]
    assert (own["id"], own["bps"], own["issuer_countries"]) == ("HOME", 25, ["AT", "DE"])
    assert {"EU_IFR_DEBIT", "EU_IFR_CREDIT"} <= {rule["id"] for rule in shown["law"]["rules"]}
    assert desk.audit.drafts[-1][1].resource == "fee-schedule/1"
    assert desk.admin(bank_id=OTHER_BANK).get("/admin/fee-schedules").json()["own"] is None


@pytest.mark.parametrize("role", [Role.ANALYST, Role.AUDITOR, Role.ADMIN, Role.SYSTEM])
def test_only_the_bank_keeps_its_tariff(role: Role) -> None:
    assert Desk().admin(role).post("/admin/fee-schedules", json=TARIFF).status_code == 403


@pytest.mark.parametrize(
    "change",
    [
        {"rules": []},
        {"rules": [{**RULE, "bps": "many"}]},
        {"rules": [{**RULE, "bps": 2.5}]},
        {"rules": [{**RULE, "from": "soon"}]},
        {"rules": [{**RULE, "issuer_region": "ELSEWHERE"}]},
        {"rules": [RULE, RULE]},
        {"rules": [{"id": "X"}]},
        {"regions": {"HOME": "DE"}},
        {"note": "hello"},
    ],
    ids=str,
)
def test_a_tariff_that_cannot_be_used_is_refused_with_its_reason(change: dict[str, Any]) -> None:
    desk = Desk()
    response = desk.admin().post("/admin/fee-schedules", json={**TARIFF, **change})
    assert (response.status_code, desk.fee_schedules.documents.get(BANK)) == (422, None)
