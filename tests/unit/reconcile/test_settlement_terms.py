"""Settlement terms are dated rules that hold for whole months."""

import json

import pytest

from payscope.domain.reconcile.rule_files import settlement_terms
from payscope.domain.reconcile.settlement_terms import terms_from_json


def document(first: str, last: str | None) -> str:
    term = {"agreed_days": 2, "from": first, "to": last, "source": "a contract"}
    return json.dumps({"version": "1", "terms": [term], "float_rates": []})


def test_the_packaged_terms_say_where_they_come_from_and_what_any_other_currency_costs() -> None:
    terms = settlement_terms()
    assert all(rule.source for rule in (*terms.terms, *terms.rates))
    assert "" in {rate.currency for rate in terms.rates}


def test_a_term_can_end_with_a_month() -> None:
    (term,) = terms_from_json(document("2025-01-01", "2025-12-31")).terms
    assert term.to_on is not None
    assert term.agreed_days == 2


@pytest.mark.parametrize(("first", "last"), [("2025-01-02", None), ("2025-01-01", "2025-12-30")])
def test_a_term_that_begins_or_ends_within_a_month_is_refused(first: str, last: str | None) -> None:
    with pytest.raises(ValueError, match="whole months"):
        terms_from_json(document(first, last))


def test_terms_that_lack_a_member_are_refused() -> None:
    with pytest.raises(ValueError, match="malformed"):
        terms_from_json('{"version": "1", "terms": [{}], "float_rates": []}')
