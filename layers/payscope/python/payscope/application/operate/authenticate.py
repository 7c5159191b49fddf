"""From a bearer token and a bank header to the principal of a request."""

from typing import ClassVar, Protocol
from uuid import UUID

from payscope.domain.identity import Principal
from payscope.errors import Forbidden, PayScopeError


class Unauthenticated(PayScopeError):
    """The request carries no token that proves who asks."""

    slug: ClassVar[str] = "unauthenticated"


class BankHeaderMissing(PayScopeError):
    """The request does not say, exactly once and as a UUID, which bank it is for."""

    slug: ClassVar[str] = "bank-header"


class BankMismatch(Forbidden):
    """The token and the header name two banks."""

    slug: ClassVar[str] = "bank-mismatch"

    def __init__(self, principal: Principal) -> None:
        super().__init__(
            "X-Bank-Id is not the bank of the token; send the bank that the token was issued for."
        )
        self.principal = principal


class TokenVerifier(Protocol):
    """Tells whose token this is."""

    def verify(self, token: str) -> Principal:
        """The principal of a token.

        Raises:
            Unauthenticated: The token does not prove a principal.
            Unavailable: The issuer's keys cannot be had.
        """
        ...


def authenticate(
    verifier: TokenVerifier, authorization: tuple[str, ...], banks: tuple[str, ...]
) -> Principal:
    """The principal behind the values of the Authorization and X-Bank-Id headers.

    Args:
        authorization: Every Authorization header of the request.
        banks: Every X-Bank-Id header of the request.

    Raises:
        Unauthenticated: There is not exactly one bearer token, or it is not valid.
        BankHeaderMissing: There is not exactly one bank header with a UUID.
        BankMismatch: The header names another bank than the token.
    """
    if len(authorization) != 1:
        raise Unauthenticated("Send exactly one Authorization header with a bearer token.")
    scheme, _, token = authorization[0].partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Unauthenticated("Send the access token as 'Authorization: Bearer <token>'.")
    principal = verifier.verify(token)
    if len(banks) != 1:
        raise BankHeaderMissing("Send exactly one X-Bank-Id header with the UUID of your bank.")
    try:
        named = UUID(banks[0])
    except ValueError as error:
        raise BankHeaderMissing("X-Bank-Id is not a UUID; send the id of your bank once.") from error
    if len(banks[0]) != 36 or named != principal.bank_id:
        raise BankMismatch(principal)
    return principal
