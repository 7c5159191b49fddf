"""The catalogue: the only metrics and dimensions that anything can be asked about."""

from payscope.domain.ask.answers import CatalogueDocument, DimensionEntry, MetricEntry
from payscope.domain.ask.dimensions import DIMENSIONS, DIMENSIONS_BY_ID, Dimension
from payscope.domain.ask.fitting import why_not
from payscope.domain.ask.metric import Metric
from payscope.domain.ask.metrics.registry import METRICS
from payscope.errors import InvalidInput

METRICS_BY_ID: dict[str, Metric] = {metric.id: metric for metric in METRICS}


def find_metric(name: str) -> Metric:
    """The metric by its id, with or without a version (``auth_rate_raw@1``).

    Raises:
        InvalidInput: No such metric, or not in that version.
    """
    identity, _, version = name.partition("@")
    metric = METRICS_BY_ID.get(identity)
    if metric is None or version not in ("", str(metric.version)):
        raise InvalidInput(f"There is no metric {name!r}; GET /catalogue lists them.", metric=name)
    return metric


def find_dimension(name: str, metric: Metric) -> Dimension:
    """The dimension by its id, where the metric has it.

    Raises:
        InvalidInput: No such dimension, or the metric's rows do not carry it; the message says why.
    """
    dimension = DIMENSIONS_BY_ID.get(name)
    if dimension is None:
        raise InvalidInput(f"There is no dimension {name!r}; GET /catalogue lists them.", dimension=name)
    reason = why_not(dimension, metric)
    if reason is not None:
        raise InvalidInput(
            f"{metric.label} cannot be broken down or filtered by {dimension.label}: {reason}.",
            dimension=name,
        )
    return dimension


def dimensions_of(metric: Metric) -> tuple[Dimension, ...]:
    """The dimensions that the metric can be grouped by."""
    return tuple(each for each in DIMENSIONS if not each.filter_only and why_not(each, metric) is None)


def catalogue_document() -> CatalogueDocument:
    """Everything that can be asked for, as GET /catalogue returns it."""
    return CatalogueDocument(
        metrics=tuple(
            MetricEntry(
                id=metric.id,
                version=metric.version,
                label=metric.label,
                definition=metric.definition,
                unit=metric.unit,
                clock=metric.clock,
                additive=metric.additive,
                per_currency=metric.per_currency,
                direction=metric.direction,
                dimensions=tuple(dimension.id for dimension in dimensions_of(metric)),
                synonyms=metric.synonyms,
            )
            for metric in METRICS
        ),
        dimensions=tuple(
            DimensionEntry(id=each.id, label=each.label, definition=each.definition) for each in DIMENSIONS
        ),
    )
