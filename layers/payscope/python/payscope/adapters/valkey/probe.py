"""Whether the shared counters answer."""

from dataclasses import dataclass

from payscope.adapters.valkey.counters import ValkeyCounters


@dataclass(frozen=True, slots=True)
class ValkeyProbe:
    """Pings the server."""

    counters: ValkeyCounters
    name: str = "valkey"
    is_vital: bool = False

    def check(self) -> str:
        """That it answers.

        Raises:
            Unavailable: It does not.
        """
        self.counters.ping()
        return "Counters are shared."
