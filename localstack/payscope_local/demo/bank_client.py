"""One bank's own view of the stack: its inbox and the HTTP API, with tokens of its own."""

import hashlib
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx

from payscope.domain.identity import Role
from payscope.domain.reports import ReportStatus, inbox_key, report_id_for
from payscope.errors import Unavailable
from payscope_local.aws import aws_client
from payscope_local.issuer import Issuer
from payscope_local.state import StackDescription

_WAITS = frozenset({ReportStatus.NEEDS_MAPPING})


class BankClient:
    """Drops files and calls the API as one bank.

    Args:
        stack: Where everything listens.
        issuer: Signs this bank's tokens.
        bank_id: The tenant.
    """

    def __init__(self, stack: StackDescription, issuer: Issuer, bank_id: UUID) -> None:
        self.bank_id = bank_id
        self._stack = stack
        self._issuer = issuer
        self._s3 = aws_client("s3", stack.aws_endpoint_url)
        self._http = httpx.Client(base_url=stack.api_url, timeout=60)

    def drop(self, file: Path) -> UUID:
        """Put the file into the bank's inbox; its report id."""
        key = inbox_key(self.bank_id, file.name)
        with file.open("rb") as body:
            put = self._s3.put_object(Bucket=self._stack.bucket_reports, Key=key, Body=body)
        return report_id_for(self.bank_id, key, put["VersionId"])

    def reports(self) -> list[dict[str, Any]]:
        """All reports, newest first."""
        found: list[dict[str, Any]] = []
        cursor: str | None = None
        while True:
            page = self.get("/reports", limit=200, **({"cursor": cursor} if cursor else {}))
            found += page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                return found

    def wait(self, report_ids: set[UUID], timeout_s: float, progress: Callable[[str], None]) -> None:
        """Until each of these reports has ended or waits for a person.

        Raises:
            Unavailable: Some have not, within the time.
        """
        deadline = time.monotonic() + timeout_s
        told = -1
        while time.monotonic() < deadline:
            states = {UUID(item["report_id"]): ReportStatus(item["status"]) for item in self.reports()}
            done = {
                key
                for key in report_ids
                if (state := states.get(key)) and (state.is_final or state in _WAITS)
            }
            if len(done) != told:
                told = len(done)
                progress(f"  {told} of {len(report_ids)} files have ended")
            if len(done) == len(report_ids):
                return
            time.sleep(0.5)
        raise Unavailable(f"{len(report_ids) - told} reports have not ended within {timeout_s:.0f} s.")

    def ask(self, question: str, as_of: str) -> dict[str, Any]:
        """The answer to a question."""
        reply = self._http.post(
            "/chat/query", json={"query": question, "as_of": as_of}, headers=self._headers()
        )
        return reply.raise_for_status().json()

    def get(self, path: str, **parameters: Any) -> Any:
        """A document of the API as an analyst sees it."""
        return self._http.get(path, params=parameters, headers=self._headers()).raise_for_status().json()

    def status_of(self, path: str, pretended_bank: UUID | None = None, role: Role = Role.ANALYST) -> int:
        """The status of a GET, perhaps with another bank's id in the header."""
        return self._http.get(path, headers=self._headers(pretended_bank, role)).status_code

    def post(self, path: str, body: object, role: Role = Role.BANK_ADMIN) -> Any:
        """A document that a POST gives."""
        return self._http.post(path, json=body, headers=self._headers(None, role)).raise_for_status().json()

    def read(self, path: str, role: Role) -> Any:
        """A document of the API as another role sees it."""
        return self._http.get(path, headers=self._headers(None, role)).raise_for_status().json()

    def _headers(self, pretended_bank: UUID | None = None, role: Role = Role.ANALYST) -> dict[str, str]:
        token = self._issuer.mint(self.bank_id, role, "demo", 3600)
        return {"Authorization": f"Bearer {token}", "X-Bank-Id": str(pretended_bank or self.bank_id)}


def sha256_of(file: Path) -> str:
    """Hex SHA-256 of a file's bytes."""
    return hashlib.sha256(file.read_bytes()).hexdigest()
