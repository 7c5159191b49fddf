"""Verifying access tokens (RFC 9068 profile; the allow-list of OWASP ASVS 5.0 V9).

The algorithm comes from the key that the key id names, never from the token; nothing in a token
makes us fetch anything; every claim is required and compared exactly.
"""

import base64
import binascii
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

import jwt

from payscope.adapters.jwt.key_set import SigningKey
from payscope.adapters.jwt.strict_json import parse_object
from payscope.application.operate.authenticate import Unauthenticated
from payscope.domain.identity import Principal, Role

LONGEST_TOKEN = 8192
LEEWAY_S = 30
_COMPACT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
_KID = re.compile(r"[A-Za-z0-9._~:=-]{1,128}")
_BANK_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_LONGEST_SUBJECT = 255
_TYPES = frozenset({"at+jwt", "application/at+jwt"})
# Thumbprints are names, like the key id; addresses and keys inside a token are what attacks use.
_ALLOWED_HEADERS = frozenset({"alg", "kid", "typ", "x5t", "x5t#S256"})


class _Keys(Protocol):
    def find(self, kid: str) -> SigningKey | None: ...


@dataclass(frozen=True, slots=True)
class JwtVerifier:
    """Tells whose token this is.

    Attributes:
        now: Epoch seconds.
    """

    issuer: str
    audience: str
    keys: _Keys
    now: Callable[[], float]

    def verify(self, token: str) -> Principal:
        """The principal of a token.

        Raises:
            Unauthenticated: The token does not prove a principal of this service.
            Unavailable: The issuer's keys cannot be had.
        """
        key = self._key(token)
        try:
            payload = jwt.PyJWS().decode(token, key=key.key, algorithms=[key.algorithm])
            claims = parse_object(payload)
        except (jwt.PyJWTError, ValueError) as error:
            raise _refused("its signature or its content is not valid") from error
        self._check_times(claims)
        return self._principal(claims)

    def _key(self, token: str) -> SigningKey:
        if len(token) > LONGEST_TOKEN or _COMPACT.fullmatch(token) is None:
            raise _refused("it is not a compact JWT of at most 8 KB")
        try:
            head = token.partition(".")[0]
            header = parse_object(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))
        except (ValueError, binascii.Error) as error:
            raise _refused("its header is not valid") from error
        kind, kid = header.get("typ"), header.get("kid")
        if header.keys() - _ALLOWED_HEADERS:
            raise _refused("its header has members that this service does not take")
        if not isinstance(kind, str) or kind.lower() not in _TYPES:
            raise _refused("it is not an access token (typ at+jwt)")
        if not isinstance(kid, str) or _KID.fullmatch(kid) is None:
            raise _refused("it names no usable key id")
        key = self.keys.find(kid)
        if key is None or header.get("alg") != key.algorithm:
            raise _refused("the issuer publishes no such key for this algorithm")
        return key

    def _check_times(self, claims: dict[str, Any]) -> None:
        now = self.now()
        for name in ("exp", "iat", "nbf"):
            value = claims.get(name, 0 if name == "nbf" else None)
            if type(value) is not int or not 0 <= value < 2**53:
                raise _refused(f"{name} is not a whole number of seconds")
        if claims["exp"] + LEEWAY_S <= now:
            raise _refused("it has expired")
        if max(claims["iat"], claims.get("nbf", 0)) > now + LEEWAY_S:
            raise _refused("it is not valid yet")

    def _principal(self, claims: dict[str, Any]) -> Principal:
        if claims.get("iss") != self.issuer:
            raise _refused("another issuer issued it")
        audiences = claims.get("aud")
        if audiences != self.audience and not (isinstance(audiences, list) and self.audience in audiences):
            raise _refused("it is meant for another audience")
        if claims.get("token_use", "access") != "access":
            raise _refused("it is not an access token")
        subject, bank_id, role = claims.get("sub"), claims.get("bank_id"), claims.get("role")
        # What cannot be seen could make two names of one, or turn the text of the log that shows it.
        if (
            not isinstance(subject, str)
            or not 0 < len(subject) <= _LONGEST_SUBJECT
            or not subject.isprintable()
        ):
            raise _refused("it names no subject")
        if not isinstance(bank_id, str) or _BANK_ID.fullmatch(bank_id) is None:
            raise _refused("its bank_id is not a UUID in lower case")
        if not isinstance(role, str) or role not in Role.__members__:
            raise _refused("it carries no role of this service")
        return Principal(UUID(bank_id), subject, Role(role))


def _refused(reason: str) -> Unauthenticated:
    return Unauthenticated(f"The access token is refused: {reason}.")
