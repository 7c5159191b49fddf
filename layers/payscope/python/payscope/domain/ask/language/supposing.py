"""What-if questions: what changes, and by how much."""

import re
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal

from payscope.domain.analyse.series import DayRange
from payscope.domain.ask.language.outcomes import AskBack
from payscope.domain.ask.language.reading import Reading
from payscope.domain.ask.language.scan import Scan
from payscope.domain.ask.plans import (
    Change,
    Changeable,
    Intent,
    MetricQuery,
    Plan,
)
from payscope.domain.ask.time_ranges import previous_range, range_text

_CHANGES: tuple[tuple[Changeable, str], ...] = (
    ("approval_rate", r"(approval|auth\w*|acceptance|success)\s+rate|approvals?"),
    ("volume", r"volumes?|sales|transactions?|payments?|traffic|attempts?|turnover"),
    ("fees", r"fees?|interchange|scheme\s+fees?|markup|costs?|pricing"),
    ("ticket", r"tickets?|basket"),
)


_STEP = re.compile(
    r"(?P<sign>[-+])?\s*(?P<amount>\d+(?:\.\d+)?)\s*(?P<unit>%|per\s*cent|percent|percentage\s+points?|pp|points?|bps|basis\s+points?)",
    re.IGNORECASE,
)


_DOWN = re.compile(
    r"\b(fall|falls|fell|drop|drops|dropped|decrease\w*|down|lower|less|decline[sd]?|reduc\w*|cut|minus|shrink\w*|lose|lost)\b",
    re.I,
)


def _component(text: str) -> Literal["interchange", "scheme_fee", "markup"] | None:
    """The one fee component that is named, or None for all fees."""
    if re.search(r"\binterchange\b", text, re.IGNORECASE):
        return "interchange"
    if re.search(r"\b(scheme|network)\s+fees?\b", text, re.IGNORECASE):
        return "scheme_fee"
    return "markup" if re.search(r"\bmark\s?up\b", text, re.IGNORECASE) else None


def what_if_plan(read: Scan, reading: Reading, today: date) -> Plan:
    text = read.text
    step = _STEP.search(text)
    target: Changeable | None = next(
        (name for name, pattern in _CHANGES if re.search(rf"\b({pattern})\b", text, re.IGNORECASE)), None
    )
    if step is None or target is None:
        raise AskBack(
            "What should change, and by how much?",
            [
                "what if the approval rate rises by 2 percentage points last month",
                "what if volume grows by 10% last month",
                "what if fees fall by 5% last month",
            ],
        )
    amount = Decimal(step.group("amount"))
    if step.group("sign") == "-" or _DOWN.search(text):
        amount = -amount
    unit = step.group("unit").lower()
    points = unit not in ("%", "percent") and not unit.startswith("per cent")
    if "bps" in unit or "basis" in unit:
        amount = amount / 100
    if target == "approval_rate" and not points:
        points = True
        reading.assumed += 1
        reading.notes.append("The change of the approval rate is read as percentage points.")
    change = (
        Change(target=target, points=f"{amount:f}")
        if points
        else Change(
            target=target, per_cent=f"{amount:f}", component=_component(text) if target == "fees" else None
        )
    )
    metric = {
        "approval_rate": "auth_rate_raw",
        "volume": "sales_amount",
        "fees": "fees_total",
        "ticket": "sales_amount",
    }[target]
    days = next((days for days, _ in reading.times if days), None)
    if days is None:
        first = today.replace(day=1)
        days = previous_range(DayRange(first, first + timedelta(days=27)))
        last = first - timedelta(days=1)
        days = DayRange(last.replace(day=1), last)
        reading.assumed += 1
        reading.notes.append(f"Played through on {days.start_on.isoformat()} to {days.end_on.isoformat()}.")
    query = MetricQuery(metrics=(metric,), filters=tuple(reading.filters), time_range=range_text(days))
    return Plan(intent=Intent.WHAT_IF, query=query, changes=(change,))
