"""The issuer's keys: fetched on need, kept while the issuer is away, never fetched in a flood.

A request with a known key never waits: a stale set is renewed beside it. Only an unknown key id
waits for a fetch, and after a fetch that did not bring it nobody asks again within the cool-down,
so neither a flood of invented ids nor a hanging issuer slows down the valid tokens.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jwt
from aws_lambda_powertools import Logger

from payscope.adapters.jwt.strict_json import parse_object
from payscope.errors import Unavailable

logger = Logger(service="payscope", child=True)

_SMALLEST_RSA_BITS = 2048
_LONGEST_WAIT_S = 2.5
_PRIVATE_MEMBERS = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A public key and the one algorithm that its type allows."""

    kid: str
    algorithm: str
    key: Any


class KeySet:
    """Signing keys by key id; safe to share between threads.

    Args:
        fetch: Gives the JWKS document, or raises OSError or ValueError within its own time-out.
        clock: Monotonic seconds.
        fresh_s: Age from which the set is renewed beside the requests.
        stale_s: Age from which keys of an unreachable issuer are no longer trusted.
        cooldown_s: Least time between two fetches in vain, and between two renewals.
        start: Runs a renewal beside the caller; a thread by default.
    """

    def __init__(
        self,
        fetch: Callable[[], bytes],
        clock: Callable[[], float],
        *,
        fresh_s: float = 300,
        stale_s: float = 6 * 3600,
        cooldown_s: float = 30,
        start: Callable[[Callable[[], None]], None] | None = None,
    ) -> None:
        self._fetch = fetch
        self._clock = clock
        self._fresh_s = fresh_s
        self._stale_s = stale_s
        self._cooldown_s = cooldown_s
        self._start = start or _in_thread
        self._keys: dict[str, SigningKey] = {}
        self._fetched_at: float | None = None
        self._renewed_at: float | None = None
        self._missed_at: float | None = None
        self._claiming = threading.Lock()
        self._loading = threading.Lock()

    def find(self, kid: str) -> SigningKey | None:
        """The key of an id, or None where the issuer does not publish it.

        Raises:
            Unavailable: No key set could be had, or the last one is too old to trust.
        """
        key = self._keys.get(kid)
        age = self._age()
        if key is not None and age < self._stale_s:
            if age >= self._fresh_s and self._may_renew():
                self._start(self._load)
            return key
        self._look_again(kid)
        if self._age() >= self._stale_s:
            raise Unavailable(
                "The token issuer's keys cannot be fetched; check that its JWKS address answers."
            )
        return self._keys.get(kid)

    def probe(self) -> int:
        """Fetch the set now, beside the cache, and tell how many usable keys it holds.

        Raises:
            Unavailable: The issuer does not answer or publishes no usable key.
        """
        try:
            keys = usable_keys(self._fetch())
        except (OSError, ValueError) as error:
            raise Unavailable("The token issuer's JWKS address does not answer.") from error
        if not keys:
            raise Unavailable("The token issuer publishes no usable key.")
        return len(keys)

    def _age(self) -> float:
        return float("inf") if self._fetched_at is None else self._clock() - self._fetched_at

    def _may_renew(self) -> bool:
        with self._claiming:
            if self._renewed_at is not None and self._clock() - self._renewed_at < self._cooldown_s:
                return False
            self._renewed_at = self._clock()
            return True

    def _look_again(self, kid: str) -> None:
        """Fetch for an unknown key id, unless a fetch found out moments ago that asking is in vain.

        A fetch that brings the id starts no cool-down, so a key counts as soon as it is published.
        """
        if self._asked_in_vain() or not self._loading.acquire(timeout=_LONGEST_WAIT_S):
            return
        try:
            # Another thread may have fetched while this one waited.
            if not self._asked_in_vain() and (kid not in self._keys or self._age() >= self._stale_s):
                self._fetch_now()
                if kid not in self._keys or self._age() >= self._stale_s:
                    self._missed_at = self._clock()
        finally:
            self._loading.release()

    def _asked_in_vain(self) -> bool:
        # With no key at all nothing valid can be slowed down, so the first fetch is tried sooner.
        cooldown = self._cooldown_s if self._fetched_at is not None else min(self._cooldown_s, 5)
        return self._missed_at is not None and self._clock() - self._missed_at < cooldown

    def _load(self) -> None:
        with self._loading:
            self._fetch_now()

    def _fetch_now(self) -> None:
        try:
            keys = usable_keys(self._fetch())
        except (OSError, ValueError) as error:
            logger.warning("key set not renewed", extra={"reason": type(error).__name__})
        else:
            self._keys = keys
            self._fetched_at = self._clock()


def usable_keys(document: bytes) -> dict[str, SigningKey]:
    """The public RSA (2048 bits and more) and Ed25519 signing keys of a JWKS, by key id.

    Anything else is dropped and logged, because a key set that offers it is misconfigured:
    symmetric keys, private parts, weak keys, and ids that two keys share.

    Raises:
        ValueError: The document is not a JWKS.
    """
    entries = parse_object(document).get("keys")
    if not isinstance(entries, list):
        raise ValueError("a JWKS has a list of keys")
    keys: dict[str, SigningKey] = {}
    shared: set[str] = set()
    for entry in entries:
        key = _usable(entry) if isinstance(entry, dict) else None
        if key is None:
            logger.warning("key dropped from the key set", extra={"kid": _short_kid(entry)})
        elif key.kid in keys or key.kid in shared:
            shared.add(key.kid)
            keys.pop(key.kid, None)
            logger.warning("key id dropped: two keys share it", extra={"kid": key.kid[:64]})
        else:
            keys[key.kid] = key
    return keys


def _usable(entry: dict[str, Any]) -> SigningKey | None:
    kid = entry.get("kid")
    algorithm = {("RSA", None): "RS256", ("OKP", "Ed25519"): "EdDSA"}.get(
        (str(entry.get("kty")), entry.get("crv") and str(entry["crv"]))
    )
    if (
        not isinstance(kid, str)
        or algorithm is None
        or entry.get("alg", algorithm) != algorithm
        or entry.get("use", "sig") != "sig"
        or _PRIVATE_MEMBERS & entry.keys()
    ):
        return None
    try:
        key = jwt.PyJWK.from_dict(entry, algorithm=algorithm).key
    except (jwt.PyJWTError, ValueError, TypeError, KeyError):
        return None
    if algorithm == "RS256" and key.key_size < _SMALLEST_RSA_BITS:
        return None
    return SigningKey(kid, algorithm, key)


def _short_kid(entry: object) -> str:
    return str(entry.get("kid"))[:64] if isinstance(entry, dict) else ""


def _in_thread(work: Callable[[], None]) -> None:
    threading.Thread(target=work, name="jwks", daemon=True).start()
