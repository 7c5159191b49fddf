"""Reports, breaks, the audit log and operations, as a bank's people see them."""

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from payscope.application.ingest.read_reports import ControlTotal, CurrencyTotal, ReportProblem
from payscope.application.operate.manage_dlq import DeadLetter, FailedReport
from payscope.application.reconcile.get_transaction import Lifecycle, LifecycleEvent
from payscope.domain.audit import AuditEvent, AuditHead, first_fault
from payscope.domain.events import EventType
from payscope.domain.identity import Role
from payscope.domain.ingest.reports import ReportStatus
from payscope.domain.merkle import includes
from payscope.domain.reconcile.ageing import BANDS, age_band, expected_between
from payscope.domain.reconcile.calendars import WEEKDAYS_ONLY
from tests.support.desk import BANK, CALENDARS, NOW, OTHER_BANK, Desk, a_break, a_report
from tests.support.payments import event


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_an_upload_ticket_is_for_one_key_of_the_bank_and_is_recorded(desk: Desk) -> None:
    response = desk.admin().post("/reports", json={"file_name": "settlement 24.csv"})
    assert response.status_code == 201
    ticket = response.json()
    assert ticket["fields"]["key"] == f"banks/{BANK}/inbox/settlement 24.csv"
    assert ticket["expires_at"] == "2026-11-24T09:15:00Z"
    assert desk.audit.drafts[0][1].action == "upload.permitted"


@pytest.mark.parametrize("name", ["../other", "a/b.csv", "..", "a\x00b", "a\nb", ""])
def test_a_file_name_cannot_leave_the_inbox(desk: Desk, name: str) -> None:
    assert desk.admin().post("/reports", json={"file_name": name}).status_code == 422


@pytest.mark.parametrize(
    "name",
    [
        "cards 4111111111111111.csv",
        "cards 4111 1111 1111 1111.csv",
        "report ${filename}",
        "${filename}",
        "invoice\u202egpj.csv",
        "a\u200fb.csv",
        "a\u2066b.csv",
    ],
)
def test_a_file_name_that_hides_or_tells_too_much_is_refused(desk: Desk, name: str) -> None:
    response = desk.admin().post("/reports", json={"file_name": name})
    assert response.status_code == 422
    assert "rename the file" in response.json()["detail"]
    assert "4111" not in response.text


def test_reports_page_by_cursor_newest_first_without_a_gap(desk: Desk) -> None:
    desk.reports.receipts[BANK] = [
        a_report(f"{number}.csv", number, received_at=NOW + timedelta(minutes=number // 2))
        for number in range(5)
    ]
    client, names, cursor = desk.admin(), [], None
    while True:
        page = client.get("/reports", params={"limit": 2, **({"cursor": cursor} if cursor else {})}).json()
        names += [item["file_name"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert names == ["4.csv", "3.csv", "2.csv", "1.csv", "0.csv"]


def test_reports_can_be_asked_for_by_status(desk: Desk) -> None:
    desk.reports.receipts[BANK] = [
        a_report("bad.csv", 1, status=ReportStatus.REJECTED),
        a_report("good.csv", 2),
    ]
    items = desk.admin().get("/reports?status=REJECTED").json()["items"]
    assert [item["file_name"] for item in items] == ["bad.csv"]


def test_a_receipt_accounts_for_the_file(desk: Desk) -> None:
    receipt = a_report()
    total = ControlTotal("rows", None, Decimal(3), Decimal("3.00"), True)
    from dataclasses import replace

    currencies = {"EUR": CurrencyTotal(2, "12.34")}
    desk.reports.receipts[BANK] = [replace(receipt, control_totals=(total,), currencies=currencies)]
    document = desk.admin().get(f"/reports/{UUID(int=1)}").json()
    assert (document["rows_read"], document["rows_loaded"], document["rows_quarantined"]) == (3, 2, 1)
    assert document["control_totals"] == [
        {"name": "rows", "currency": None, "stated": "3", "computed": "3.00", "agrees": True}
    ]
    assert document["currencies"] == {"EUR": {"rows": 2, "amount": "12.34"}}
    assert document["profile"] == "adyen-settlement@1"


def test_problems_page_in_the_order_of_the_file(desk: Desk) -> None:
    desk.reports.receipts[BANK] = [a_report()]
    desk.reports.rows[UUID(int=1)] = [
        ReportProblem(row, "amount", "AMOUNT", "not a number", {"amount": "x"}) for row in (2, 10, 11)
    ]
    client = desk.admin()
    first = client.get(f"/reports/{UUID(int=1)}/problems?limit=2").json()
    rest = client.get(f"/reports/{UUID(int=1)}/problems", params={"cursor": first["next_cursor"]}).json()
    assert [item["row_number"] for item in first["items"] + rest["items"]] == [2, 10, 11]
    assert rest["next_cursor"] is None


def test_a_break_shows_its_age_and_its_amount(desk: Desk) -> None:
    desk.breaks.rows[BANK] = {UUID(int=1): a_break()}
    (item,) = desk.admin().get("/breaks").json()["items"]
    assert (item["amount"], item["amount_minor"], item["age_days"], item["age"]) == ("12.34", 1234, 5, "4-7")


@pytest.mark.parametrize("band", BANDS)
def test_an_age_band_is_the_same_as_its_range_of_expected_dates(band: str) -> None:
    today = date(2026, 11, 24)
    for calendar in (WEEKDAYS_ONLY, *CALENDARS.by_currency.values()):
        first, last = expected_between(band, today, calendar)
        for back in range(-3, 200):
            day = today - timedelta(days=back)
            inside = (first is None or day >= first) and (last is None or day <= last)
            assert inside is (age_band(calendar.days_between(day, today)) == band), day


@pytest.mark.parametrize(
    "query",
    [
        "age=5",
        "state=OPEN",
        "reason=BAD",
        "currency=eur",
        "min_amount=-1",
        "min_amount=x",
        "min_amount=1e400",
    ],
)
def test_a_filter_that_means_nothing_is_refused(desk: Desk, query: str) -> None:
    assert desk.admin().get(f"/breaks?{query}").status_code == 422


def resolve(desk: Desk, sub: str, **body: Any) -> Any:
    return desk.admin(sub=sub).post(f"/breaks/{UUID(int=1)}/resolution", json={"note": "agreed", **body})


def test_a_write_off_needs_a_second_person(desk: Desk) -> None:
    desk.breaks.rows[BANK] = {UUID(int=1): a_break()}
    first = resolve(desk, "ana", action="WRITE_OFF")
    assert first.json()["action"] == "WRITE_OFF_PROPOSED"
    assert first.json()["needs_second_person"] is True
    assert desk.breaks.rows[BANK][UUID(int=1)].state == "UNMATCHED"
    assert resolve(desk, "ana", action="WRITE_OFF").status_code == 409
    second = resolve(desk, "ben", action="WRITE_OFF")
    assert second.json()["action"] == "WRITE_OFF_APPROVED"
    assert desk.breaks.rows[BANK][UUID(int=1)].state == "WRITTEN_OFF"
    assert [draft.outcome for _, draft in desk.audit.drafts] == ["write_off_proposed", "write_off_approved"]


def test_a_person_with_two_roles_is_still_one_person(desk: Desk) -> None:
    desk.breaks.rows[BANK] = {UUID(int=1): a_break()}
    resolve(desk, "ana", action="WRITE_OFF")
    again = desk.admin(Role.BANK_ADMIN, sub="ana").post(
        f"/breaks/{UUID(int=1)}/resolution", json={"action": "WRITE_OFF", "note": "again"}
    )
    assert again.status_code == 409


def test_another_writing_of_a_name_is_no_second_person(desk: Desk) -> None:
    desk.breaks.rows[BANK] = {UUID(int=1): a_break()}
    resolve(desk, "ana@bank.example", action="WRITE_OFF")
    assert resolve(desk, "Ana@Bank.example", action="WRITE_OFF").status_code == 409


def test_open_breaks_are_summed_by_state_reason_age_and_currency(desk: Desk) -> None:
    rows = [
        a_break(1),
        a_break(2, amount_minor=-1000),
        a_break(3, currency="JPY", amount_minor=700),
        a_break(4, expected_on=date(2026, 11, 23)),
        a_break(5, reason="AMOUNT"),
        a_break(6, cleared_at=NOW),
    ]
    desk.breaks.rows[BANK] = {row.break_id: row for row in rows}
    items = desk.admin().get("/breaks/summary").json()["items"]
    assert [
        (item["reason"], item["age"], item["currency"], item["breaks"], item["value_at_risk"])
        for item in items
    ] == [
        ("AMOUNT", "4-7", "EUR", 1, "12.34"),
        ("MISSING_SETTLEMENT", "1", "EUR", 1, "12.34"),
        ("MISSING_SETTLEMENT", "4-7", "EUR", 2, "22.34"),
        # The day before was a holiday in Japan.
        ("MISSING_SETTLEMENT", "4-7", "JPY", 1, "700"),
    ]


def test_breaks_can_be_listed_by_who_owns_them(desk: Desk) -> None:
    desk.breaks.rows[BANK] = {UUID(int=1): a_break(), UUID(int=2): a_break(2)}
    resolve(desk, "ana", action="ASSIGN", assignee="ben")
    owned = desk.admin().get("/breaks?owner=ben").json()["items"]
    assert [item["break_id"] for item in owned] == [str(UUID(int=1))]


def test_a_break_tells_what_states_it_came_into(desk: Desk) -> None:
    desk.breaks.rows[BANK] = {UUID(int=1): a_break()}
    (first,) = desk.admin().get(f"/breaks/{UUID(int=1)}").json()["history"]
    assert (first["state"], first["amount_minor"], first["is_cleared"]) == ("UNMATCHED", 1234, False)


def test_who_agreed_to_another_amount_has_not_agreed(desk: Desk) -> None:
    desk.breaks.rows[BANK] = {UUID(int=1): a_break()}
    assert resolve(desk, "ana", action="WRITE_OFF").json()["action"] == "WRITE_OFF_PROPOSED"
    desk.now += timedelta(minutes=5)
    desk.breaks.changed_at[UUID(int=1)] = desk.now
    desk.now += timedelta(minutes=5)
    assert resolve(desk, "ben", action="WRITE_OFF").json()["action"] == "WRITE_OFF_PROPOSED"
    assert resolve(desk, "ana", action="WRITE_OFF").json()["action"] == "WRITE_OFF_APPROVED"


def test_a_reopened_write_off_needs_two_people_again(desk: Desk) -> None:
    desk.breaks.rows[BANK] = {UUID(int=1): a_break()}
    resolve(desk, "ana", action="WRITE_OFF")
    resolve(desk, "ben", action="WRITE_OFF")
    assert resolve(desk, "cam", action="WRITE_OFF").status_code == 409
    assert resolve(desk, "cam", action="REOPEN").json()["action"] == "REOPEN"
    assert desk.breaks.rows[BANK][UUID(int=1)].state == "REOPENED"
    assert resolve(desk, "ben", action="WRITE_OFF").json()["action"] == "WRITE_OFF_PROPOSED"


@pytest.mark.parametrize(
    "body",
    [
        {"action": "ASSIGN"},
        {"action": "NOTE", "assignee": "ben"},
        {"action": "DELETE"},
        {"action": "NOTE", "note": ""},
        {"action": "NOTE", "note": "x" * 2001},
    ],
    ids=str,
)
def test_a_decision_that_cannot_be_taken_is_refused(desk: Desk, body: dict[str, str]) -> None:
    desk.breaks.rows[BANK] = {UUID(int=1): a_break()}
    assert resolve(desk, "ana", **body).status_code == 422


@pytest.mark.parametrize("number", ["4111111111111111", "4111 1111 1111 1111"])
def test_a_decision_is_kept_without_card_numbers(desk: Desk, number: str) -> None:
    desk.breaks.rows[BANK] = {UUID(int=1): a_break()}
    response = resolve(
        desk, "ana", action="ASSIGN", note=f"call about {number}", assignee=f"owner of {number}"
    )
    assert response.json()["note"] == "call about card ending 1111"
    assert desk.breaks.rows[BANK][UUID(int=1)].owner == "owner of card ending 1111"


@pytest.mark.parametrize("text", ["a\x00b", "half \ud83d of a pair"], ids=["U+0000", "surrogate"])
def test_a_text_that_no_database_keeps_is_refused(desk: Desk, text: str) -> None:
    desk.breaks.rows[BANK] = {UUID(int=1): a_break()}
    content = json.dumps({"action": "NOTE", "note": text})
    response = desk.admin().post(f"/breaks/{UUID(int=1)}/resolution", content=content)
    assert (response.status_code, "U+0000" in response.json()["detail"]) == (422, True)


def test_a_text_that_writes_about_the_null_character_is_kept(desk: Desk) -> None:
    desk.breaks.rows[BANK] = {UUID(int=1): a_break()}
    response = resolve(desk, "ana", action="NOTE", note="the escape \\u0000 and \U0001f600")
    assert response.json()["note"] == "the escape \\u0000 and \U0001f600"


@pytest.mark.parametrize("path", ["/transactions/a%00b", "/breaks?cursor=a%00b"])
def test_an_address_with_a_null_character_is_refused(desk: Desk, path: str) -> None:
    assert desk.admin().get(path).status_code == 422


def test_an_exported_log_verifies_and_every_entry_is_proved_under_the_head(desk: Desk) -> None:
    for number in range(7):
        desk.admin().post("/reports", json={"file_name": f"{number}.csv"})
    client = desk.admin(Role.AUDITOR)
    head = client.get("/audit/head").json()
    items, cursor = [], None
    while True:
        page = client.get(
            "/audit/events", params={"limit": 3, **({"cursor": cursor} if cursor else {})}
        ).json()
        items += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    ids = [item.pop("event_id") for item in items]
    events = [AuditEvent(**item) for item in items]
    assert len(events) == head["size"] == 7
    assert first_fault(events, AuditHead(head["size"], head["entry_hash"])) is None
    for entry, event_id in zip(events, ids, strict=True):
        proof = client.get(f"/audit/proof/{event_id}").json()
        assert proof["event"]["entry_hash"] == entry.entry_hash
        assert proof["head"]["root_hash"] == head["root_hash"]
        path = [bytes.fromhex(node) for node in proof["path"]]
        root, leaf = bytes.fromhex(head["root_hash"]), bytes.fromhex(proof["leaf_hash"])
        assert includes(root, 7, proof["leaf_index"], leaf, path)


def test_a_repeated_post_with_its_key_is_answered_once(desk: Desk) -> None:
    client, headers = desk.admin(), {"Idempotency-Key": "key-1"}
    first = client.post("/reports", json={"file_name": "a.csv"}, headers=headers)
    desk.now += timedelta(minutes=5)
    second = client.post("/reports", json={"file_name": "a.csv"}, headers=headers)
    assert first.json() == second.json()
    assert second.headers["idempotent-replayed"] == "true"
    assert len(desk.audit.drafts) == 1
    other = client.post("/reports", json={"file_name": "b.csv"}, headers=headers)
    assert other.status_code == 422


def test_a_key_of_another_bank_another_person_or_yesterday_is_another_key(desk: Desk) -> None:
    headers = {"Idempotency-Key": "key-1"}
    for client in (desk.admin(), desk.admin(bank_id=OTHER_BANK), desk.admin(sub="ben")):
        response = client.post("/reports", json={"file_name": "a.csv"}, headers=headers)
        assert "idempotent-replayed" not in response.headers
    desk.now += timedelta(hours=25)
    assert desk.admin().post("/reports", json={"file_name": "b.csv"}, headers=headers).status_code == 201


def test_a_request_that_failed_can_be_sent_again_with_its_key(desk: Desk) -> None:
    headers = {"Idempotency-Key": "key-1"}
    desk.audit.is_away = True
    assert desk.admin().post("/reports", json={"file_name": "a.csv"}, headers=headers).status_code == 503
    desk.audit.is_away = False
    assert desk.admin().post("/reports", json={"file_name": "a.csv"}, headers=headers).status_code == 201


def test_a_request_whose_first_try_still_runs_is_a_conflict_until_it_is_abandoned(desk: Desk) -> None:
    headers = {"Idempotency-Key": "key-1"}
    desk.admin().post("/reports", json={"file_name": "a.csv"}, headers=headers)
    ((scope, (request_hash, at, _)),) = desk.idempotency.records.items()
    desk.idempotency.records[scope] = (request_hash, at, None)
    assert desk.admin().post("/reports", json={"file_name": "a.csv"}, headers=headers).status_code == 409
    desk.now += timedelta(seconds=61)
    assert desk.admin().post("/reports", json={"file_name": "a.csv"}, headers=headers).status_code == 201


@pytest.mark.parametrize("key", ["k" * 256, "with space", ""])
def test_a_key_has_at_most_255_visible_characters(desk: Desk, key: str) -> None:
    response = desk.admin().post("/reports", json={"file_name": "a.csv"}, headers={"Idempotency-Key": key})
    assert response.status_code == 422


def failed(number: int) -> FailedReport:
    return FailedReport(
        UUID(int=number), f"{number}.csv", f"banks/{BANK}/inbox/{number}.csv", "1", 1, "ours", NOW, NOW
    )


def test_failed_reports_go_through_the_chain_again_and_leave_the_queue(desk: Desk) -> None:
    desk.failures.reports[BANK] = {UUID(int=number): failed(number) for number in (1, 2)}
    own = [DeadLetter(f"m{number}", "h", BANK, UUID(int=number)) for number in (1, 2)]
    foreign = DeadLetter("m3", "h", OTHER_BANK, UUID(int=1))
    desk.failures.letters = [*own, foreign]
    view = desk.admin().get("/admin/dlq").json()
    assert ([item["report_id"] for item in view["reports"]], view["messages"]) == (
        [str(UUID(int=1)), str(UUID(int=2))],
        2,
    )
    response = desk.admin().post("/admin/dlq/redrive", json={"report_ids": [str(UUID(int=2))]})
    assert response.status_code == 202
    assert desk.failures.started == [UUID(int=2)]
    assert desk.failures.letters == [own[0], foreign]
    assert desk.audit.drafts[-1][1].action == "report.redriven"
    assert desk.admin().post("/admin/dlq/redrive").json()["redriven"][0]["report_id"] == str(UUID(int=1))


def test_a_file_that_could_not_be_taken_in_is_announced_again(desk: Desk) -> None:
    own = DeadLetter("m1", "h", BANK, UUID(int=1), '{"detail-type": "Object Created"}')
    foreign = DeadLetter("m2", "h", OTHER_BANK, UUID(int=2), '{"detail-type": "Object Created"}')
    desk.failures.letters = [own, foreign]
    assert desk.admin().get("/admin/dlq").json() == {"reports": [], "messages": 1}
    other = {"report_ids": [str(UUID(int=2))]}
    assert desk.admin().post("/admin/dlq/redrive", json=other).status_code == 404
    redriven = desk.admin().post("/admin/dlq/redrive").json()["redriven"]
    assert redriven == [{"report_id": str(UUID(int=1)), "execution": None}]
    assert (desk.failures.announced, desk.failures.letters) == ([own], [foreign])
    assert desk.audit.drafts[-1][1].action == "report.redriven"


def test_a_report_named_twice_is_redriven_once(desk: Desk) -> None:
    desk.failures.reports[BANK] = {UUID(int=1): failed(1)}
    twice = {"report_ids": [str(UUID(int=1))] * 2}
    assert desk.admin().post("/admin/dlq/redrive", json=twice).status_code == 202
    assert desk.failures.started == [UUID(int=1)]


def test_a_message_about_a_report_that_has_ended_since_leaves_the_queue(desk: Desk) -> None:
    desk.failures.letters = [DeadLetter("m1", "h", BANK, UUID(int=1))]
    desk.failures.at_rest = {UUID(int=1)}
    assert desk.admin().post("/admin/dlq/redrive").json() == {"redriven": []}
    assert desk.failures.letters == []


def test_another_banks_failed_report_cannot_be_redriven(desk: Desk) -> None:
    desk.failures.reports[OTHER_BANK] = {UUID(int=1): failed(1)}
    response = desk.admin().post("/admin/dlq/redrive", json={"report_ids": [str(UUID(int=1))]})
    assert response.status_code == 404
    assert desk.failures.started == []


def test_a_report_that_cannot_be_started_stays_failed(desk: Desk) -> None:
    desk.failures.reports[BANK] = {UUID(int=1): failed(1)}
    desk.failures.chain_is_away = True
    assert desk.admin().post("/admin/dlq/redrive").status_code == 503
    assert list(desk.failures.reports[BANK]) == [UUID(int=1)]


def test_validation_counts_the_bank_of_the_token(desk: Desk) -> None:
    assert desk.admin(Role.ADMIN).post("/admin/validate-datasets").json() == {"agree": True}
    assert desk.validated == [BANK]


def test_a_payment_shows_its_disputes_with_their_deadline(desk: Desk) -> None:
    opened = event(
        EventType.DISPUTE, "d", date(2026, 10, 1), -1000, subtype="FIRST_CHARGEBACK", reason_code="10.4"
    )
    lifecycle = Lifecycle((LifecycleEvent(UUID(int=9), 1, opened),), (), (), ())
    desk.lifecycles.payments[BANK, "L-d"] = lifecycle
    (dispute,) = desk.admin().get("/transactions/L-d").json()["disputes"]
    assert (dispute["state"], dispute["waits_for"], dispute["due_on"]) == ("OPEN", "ACQUIRER", "2026-10-31")
    assert (dispute["is_overdue"], dispute["days_left"]) == (True, -24)
    assert dispute["stages"][0]["reason_code"] == "10.4"


def test_a_payment_is_read_as_of_an_instant_or_of_the_end_of_a_day_of_the_bank(desk: Desk) -> None:
    opened = event(
        EventType.DISPUTE, "d", date(2026, 10, 1), -1000, subtype="FIRST_CHARGEBACK", reason_code="10.4"
    )
    desk.lifecycles.payments[BANK, "L-d"] = Lifecycle((LifecycleEvent(UUID(int=9), 1, opened),), (), (), ())
    (dispute,) = desk.admin().get("/transactions/L-d?as_of=2026-10-20").json()["disputes"]
    assert dispute["days_left"] == 11
    desk.admin().get("/transactions/L-d", params={"as_of": "2026-10-20T12:00:00+02:00"})
    day, instant = desk.lifecycles.asked_at
    assert day == datetime(2026, 10, 20, 21, 59, 59, 999999, tzinfo=UTC)
    assert instant == datetime(2026, 10, 20, 10, tzinfo=UTC)
    assert desk.admin().get("/transactions/L-d?as_of=2026-10-20T12:00:00").status_code == 422
    assert desk.admin().get("/transactions/L-d?as_of=tomorrow").status_code == 422
