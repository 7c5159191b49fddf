"""The packaged rule files, each parsed once: dated facts of schemes and sources."""

from functools import cache
from importlib.resources import files

from payscope.domain.reconcile.calendars import Calendars, calendars_from_json
from payscope.domain.reconcile.disputes import ResponseWindow, windows_from_json
from payscope.domain.reconcile.fees import FeeSchedule, schedule_from_json
from payscope.domain.reconcile.programmes import Programme, programmes_from_json
from payscope.domain.reconcile.reconciliation import ReconciliationRules, rules_from_json
from payscope.domain.reconcile.settlement_terms import SettlementTerms, terms_from_json

_FOLDER = "payscope.domain.reconcile.rules"


@cache
def reconciliation_rules() -> ReconciliationRules:
    """Lanes, windows and tolerances of the matching."""
    return rules_from_json(_text("reconciliation.json"))


@cache
def programme_rules() -> tuple[Programme, ...]:
    """The schemes' monitoring programmes."""
    return programmes_from_json(_text("programmes.json"))


@cache
def calendar_rules() -> Calendars:
    """The business days of each currency."""
    return calendars_from_json(_text("calendars.json"))


@cache
def settlement_terms() -> SettlementTerms:
    """After how many business days a settlement is late, and what late money costs."""
    return terms_from_json(_text("settlement_terms.json"))


@cache
def fee_law() -> FeeSchedule:
    """The caps of public law on interchange."""
    return schedule_from_json(_text("fees.json"))


@cache
def dispute_windows() -> tuple[ResponseWindow, ...]:
    """The days to respond to each stage of a dispute."""
    return windows_from_json(_text("disputes.json"))


def _text(name: str) -> str:
    return files(_FOLDER).joinpath(name).read_text(encoding="utf-8")
