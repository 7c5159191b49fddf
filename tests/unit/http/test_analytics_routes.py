"""Anomalies, forecasts, risk scores and simulations as documents."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from payscope.application.analyse.read_anomalies import StoredAnomaly
from payscope.application.analyse.read_forecasts import StoredForecast
from payscope.application.analyse.read_risk import RiskRun, RiskScore
from payscope.domain.analyse.forecasts import Backtest, Forecast, ForecastPoint
from payscope.domain.analyse.risk import RiskKind
from payscope.domain.analyse.series import Facts
from payscope.domain.identity import Role
from tests.support.desk import BANK, NOW, OTHER_BANK, Desk, a_report


@pytest.fixture
def desk() -> Desk:
    return Desk()


def anomaly(number: int, day: date, network: str = "VISA") -> StoredAnomaly:
    return StoredAnomaly(
        UUID(int=number), "auth_rate_raw", 1, {"network": network}, day, Decimal("0.7"), Decimal("0.9"),
        Decimal("0.85"), Decimal("0.95"), Decimal("-4"), (), (), (), (), NOW,
    )  # fmt: skip


def test_days_of_one_slice_that_follow_each_other_are_one_incident(desk: Desk) -> None:
    day = date(2026, 11, 20)
    desk.analytics.anomalies[BANK] = [
        anomaly(1, day),
        anomaly(2, day + timedelta(days=1)),
        anomaly(3, day + timedelta(days=3)),
        anomaly(4, day, "AMEX"),
    ]
    first = desk.admin().get("/anomalies?limit=2").json()
    rest = desk.admin().get("/anomalies", params={"cursor": first["next_cursor"]}).json()
    incidents = first["items"] + rest["items"]
    assert sorted(
        (item["dimensions"]["network"], item["started_on"], len(item["days"])) for item in incidents
    ) == [
        ("AMEX", "2026-11-20", 1),
        ("VISA", "2026-11-20", 2),
        ("VISA", "2026-11-23", 1),
    ]
    assert rest["next_cursor"] is None
    assert desk.admin(bank_id=OTHER_BANK).get("/anomalies").json()["items"] == []


def forecast(number: int, *points: ForecastPoint, **dimensions: str) -> StoredForecast:
    backtest = Backtest(0.8, 0.82, 0.8, 4, 14, True, 1.0, "", ())
    made = Forecast(
        "approved_amount",
        dimensions,
        "EUR",
        "NeuralProphet",
        date(2026, 8, 1),
        date(2026, 11, 24),
        "h",
        backtest,
        points,
    )
    return StoredForecast(UUID(int=number), NOW, made)


def test_a_forecast_of_money_is_in_major_units_beside_its_backtest(desk: Desk) -> None:
    point = ForecastPoint(date(2026, 11, 25), 123456.4, 100000.0, 150000.0)
    desk.analytics.forecasts[BANK] = [forecast(1, point)]
    (item,) = desk.admin().get("/forecasts?metric=approved_amount").json()["items"]
    assert item["points"] == [
        {"date": "2026-11-25", "value": "1234.56", "lower": "1000.00", "upper": "1500.00"}
    ]
    assert (item["backtest"]["mase"], item["backtest"]["origins"], item["model"]) == (0.8, 4, "NeuralProphet")
    assert item["crossing"] is None
    assert desk.admin().get("/forecasts?metric=other").json()["items"] == []


def test_a_forecast_tells_on_which_day_its_band_and_its_value_pass_a_threshold(desk: Desk) -> None:
    points = [
        ForecastPoint(
            date(2026, 11, 25) + timedelta(days=day), 100_00.0 + day * 100, 0.0, 110_00.0 + day * 100
        )
        for day in range(20)
    ]
    desk.analytics.forecasts[BANK] = [forecast(1, *points)]

    def passed(threshold: str) -> dict[str, Any]:
        parameters = {"metric": "approved_amount", "threshold": threshold}
        (item,) = desk.admin().get("/forecasts", params=parameters).json()["items"]
        return item["crossing"]

    assert passed("115") == {"threshold": "115", "upper_on": "2026-11-30", "value_on": "2026-12-10"}
    assert passed("1000.50") == {"threshold": "1000.50", "upper_on": None, "value_on": None}
    assert desk.admin().get("/forecasts?threshold=115").status_code == 422


def test_forecasts_page_by_series(desk: Desk) -> None:
    desk.analytics.forecasts[BANK] = [forecast(n, network=name) for n, name in enumerate("ABC")]
    first = desk.admin().get("/forecasts?limit=2").json()
    # A new run gives every series a new id, which must not end the list.
    desk.analytics.forecasts[BANK] = [forecast(9 + n, network=name) for n, name in enumerate("ABC")]
    rest = desk.admin().get("/forecasts", params={"cursor": first["next_cursor"]}).json()
    assert [item["dimensions"]["network"] for item in first["items"] + rest["items"]] == ["A", "B", "C"]
    assert rest["next_cursor"] is None


def test_risk_scores_page_within_the_run_that_the_first_page_showed(desk: Desk) -> None:
    def run(number: int) -> tuple[RiskRun, list[RiskScore]]:
        scores = [RiskScore(f"M{rank}", None, rank, Decimal(1) / rank, {}) for rank in (1, 2, 3)]
        return RiskRun(UUID(int=number), "gnn", {}, datetime(2026, 11, number, tzinfo=UTC)), scores

    desk.analytics.runs[BANK, RiskKind.MERCHANT] = [run(1)]
    first = desk.admin().get("/risk/merchants?limit=2").json()
    desk.analytics.runs[BANK, RiskKind.MERCHANT].append(run(2))
    rest = desk.admin().get("/risk/merchants", params={"cursor": first["next_cursor"]}).json()
    assert [item["entity_id"] for item in first["items"] + rest["items"]] == ["M1", "M2", "M3"]
    assert first["run"]["run_id"] == str(UUID(int=1))
    assert desk.admin().get("/risk/cards").json() == {"run": None, "items": [], "next_cursor": None}


def simulate(desk: Desk, **change: Any) -> Any:
    body = {"time_range": "2026-11", "change": change}
    return desk.admin(Role.ANALYST).post("/simulations", json=body)


def test_a_simulation_shows_before_after_and_what_was_assumed(desk: Desk) -> None:
    desk.analytics.facts[BANK] = Facts(attempts=1000, approved=900)
    document = simulate(desk, target="volume", percent=10).json()
    assert document["change"] == {"kind": "VolumeChange", "percent": "10"}
    assert document["assumptions"]
    counts = {item["metric"]: item for item in document["values"] if item["scope"] == "whole"}
    assert any(
        (item["baseline"], item["scenario"], item["delta"]) == ("1000", "1100", "100")
        for item in counts.values()
    )


@pytest.mark.parametrize(
    "change",
    [
        {"target": "volume"},
        {"target": "volume", "points": 1},
        {"target": "ticket", "percent": 5, "bps": 3},
        {"target": "approval_rate"},
        {"target": "approval_rate", "percent": 1, "points": 1},
        {"target": "approval_rate", "to": 1.5},
        {"target": "fees", "bps": 20},
        {"target": "fees", "component": "interchange"},
        {"target": "price", "percent": 1},
        {"target": "volume", "percent": "NaN"},
        {"target": "volume", "percent": 1e9},
    ],
    ids=str,
)
def test_a_change_that_is_not_one_is_refused(desk: Desk, change: dict[str, Any]) -> None:
    desk.analytics.facts[BANK] = Facts(attempts=1000, approved=900)
    assert simulate(desk, **change).status_code == 422


def test_a_simulation_filters_by_known_dimensions_only(desk: Desk) -> None:
    body = {
        "time_range": "2026-11",
        "change": {"target": "volume", "percent": 1},
        "filters": {"bank_id": ["x"]},
    }
    assert desk.admin().post("/simulations", json=body).status_code == 422


def test_a_simulation_of_days_out_of_reason_is_refused(desk: Desk) -> None:
    body = {"time_range": "0001-01-01/9999-12-31", "change": {"target": "volume", "percent": 1}}
    response = desk.admin().post("/simulations", json=body)
    assert response.status_code == 422
    assert "1990-01-01 to 2100-12-31" in response.json()["detail"]


def test_a_simulation_filter_with_a_null_character_is_refused(desk: Desk) -> None:
    body = {
        "time_range": "2026-11",
        "change": {"target": "volume", "percent": 1},
        "filters": {"network": ["VI\x00SA"]},
    }
    response = desk.admin().post("/simulations", json=body)
    assert (response.status_code, "U+0000" in response.json()["detail"]) == (422, True)


PROFILE = {
    "profile": "own-layout@1",
    "title": "Own layout",
    "source": "own",
    "header": ["Date", "Amount", "Id"],
    "rules": [
        {
            "event": "SETTLEMENT",
            "ref": "Id",
            "occurred": "Date",
            "amount": {"plus": "Amount", "currency": {"constant": "EUR"}},
        }
    ],
}


def test_a_mapping_is_proposed_listed_and_approved_by_the_banks_administrator(desk: Desk) -> None:
    desk.reports.receipts[BANK] = [a_report()]
    client = desk.admin()
    proposed = client.post("/admin/mappings", json={"report_id": str(UUID(int=1)), "profile": PROFILE})
    assert proposed.status_code == 201, proposed.text
    mapping_id = proposed.json()["mapping_id"]
    (item,) = client.get("/admin/mappings?status=PROPOSED").json()["items"]
    assert (item["mapping_id"], item["name"], item["evidence"]) == (
        mapping_id,
        "own-layout",
        {"written_by": "ana"},
    )
    assert client.post(f"/admin/mappings/{mapping_id}/approval").json()["profile"] == "own-layout@1"
    assert [draft.action for _, draft in desk.audit.drafts] == ["mapping.proposed", "mapping.approved"]
    assert desk.admin(Role.ANALYST).post(f"/admin/mappings/{mapping_id}/approval").status_code == 403
    assert desk.admin(bank_id=OTHER_BANK).post(f"/admin/mappings/{mapping_id}/approval").status_code == 404


def test_a_mapping_needs_a_report_of_the_bank_and_a_profile_that_can_be_read(desk: Desk) -> None:
    desk.reports.receipts[OTHER_BANK] = [a_report()]
    client = desk.admin()
    body = {"report_id": str(UUID(int=1)), "profile": PROFILE}
    assert client.post("/admin/mappings", json=body).status_code == 404
    broken = {**body, "profile": {**PROFILE, "rules": []}}
    assert client.post("/admin/mappings", json=broken).status_code in (404, 422)
    assert client.post("/admin/mappings", json={**body, "profile": {"profile": "x"}}).status_code == 422


def test_an_approval_that_reads_a_column_the_layout_has_not_is_refused_by_its_name(desk: Desk) -> None:
    desk.reports.receipts[BANK] = [a_report()]
    client = desk.admin()
    proposed = client.post("/admin/mappings", json={"report_id": str(UUID(int=1)), "profile": PROFILE})
    approval = f"/admin/mappings/{proposed.json()['mapping_id']}/approval"
    (rule,) = PROFILE["rules"]
    changed = {**PROFILE, "rules": [{**rule, "fields": {"mcc": "Branch"}}]}
    response = client.post(approval, json={"profile": changed})
    assert response.status_code == 422
    assert 'no column "Branch"; its columns are "Date", "Amount", "Id"' in response.json()["detail"]
    assert [draft.action for _, draft in desk.audit.drafts] == ["mapping.proposed"]


@pytest.mark.parametrize("member", ["event", "ref", "occurred", "amount"])
def test_an_approval_without_a_required_member_is_refused_by_its_name(desk: Desk, member: str) -> None:
    desk.reports.receipts[BANK] = [a_report()]
    client = desk.admin()
    proposed = client.post("/admin/mappings", json={"report_id": str(UUID(int=1)), "profile": PROFILE})
    (rule,) = PROFILE["rules"]
    changed = {**PROFILE, "rules": [{name: value for name, value in rule.items() if name != member}]}
    approval = f"/admin/mappings/{proposed.json()['mapping_id']}/approval"
    response = client.post(approval, json={"profile": changed})
    assert (response.status_code, member in response.text) == (422, True)
