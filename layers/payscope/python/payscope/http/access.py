"""Who may call a route: token, bank header and role, checked before anything else of the request is read."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from aws_lambda_powertools import Logger
from fastapi import Request

from payscope.application.operate.authenticate import BankMismatch, TokenVerifier, authenticate
from payscope.application.operate.limit_requests import LimitRequests
from payscope.application.operate.measure import Recorder
from payscope.application.operate.record_audit import RecordAudit
from payscope.application.operate.run_once import IdempotencyStore
from payscope.domain.identity import Action, Principal, Role
from payscope.errors import Forbidden

logger = Logger(service="payscope", child=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """What the applications need around their routes.

    Attributes:
        limit: Keeps each bank within its rate; None where no store is shared that could count.
    """

    verifier: TokenVerifier
    audit: RecordAudit
    idempotency: IdempotencyStore
    recorder: Recorder
    limit: LimitRequests | None
    now: Callable[[], datetime]
    new_id: Callable[[], UUID]


@dataclass(frozen=True, slots=True)
class Allow:
    """FastAPI dependency: the principal of the request, if its role may do the action.

    A refusal of someone who proved who they are goes into their bank's audit log, and so does whatever the
    platform's staff does: the bank sees who of us looked at what.
    """

    action: Action

    def __call__(self, request: Request) -> Principal:
        """The principal.

        Raises:
            Unauthenticated: No valid token.
            BankHeaderMissing: No usable X-Bank-Id.
            RateExceeded: The bank has used up its rate.
            Forbidden: The bank header or the role does not allow it.
        """
        gate: Gate = request.app.state.gate
        headers = request.headers
        try:
            principal = authenticate(
                gate.verifier, tuple(headers.getlist("authorization")), tuple(headers.getlist("x-bank-id"))
            )
        except BankMismatch as error:
            # Before anything is written: a flood of refusals fills no log either.
            _limit(request, error.principal)
            _record(request, error.principal, "access.refused", error.slug)
            raise
        _limit(request, principal)
        logger.append_keys(bank_id=str(principal.bank_id), role=principal.role.value)
        try:
            principal.require(self.action)
        except Forbidden as error:
            _record(request, principal, "access.refused", error.slug)
            raise
        if principal.role is Role.ADMIN and self.action is not Action.READ_METRICS:
            _record(request, principal, "platform.access", self.action.value.lower())
        return principal


def actor(principal: Principal) -> str:
    """The principal as the audit log names it."""
    return f"{principal.role}:{principal.subject}"


def _limit(request: Request, principal: Principal) -> None:
    gate: Gate = request.app.state.gate
    request.state.principal = principal
    if gate.limit is not None:
        gate.limit(principal.bank_id)


def _record(request: Request, principal: Principal, action: str, outcome: str) -> None:
    gate: Gate = request.app.state.gate
    route = getattr(request.scope.get("route"), "path", request.url.path)
    gate.audit(
        principal.bank_id,
        actor=actor(principal),
        action=action,
        resource=f"route/{request.method} {route}",
        outcome=outcome,
        request_id=request.state.request_id,
    )
