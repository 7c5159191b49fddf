"""The local issuer against the verifier of the product."""

import json
import stat
import time
from pathlib import Path
from uuid import UUID

import jwt
import pytest

from payscope.domain.identity import Role
from payscope.errors import InvalidInput
from payscope_local.issuer import ALGORITHMS, Algorithm, Issuer

BANK = UUID("11111111-1111-4111-8111-111111111111")
URL = "http://127.0.0.1:1"


@pytest.fixture
def issuer(tmp_path: Path) -> Issuer:
    issuer = Issuer(tmp_path / "keys", URL)
    issuer.ensure_keys()
    return issuer


def verify(issuer: Issuer, token: str) -> dict[str, object]:
    published = jwt.PyJWKSet.from_json(json.dumps(issuer.jwks()))
    key = published[jwt.get_unverified_header(token)["kid"]]
    return jwt.decode(token, key.key, algorithms=[key.algorithm_name], audience="payscope", issuer=URL)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_token_verifies_against_the_published_keys(issuer: Issuer, algorithm: Algorithm) -> None:
    token = issuer.mint(BANK, Role.ANALYST, "ann", 60, algorithm)
    claims = verify(issuer, token)
    assert jwt.get_unverified_header(token)["typ"] == "at+jwt"
    assert (claims["bank_id"], claims["role"], claims["sub"]) == (str(BANK), "ANALYST", "ann")
    assert claims["exp"] == claims["iat"] + 60  # type: ignore[operator]


def test_after_a_rotation_old_tokens_still_verify_and_new_ones_use_new_keys(issuer: Issuer) -> None:
    before = issuer.mint(BANK, Role.ANALYST)
    time.sleep(0.002)
    issuer.rotate()
    after = issuer.mint(BANK, Role.ANALYST)
    assert verify(issuer, before)
    assert verify(issuer, after)
    assert jwt.get_unverified_header(before)["kid"] != jwt.get_unverified_header(after)["kid"]


def test_after_two_rotations_the_first_keys_are_gone(issuer: Issuer) -> None:
    first = {key["kid"] for key in issuer.jwks()["keys"]}
    for _ in range(2):
        time.sleep(0.002)
        issuer.rotate()
    published = issuer.jwks()["keys"]
    assert len(published) == 4
    assert not first & {key["kid"] for key in published}


def test_only_public_halves_are_published_and_keys_are_private_files(issuer: Issuer) -> None:
    names = {name for key in issuer.jwks()["keys"] for name in key}
    assert names == {"kty", "crv", "x", "n", "e", "kid", "use", "alg"}
    modes = {stat.S_IMODE(file.stat().st_mode) for file in issuer.folder.iterdir()}
    assert modes == {0o600}


@pytest.mark.parametrize("ttl_s", [0, -1, 86_401])
def test_a_token_cannot_live_for_ever_or_not_at_all(issuer: Issuer, ttl_s: int) -> None:
    with pytest.raises(InvalidInput, match="lives 1 to 86400 seconds"):
        issuer.mint(BANK, Role.ANALYST, ttl_s=ttl_s)
