"""The same samples for CloudWatch, as embedded metric format lines in the function's log."""

import threading
from collections import Counter
from collections.abc import Sequence
from uuid import UUID

from aws_lambda_powertools.metrics import MetricUnit, single_metric

from payscope.domain.telemetry import METER_BY_NAME, Kind, Sample

_NAMESPACE = "PayScope"


class EmbeddedMetrics:
    """A recorder for which banks are no dimension: a bank's numbers are for the bank, not for the console."""

    def __init__(self) -> None:
        self._pending: Counter[tuple[str, tuple[str, ...]]] = Counter()
        self._lock = threading.Lock()

    def add(self, bank_id: UUID | None, samples: Sequence[Sample]) -> None:  # noqa: ARG002 -- metrics of the cloud carry no bank
        """Keep counts and summed durations until the next flush."""
        with self._lock:
            for sample in samples:
                if sample.part in ("", "sum_us"):
                    self._pending[sample.name, sample.labels] += sample.value

    def flush(self) -> None:
        """Print one line a metric and combination of labels."""
        with self._lock:
            taken, self._pending = self._pending, Counter()
        for (name, labels), value in taken.items():
            meter = METER_BY_NAME[name]
            is_time = meter.kind is Kind.HISTOGRAM
            unit = MetricUnit.Seconds if is_time else MetricUnit.Count
            number = value / 1_000_000 if is_time else value
            with single_metric(name=name, unit=unit, value=number, namespace=_NAMESPACE) as metric:
                for label, text in zip(meter.labels, labels, strict=True):
                    metric.add_dimension(label, text)
