"""The one list of operational metrics, the same for Prometheus and for CloudWatch."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a metric is to a scraper."""

    COUNTER = "counter"
    HISTOGRAM = "histogram"


@dataclass(frozen=True, slots=True)
class Meter:
    """A metric by its name, its meaning and the labels that every sample of it has.

    Labels take few values: never an id, a name or anything of a payment.
    """

    name: str
    kind: Kind
    help: str
    labels: tuple[str, ...]


# Upper bounds of the histograms' buckets, seconds.
BUCKETS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)

METERS: tuple[Meter, ...] = (
    Meter("http_requests_total", Kind.COUNTER, "HTTP requests answered.", ("method", "route", "status")),
    Meter("http_request_duration_seconds", Kind.HISTOGRAM, "Time to answer a request.", ("method", "route")),
    Meter("chat_queries_total", Kind.COUNTER, "Questions answered.", ("intent", "status")),
    Meter("chat_query_duration_seconds", Kind.HISTOGRAM, "Time to answer a question.", ("intent",)),
    Meter("agent_executions_total", Kind.COUNTER, "Agents that worked on questions.", ("agent", "outcome")),
    Meter(
        "agent_execution_duration_seconds",
        Kind.HISTOGRAM,
        "Time of the questions an agent worked on.",
        ("agent",),
    ),
    Meter("db_queries_total", Kind.COUNTER, "Statements sent to PostgreSQL.", ("outcome",)),
    Meter("db_query_duration_seconds", Kind.HISTOGRAM, "Time PostgreSQL took for a statement.", ()),
    Meter("vector_searches_total", Kind.COUNTER, "Vector searches.", ("outcome",)),
    Meter("vector_search_duration_seconds", Kind.HISTOGRAM, "Time a vector search took.", ()),
    Meter("errors_total", Kind.COUNTER, "Requests that ended in an error, by problem.", ("type",)),
)
METER_BY_NAME = {meter.name: meter for meter in METERS}


@dataclass(frozen=True, slots=True)
class Sample:
    """One number of a metric: a counter's total, or one part of a histogram.

    Attributes:
        part: "" for a counter; for a histogram "sum_us" (microseconds) or the index of the
            bucket that the observation fell into, len(BUCKETS_S) being above the last.
    """

    name: str
    labels: tuple[str, ...]
    part: str
    value: int


def counted(name: str, labels: tuple[str, ...]) -> tuple[Sample, ...]:
    """What one more of a counter adds."""
    _check(name, Kind.COUNTER, labels)
    return (Sample(name, labels, "", 1),)


def observed(name: str, seconds: float, labels: tuple[str, ...]) -> tuple[Sample, ...]:
    """What one observation of a duration adds."""
    _check(name, Kind.HISTOGRAM, labels)
    bucket = sum(1 for bound in BUCKETS_S if seconds > bound)
    return Sample(name, labels, str(bucket), 1), Sample(name, labels, "sum_us", round(seconds * 1_000_000))


def _check(name: str, kind: Kind, labels: tuple[str, ...]) -> None:
    meter = METER_BY_NAME[name]
    if meter.kind is not kind or len(labels) != len(meter.labels):
        raise ValueError(f"{name} is a {meter.kind} with labels {meter.labels}")
