"""What the demo says and whether it was right: every step ends in a line with a tick or a cross."""

import sys
import time
from dataclasses import dataclass, field


@dataclass
class Stage:
    """Prints progress and counts what failed."""

    failures: list[str] = field(default_factory=list[str])
    began: float = field(default_factory=time.monotonic)

    def chapter(self, title: str) -> None:
        """A new part of the demo."""
        self.say(f"\n== {title}  ({time.monotonic() - self.began:.0f} s)")

    def say(self, line: str) -> None:
        """A line of the story."""
        sys.stdout.write(line + "\n")
        sys.stdout.flush()

    def check(self, holds: bool, claim: str, otherwise: str = "") -> bool:
        """Show the claim with a tick, or with a cross and what was seen instead."""
        self.say(f"  {'✓' if holds else '✗'} {claim}" + ("" if holds or not otherwise else f": {otherwise}"))
        if not holds:
            self.failures.append(claim)
        return holds

    def end(self) -> int:
        """The exit code: 0 only if every claim held."""
        self.chapter("Done" if not self.failures else f"{len(self.failures)} claims failed")
        for claim in self.failures:
            self.say(f"  ✗ {claim}")
        return 1 if self.failures else 0
