"""GET /programmes: where merchants stand, by month and page."""

from payscope.domain.reconcile.programmes import MonthCounts
from tests.support.desk import BANK, OTHER_BANK, Desk

COUNTS = [
    MonthCounts("M1", "MASTERCARD", chargebacks=185, sales_before=7_500),
    MonthCounts("M2", "MASTERCARD", chargebacks=3, sales_before=7_500),
]


def test_standings_name_tier_ratio_and_headroom() -> None:
    desk = Desk()
    desk.analytics.counts[BANK] = COUNTS
    document = desk.admin().get("/programmes?month=2026-05").json()
    assert document["next_cursor"] is None
    first = document["items"][0]
    assert (first["programme"], first["merchant_id"], first["tier"]) == ("MASTERCARD_ECP", "M1", "ECM")
    assert (first["ratio_bps"], first["numerator"], first["denominator"]) == ("246.67", 185, 7_500)
    assert (first["threshold_bps"], first["headroom_events"], first["month"]) == (150, -73, "2026-05")


def test_standings_page_by_cursor() -> None:
    desk = Desk()
    desk.analytics.counts[BANK] = COUNTS
    first = desk.admin().get("/programmes?limit=1").json()
    second = desk.admin().get(f"/programmes?limit=1&cursor={first['next_cursor']}").json()
    assert [page["items"][0]["merchant_id"] for page in (first, second)] == ["M1", "M2"]
    assert second["next_cursor"] is None


def test_another_banks_standings_are_not_shown_and_a_month_must_be_one() -> None:
    desk = Desk()
    desk.analytics.counts[OTHER_BANK] = COUNTS
    assert desk.admin().get("/programmes").json() == {"items": [], "next_cursor": None}
    assert desk.admin().get("/programmes?month=2026-13").status_code == 422


def test_a_standing_shows_its_parts_and_who_contributes() -> None:
    desk = Desk()
    desk.analytics.counts[BANK] = [
        MonthCounts(
            "M1", "VISA", sales_not_present=1_000, fraud_reports_not_present=4, disputes_not_present=2
        ),
        MonthCounts("M2", "VISA", sales_not_present=9_000, disputes_not_present=70),
    ]
    items = desk.admin().get("/programmes?month=2026-05").json()["items"]
    (bank,) = (item for item in items if item["programme"] == "VISA_VAMP_ACQUIRER")
    assert (bank["tier"], bank["early_warning"]) == ("EXCESSIVE", True)
    assert bank["parts"] == {"fraud_reports": 4, "disputes": 72}
    assert bank["contributors"] == [
        {"merchant_id": "M2", "numerator": 70, "denominator": 9_000},
        {"merchant_id": "M1", "numerator": 6, "denominator": 1_000},
    ]
