"""The numbers as Prometheus reads them."""

from uuid import UUID

import pytest
from prometheus_client.parser import text_string_to_metric_families

from payscope.adapters.prometheus.exposition import render
from payscope.adapters.valkey.counters import ProcessCounters
from payscope.domain.telemetry import METERS, counted, observed

BANK, OTHER = UUID(int=1), UUID(int=2)
CONTRACT = (
    "http_requests_total http_request_duration_seconds chat_queries_total chat_query_duration_seconds"
    " agent_executions_total agent_execution_duration_seconds db_queries_total db_query_duration_seconds"
    " vector_searches_total vector_search_duration_seconds errors_total"
)


def test_the_list_has_exactly_the_names_of_the_contract() -> None:
    assert [meter.name for meter in METERS] == CONTRACT.split()


def test_prometheus_reads_counters_and_cumulative_buckets() -> None:
    counters = ProcessCounters()
    for seconds in (0.003, 0.02, 0.02, 45.0):
        counters.add(BANK, observed("http_request_duration_seconds", seconds, ("GET", "/reports")))
    counters.add(BANK, [*counted("errors_total", ('odd "slug" \\ \n',))] * 2)
    families = {
        family.name: family
        for family in text_string_to_metric_families(render(counters.totals(BANK), "Note."))
    }
    buckets = {
        sample.labels["le"]: sample.value
        for sample in families["http_request_duration_seconds"].samples
        if sample.name.endswith("_bucket")
    }
    assert (buckets["0.005"], buckets["0.025"], buckets["30"], buckets["+Inf"]) == (1, 3, 3, 4)
    total = next(s for s in families["http_request_duration_seconds"].samples if s.name.endswith("_sum"))
    assert total.value == pytest.approx(45.043)
    (error,) = families["errors"].samples
    assert (error.labels["type"], error.value) == ('odd "slug" \\ \n', 2)


def test_a_bank_sees_its_own_totals_and_the_platform_their_sum() -> None:
    counters = ProcessCounters()
    for bank_id, times in ((BANK, 2), (OTHER, 3), (None, 1)):
        counters.add(bank_id, [*counted("errors_total", ("not-found",))] * times)
    assert [sample.value for sample in counters.totals(BANK)] == [2]
    assert [sample.value for sample in counters.totals(None)] == [6]


def test_a_sample_that_is_not_in_the_list_is_refused() -> None:
    with pytest.raises(ValueError, match="labels"):
        counted("errors_total", ())
    with pytest.raises(ValueError, match="labels"):
        counted("http_request_duration_seconds", ("GET", "/"))
    with pytest.raises(KeyError):
        counted("invented_total", ())
