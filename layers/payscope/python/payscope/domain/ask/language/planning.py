"""From what a question says to a plan over the catalogue, or to what has to be asked back."""

from datetime import date

from payscope.domain.ask.language.comparing import with_intent
from payscope.domain.ask.language.following import carried_on
from payscope.domain.ask.language.periods import settle_times
from payscope.domain.ask.language.querying import query_of
from payscope.domain.ask.language.reading import Reading
from payscope.domain.ask.language.scan import Scan
from payscope.domain.ask.language.settling import (
    ask_about_metrics,
    ask_about_unknown,
    metric_from_context,
    refuse_outside,
    settle_metrics,
)
from payscope.domain.ask.language.supposing import what_if_plan
from payscope.domain.ask.plans import (
    Plan,
)


def plan_of(read: Scan, reading: Reading, today: date, before: Plan | None) -> tuple[Plan, bool]:
    money_bound = "" in reading.notes
    reading.notes = [note for note in reading.notes if note]
    refuse_outside(read, reading, before)
    settle_times(reading)
    settle_metrics(reading)
    if reading.pivot and not reading.times:
        reading.times, reading.baseline_times = reading.baseline_times, []
    carried = (
        before is not None
        and not reading.what_if
        and (reading.also or not reading.metrics or (reading.why and not reading.times))
    )
    if carried and before is not None:
        return carried_on(read, reading, today, before), True
    if reading.what_if:
        return what_if_plan(read, reading, today), False
    if not reading.metrics:
        metric_from_context(read, reading)
    ask_about_unknown(read, reading)
    ask_about_metrics(read, reading)
    query = query_of(reading, today, money_bound=money_bound)
    return with_intent(reading, query, today), False
