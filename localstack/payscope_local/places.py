"""Where the local stack keeps its things: one folder, by default in the checkout."""

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Places:
    """Paths of one stack.

    Attributes:
        root: The checkout, the folder with pyproject.toml.
        home: Everything that the stack writes, except for the templates.
    """

    root: Path
    home: Path

    @property
    def stack_file(self) -> Path:
        """The public description of the running stack."""
        return self.home / "stack.json"

    @property
    def private_file(self) -> Path:
        """Passwords, keys and ports; mode 0600."""
        return self.home / "private.json"

    @property
    def processes_file(self) -> Path:
        return self.home / "processes.json"

    @property
    def api_file(self) -> Path:
        """Which HTTP API the front forwards to."""
        return self.home / "api.json"

    @property
    def lock_file(self) -> Path:
        return self.home / "lock"

    @property
    def keys(self) -> Path:
        """The issuer's signing keys; mode 0700."""
        return self.home / "keys"

    @property
    def logs(self) -> Path:
        return self.home / "logs"

    @property
    def postgres(self) -> Path:
        return self.home / "postgres"

    @property
    def graph(self) -> Path:
        return self.home / "graph"

    @property
    def valkey(self) -> Path:
        return self.home / "valkey"

    @property
    def objects(self) -> Path:
        """Contents of the buckets."""
        return self.home / "objects"

    @property
    def scratch(self) -> Path:
        """Emptied on each start."""
        return self.home / "scratch"

    @property
    def assembly(self) -> Path:
        """The synthesised templates of the local stage."""
        return self.root / "build" / "cdk.out" / "local"

    def log(self, name: str) -> Path:
        return self.logs / f"{name}.log"


def find_places(start: Path, home: Path | None = None) -> Places:
    """The places of the checkout that contains this folder, or else of the one this code lies in.

    Args:
        start: Where to look for the checkout.
        home: By default the folder that PAYSCOPE_HOME names, so that a second stack can run beside the
            first, else .payscope in the checkout.
    """
    named = os.environ.get("PAYSCOPE_HOME")
    chosen = home or (Path(named).resolve() if named else None)
    for folder in (start.resolve(), *start.resolve().parents):
        if (folder / "localstack" / "payscope_local").is_dir():
            return Places(folder, chosen or folder / ".payscope")
    root = Path(__file__).resolve().parents[2]
    return Places(root, chosen or root / ".payscope")
