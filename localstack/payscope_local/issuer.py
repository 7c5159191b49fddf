"""The local token issuer: signing keys in a private folder, a JWKS of their public halves, JWTs."""

import base64
import json
import secrets
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from uuid import UUID

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from jwt.algorithms import RSAAlgorithm

from payscope.domain.identity import Role
from payscope.errors import InvalidInput

AUDIENCE = "payscope"
Algorithm = Literal["RS256", "EdDSA"]
ALGORITHMS: tuple[Algorithm, ...] = ("RS256", "EdDSA")
LONGEST_TTL_S = 24 * 3600
_GENERATIONS = 2


@dataclass(frozen=True)
class Issuer:
    """Signs with the newest key of each algorithm; publishes it and the one before.

    Args:
        folder: Holds the keys as ``<milliseconds>-<algorithm>-<kid>.pem``, mode 0600.
        url: The issuer's name, and where its JWKS is served.
    """

    folder: Path
    url: str
    audience: str = AUDIENCE

    def ensure_keys(self) -> None:
        """Make the first pair of keys unless there are keys."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not self._files("RS256"):
            self.rotate()

    def rotate(self) -> None:
        """New keys sign from now on; the previous ones stay valid, older ones are dropped."""
        made_ms = time.time_ns() // 1_000_000
        for algorithm in ALGORITHMS:
            key = (
                rsa.generate_private_key(public_exponent=65537, key_size=2048)
                if algorithm == "RS256"
                else ed25519.Ed25519PrivateKey.generate()
            )
            file = self.folder / f"{made_ms}-{algorithm}-{secrets.token_hex(8)}.pem"
            file.touch(mode=0o600)
            file.write_bytes(
                key.private_bytes(
                    serialization.Encoding.PEM,
                    serialization.PrivateFormat.PKCS8,
                    serialization.NoEncryption(),
                )
            )
            for old in self._files(algorithm)[:-_GENERATIONS]:
                old.unlink()

    def jwks(self) -> dict[str, list[dict[str, str]]]:
        """The public keys, newest last."""
        files = sorted(file for algorithm in ALGORITHMS for file in self._files(algorithm))
        return {"keys": [_public_jwk(file) for file in files]}

    def mint(
        self,
        bank_id: UUID,
        role: Role,
        subject: str = "local",
        ttl_s: int = 3600,
        algorithm: Algorithm = "RS256",
    ) -> str:
        """A signed access token.

        Raises:
            InvalidInput: The lifetime is not between a second and a day, or there is no key yet.
        """
        if not 1 <= ttl_s <= LONGEST_TTL_S:
            raise InvalidInput(f"A token lives 1 to {LONGEST_TTL_S} seconds.")
        files = self._files(algorithm)
        if not files:
            raise InvalidInput("The stack has no signing keys yet: run `payscope up`.")
        now = int(time.time())
        claims = {
            "iss": self.url,
            "aud": self.audience,
            "sub": subject,
            "iat": now,
            "exp": now + ttl_s,
            "bank_id": str(bank_id),
            "role": role.value,
            "jti": secrets.token_hex(16),
        }
        headers = {"kid": _kid(files[-1]), "typ": "at+jwt"}
        return jwt.encode(claims, files[-1].read_bytes(), algorithm=algorithm, headers=headers)

    def _files(self, algorithm: Algorithm) -> list[Path]:
        return sorted(self.folder.glob(f"*-{algorithm}-*.pem"))


def _kid(file: Path) -> str:
    return file.stem.rpartition("-")[2]


def _public_jwk(file: Path) -> dict[str, str]:
    private = serialization.load_pem_private_key(file.read_bytes(), password=None)
    if isinstance(private, ed25519.Ed25519PrivateKey):
        raw = private.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        public = {"kty": "OKP", "crv": "Ed25519", "x": base64.urlsafe_b64encode(raw).decode().rstrip("=")}
        algorithm: Algorithm = "EdDSA"
    elif isinstance(private, rsa.RSAPrivateKey):
        public = json.loads(RSAAlgorithm.to_jwk(private.public_key()))
        algorithm = "RS256"
    else:
        raise InvalidInput(f"{file.name} is neither an RSA nor an Ed25519 key.")
    kept = {name: public[name] for name in ("kty", "crv", "x", "n", "e") if name in public}
    return {**kept, "kid": _kid(file), "use": "sig", "alg": algorithm}
