"""Reconciliation: the states of an item and the reasons of a break.

The matching itself is set-based and lives in the ledger's queries; what it may decide, and by
which dated rules, is said here.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from payscope.domain.reconcile.matching_rules import MatchingRules
from payscope.domain.reconcile.subsets import SubsetBounds


class MatchState(StrEnum):
    """Where an item stands between its stages."""

    EXPECTED = "EXPECTED"
    MATCHED = "MATCHED"
    MATCHED_TOLERANCE = "MATCHED_TOLERANCE"
    GROUPED = "GROUPED"
    MISMATCHED = "MISMATCHED"
    UNMATCHED = "UNMATCHED"
    DUPLICATE = "DUPLICATE"
    WRITTEN_OFF = "WRITTEN_OFF"
    REOPENED = "REOPENED"


class BreakReason(StrEnum):
    """Why an item does not match; the vocabulary of operations, not of code."""

    MISSING_AUTH = "MISSING_AUTH"
    MISSING_CLEARING = "MISSING_CLEARING"
    MISSING_SETTLEMENT = "MISSING_SETTLEMENT"
    MISSING_BANK_CREDIT = "MISSING_BANK_CREDIT"
    AMOUNT = "AMOUNT"
    CURRENCY = "CURRENCY"
    DATE_ORDER = "DATE_ORDER"
    LATE_PRESENTMENT = "LATE_PRESENTMENT"
    DUPLICATE_CLEARING = "DUPLICATE_CLEARING"
    DUPLICATE_SETTLEMENT = "DUPLICATE_SETTLEMENT"
    FEE_VARIANCE = "FEE_VARIANCE"
    DOWNGRADE = "DOWNGRADE"
    REFUND_UNLINKED = "REFUND_UNLINKED"
    CHARGEBACK_UNLINKED = "CHARGEBACK_UNLINKED"
    REFERENCE_DAMAGED = "REFERENCE_DAMAGED"
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True, slots=True)
class ReconciliationRules:
    """Windows and tolerances with their version; ``document`` is what the queries read."""

    version: str
    document: dict[str, Any]
    subset_bounds: SubsetBounds


@dataclass(frozen=True, slots=True)
class ReconciliationResult:
    """What one run over a report's payments decided.

    ``payments`` by state, ``breaks_opened`` and ``breaks_cleared`` by reason.
    """

    payments: dict[str, int]
    breaks_opened: dict[str, int]
    breaks_cleared: dict[str, int]


def rules_from_json(text: str) -> ReconciliationRules:
    """Parse the rules file.

    Raises:
        ValueError: A member is missing, unknown or out of its range.
    """
    rules = MatchingRules.model_validate_json(text)
    return ReconciliationRules(
        rules.version, rules.model_dump(mode="json", by_alias=True), rules.subset_search.bounds
    )
