"""The rules file of matching: complete, dated, with a source for each rule, and refused when malformed."""

import json
from importlib.resources import files
from typing import Any

import pytest

from payscope.domain.reconcile.reconciliation import rules_from_json
from payscope.domain.reconcile.rule_files import reconciliation_rules


def packaged() -> dict[str, Any]:
    return json.loads(files("payscope.domain.reconcile.rules").joinpath("reconciliation.json").read_text())


def test_the_packaged_rules_are_valid_and_every_rule_says_where_it_comes_from() -> None:
    rules = reconciliation_rules()
    dated = (
        "clearing_windows",
        "settlement_windows",
        "bank_credit_windows",
        "attribute_windows",
        "tolerances",
    )
    for name in (*dated, "fx_tolerances"):
        assert rules.document[name]
        for rule in rules.document[name]:
            assert rule["source"]
            assert rule["from"]


@pytest.mark.parametrize(
    "change",
    [
        {"lanes": [{"event_type": "FEE", "source": "scheme"}]},
        {"rounding_minor": -1},
        {"tolerances": [{"mcc_from": "58", "mcc_to": "5814", "over_bps": 1, "kind": "tip",
                         "from": "2026-01-01", "source": "x"}]},
        {"settlement_windows": [{"network": "", "days": 5, "from": "2026-01-02", "to": "2026-01-01",
                                 "source": "x"}]},
        {"bank_credit_windows": [{"days": 3, "from": "2026-01-01", "source": ""}]},
        {"unheard_of": 1},
    ],
)  # fmt: skip
def test_malformed_rules_are_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(change))):
        rules_from_json(json.dumps(packaged() | change))


def test_rules_without_a_member_are_refused() -> None:
    document = packaged()
    del document["lanes"]
    with pytest.raises(ValueError, match="lanes"):
        rules_from_json(json.dumps(document))
