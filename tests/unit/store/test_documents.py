"""The texts that are indexed: what they say, what they never say, and when they change."""

from datetime import UTC, datetime
from uuid import UUID

from payscope.application.derive.index_report import (
    NamedParty,
    ProblemGroup,
    ReportFacts,
    SeenCode,
    StatedTotal,
    documents_of,
)
from payscope.application.derive.search_documents import DocumentKind

FACTS = ReportFacts(
    report_id=UUID(int=1),
    file_name="auth_20260302.csv",
    source="acquirer",
    profile="acquirer-auth@1",
    rows_read=100,
    rows_loaded=97,
    rows_quarantined=3,
    first_at=datetime(2026, 3, 2, tzinfo=UTC),
    last_at=datetime(2026, 3, 3, tzinfo=UTC),
    totals=(StatedTotal("amount", "EUR", "123.45", "120.00", False),),
    problems=(ProblemGroup("NOT_A_NUMBER", ("amount",), 3),),
    merchants=(NamedParty("M1", "Blue Harbour", "5814", "DE"), NamedParty("Käse/1", "Käsehaus", None, None)),
    codes=(SeenCode("response_code", "51", None), SeenCode("reason_code", "10.4", "VISA")),
)


def test_a_report_gives_one_text_for_each_thing_to_find() -> None:
    assert [(each.kind, each.reference) for each in documents_of(FACTS)] == [
        (DocumentKind.REPORT, str(FACTS.report_id)),
        (DocumentKind.TOTAL, str(FACTS.report_id)),
        (DocumentKind.PROBLEM, str(FACTS.report_id)),
        (DocumentKind.MERCHANT, "M1"),
        (DocumentKind.MERCHANT, "Käse/1"),
        (DocumentKind.CODE, "51"),
        (DocumentKind.CODE, "10.4"),
    ]


def test_the_texts_say_what_happened() -> None:
    summary, total, problem, *_, soft, _ = (each.body for each in documents_of(FACTS))
    assert summary == (
        "Report file auth_20260302.csv from source acquirer, layout acquirer-auth@1, covering 02 March 2026"
        " to 03 March 2026: 100 rows read, 97 loaded, 3 quarantined."
    )
    assert "stated 123.45, which differs from the computed 120.00" in total
    assert "3 rows of auth_20260302.csv were quarantined" in problem
    assert "soft decline by the issuer" in soft


def test_ids_are_plain_text_of_bounded_length() -> None:
    ids = [each.document_id for each in documents_of(FACTS)]
    assert all(document_id.isascii() and len(document_id) <= 512 for document_id in ids)
    assert len(set(ids)) == len(ids)


def test_a_report_without_dates_totals_or_rows_still_has_its_summary() -> None:
    bare = ReportFacts(UUID(int=2), "x.csv", None, None, 0, 0, 0, None, None, (), (), (), ())
    (summary,) = documents_of(bare)
    assert summary.body.startswith("Report file x.csv from source unknown, layout unknown: 0 rows read")


def test_a_fingerprint_changes_with_the_text_and_with_the_model() -> None:
    first, second, *_ = documents_of(FACTS)
    assert first.fingerprint("a") != first.fingerprint("b")
    assert first.fingerprint("a") != second.fingerprint("a")
    assert first.fingerprint("a") == documents_of(FACTS)[0].fingerprint("a")
