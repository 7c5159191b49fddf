"""What the schemes' dispute reason codes mean, from a packaged list with its source."""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files


def reason_meaning(network: str | None, code: str) -> str | None:
    """The condition in words; None where the list has no such code."""
    return _meanings().get(network or "", {}).get(code)


@cache
def _meanings() -> Mapping[str, Mapping[str, str]]:
    text = files("payscope.domain.reconcile.rules").joinpath("reason_codes.json").read_text(encoding="utf-8")
    return json.loads(text)["codes"]
