"""Plans, values, summaries, completeness: the parts of an answer without a database."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from payscope.application.ask.agents import Agent, run_agents
from payscope.application.ask.answer_question import (
    AGENT_DEADLINE_S,
    AGENTS_DEADLINE_S,
    COMPLIANCE_DEADLINE_S,
)
from payscope.application.ask.ports import ReportSpan
from payscope.application.ask.proposing import DEADLINE_S
from payscope.application.ask.resolving import resolve_as_of
from payscope.application.ask.run_query import completeness_of
from payscope.domain.analyse.series import DayRange
from payscope.domain.ask.answers import Period, Question, Value
from payscope.domain.ask.catalogue import METRICS_BY_ID, catalogue_document, find_metric
from payscope.domain.ask.charts import chart_of
from payscope.domain.ask.dimensions import DIMENSIONS
from payscope.domain.ask.measured import Group, hash_rows, value_of
from payscope.domain.ask.plans import Filter, MetricQuery, Operator
from payscope.domain.ask.sources import bears_on, counting_sources
from payscope.domain.ask.summaries import describe, foreign_numerals
from payscope.domain.ask.time_ranges import parse_range, previous_range, range_text, shift_months
from payscope.errors import InvalidInput, Unavailable

DAY = st.dates(date(1995, 1, 1), date(2060, 12, 31))


def value(number: str, **more: object) -> Value:
    period = Period(start=date(2026, 3, 1), end=date(2026, 3, 31))
    return Value.model_validate(
        {"id": UUID(int=1), "metric": "decline_count", "version": 1, "value": number, "unit": "count",
         "period": period, **more}
    )  # fmt: skip


@given(DAY, st.integers(0, 800))
def test_a_range_reads_back_as_it_was_written(start: date, length: int) -> None:
    days = DayRange(start, start + timedelta(days=length))
    assert parse_range(range_text(days), date(2026, 1, 1)) == days


@given(DAY, st.integers(0, 800))
def test_the_previous_range_ends_the_day_before(start: date, length: int) -> None:
    days = DayRange(start, start + timedelta(days=length))
    assert previous_range(days).end_on == days.start_on - timedelta(days=1)


def test_the_month_a_year_ago_is_a_whole_month_also_in_leap_years() -> None:
    assert shift_months(parse_range("2029-02", date(2029, 1, 1)), -12) == parse_range(
        "2028-02", date(2029, 1, 1)
    )


@pytest.mark.parametrize(
    "text", ["", "7", "0d", "2026-13", "2026-02-30", "2026-03-31/2026-03-01", "1; drop table"]
)
def test_a_range_that_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        parse_range(text, date(2026, 3, 31))


@pytest.mark.parametrize("text", ["0001-01-01/9999-12-31", "1989-12-31", "2101", "2100-12-31/2101-01-01"])
def test_a_range_out_of_reason_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="not within 1990-01-01 to 2100-12-31"):
        parse_range(text, date(2026, 3, 31))


@pytest.mark.parametrize(
    "as_of",
    [
        "0001-01-01", "9999-12-31", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00",
        "1989-12-31", "2101-01-01T00:00:00+01:00",
    ],
)  # fmt: skip
def test_an_as_of_out_of_reason_is_refused(as_of: str) -> None:
    for document in (
        lambda: Question.model_validate({"query": "How many refunds?", "as_of": as_of}),
        lambda: MetricQuery.model_validate({"metrics": ["refund_count"], "as_of": as_of}),
    ):
        with pytest.raises(ValidationError, match="must be from 1990-01-01 to 2100-12-31"):
            document()


@pytest.mark.parametrize(
    "number", ["4111111111111111", "4111-1111-1111-1111", ";4111111111111111=26121010000"]
)
def test_a_question_is_kept_without_card_numbers(number: str) -> None:
    query = Question(query=f"refunds of {number} in March").query
    assert "4111" not in query
    assert query.startswith("refunds of ")
    assert query.endswith(" in March")


def test_a_token_in_a_question_stays_as_it_is() -> None:
    query = f"payments of card_41111111_1111_{'a' * 32}"
    assert Question(query=query).query == query


def test_a_date_as_of_is_the_end_of_that_day_in_the_banks_zone() -> None:
    instant, today = resolve_as_of(date(2026, 3, 31), "America/New_York", datetime(2026, 11, 1, tzinfo=UTC))
    assert today == date(2026, 3, 31)
    assert instant == datetime(2026, 4, 1, 3, 59, 59, 999999, tzinfo=UTC)


def test_a_short_filter_is_read_like_a_full_one() -> None:
    short = MetricQuery.model_validate(
        {"metrics": ["auth_rate_raw"], "filters": [{"field": "network", "op": "=", "value": "VISA"}],
         "order_by": "-auth_rate_raw", "time_range": {"start": "2026-03-01", "end": "2026-03-31"}}
    )  # fmt: skip
    assert short.filters == (Filter(dimension="network", operator=Operator.IN, values=("VISA",)),)
    assert short.order_by[0].descending
    assert short.time_range == "2026-03-01/2026-03-31"


@pytest.mark.parametrize(
    "document",
    [
        {"metrics": ["auth_rate_raw"], "bank_id": str(UUID(int=1))},
        {"metrics": []},
        {"metrics": ["a b"]},
        {"metrics": ["auth_rate_raw"], "limit": 0},
        {"metrics": ["auth_rate_raw"], "filters": [{"dimension": "network", "values": []}]},
    ],
)
def test_a_query_with_more_or_less_than_it_may_have_is_refused(document: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        MetricQuery.model_validate(document)


def test_a_question_cannot_name_a_bank() -> None:
    with pytest.raises(ValidationError):
        Question.model_validate({"query": "approval rate", "bank_id": str(UUID(int=1))})


def test_a_zero_denominator_has_no_value() -> None:
    assert value_of(find_metric("auth_rate_raw"), Group((), 0, 0, 0, 0), None) is None


def test_money_is_in_major_units_of_its_currency() -> None:
    metric = find_metric("sales_amount")
    assert value_of(metric, Group((), 12345, None, 1, 0), "EUR") == Decimal("123.45")
    assert value_of(metric, Group((), 12345, None, 1, 0), "JPY") == Decimal("12345")
    assert value_of(metric, Group((), 12345, None, 1, 0), "KWD") == Decimal("12.345")


@given(st.lists(st.tuples(st.integers(), st.integers(0, 9), st.integers(-(2**63), 2**63 - 1)), max_size=6))
def test_the_row_hash_does_not_depend_on_how_rows_are_grouped(parts: list[tuple[int, int, int]]) -> None:
    groups = [Group((), numerator, None, rows, xor) for numerator, rows, xor in parts]
    one = Group((), sum(g.numerator for g in groups), None, sum(g.row_count for g in groups), 0)
    xor = 0
    for group in groups:
        xor ^= group.row_xor
    merged = Group((), one.numerator, None, one.row_count, xor)
    assert hash_rows(groups) == hash_rows((merged,))


def test_an_unknown_metric_or_version_is_refused() -> None:
    for name in ("profit", "auth_rate_raw@2"):
        with pytest.raises(InvalidInput):
            find_metric(name)
    assert find_metric("auth_rate_raw@1").id == "auth_rate_raw"


def test_the_catalogue_has_what_the_contract_promises() -> None:
    document = catalogue_document()
    assert len(document.metrics) >= 24
    assert len(document.dimensions) >= 14
    assert all(metric.definition and metric.version >= 1 for metric in document.metrics)
    assert {"auth_rate_raw", "net_settlement", "chargeback_rate", "match_rate"} <= METRICS_BY_ID.keys()
    assert len({dimension.id for dimension in DIMENSIONS}) == len(DIMENSIONS)


def test_one_source_of_disputes_counts_and_a_metric_that_names_its_sources_keeps_them() -> None:
    reporting = {"DISPUTE": ("acquirer", "processor", "scheme"), "CLEARING": ("scheme",)}
    assert counting_sources(find_metric("chargeback_count"), reporting) == {"DISPUTE": ("acquirer",)}
    assert counting_sources(find_metric("net_settlement"), reporting) == {}
    only = {"DISPUTE": ("adyen", "stripe")}
    assert counting_sources(find_metric("chargeback_count"), only) == {}


def test_a_numeral_that_is_no_value_is_found_out() -> None:
    values = (value("12", dimensions={"network": "VISA"}),)
    said = describe(find_metric("decline_count"), values, ("network",))
    assert foreign_numerals(said, values) == ()
    assert foreign_numerals("About 13 declines.", values) == ("13",)


def test_a_single_number_has_no_chart_and_groups_have_bars_with_inline_data() -> None:
    assert chart_of([value("1")], ()) is None
    chart = chart_of(
        [value("1", dimensions={"network": "VISA"}), value("2", dimensions={"network": "AMEX"})], ("network",)
    )
    assert chart is not None
    assert chart["$schema"].endswith("vega-lite/v5.json")
    assert chart["data"]["values"][0] == {
        "network": "VISA",
        "period": "2026-03-01 to 2026-03-31",
        "value": 1.0,
    }
    assert "url" not in chart["data"]


def test_a_missing_weekday_is_told_and_a_weekend_that_is_never_reported_is_not() -> None:
    days = [date(2026, 3, 2) + timedelta(days=n) for n in range(26)]
    spans = [
        ReportSpan("processor", "processor-settlement", frozenset({"SETTLEMENT"}), day, day, 40)
        for day in days
        if day.weekday() < 5 and day != date(2026, 3, 11)
    ]
    rare = [ReportSpan("acquirer", "disputes", frozenset({"DISPUTE"}), day, day, 2) for day in days[:-6:2]]
    found = completeness_of(
        [*spans, *rare], [DayRange(date(2026, 3, 1), date(2026, 3, 31))], date(2026, 3, 31)
    )
    assert [(each.source, each.day) for each in found.missing] == [("processor", date(2026, 3, 11))]
    assert found.expected == found.present + 1


def test_only_reports_that_can_change_a_metric_bear_on_it() -> None:
    net, sales = find_metric("net_settlement"), find_metric("sales_count")
    assert bears_on(net, {}, "adyen", frozenset({"SETTLEMENT", "REFUND"}))
    assert not bears_on(net, {}, "scheme", frozenset({"CLEARING", "REFUND"}))
    assert not bears_on(sales, {}, "acquirer", frozenset({"AUTH"}))
    chargebacks = find_metric("chargeback_count")
    assert not bears_on(chargebacks, {"DISPUTE": ("acquirer",)}, "processor", frozenset({"DISPUTE"}))


def test_a_late_agent_is_told_and_the_others_answer() -> None:
    import time

    def slow() -> str:
        time.sleep(0.3)
        return "late"

    def away() -> str:
        raise Unavailable("The store is away.")

    findings = run_agents(
        (
            Agent("Quick", lambda _: "here", 1),
            Agent("Slow", lambda _: slow(), 0.1),
            Agent("Away", lambda _: away(), 1),
        ),
        1,
    )
    assert [finding.result for finding in findings] == ["here", None, None]
    assert [finding.outcome for finding in findings] == ["found", "late", "away"]
    assert findings[1].missing == "Slow did not finish within its time."
    assert findings[2].missing == "Away: The store is away."


def test_an_agent_gets_what_it_needs_and_does_not_run_without_it() -> None:
    def away() -> str:
        raise Unavailable("The store is away.")

    findings = run_agents(
        (
            Agent("First", lambda _: "one", 1),
            Agent("Second", lambda found: f"{found['First']} and two", 1, needs=("First",)),
            Agent("Away", lambda _: away(), 1),
            Agent("Third", lambda _: "never", 1, needs=("Second", "Away")),
        ),
        2,
    )
    assert [finding.result for finding in findings] == ["one", "one and two", None, None]
    assert findings[3].missing == "Third did not run, since Away found nothing."
    assert findings[3].outcome == "not_run"


def test_an_agent_that_needs_one_that_is_not_before_it_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="not named before it"):
        run_agents((Agent("Second", lambda _: "", 1, needs=("First",)), Agent("First", lambda _: "", 1)), 1)


def test_all_agents_together_end_at_the_shared_deadline() -> None:
    import time

    start = time.monotonic()
    findings = run_agents((Agent("Slow", lambda _: time.sleep(0.5), 30),), 0.1)
    assert time.monotonic() - start < 0.45
    assert findings[0].outcome == "late"


def test_the_deadlines_of_asking_nest_in_the_functions() -> None:
    from infra.config import API_DEADLINE_S, FUNCTIONS

    function = FUNCTIONS["chat"].timeout_s
    assert function > DEADLINE_S + AGENTS_DEADLINE_S
    assert COMPLIANCE_DEADLINE_S < AGENT_DEADLINE_S < AGENTS_DEADLINE_S < function < API_DEADLINE_S
