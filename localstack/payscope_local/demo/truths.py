"""The demo's banks, files and questions, from the two truth files: the samples' and the world's."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from payscope_local.demo.questions import Answer, Question, Verdict, equals, money, ratio

_PROVIDER_FILES = ("adyen_", "stripe_")
_LAST_DAY = "2026-10-31"
_DAY_AFTER = "2026-11-01"


@dataclass(frozen=True)
class SampleFile:
    """A file of the samples and how it must end."""

    path: Path
    status: str
    rows: Mapping[str, int]


@dataclass(frozen=True)
class DemoBank:
    """A tenant of the demo with its files in the order of delivery; ``folder`` is where they lie."""

    bank_id: UUID
    folder: str
    name: str
    timezone: str
    currency: str
    files: tuple[SampleFile, ...]
    questions: tuple[Question, ...]


def sample_banks(seeds: Path) -> tuple[DemoBank, ...]:
    """The two banks of the hand-written samples, with the questions whose answers were worked out by hand."""
    truth = json.loads((seeds / "truth.json").read_text())
    return tuple(
        DemoBank(
            UUID(bank["bank_id"]),
            bank["folder"],
            bank["name"],
            bank["timezone"],
            bank["currency"],
            tuple(
                SampleFile(seeds / bank["folder"] / item["name"], item["status"], item["rows"])
                for item in bank["files"]
            ),
            tuple(
                Question(item["question"], item["intent"], equals(item["values"]), truth["as_of"])
                for item in bank["questions"]
            ),
        )
        for bank in truth["banks"]
    )


def world_bank(folder: Path) -> DemoBank:
    """The generated bank with its monthly files, and questions of all five intents.

    The provider's batch files are left out: there is one a day.
    """
    truth = json.loads((folder / "truth.json").read_text())["banks"][0]
    bank_id = UUID(truth["bank_id"])
    files = tuple(
        SampleFile(path, "COMPLETE", {})
        for path in sorted((folder / str(bank_id)).iterdir())
        if not path.name.startswith(_PROVIDER_FILES)
    )
    return DemoBank(
        bank_id,
        folder.name,
        truth["name"],
        truth["timezone"],
        truth["currency"],
        files,
        tuple(_world_questions(truth)),
    )


def _world_questions(truth: Mapping[str, Any]) -> list[Question]:
    metrics = truth["metrics"]
    september = metrics["authorisation_by_month"]["bank"]["2026-09"]
    october = metrics["authorisation_by_month"]["bank"]["2026-10"]
    settled = metrics["settlement_by_month"]["2026-10"]
    cleared = metrics["clearing_by_month"]["2026-10"]
    outage = next(item for item in truth["incidents"] if item["kind"] == "issuer_outage")
    return [
        Question("How many authorisation attempts were there in October 2026?", "DESCRIBE",
                 equals([{"value": october["auth_attempts"]}]), _LAST_DAY),
        Question("What was the approval rate in October 2026?", "DESCRIBE",
                 equals([ratio(october["auth_approved"], october["auth_attempts"])]), _LAST_DAY),
        Question("What was the gross settlement in October 2026?", "DESCRIBE",
                 equals([{"value": money(minor), "currency": currency}
                         for currency, minor in settled["gross_settlement_minor"].items()]), _LAST_DAY),
        Question("Cleared sales by network in October 2026", "DESCRIBE",
                 equals([{"value": count, "network": network}
                         for network, count in cleared["sales_by_network"].items()]), _LAST_DAY),
        Question("Compare the approval rate of October 2026 with September 2026", "COMPARE",
                 _compares(ratio(october["auth_approved"], october["auth_attempts"]),
                           ratio(september["auth_approved"], september["auth_attempts"])), _LAST_DAY),
        Question(f"Why did the approval rate fall on {outage['from'][:10]}?", "ANOMALY",
                 _names(outage["issuer"]), _LAST_DAY),
        Question("Forecast the authorisation attempts for the next 14 days", "FORECAST",
                 _forecasts(14), _DAY_AFTER),
        Question("What if Visa volume grew by 10 % in October 2026?", "WHAT_IF",
                 _simulates("sales_count", cleared["sales_by_network"]["VISA"]), _LAST_DAY),
    ]  # fmt: skip


def _compares(now: Mapping[str, Any], before: Mapping[str, Any]) -> Verdict:
    """Both periods' ratios are among the values with their parts."""

    def judge(answer: Answer) -> str | None:
        parts = {(str(value["numerator"]), str(value["denominator"])) for value in answer["values"]}
        wanted = {(str(item["numerator"]), str(item["denominator"])) for item in (now, before)}
        return None if wanted <= parts else f"expected {sorted(wanted)} among {sorted(parts)}"

    return judge


def _names(slice_name: str) -> Verdict:
    """The answer names the slice that moved the number."""

    def judge(answer: Answer) -> str | None:
        told = json.dumps([answer["summary"], answer["values"], answer["table"]])
        return None if slice_name in told else f"{slice_name} is not named: {answer['summary'][:300]}"

    return judge


def _forecasts(days: int) -> Verdict:
    """So many days, each inside its interval, with the backtest beside it."""

    def judge(answer: Answer) -> str | None:
        forecast = answer["forecast"]
        if not forecast:
            return f"no forecast: {answer['summary'][:200]}"
        points = forecast["points"]
        ordered = all(float(p["lower"]) <= float(p["value"]) <= float(p["upper"]) for p in points)
        backtest = forecast["backtest"]
        measured = backtest["mase"] is not None and backtest["coverage"] is not None and backtest["origins"]
        if len(points) == days and ordered and measured:
            return None
        return f"{len(points)} points, in order: {ordered}, backtest {backtest}"

    return judge


def _simulates(metric: str, baseline: int) -> Verdict:
    """The metric's baseline is the measured number, and its scenario a tenth more in whole payments."""

    def judge(answer: Answer) -> str | None:
        seen = {
            value["dimensions"].get("scenario"): value["value"]
            for value in answer["values"]
            if value["metric"] == metric and value["dimensions"].get("scope") == "slice"
        }
        wanted = {"baseline": str(baseline), "scenario": str(baseline + baseline // 10)}
        return None if wanted.items() <= seen.items() else f"expected {wanted}, got {seen}"

    return judge
