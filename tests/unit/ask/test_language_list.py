"""What people may say, item by item: each way of saying it, with the plan that it has to become."""

from datetime import date

import pytest

from payscope.domain.ask.language.directory import Directory, NamedMerchant
from payscope.domain.ask.language.parser import understand
from payscope.domain.ask.language.phrases import names_of
from payscope.domain.ask.plans import Filter, Having, Intent, Operator, Plan

TODAY = date(2026, 3, 31)
DIRECTORY = Directory(
    merchants=(
        NamedMerchant("M-1", "Blue Harbour Coffee", "Harbour Group"),
        NamedMerchant("M-2", "Harbour Books", "Harbour Group"),
    ),
    issuers=("Alpine Savings",),
    bins=frozenset({"411111"}),
)
NAMES = names_of(DIRECTORY)
APRIL = names_of(Directory(fiscal_start=4))


def plan(text: str, names=NAMES, before: Plan | None = None) -> Plan:
    read = understand(text, names, TODAY, before)
    assert read.plan is not None, f"{read.outcome}: {read.reply}"
    return read.plan


def days(text: str, names=NAMES) -> str | None:
    return plan(text, names).query.time_range


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("fiscal year 2025", "2024-04-01/2025-03-31"),
        ("FY25", "2024-04-01/2025-03-31"),
        ("FY 2026", "2025-04-01/2026-03-31"),
        ("this fiscal year", "2025-04-01/2026-03-31"),
        ("last fiscal year", "2024-04-01/2025-03-31"),
        ("last financial year", "2024-04-01/2025-03-31"),
        ("last fiscal quarter", "2025-10-01/2025-12-31"),
        ("this fiscal quarter", "2026-01-01/2026-03-31"),
        ("fiscal Q1 2026", "2025-04-01/2025-06-30"),
        ("Q3 FY26", "2025-10-01/2025-12-31"),
        ("FQ2", "2025-07-01/2025-09-30"),
        ("FYTD", "2025-04-01/2026-03-31"),
    ],
)
def test_fiscal_periods_start_in_the_banks_own_month(said: str, meant: str) -> None:
    assert days(f"declines in {said}", APRIL) == meant
    assert any("fiscal period" in note for note in understand(f"declines {said}", APRIL, TODAY).notes)


def test_without_a_month_of_its_own_the_fiscal_year_is_the_calendar_year() -> None:
    assert days("declines in FY25") == "2025-01-01/2025-12-31"


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("on 5 March 2026", "2026-03-05/2026-03-05"),
        ("on 2026-03-05", "2026-03-05/2026-03-05"),
        ("from 10.03.2026 to 20.03.2026", "2026-03-10/2026-03-20"),
        ("Feb 10 - Feb 20", "2026-02-10/2026-02-20"),
        ("in Dec '25", "2025-12-01/2025-12-31"),
        ("in the second half of 2025", "2025-07-01/2025-12-31"),
        ("in the first three months of the year", "2026-01-01/2026-03-31"),
        ("in the second half of March", "2026-03-16/2026-03-31"),
        ("in the first quarter", "2026-01-01/2026-03-31"),
        ("in week 10 of 2026", "2026-03-02/2026-03-08"),
        ("CW10", "2026-03-02/2026-03-08"),
        ("03/02/2026 to 03/08/2026", "2026-03-02/2026-03-08"),
        ("after 20 March", "2026-03-21/2026-03-31"),
        ("before 10 January 2026 this year", "2026-01-01/2026-01-09"),
        ("yesterday", "2026-03-30/2026-03-30"),
        ("last week", "2026-03-23/2026-03-29"),
        ("last weekend", "2026-03-28/2026-03-29"),
        ("two weeks ago", "2026-03-16/2026-03-22"),
        ("since 2 weeks", "2026-03-18/2026-03-31"),
        ("since the start of the year", "2026-01-01/2026-03-31"),
        ("over the past two weeks", "2026-03-18/2026-03-31"),
        ("last quarter", "2025-10-01/2025-12-31"),
        ("quarter to date", "2026-01-01/2026-03-31"),
        ("ytd", "2026-01-01/2026-03-31"),
    ],
)
def test_absolute_and_relative_dates(said: str, meant: str) -> None:
    assert days(f"declines {said}") == meant


def test_a_slash_date_that_both_orders_allow_is_asked_back() -> None:
    assert understand("declines on 03/02/2026", NAMES, TODAY).outcome == "clarify"


def test_two_periods_that_do_not_meet_are_asked_back_and_those_that_do_are_narrowed() -> None:
    assert understand("declines in January in March", NAMES, TODAY).outcome == "clarify"
    assert days("declines in March last 7 days") == "2026-03-25/2026-03-31"


@pytest.mark.parametrize(
    "said",
    [
        "excluding Amex", "except Amex", "without Amex", "w/o Amex", "other than Amex", "not counting Amex",
        "Amex excluded", "all but Amex", "leaving out Amex", "non Amex",
    ],
)  # fmt: skip
def test_excluding(said: str) -> None:
    assert plan(f"declines in March, {said}").query.filters == (
        Filter(dimension="network", operator=Operator.NOT_IN, values=("AMEX",)),
    )


@pytest.mark.parametrize(
    ("said", "limit", "descending"),
    [
        ("top 5 merchants by declines in March", 5, True),
        ("the five merchants with the most declines in March", 5, True),
        ("bottom 3 merchants by declines in March", 3, False),
        ("which merchant had the fewest declines in March", 1, False),
        ("which merchant has more declines in March", 1, True),
        ("which of our merchants had the most declines in March", 1, True),
        ("busiest merchant by declines in March", 1, True),
    ],
)
def test_top_and_bottom(said: str, limit: int, descending: bool) -> None:
    query = plan(said).query
    assert (query.dimensions, query.limit) == (("merchant",), limit)
    assert query.order_by[0].descending is descending


@pytest.mark.parametrize(
    ("said", "operator"),
    [("more than", "gt"), ("over", "gt"), ("at least", "gte"), ("less than", "lt"), ("at most", "lte")],
)
def test_more_than_bounds_groups_and_money_bounds_rows(said: str, operator: str) -> None:
    groups = plan(f"merchants with {said} 20 declines in March").query
    assert groups.having == Having(operator=Operator(operator), value="20")
    rows = plan(f"declines {said} 100 EUR in March").query.filters
    assert Filter(dimension="amount", operator=Operator(operator), values=("100",)) in rows


@pytest.mark.parametrize(
    "said", ["by network", "per network", "for each network", "split by network", "broken down by network"]
)
def test_by_and_per(said: str) -> None:
    assert plan(f"declines in March {said}").query.dimensions == ("network",)


def test_across_all_of_them_is_the_whole_and_all_of_them_is_each() -> None:
    assert plan("declines across all merchants in March").query.dimensions == ()
    assert plan("declines for all merchants in March").query.dimensions == ("merchant",)


@pytest.mark.parametrize("said", ["share of", "percentage split of", "proportion of", "distribution of"])
def test_shares(said: str) -> None:
    query = plan(f"{said} declines by network in March").query
    assert query.share
    assert query.dimensions == ("network",)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("vs last month", "2026-02-01/2026-02-28"),
        ("compared with February", "2026-02-01/2026-02-28"),
        ("month over month", "2026-02-01/2026-02-28"),
        ("vs the previous period", "2026-02-01/2026-02-28"),
        ("vs same period last year", "2025-03-01/2025-03-31"),
        ("compared with the same period a year ago", "2025-03-01/2025-03-31"),
        ("yoy", "2025-03-01/2025-03-31"),
    ],
)
def test_comparisons(said: str, meant: str) -> None:
    found = plan(f"declines in March {said}")
    assert (found.intent, found.query.time_range, found.baseline) == (
        Intent.COMPARE,
        "2026-03-01/2026-03-31",
        meant,
    )


@pytest.mark.parametrize(
    "said",
    ["running total of declines by day in March", "cumulative declines per day in March",
     "declines in March, accumulated by day", "declines in March running total"],
)  # fmt: skip
def test_running_totals(said: str) -> None:
    query = plan(said).query
    assert query.running
    assert query.dimensions == ("day",)


def test_a_rate_has_no_running_total() -> None:
    assert understand("running total of the approval rate by day", NAMES, TODAY).outcome == "clarify"


@pytest.mark.parametrize(
    ("said", "dimension", "value"),
    [
        ("in Europe", "region", "EUROPE"),
        ("card not present", "card_present", "NOT_PRESENT"),
        ("for cards from Germany", "issuer_country", "DE"),
        ("at German merchants", "country", "DE"),
        ("of the Harbour Group", "merchant_group", "Harbour Group"),
        ("for bin 411111", "bin", "411111"),
        ("on Mondays", "weekday", "Monday"),
        ("for restaurants", "mcc", "5812"),
        ("by Alpine Savings", "issuer", "Alpine Savings"),
        ("de", "country", "DE"),
    ],
)
def test_names_of_each_dimension(said: str, dimension: str, value: str) -> None:
    assert Filter(dimension=dimension, values=(value,)) in plan(f"declines in March {said}").query.filters


@pytest.mark.parametrize(
    ("said", "dimension"),
    [
        ("region", "region"), ("mcc family", "mcc_family"), ("merchant group", "merchant_group"),
        ("bin", "bin"),
        ("hour of the day", "hour"), ("weekday", "weekday"), ("report", "report"), ("quarter", "quarter"),
        ("card token", "card_token"), ("card presence", "card_present"), ("source", "source"),
        ("entry mode", "entry_mode"), ("corridor", "corridor"), ("card country", "issuer_country"),
    ],
)  # fmt: skip
def test_each_dimension_groups(said: str, dimension: str) -> None:
    assert plan(f"declines by {said} in March").query.dimensions == (dimension,)


def test_a_second_question_keeps_what_it_does_not_change() -> None:
    first = plan("decline rate by network in March")
    second = plan("and for Visa only?", before=first)
    assert second.query.filters == (Filter(dimension="network", values=("VISA",)),)
    assert (second.query.metrics, second.query.time_range) == (first.query.metrics, first.query.time_range)


def test_why_asks_for_the_reason_of_what_was_just_compared() -> None:
    compared = plan("decline rate in March vs February")
    why = plan("why?", before=compared)
    assert why.intent is Intent.ANOMALY
    assert (why.query.time_range, why.baseline) == (compared.query.time_range, compared.baseline)


@pytest.mark.parametrize(
    "said",
    [
        "My boss wants to know the declines in March",
        "I am preparing the monthly report and I need the declines in March",
        "Good morning, could you please tell me the declines in March, thanks",
    ],
)
def test_who_asks_and_what_for_changes_nothing(said: str) -> None:
    assert plan(said).query == plan("declines in March").query


def test_a_name_before_the_request_is_never_left_out() -> None:
    assert understand("For Zorblax I need the declines in March", NAMES, TODAY).outcome == "clarify"


def test_a_command_to_change_something_is_refused() -> None:
    for text in ("write off all open breaks", "please approve the mapping", "refund all declines of March"):
        assert understand(text, NAMES, TODAY).outcome == "refuse"
