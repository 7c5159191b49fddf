"""Which tokens prove a principal, and which do not."""

import base64
import json
import math
from collections.abc import Callable
from typing import Any
from uuid import UUID

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from jwt.algorithms import OKPAlgorithm, RSAAlgorithm

from payscope.adapters.jwt.key_set import KeySet
from payscope.adapters.jwt.token_verifier import JwtVerifier
from payscope.application.operate.authenticate import Unauthenticated
from payscope.domain.identity import Principal, Role

BANK = "3f0c8a52-6a3e-4d53-9b7e-0d6c3a5b8f10"
ISSUER = "https://issuer.example"
AUDIENCE = "payscope"
NOW = 1_800_000_000
RSA_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
SMALL_RSA_KEY = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505
ED_KEY = ed25519.Ed25519PrivateKey.generate()
CLAIMS: dict[str, Any] = {
    "iss": ISSUER,
    "aud": AUDIENCE,
    "sub": "ana",
    "exp": NOW + 600,
    "iat": NOW,
    "bank_id": BANK,
    "role": "ANALYST",
}


def jwk(key: Any, kid: str, **members: str) -> dict[str, Any]:
    public = key.public_key()
    if isinstance(public, rsa.RSAPublicKey):
        document = RSAAlgorithm.to_jwk(public, as_dict=True)
    else:
        document = OKPAlgorithm.to_jwk(public, as_dict=True)
    return {**document, "kid": kid, **members}


JWKS: dict[str, Any] = {"keys": [jwk(RSA_KEY, "rsa"), jwk(ED_KEY, "ed")]}


class Issuer:
    """A JWKS address that counts its visitors and can go away."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document
        self.visits = 0
        self.is_away = False

    def fetch(self) -> bytes:
        self.visits += 1
        if self.is_away:
            raise TimeoutError
        return json.dumps(self.document).encode()


class Clock:
    """Seconds that pass only when told to."""

    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at


def at_once(work: Callable[[], None]) -> None:
    work()


def verifier(document: dict[str, Any] = JWKS, now: float = NOW) -> JwtVerifier:
    return JwtVerifier(ISSUER, AUDIENCE, KeySet(Issuer(document).fetch, Clock(), start=at_once), lambda: now)


def signed(
    claims: dict[str, Any] | None = None,
    key: Any = RSA_KEY,
    algorithm: str = "RS256",
    without: tuple[str, ...] = (),
    **header: Any,
) -> str:
    named = {name: value for name, value in {**CLAIMS, **(claims or {})}.items() if name not in without}
    kid = "rsa" if algorithm == "RS256" else "ed"
    return signed_text(json.dumps(named), key, algorithm, **{"kid": kid, **header})


def signed_text(payload: str, key: Any = RSA_KEY, algorithm: str = "RS256", **header: Any) -> str:
    headers = {"typ": "at+jwt", **header}
    return jwt.PyJWS().encode(payload.encode(), key, algorithm=algorithm, headers=headers)


def unsigned(header: dict[str, Any], signature: str = "") -> str:
    parts = (json.dumps(header), json.dumps(CLAIMS))
    return ".".join([*(_base64(part.encode()) for part in parts), signature])


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


@pytest.mark.parametrize(
    ("key", "algorithm"), [(RSA_KEY, "RS256"), (ED_KEY, "EdDSA")], ids=["RS256", "EdDSA"]
)
def test_a_token_of_the_issuer_proves_its_principal(key: Any, algorithm: str) -> None:
    principal = verifier().verify(signed(key=key, algorithm=algorithm))
    assert principal == Principal(UUID(BANK), "ana", Role.ANALYST)


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": ["other", AUDIENCE]},
        {"exp": NOW - 29},
        {"iat": NOW + 30, "nbf": NOW + 30},
        {"token_use": "access"},
        {"scope": "anything else"},
    ],
    ids=str,
)
def test_these_claims_are_within_what_is_allowed(claims: dict[str, Any]) -> None:
    assert verifier().verify(signed(claims)).subject == "ana"


@pytest.mark.parametrize(
    "claims",
    [
        {"exp": NOW - 31},
        {"exp": NOW - 86400},
        {"iat": NOW + 120},
        {"nbf": NOW + 120},
        {"exp": float(NOW + 600)},
        {"exp": str(NOW + 600)},
        {"exp": True},
        {"exp": 10**400},
        {"exp": -1},
        {"aud": "other"},
        {"aud": []},
        {"aud": [["payscope"]]},
        {"aud": "Payscope"},
        {"aud": {"payscope": 1}},
        {"iss": ISSUER + "/"},
        {"iss": ISSUER[:-1]},
        {"iss": ISSUER.upper()},
        {"iss": ISSUER + ".evil.example"},
        {"iss": [ISSUER]},
        {"token_use": "id"},
        {"token_use": "refresh"},
        {"sub": ""},
        {"sub": None},
        {"sub": "a\nb"},
        {"sub": "ana\u200b"},
        {"sub": "\u202eana"},
        {"sub": "ana\u2028"},
        {"sub": "x" * 256},
        {"bank_id": None},
        {"bank_id": [BANK]},
        {"bank_id": BANK.upper()},
        {"bank_id": f" {BANK}"},
        {"bank_id": f"{BANK}\n"},
        {"bank_id": f"{{{BANK}}}"},
        {"bank_id": BANK.replace("-", "")},
        {"role": "analyst"},
        {"role": "ROOT"},
        {"role": ["ADMIN"]},
        {"role": None},
    ],
    ids=str,
)
def test_a_wrong_claim_is_refused(claims: dict[str, Any]) -> None:
    with pytest.raises(Unauthenticated):
        verifier().verify(signed(claims))


@pytest.mark.parametrize("name", ["iss", "aud", "sub", "exp", "iat", "bank_id", "role"])
def test_a_missing_claim_is_refused(name: str) -> None:
    with pytest.raises(Unauthenticated):
        verifier().verify(signed(without=(name,)))


@pytest.mark.parametrize("number", [math.nan, math.inf])
def test_a_correctly_signed_token_with_a_number_that_json_has_not_is_refused(number: float) -> None:
    with pytest.raises(Unauthenticated):
        verifier().verify(signed({"exp": number}))


def test_a_member_named_twice_is_refused_although_it_is_signed() -> None:
    text = json.dumps(CLAIMS)[:-1] + ', "bank_id": "00000000-0000-4000-8000-000000000002"}'
    with pytest.raises(Unauthenticated):
        verifier().verify(signed_text(text, kid="rsa"))


@pytest.mark.parametrize("payload", ["[]", '"text"', "null", "{", "[" * 100_000], ids=lambda text: text[:5])
def test_a_payload_that_is_no_object_is_refused(payload: str) -> None:
    with pytest.raises(Unauthenticated):
        verifier().verify(signed_text(payload, kid="rsa"))


@pytest.mark.parametrize("algorithm", ["none", "NoNe", "NONE", "HS256", "", None, 7])
def test_a_token_cannot_choose_to_be_unsigned(algorithm: object) -> None:
    for signature in ("", "e30"):
        token = unsigned({"alg": algorithm, "kid": "rsa", "typ": "at+jwt"}, signature)
        with pytest.raises(Unauthenticated):
            verifier().verify(token)


def test_the_public_key_is_not_a_shared_secret() -> None:
    pem = RSA_KEY.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    import hashlib
    import hmac

    body = unsigned({"alg": "HS256", "kid": "rsa", "typ": "at+jwt"}).rstrip(".")
    token = f"{body}.{_base64(hmac.new(pem, body.encode(), hashlib.sha256).digest())}"
    with pytest.raises(Unauthenticated):
        verifier().verify(token)


@pytest.mark.parametrize("algorithm", ["RS384", "RS512", "PS256"])
def test_only_the_keys_own_algorithm_counts(algorithm: str) -> None:
    with pytest.raises(Unauthenticated):
        verifier().verify(signed(algorithm=algorithm, kid="rsa"))


def test_a_key_signs_only_under_its_own_id() -> None:
    for token in (
        signed(kid="ed"),
        signed(key=ED_KEY, algorithm="EdDSA", kid="rsa"),
        signed(key=rsa.generate_private_key(public_exponent=65537, key_size=2048)),
    ):
        with pytest.raises(Unauthenticated):
            verifier().verify(token)


@pytest.mark.parametrize(
    "header",
    [
        {"jku": "https://evil.example/keys"},
        {"x5u": "https://evil.example/chain"},
        {"x5c": ["MII"]},
        {"jwk": jwk(RSA_KEY, "rsa")},
        {"crit": ["exp"]},
        {"zip": "DEF"},
    ],
    ids=lambda header: next(iter(header)),
)
def test_a_token_that_brings_its_own_key_or_rules_is_refused_before_any_fetch(header: dict[str, Any]) -> None:
    issuer = Issuer(JWKS)
    tokens = JwtVerifier(ISSUER, AUDIENCE, KeySet(issuer.fetch, Clock()), lambda: NOW)
    with pytest.raises(Unauthenticated):
        tokens.verify(signed(**header))
    assert issuer.visits == 0


@pytest.mark.parametrize("kind", ["JWT", "id+jwt", "", None, 5])
def test_only_an_access_token_is_one(kind: object) -> None:
    with pytest.raises(Unauthenticated):
        verifier().verify(unsigned({"alg": "RS256", "kid": "rsa", "typ": kind}, "e30"))


@pytest.mark.parametrize(
    "kid",
    ["../../dev/null", "x' or '1'='1", "k" * 10_000, "k\x00", 7, ["rsa"], None, ""],
    ids=lambda kid: repr(kid)[:20],
)
def test_a_key_id_is_a_name_and_nothing_else(kid: object) -> None:
    issuer = Issuer(JWKS)
    tokens = JwtVerifier(ISSUER, AUDIENCE, KeySet(issuer.fetch, Clock()), lambda: NOW)
    with pytest.raises(Unauthenticated):
        tokens.verify(unsigned({"alg": "RS256", "typ": "at+jwt", "kid": kid}, "e30"))
    assert issuer.visits == 0


@pytest.mark.parametrize(
    "token",
    [
        "",
        ".",
        "..",
        "a.b",
        "a.b.c.d",
        "é.b.c",
        "a.b.c\n",
        " a.b.c",
        "a=.b.c",
        "eyJ.eyJ.",
        "x" * 9000 + ".b.c",
    ],
    ids=lambda token: repr(token)[:12],
)
def test_what_is_not_a_compact_token_is_refused(token: str) -> None:
    with pytest.raises(Unauthenticated):
        verifier().verify(token)


def test_a_token_above_the_size_limit_is_refused_although_it_is_signed() -> None:
    with pytest.raises(Unauthenticated):
        verifier().verify(signed({"padding": "x" * 8192}))


def test_a_changed_signature_is_refused() -> None:
    head, body, signature = signed().split(".")
    changed = ("A" if signature[0] != "A" else "B") + signature[1:]
    with pytest.raises(Unauthenticated):
        verifier().verify(f"{head}.{body}.{changed}")
