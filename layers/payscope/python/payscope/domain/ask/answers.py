"""Answers: the documents that the chat and query routes return, values with their receipts."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from payscope.domain.ask.plans import Intent
from payscope.domain.ask.time_ranges import AsOf
from payscope.domain.free_text import without_card_numbers

Status = Literal["answered", "needs_clarification", "refused", "partial"]


class _Document(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Question(_Document):
    """What POST /chat/query receives, free of card numbers; the tenant is never part of it."""

    query: Annotated[str, Field(min_length=1, max_length=2000), AfterValidator(without_card_numbers)]
    time_range: str | None = Field(default=None, max_length=40)
    as_of: AsOf | None = None
    thread_id: UUID | None = None
    report_ids: tuple[UUID, ...] | None = Field(default=None, max_length=100)
    locale: str | None = Field(default=None, max_length=35)
    currency: str | None = Field(default=None, pattern=r"^[A-Z]{3}$")


class Period(_Document):
    """First and last day, both included."""

    start: date
    end: date


class Value(_Document):
    """One number, with the id of its receipt.

    ``value`` is a decimal string (money in major units), null where a ratio has no denominator;
    ``minor``, ``numerator`` and ``denominator`` are exact integers as text free of rounding.
    """

    id: UUID
    metric: str
    version: int
    value: str | None
    unit: str
    currency: str | None = None
    minor: int | None = None
    numerator: int | None = None
    denominator: int | None = None
    dimensions: dict[str, str | None] = Field(default_factory=dict)
    period: Period | None = None


class Table(_Document):
    """Columns and rows of text, numbers as decimal strings."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str | None, ...], ...]


class SourceFile(_Document):
    """A report that contributed rows."""

    report_id: UUID
    file_name: str


class MissingDay(_Document):
    """A day on which a source that normally reports has not."""

    source: str
    day: date


class Completeness(_Document):
    """Source days that were due in the period, and those that are not there."""

    expected: int
    present: int
    missing: tuple[MissingDay, ...] = ()


class MetricVersion(_Document):
    """The definition that a number follows."""

    id: str
    version: int
    definition: str


class Evidence(_Document):
    """Why the numbers can be trusted: plan, query, rows, files, freshness.

    ``row_hash`` is sha256 over count, xor of the row identities and the sums, per metric.
    """

    plan: dict[str, Any]
    metrics: tuple[MetricVersion, ...]
    sql: str
    row_count: int
    row_hash: str
    files: tuple[SourceFile, ...]
    watermark: datetime | None
    completeness: Completeness


class Clarification(_Document):
    """A question back; every option is itself a question that can be asked now."""

    question: str
    options: tuple[str, ...]


class ForecastPoint(_Document):
    """One future day with its interval."""

    date: date
    value: str
    lower: str
    upper: str


class Backtest(_Document):
    """How the model did on past origins."""

    mase: float | None
    coverage: float | None
    origins: int


class Forecast(_Document):
    """A stored forecast with the model that made it and how far to trust it."""

    points: tuple[ForecastPoint, ...]
    model: str
    backtest: Backtest


class Citation(_Document):
    """A text of the bank that bears on the question; told as it is written, never a source of numbers."""

    kind: str
    reference: str
    text: str
    similarity: float


class Decision(_Document):
    """What an agent was given (a hash of plan, bank and instant) and what came of it."""

    agent: str
    outcome: Literal["found", "late", "away", "not_run"]
    inputs_sha256: str
    row_hash: str | None = None


class Answer(_Document):
    """The whole response of POST /chat/query."""

    query_id: UUID
    status: Status
    intent: Intent
    confidence: float
    summary: str
    values: tuple[Value, ...] = ()
    table: Table | None = None
    chart: dict[str, Any] | None = None
    metrics: dict[str, str | None] = Field(default_factory=dict)
    forecast: Forecast | None = None
    evidence: Evidence | None = None
    clarification: Clarification | None = None
    citations: tuple[Citation, ...] = ()
    caveats: tuple[str, ...] = ()
    followups: tuple[str, ...] = ()
    agents_invoked: tuple[str, ...] = ()
    decisions: tuple[Decision, ...] = ()
    thread_id: UUID


class QueryResult(_Document):
    """The response of POST /query."""

    query_id: UUID
    values: tuple[Value, ...]
    table: Table
    evidence: Evidence
    caveats: tuple[str, ...] = ()


class MetricEntry(_Document):
    """A metric as GET /catalogue shows it."""

    id: str
    version: int
    label: str
    definition: str
    unit: str
    clock: str
    additive: bool
    per_currency: bool
    direction: str
    dimensions: tuple[str, ...]
    synonyms: tuple[str, ...]


class DimensionEntry(_Document):
    """A dimension as GET /catalogue shows it."""

    id: str
    label: str
    definition: str


class CatalogueDocument(_Document):
    """The response of GET /catalogue."""

    metrics: tuple[MetricEntry, ...]
    dimensions: tuple[DimensionEntry, ...]


class DrilledRow(_Document):
    """A row behind a number: where it was read, what it added, and the fields as delivered.

    ``raw`` is null where the delivered file's rows are no longer kept.
    """

    event_id: UUID
    revision: int
    report_id: UUID | None
    file_name: str | None
    row_number: int | None
    contribution: dict[str, int]
    event: dict[str, Any]
    raw: dict[str, str | None] | None


class ReceiptPage(_Document):
    """The response of GET /receipts/{value_id}: the receipt and one page of its rows."""

    value_id: UUID
    query_id: UUID
    metric: str
    version: int
    definition: str
    value: str | None
    plan: dict[str, Any]
    row_count: int
    row_hash: str
    as_of: datetime
    answered_at: datetime
    sql: str
    rows: tuple[DrilledRow, ...]
    next_cursor: str | None
