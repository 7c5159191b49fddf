"""Words that would change a question are asked about where nothing acts on them: never passed over."""

from datetime import date

import pytest

from payscope.domain.ask.language.directory import Directory, NamedMerchant
from payscope.domain.ask.language.parser import understand
from payscope.domain.ask.language.phrases import names_of
from payscope.domain.ask.plans import Filter, MetricQuery, Operator

TODAY = date(2026, 3, 31)
NAMES = names_of(
    Directory(
        merchants=(
            NamedMerchant("M-1", "Blue Harbour Coffee", "Harbour Group"),
            NamedMerchant("M-2", "Kettle & Oak"),
        ),
        issuers=("Alpine Savings",),
    )
)


def query(text: str) -> MetricQuery:
    read = understand(text, NAMES, TODAY)
    assert read.plan is not None, f"{read.outcome}: {read.reply}"
    return read.plan.query


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("early March declines", "early"),
        ("declines on the evening of 12 March", "evening"),
        ("Visa debit declines in March", "debit"),
        ("sales by booking date in March", "booking"),
        ("approval rate yesterday vs normal", "vs"),
        ("merchants with approval rate above average in Q1", "above"),
        ("sales less refunds in March", "less"),
        ("declines on business days in March", "business"),
        ("sales per card in March", "card"),
        ("how many cards were declined in March", "cards"),
        ("fraud refunds in Q1", "fraud"),
        ("sales without refunds in March", "refunds"),
        ("sales cleared but not settled in March", "not"),
    ],
)
def test_a_word_that_nothing_acts_on_is_named_in_a_question_back(text: str, named: str) -> None:
    read = understand(text, NAMES, TODAY)
    assert read.outcome == "clarify"
    assert named in read.reply


@pytest.mark.parametrize(
    "text",
    [
        "sales over 100 and under 500 EUR in March",
        "top 5% of merchants by sales in March",
        "refunds within 3 days in March",
        "top 3 merchants per network in March by sales",
        "best issuer by approval rate with at least 50 attempts in Q1",
        "what is the biggest sale in March",
        "approval rate March vs February vs January",
        "declines on Monday in March",
        "declines Monday through Friday in March",
        "how much declines did we have in February",
    ],
)
def test_what_no_plan_can_hold_is_asked_back(text: str) -> None:
    assert understand(text, NAMES, TODAY).outcome == "clarify"


@pytest.mark.parametrize(
    ("text", "metric"),
    [
        ("how many payments weren't approved in March", "decline_count"),
        ("payments that were not declined in March", "auth_approved"),
        ("rate of the acceptance in March", "auth_rate_raw"),
        ("nr of settled items in March", "settled_count"),
        ("decl cnt in March", "decline_count"),
        ("interchg in March", "interchange"),
    ],
)
def test_the_same_figure_is_read_from_other_words(text: str, metric: str) -> None:
    assert query(text).metrics == (metric,)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("the whole calendar year 2025", "2025-01-01/2025-12-31"),
        ("March of last year", "2025-03-01/2025-03-31"),
        ("Q2 last year", "2025-04-01/2025-06-30"),
        ("the week before last", "2026-03-16/2026-03-22"),
        ("Wednesday 25 March 2026", "2026-03-25/2026-03-25"),
        ("the 1st to the 10th of March", "2026-03-01/2026-03-10"),
    ],
)
def test_times_are_read_in_other_words(said: str, meant: str) -> None:
    assert query(f"declines in {said}").time_range == meant


@pytest.mark.parametrize(
    ("text", "dimension", "values"),
    [
        ("declines in March, no Amex", "network", ("AMEX",)),
        ("declines in March for all merchants other than Kettle & Oak", "merchant", ("M-2",)),
        ("declines in March excluding Sunday", "weekday", ("Sunday",)),
        ("declines in March on cards that are not from Germany", "issuer_country", ("DE",)),
    ],
)
def test_what_is_left_out_is_left_out(text: str, dimension: str, values: tuple[str, ...]) -> None:
    asked = query(text)
    assert asked.filters == (Filter(dimension=dimension, operator=Operator.NOT_IN, values=values),)
    assert asked.dimensions == ()


def test_either_of_two_codes_is_counted_together() -> None:
    asked = query("declines with code 14 or 54 in March")
    assert asked.filters == (Filter(dimension="response_code", values=("14", "54")),)
    assert asked.dimensions == ()


def test_the_part_of_a_share_is_what_the_share_is_of() -> None:
    asked = query("share of technical in Visa declines in March")
    assert asked.keep == Filter(dimension="decline_family", values=("TECHNICAL",))
    assert asked.filters == (Filter(dimension="network", values=("VISA",)),)


def test_a_first_clause_that_only_says_why_is_no_part_of_the_question() -> None:
    text = "We noticed something odd last week, so please show the attempts on 25 March 2026"
    assert query(text) == query("attempts on 25 March 2026")


def test_a_follow_up_can_ask_for_the_same_rows_by_another_measure() -> None:
    first = understand("chargebacks in Q1 for Mastercard", NAMES, TODAY).plan
    second = understand("and the amount?", NAMES, TODAY, first).plan
    assert second is not None
    assert second.query.metrics == ("chargeback_amount",)
    assert second.query.filters == (Filter(dimension="network", values=("MASTERCARD",)),)


def test_a_merchant_called_like_the_grammar_is_meant_only_where_the_question_says_so() -> None:
    merchants = ("approval rate", "March 2026", "by network")
    named = names_of(Directory(merchants=tuple(NamedMerchant(f"M-{name}", name) for name in merchants)))
    read = understand("approval rate by network in March 2026", named, TODAY).plan
    assert read is not None
    assert (read.query.metrics, read.query.dimensions) == (("auth_rate_raw",), ("network",))
    assert (read.query.filters, read.query.time_range) == ((), "2026-03-01/2026-03-31")
    said = understand("declines at merchant by network in February 2026", named, TODAY).plan
    assert said is not None
    assert said.query.filters == (Filter(dimension="merchant", values=("M-by network",)),)
