"""Who asks, for which bank, and what that role may do."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from payscope.errors import Forbidden


class Role(StrEnum):
    """The roles that a token can carry."""

    ANALYST = "ANALYST"
    AUDITOR = "AUDITOR"
    BANK_ADMIN = "BANK_ADMIN"
    ADMIN = "ADMIN"
    SYSTEM = "SYSTEM"


class Action(StrEnum):
    """What a route does, as far as permission is concerned."""

    READ = "READ"
    ASK = "ASK"
    SIMULATE = "SIMULATE"
    READ_AUDIT = "READ_AUDIT"
    UPLOAD = "UPLOAD"
    RESOLVE_BREAK = "RESOLVE_BREAK"
    READ_MAPPINGS = "READ_MAPPINGS"
    PROPOSE_MAPPING = "PROPOSE_MAPPING"
    APPROVE_MAPPING = "APPROVE_MAPPING"
    KEEP_TARIFF = "KEEP_TARIFF"
    RUN_MODELS = "RUN_MODELS"
    VALIDATE_STORES = "VALIDATE_STORES"
    READ_DLQ = "READ_DLQ"
    REDRIVE = "REDRIVE"
    READ_METRICS = "READ_METRICS"


_ANALYST = frozenset({Action.READ, Action.ASK, Action.SIMULATE, Action.READ_MAPPINGS, Action.READ_METRICS})
_BANK_ADMIN = _ANALYST | {
    Action.READ_AUDIT, Action.UPLOAD, Action.RESOLVE_BREAK, Action.PROPOSE_MAPPING, Action.APPROVE_MAPPING,
    Action.KEEP_TARIFF, Action.RUN_MODELS, Action.VALIDATE_STORES, Action.READ_DLQ, Action.REDRIVE,
}  # fmt: skip
# The one table of who may do what. A platform administrator keeps a bank's pipeline running but
# takes no decision about the bank's money: resolutions and mappings stay with the bank.
PERMISSIONS: dict[Role, frozenset[Action]] = {
    Role.ANALYST: _ANALYST,
    Role.AUDITOR: frozenset({Action.READ, Action.READ_AUDIT, Action.READ_MAPPINGS, Action.READ_METRICS}),
    Role.BANK_ADMIN: frozenset(_BANK_ADMIN),
    Role.ADMIN: frozenset(
        _BANK_ADMIN
        - {Action.RESOLVE_BREAK, Action.PROPOSE_MAPPING, Action.APPROVE_MAPPING, Action.KEEP_TARIFF}
    ),
    Role.SYSTEM: frozenset(
        {Action.READ, Action.ASK, Action.UPLOAD, Action.RUN_MODELS, Action.VALIDATE_STORES, Action.READ_DLQ,
         Action.REDRIVE, Action.READ_METRICS}
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Principal:
    """The person or process of a verified token; its bank is the only tenant of the request."""

    bank_id: UUID
    subject: str
    role: Role

    def require(self, action: Action) -> None:
        """Let the action pass or refuse it.

        Raises:
            Forbidden: The table does not allow it to this role.
        """
        if not may(self.role, action):
            raise Forbidden(
                f"The role {self.role} may not do {action}; ask your bank's administrator for one that may.",
                role=self.role.value,
                action=action.value,
            )


def may(role: Role, action: Action) -> bool:
    """Whether the table allows the action to the role."""
    return action in PERMISSIONS[role]
