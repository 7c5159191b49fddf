"""How often answers that were read this way have been right: measured, not felt."""

import json
from functools import cache
from importlib.resources import files
from typing import Literal

from payscope.domain.ask.language.understanding import Features, Understanding

_FIRST_READING = "first reading of unseen questions: {}"


def bucket_of(understanding: Understanding) -> str:
    """The kind of reading: its outcome, and for plans what was mended, assumed or carried."""
    if understanding.outcome != "plan":
        return understanding.outcome
    return _plan_bucket(understanding.features)


def confidence(understanding: Understanding) -> float:
    """Share of right outcomes among the evaluation's questions of the same kind of reading.

    Those questions were tuned on, so the first readings of the fresh sets, which nobody had seen before,
    are counted with each kind, answers with answers and the rest with the rest: a kind with few questions
    is as sure as an unseen question was.
    """
    measured = _measured()
    right, asked = measured.get(bucket_of(understanding), (0, 0))
    ending = "answered" if understanding.outcome == "plan" else "not answered"
    unseen_right, unseen = measured[_FIRST_READING.format(ending)]
    return round((right + unseen_right) / (asked + unseen), 4)


def _plan_bucket(features: Features) -> Literal["exact", "assumed", "mended", "partial", "carried", "model"]:
    if features.by_model:
        return "model"
    if features.carried:
        return "carried"
    if features.mended:
        return "mended"
    if features.partial:
        return "partial"
    return "assumed" if features.assumed or features.loose else "exact"


@cache
def _measured() -> dict[str, tuple[int, int]]:
    text = files("payscope.domain.ask.language").joinpath("calibration.json").read_text(encoding="utf-8")
    document = json.loads(text)
    first = {_FIRST_READING.format(ending): counts for ending, counts in document["first_reading"].items()}
    counted = {**document["buckets"], **first}
    return {name: (counts["right"], counts["asked"]) for name, counts in counted.items()}
