"""The days that a question is about, and those that it compares them with."""

import re
from datetime import date, timedelta

from payscope.domain.analyse.series import DayRange
from payscope.domain.ask.catalogue import METRICS_BY_ID
from payscope.domain.ask.language.grammar.calendar import DAYS
from payscope.domain.ask.language.outcomes import AskBack
from payscope.domain.ask.language.reading import Reading
from payscope.domain.ask.plans import (
    MetricQuery,
)
from payscope.domain.ask.time_ranges import previous_range, shift_months


def settle_times(reading: Reading) -> None:
    """Two times that do not stand against each other: the days that both name, or a question back."""
    if reading.forecast and reading.times and reading.future is None and not reading.what_if:
        reading.forecast = False  # "breaks expected in January", which is over
        reading.loose += 1
    against = (
        reading.compare
        or reading.versus
        or reading.why
        or reading.relative
        or reading.baseline_times
        or reading.pivot
    )
    named = [(days, piece) for days, piece in reading.times if days]
    if len({days for days, _ in (*reading.times, *reading.baseline_times) if days}) > 2:
        raise AskBack(
            "More than two periods are named, and two at a time can be compared. Which two?",
            [f"{METRICS_BY_ID[name].label} by month" for name in reading.metrics[:1]],
        )
    if against or len(named) < 2:
        return
    first, last = max(days.start_on for days, _ in named), min(days.end_on for days, _ in named)
    if first > last:
        raise AskBack(
            "Two periods are named. Which is meant, or are they to be compared?",
            [
                f"{METRICS_BY_ID[name].label} {piece.text}"
                for name in reading.metrics[:1]
                for _, piece in named
            ],
        )
    longest = max(len(days) for days, _ in named)
    weekday = next((piece for _, piece in named if longest > 7 and _names_a_weekday(piece.text)), None)
    if weekday is not None:
        others = [piece.text for _, piece in named if piece is not weekday]
        raise AskBack(
            f"Is every {weekday.text.title()} of the period meant, or the last one?",
            [
                f"{METRICS_BY_ID[name].label} every {weekday.text} in {others[0]}"
                for name in reading.metrics[:1]
                if others
            ],
        )
    reading.times = [(DayRange(first, last), named[0][1])]


def _names_a_weekday(text: str) -> bool:
    return not re.search(r"\d", text) and any(word in DAYS for word in text.lower().split())


def primary_period(reading: Reading, today: date) -> DayRange | None:
    if reading.times:
        return reading.times[0][0]
    if (
        reading.relative in ("month_ago", "year_ago", "week_ago", "quarter_ago", "day_ago")
        and not reading.baseline_times
    ):
        start = {
            "month_ago": today.replace(day=1),
            "year_ago": today.replace(month=1, day=1),
            "week_ago": today - timedelta(days=today.weekday()),
            "quarter_ago": today.replace(month=(today.month - 1) // 3 * 3 + 1, day=1),
            "day_ago": today,
        }[reading.relative]
        reading.assumed += 1
        reading.notes.append(f"Period: {start.isoformat()} to {today.isoformat()}.")
        return DayRange(start, today)
    return None


def two_periods(reading: Reading, query: MetricQuery, today: date) -> tuple[DayRange | None, DayRange | None]:
    times = [days for days, _ in reading.times if days]
    baselines = [days for days, _ in reading.baseline_times if days]
    current = times[0] if times else None
    if current and baselines:
        text = reading.baseline_times[0][1].text.lower()
        if re.search(r"\b(previous|prior|preceding)\b", text):
            return current, previous_range(current)
        later, earlier = max(current, baselines[0]), min(current, baselines[0])
        return later, earlier
    if len(times) >= 2:
        if times[0].start_on <= times[1].end_on and times[1].start_on <= times[0].end_on:
            raise AskBack(
                "Two periods are named that overlap. Which is meant, or are they to be compared?",
                [
                    f"{METRICS_BY_ID[name].label} {piece.text}"
                    for name in reading.metrics[:1]
                    for _, piece in reading.times
                ],
            )
        later, earlier = max(times[:2]), min(times[:2])
        return later, earlier
    if current is None and baselines:
        named = baselines[0]
        length = len(named)
        if length <= 1:
            current = DayRange(today, today)
        elif length == 7:
            current = DayRange(today - timedelta(days=today.weekday()), today)
        elif length <= 31:
            current = DayRange(today.replace(day=1), today)
        else:
            current = DayRange(today.replace(month=1, day=1), today)
        reading.assumed += 1
        reading.notes.append(f"Compared with {current.start_on.isoformat()} to {current.end_on.isoformat()}.")
        return current, named
    if current is None and query.time_range:
        start, _, end = query.time_range.partition("/")
        current = DayRange(date.fromisoformat(start), date.fromisoformat(end))
    if current is None:
        return None, None
    match reading.relative:
        case "year_ago":
            return current, shift_months(current, -12)
        case "month_ago":
            return current, shift_months(current, -1)
        case "quarter_ago":
            return current, shift_months(current, -3)
        case "week_ago":
            return current, DayRange(current.start_on - timedelta(days=7), current.end_on - timedelta(days=7))
        case "day_ago":
            return current, DayRange(current.start_on - timedelta(days=1), current.end_on - timedelta(days=1))
        case "previous":
            return current, previous_range(current)
        case _ if reading.compare or reading.versus:
            if not query.dimensions or reading.compare:
                reading.assumed += 1
                before = previous_range(current)
                reading.notes.append(
                    f"Compared with the period before, {before.start_on.isoformat()} to"
                    f" {before.end_on.isoformat()}."
                )
                return current, before
            return current, None
        case _:
            return current, None
