"""The one list of all metrics."""

from payscope.domain.ask.metric import Metric
from payscope.domain.ask.metrics.authorisation import AUTHORISATION
from payscope.domain.ask.metrics.breaks import BREAKS
from payscope.domain.ask.metrics.clearing import CLEARING
from payscope.domain.ask.metrics.delays import DELAYS
from payscope.domain.ask.metrics.disputes import DISPUTES
from payscope.domain.ask.metrics.fees import FEES
from payscope.domain.ask.metrics.programmes import PROGRAMMES
from payscope.domain.ask.metrics.settlement import SETTLEMENT

METRICS: tuple[Metric, ...] = (
    *AUTHORISATION,
    *CLEARING,
    *DISPUTES,
    *PROGRAMMES,
    *SETTLEMENT,
    *FEES,
    *DELAYS,
    *BREAKS,
)
