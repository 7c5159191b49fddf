"""Who may call a route: token, bank header and role, checked before anything else of the request is read."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from aws_lambda_powertools import Logger
from fastapi import Request

from payscope.application.operate.authenticate import BankMismatch, TokenVerifier, authenticate
from payscope.application.operate.measure import Recorder
from payscope.application.operate.record_audit import RecordAudit
from payscope.application.operate.run_once import IdempotencyStore
from payscope.domain.identity import Action, Principal
from payscope.errors import Forbidden

logger = Logger(service="payscope", child=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """What both applications need around their routes."""

    verifier: TokenVerifier
    audit: RecordAudit
    idempotency: IdempotencyStore
    recorder: Recorder
    now: Callable[[], datetime]
    new_id: Callable[[], UUID]


@dataclass(frozen=True, slots=True)
class Allow:
    """FastAPI dependency: the principal of the request, if its role may do the action.

    A refusal of someone who proved who they are goes into their bank's audit log.
    """

    action: Action

    def __call__(self, request: Request) -> Principal:
        """The principal.

        Raises:
            Unauthenticated: No valid token.
            BankHeaderMissing: No usable X-Bank-Id.
            Forbidden: The bank header or the role does not allow it.
        """
        gate: Gate = request.app.state.gate
        headers = request.headers
        try:
            principal = authenticate(
                gate.verifier, tuple(headers.getlist("authorization")), tuple(headers.getlist("x-bank-id"))
            )
        except BankMismatch as error:
            _record_refusal(gate, request, error.principal, error)
            raise
        request.state.principal = principal
        logger.append_keys(bank_id=str(principal.bank_id), role=principal.role.value)
        try:
            principal.require(self.action)
        except Forbidden as error:
            _record_refusal(gate, request, principal, error)
            raise
        return principal


def actor(principal: Principal) -> str:
    """The principal as the audit log names it."""
    return f"{principal.role}:{principal.subject}"


def _record_refusal(gate: Gate, request: Request, principal: Principal, error: Forbidden) -> None:
    request.state.principal = principal
    route = getattr(request.scope.get("route"), "path", request.url.path)
    gate.audit(
        principal.bank_id,
        actor=actor(principal),
        action="access.refused",
        resource=f"route/{request.method} {route}",
        outcome=error.slug,
        request_id=request.state.request_id,
    )
