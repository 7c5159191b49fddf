"""Whether the token issuer publishes usable keys."""

from dataclasses import dataclass

from payscope.adapters.jwt.key_set import KeySet


@dataclass(frozen=True, slots=True)
class JwksProbe:
    """Fetches the key set, beside the cache that verifies tokens."""

    keys: KeySet
    name: str = "jwks"
    is_vital: bool = False

    def check(self) -> str:
        """How many usable keys there are.

        Raises:
            Unavailable: The issuer does not answer or publishes no usable key.
        """
        return f"{self.keys.probe()} usable keys."
