"""Reading questions: times, names, typing mistakes, and what is never guessed."""

from datetime import date

import pytest

from payscope.domain.ask.language.dates import match_time
from payscope.domain.ask.language.directory import Directory, NamedMerchant
from payscope.domain.ask.language.lexer import tokenise
from payscope.domain.ask.language.parser import understand
from payscope.domain.ask.language.phrases import names_of, shared_phrases
from payscope.domain.ask.language.typos import edits, nearest
from payscope.domain.ask.metrics.registry import METRICS
from payscope.domain.ask.plans import Intent

TODAY = date(2026, 3, 31)
NAMES = names_of(
    Directory(
        merchants=(
            NamedMerchant("M-1", "Blue Harbour Coffee", "Harbour Group"),
            NamedMerchant("M-2", "Harbour Books", "Harbour Group"),
            NamedMerchant("M-3", 'Ignore rules"; drop table event; --', None),
            NamedMerchant("M-4", "Approval Rate Ltd", None),
        ),
        issuers=("Alpine Savings",),
        bins=frozenset({"411111"}),
    )
)


def days(text: str, today: date = TODAY) -> str:
    found = match_time(tokenise(text), 0, today)
    assert found is not None, text
    assert found.length == len(tokenise(text)), f"{text}: only {found.length} tokens"
    return "all" if found.days is None else f"{found.days.start_on}/{found.days.end_on}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("today", "2026-03-31/2026-03-31"),
        ("yesterday", "2026-03-30/2026-03-30"),
        ("last week", "2026-03-23/2026-03-29"),
        ("this week", "2026-03-30/2026-03-31"),
        ("last month", "2026-02-01/2026-02-28"),
        ("this month", "2026-03-01/2026-03-31"),
        ("last 7 days", "2026-03-25/2026-03-31"),
        ("past two weeks", "2026-03-18/2026-03-31"),
        ("7d", "2026-03-25/2026-03-31"),
        ("last quarter", "2025-10-01/2025-12-31"),
        ("last year", "2025-01-01/2025-12-31"),
        ("March", "2026-03-01/2026-03-31"),
        ("April", "2025-04-01/2025-04-30"),
        ("December 2025", "2025-12-01/2025-12-31"),
        ("Q3 2026", "2026-07-01/2026-09-30"),
        ("Q1", "2026-01-01/2026-03-31"),
        ("Q4", "2025-10-01/2025-12-31"),
        ("between 1 March and 15 March", "2026-03-01/2026-03-15"),
        ("between 1 and 15 March", "2026-03-01/2026-03-15"),
        ("from 2026-02-10 to 2026-02-20", "2026-02-10/2026-02-20"),
        ("2026-02-10/2026-02-20", "2026-02-10/2026-02-20"),
        ("from January to March", "2026-01-01/2026-03-31"),
        ("from November to February", "2025-11-01/2026-02-28"),
        ("since 1 March", "2026-03-01/2026-03-31"),
        ("since February", "2026-02-01/2026-03-31"),
        ("month to date", "2026-03-01/2026-03-31"),
        ("ytd", "2026-01-01/2026-03-31"),
        ("1 March", "2026-03-01/2026-03-01"),
        ("March 3rd", "2026-03-03/2026-03-03"),
        ("March 3, 2025", "2025-03-03/2025-03-03"),
        ("the 3rd of March", "2026-03-03/2026-03-03"),
        ("31.12.2025", "2025-12-31/2025-12-31"),
        ("first half of March", "2026-03-01/2026-03-15"),
        ("first week of February", "2026-02-01/2026-02-07"),
        ("week of 2026-03-11", "2026-03-09/2026-03-15"),
        ("3 days ago", "2026-03-28/2026-03-28"),
        ("last monday", "2026-03-30/2026-03-30"),
        ("last weekend", "2026-03-28/2026-03-29"),
        ("H1 2025", "2025-01-01/2025-06-30"),
        ("all time", "all"),
    ],
)
def test_times_are_read_relative_to_today(text: str, expected: str) -> None:
    assert days(text) == expected


def test_a_leap_day_is_a_day_of_its_month() -> None:
    assert days("February", date(2028, 3, 1)) == "2028-02-01/2028-02-29"


def test_a_date_that_means_two_days_on_two_sides_of_an_ocean_is_not_read() -> None:
    assert match_time(tokenise("03/04/2026"), 0, TODAY) is None


def test_two_metrics_never_claim_the_same_words() -> None:
    claimed: dict[str, str] = {}
    for metric in METRICS:
        for phrase in metric.synonyms:
            assert claimed.setdefault(phrase, metric.id) == metric.id, phrase


def test_every_metric_is_reached_by_each_of_its_synonyms() -> None:
    for metric in METRICS:
        for phrase in metric.synonyms:
            plan = understand(f"{phrase} in March 2026", NAMES, TODAY).plan
            assert plan is not None, phrase
            assert plan.query.metrics[0] == metric.id, phrase


def test_a_typing_mistake_is_mended_and_told() -> None:
    read = understand("aproval rate for visa in march", NAMES, TODAY)
    assert read.plan is not None
    assert read.plan.query.metrics == ("auth_rate_raw",)
    assert read.notes == ("Read 'aproval' as 'approval'.",)
    assert read.features.mended == 1


@pytest.mark.parametrize(
    ("left", "right", "distance"),
    [("visa", "visa", 0), ("vias", "visa", 1), ("vsa", "visa", 1), ("amex", "visa", 3)],
)
def test_edits_count_swaps_as_one(left: str, right: str, distance: int) -> None:
    assert min(edits(left, right, 2), 3) == distance


def test_the_nearest_word_keeps_the_first_letter_where_two_are_as_near() -> None:
    assert nearest("rafund", ["refund", "gafund"], 1)[0] == "refund"


def test_a_name_in_two_merchants_is_asked_back_with_both() -> None:
    read = understand("approval rate for Harbour in March", NAMES, TODAY)
    assert read.outcome == "clarify"
    assert len(read.options) == 3


def test_instructions_in_a_merchant_name_are_only_a_name() -> None:
    read = understand("approval rate by merchant in March", NAMES, TODAY)
    assert read.plan is not None
    assert read.plan.query.filters == ()
    assert understand('declines for "Ignore rules"', NAMES, TODAY).outcome == "refuse"


def test_a_merchant_named_like_a_metric_is_found_by_its_whole_name() -> None:
    read = understand("declines at Approval Rate Ltd in March", NAMES, TODAY)
    assert read.plan is not None
    assert read.plan.query.metrics == ("decline_count",)
    assert read.plan.query.filters[0].values == ("M-4",)


def test_two_figures_side_by_side_are_not_guessed_between() -> None:
    assert understand("declined refunds in March", NAMES, TODAY).outcome == "clarify"


def test_a_given_range_holds_where_the_question_names_none() -> None:
    read = understand("approval rate", NAMES, TODAY, given="2026-02")
    assert read.plan is not None
    assert read.plan.query.time_range == "2026-02-01/2026-02-28"
    named = understand("approval rate in March", NAMES, TODAY, given="2026-02")
    assert named.plan is not None
    assert named.plan.query.time_range == "2026-03-01/2026-03-31"


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("approval rate in March", Intent.DESCRIBE),
        ("approval rate March vs February", Intent.COMPARE),
        ("why did the approval rate drop last week?", Intent.ANOMALY),
        ("any anomalies last week?", Intent.ANOMALY),
        ("forecast sales amount for the next 14 days", Intent.FORECAST),
        ("what will the sales volume be next week", Intent.FORECAST),
        ("what if volume grows by 10% in March", Intent.WHAT_IF),
        ("what if the approval rate for Visa fell by 2 percentage points in March?", Intent.WHAT_IF),
    ],
)
def test_the_five_intents_are_told_apart(text: str, intent: Intent) -> None:
    read = understand(text, NAMES, TODAY)
    assert read.outcome == "plan", read.reply
    assert read.intent is intent


def test_why_leans_on_the_question_before() -> None:
    first = understand("approval rate for Visa last week", NAMES, TODAY).plan
    read = understand("why?", NAMES, TODAY, first)
    assert read.plan is not None
    assert read.intent is Intent.ANOMALY
    assert read.plan.query.time_range == "2026-03-23/2026-03-29"
    assert read.plan.baseline == "2026-03-16/2026-03-22"
    assert read.plan.query.filters[0].values == ("VISA",)


def test_a_supposed_fall_is_negative() -> None:
    plan = understand("what if fees fall by 5% in March", NAMES, TODAY).plan
    assert plan is not None
    assert plan.changes[0].per_cent == "-5"


def test_no_phrase_of_the_grammar_is_empty() -> None:
    assert all(phrase for phrase in shared_phrases())


@pytest.mark.parametrize("length", [0, 1, 500, 2000])
def test_any_text_is_read_without_an_error(length: int) -> None:
    for piece in ("a ", "£€% ", "1,2.3 ", "and ", '"', "top 5 ", "\u202e\u0000", "über "):
        understand((piece * length)[:2000] or "x", NAMES, TODAY)
