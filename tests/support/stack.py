"""The whole local stack for one test run, in a folder of its own beside any other stack.

It takes the machine for itself: keep the tests that use it in one process.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest

from payscope_local.aws import aws_client
from payscope_local.places import Places
from payscope_local.stack import Stack
from payscope_local.state import PrivateState, StackDescription, read_description, read_private

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class RunningStack:
    """A stack that is up. Everything it tells is read anew, since a test may restart it."""

    places: Places

    @property
    def description(self) -> StackDescription:
        found = read_description(self.places.stack_file)
        assert found is not None, "the stack is down"
        return found

    @property
    def private(self) -> PrivateState:
        found = read_private(self.places.private_file)
        assert found is not None
        return found

    def client(self, service: str) -> Any:
        """A boto3 client of the stack's AWS endpoint."""
        return aws_client(service, self.description.aws_endpoint_url)

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """One ``payscope`` command on this stack."""
        chosen = {"PAYSCOPE_HOME": str(self.places.home), "PYTHONPATH": os.pathsep.join(sys.path)}
        return subprocess.run(
            [sys.executable, "-m", "payscope_local.cli", *words],
            cwd=ROOT,
            env={**os.environ, **chosen},
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )

    def add_bank(self, name: str) -> UUID:
        done = self.run("bank", "add", "--name", name)
        assert done.returncode == 0, done.stderr
        return UUID(done.stdout.strip())

    def api(self, bank_id: UUID, role: str = "BANK_ADMIN") -> httpx.Client:
        """A client of the product's API with a fresh token."""
        done = self.run("token", "--bank", str(bank_id), "--role", role)
        assert done.returncode == 0, done.stderr
        headers = {"Authorization": f"Bearer {done.stdout.strip()}", "X-Bank-Id": str(bank_id)}
        return httpx.Client(base_url=self.description.api_url, headers=headers, timeout=60)

    def drop(self, bank_id: UUID, name: str, body: bytes) -> None:
        """Put a file into a bank's inbox."""
        key = f"banks/{bank_id}/inbox/{name}"
        self.client("s3").put_object(Bucket=self.description.bucket_reports, Key=key, Body=body)

    def server_states(self) -> dict[str, str]:
        listed = json.loads(self.run("status", "--json").stdout)
        return {server["name"]: server["state"] for server in listed}


@pytest.fixture(scope="session")
def stack() -> Iterator[RunningStack]:
    """Every server of the product, deployed and migrated, with no bank yet."""
    with tempfile.TemporaryDirectory(prefix="payscope-stack-") as folder:
        Path(folder).chmod(0o711)
        places = Places(ROOT, Path(folder) / "home")
        lines: list[str] = []
        controller = Stack(places, lines.append)
        try:
            controller.up()
            yield RunningStack(places)
        finally:
            controller.remove()
