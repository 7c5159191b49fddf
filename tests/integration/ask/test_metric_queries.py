"""Every metric over a real PostgreSQL: from rows and from the roll-up, drilled and run again."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from payscope.adapters.postgres.ask.metric_queries import PostgresMetrics
from payscope.adapters.postgres.ask.metric_sql.cubes import rollup_for
from payscope.adapters.postgres.tenancy import Database
from payscope.application.ask.drill_receipt import drill_receipt
from payscope.application.ask.measuring import measure
from payscope.application.ask.ports import AskPorts
from payscope.application.ask.resolving import resolve
from payscope.application.ask.run_query import run_query, setting_for
from payscope.domain.ask.catalogue import METRICS_BY_ID, dimensions_of
from payscope.domain.ask.dimensions import DIMENSIONS_BY_ID
from payscope.domain.ask.plans import Filter, MetricQuery
from payscope.errors import InvalidInput
from tests.evaluation import world
from tests.support.ask import NOW

MARCH = "2026-03-01/2026-03-31"


def of_one_merchant(metric: str, dimensions: tuple[str, ...] = ()) -> tuple[Filter, ...]:
    """A merchant for the headroom that is judged for each merchant."""
    if METRICS_BY_ID[metric].programme is None or "merchant" in dimensions:
        return ()
    return (Filter(dimension="merchant", values=("M-100",)),)


@pytest.mark.parametrize("metric", sorted(METRICS_BY_ID))
def test_a_metric_by_each_of_its_dimensions_is_measured(metric: str, ask_ports: AskPorts) -> None:
    for dimension in dimensions_of(METRICS_BY_ID[metric]):
        result = run_query(
            MetricQuery(
                metrics=(metric,),
                dimensions=(dimension.id,),
                filters=of_one_merchant(metric, (dimension.id,)),
                time_range=MARCH,
                as_of=world.TODAY,
            ),
            bank_id=world.BANK,
            now=NOW,
            ports=ask_ports,
        )
        assert result.table.columns[0] == dimension.id


GROUPINGS = (
    (),
    ("network",),
    ("day", "currency"),
    ("issuer", "response_code"),
    ("hour", "decline_family"),
    ("merchant", "corridor"),
    ("region", "mcc_family"),
    ("card_present", "three_ds"),
    ("quarter", "issuer_country"),
)


@pytest.mark.parametrize(
    ("metric", "dimensions", "days"),
    [
        (metric.id, names, days)
        for metric in METRICS_BY_ID.values()
        for days, groupings in ((MARCH, GROUPINGS), ("2026-01-20/2026-03-20", GROUPINGS[:2]))
        for names in groupings
        if all(DIMENSIONS_BY_ID[name] in dimensions_of(metric) for name in names)
        and (days == MARCH or not metric.whole_months)
    ],
)
def test_the_roll_up_says_the_same_as_the_rows(
    metric: str, dimensions: tuple[str, ...], days: str, ask_ports: AskPorts, asked_database: Database
) -> None:
    query = MetricQuery(
        metrics=(metric,),
        dimensions=dimensions,
        filters=of_one_merchant(metric, dimensions),
        time_range=days,
        as_of=world.TODAY,
    )
    _, (piece,) = resolve(query, setting_for(world.BANK, world.TODAY, NOW, ask_ports))
    reader = PostgresMetrics(asked_database)
    chosen, rows = reader.measure(world.BANK, piece), reader.measure(world.BANK, piece, events_only=True)
    assert chosen.groups == rows.groups
    rollup = rollup_for(piece)
    assert chosen.source == (rollup.table if rollup else "event")


@pytest.mark.parametrize("metric", sorted(METRICS_BY_ID))
def test_the_drilled_rows_add_up_to_the_answer_and_its_plan_runs_again(
    metric: str, ask_ports: AskPorts
) -> None:
    result = run_query(
        MetricQuery(metrics=(metric,), filters=of_one_merchant(metric), time_range=MARCH, as_of=world.TODAY),
        bank_id=world.BANK,
        now=NOW,
        ports=ask_ports,
    )
    for value in result.values:
        numerator = denominator = rows = 0
        contributions: list[int] = []
        cursor = None
        while True:
            page = drill_receipt(value.id, bank_id=world.BANK, ports=ask_ports, limit=200, cursor=cursor)
            for row in page.rows:
                numerator += row.contribution["numerator"]
                contributions.append(row.contribution["numerator"])
                denominator += row.contribution.get("denominator", 0)
            rows += len(page.rows)
            cursor = page.next_cursor
            if cursor is None:
                break
        assert rows == page.row_count
        if METRICS_BY_ID[metric].quantile is not None:
            assert contributions
        elif value.denominator is not None:
            assert (numerator, denominator) == (value.numerator, value.denominator)
        elif value.minor is not None:
            assert round(Fraction(numerator, METRICS_BY_ID[metric].divisor)) == value.minor
        else:
            assert Decimal(numerator) == Decimal(value.value or "0")
        again = run_query(
            MetricQuery.model_validate(page.plan["query"]), bank_id=world.BANK, now=NOW, ports=ask_ports
        )
        assert [(each.value, each.currency) for each in again.values] == [(value.value, value.currency)]
        assert again.evidence.row_hash == page.row_hash


@pytest.mark.parametrize(
    "metric",
    [
        "sales_count", "net_settlement", "auth_rate_dedup", "ecp_ratio", "vamp_ratio", "settlement_delay_p95",
        "late_settlement_share", "match_rate",
    ],
)  # fmt: skip
@pytest.mark.parametrize("network", [None, "AMEX", "VISA"])
def test_the_files_of_an_answer_are_the_same_from_the_roll_up(
    metric: str, network: str | None, ask_ports: AskPorts, asked_database: Database
) -> None:
    filters = () if network is None else (Filter(dimension="network", values=(network,)),)
    reader = PostgresMetrics(asked_database)
    for days in (MARCH, "2025-12-01/2026-02-28"):
        query = MetricQuery(metrics=(metric,), filters=filters, time_range=days, as_of=world.TODAY)
        _, pieces = resolve(query, setting_for(world.BANK, world.TODAY, NOW, ask_ports))
        files = reader.files(world.BANK, pieces)
        assert files == reader.files(world.BANK, pieces, events_only=True)
        assert files or network is not None


def test_another_bank_sees_none_of_it(ask_ports: AskPorts) -> None:
    query = MetricQuery(metrics=("auth_attempts",), as_of=world.TODAY)
    ours = measure(query, setting_for(world.BANK, world.TODAY, NOW, ask_ports), ask_ports.metrics)
    theirs = measure(query, setting_for(world.OTHER_BANK, world.TODAY, NOW, ask_ports), ask_ports.metrics)
    assert ours.cells[0].group.row_count > 900 > theirs.cells[0].group.row_count > 0


def test_a_question_as_of_a_day_leaves_later_rows_out(ask_ports: AskPorts) -> None:
    query = MetricQuery(metrics=("auth_attempts",), dimensions=("month",), as_of=date(2026, 2, 28))
    outcome = measure(query, setting_for(world.BANK, date(2026, 2, 28), NOW, ask_ports), ask_ports.metrics)
    assert [cell.key["month"] for cell in outcome.cells][-2:] == ["2026-01", "2026-02"]


@pytest.mark.parametrize(
    "query",
    [
        {"metrics": ("sales_count",), "dimensions": ("week",), "running": True},
        {"metrics": ("net_settlement",), "dimensions": ("day",), "running": True},
        {"metrics": ("decline_count",), "dimensions": ("region", "week"), "running": True},
        {"metrics": ("auth_attempts",), "dimensions": ("issuer", "card_present")},
        {"metrics": ("auth_retries",), "dimensions": ("hour",)},
        {"metrics": ("refund_amount",), "dimensions": ("mcc_family", "quarter")},
    ],
    ids=lambda query: " ".join((*query["metrics"], *query["dimensions"])),
)
def test_each_groups_drilled_rows_add_up_to_it(query: dict[str, object], ask_ports: AskPorts) -> None:
    result = run_query(
        MetricQuery.model_validate({**query, "time_range": MARCH, "as_of": world.TODAY}),
        bank_id=world.BANK,
        now=NOW,
        ports=ask_ports,
    )
    assert len(result.values) >= 3
    for value in (result.values[0], result.values[1], result.values[-1]):
        page = drill_receipt(value.id, bank_id=world.BANK, ports=ask_ports, limit=500)
        rows = [*page.rows]
        while page.next_cursor is not None:
            page = drill_receipt(
                value.id, bank_id=world.BANK, ports=ask_ports, limit=500, cursor=page.next_cursor
            )
            rows += page.rows
        assert len(rows) == page.row_count
        total = sum(row.contribution["numerator"] for row in rows)
        assert total == (int(value.value or 0) if value.minor is None else value.minor)


def test_the_last_running_total_is_the_total(ask_ports: AskPorts) -> None:
    query = {"metrics": ("sales_count",), "time_range": MARCH, "as_of": world.TODAY}
    steps = MetricQuery.model_validate({**query, "dimensions": ("day",), "running": True})
    by_day = run_query(steps, bank_id=world.BANK, now=NOW, ports=ask_ports)
    whole = run_query(MetricQuery.model_validate(query), bank_id=world.BANK, now=NOW, ports=ask_ports)
    assert by_day.values[-1].value == whole.values[0].value
    assert by_day.values[-1].metric == "sales_count.running"


def test_a_rate_and_a_question_without_steps_have_no_running_total(ask_ports: AskPorts) -> None:
    for metric, dimensions in (("auth_rate_raw", ("day",)), ("sales_count", ())):
        query = MetricQuery(metrics=(metric,), dimensions=dimensions, running=True, as_of=world.TODAY)
        with pytest.raises(InvalidInput):
            run_query(query, bank_id=world.BANK, now=NOW, ports=ask_ports)
