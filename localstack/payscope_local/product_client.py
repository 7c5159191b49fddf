"""A client of the running stack: its HTTP API with a token of the local issuer, its inbox, its machines."""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
from botocore.exceptions import BotoCoreError, ClientError

from payscope.domain.identity import Role
from payscope.domain.ingest.reports import ReportStatus, inbox_key, report_id_for
from payscope.errors import InvalidInput, Unavailable
from payscope_local.aws import aws_client
from payscope_local.banks import database_of
from payscope_local.places import Places, find_places
from payscope_local.servers import issuer_of
from payscope_local.state import StackDescription, read_description, read_private

_LARGEST_PUT_BYTES = 5 * 1024**3
_TOKEN_TTL_S = 3600
_POLL_S = 1.0
_PAGE = 200


@dataclass(frozen=True)
class ProductClient:
    """Acts for one bank as one role."""

    places: Places
    stack: StackDescription
    bank_id: UUID
    role: Role = Role.BANK_ADMIN

    @classmethod
    def connect(cls, bank_id: UUID, role: Role = Role.BANK_ADMIN) -> "ProductClient":
        """The client of this checkout's stack.

        Raises:
            InvalidInput: There is no stack.
        """
        places = find_places(Path.cwd())
        stack = read_description(places.stack_file)
        if stack is None:
            raise InvalidInput("There is no stack: run `payscope up`.")
        return cls(places, stack, bank_id, role)

    def require_bank(self) -> None:
        """Refuse a bank that nobody registered: its files would lie in the bucket and never be taken in.

        Raises:
            InvalidInput: The stack has no bank by this id.
            Unavailable: The database does not answer.
        """
        state = read_private(self.places.private_file)
        if state is None or self.bank_id not in database_of(state).bank_ids():
            raise InvalidInput(f"No bank has the id {self.bank_id}: register it by `payscope bank add`.")

    def request(self, method: str, path: str, **arguments: Any) -> Any:
        """The JSON document that a route answers.

        Raises:
            InvalidInput: The request is wrong; the message is the problem's detail.
            Unavailable: The API or something behind it does not answer.
        """
        try:
            response = self._http.request(method, path, **arguments)
        except httpx.HTTPError as error:
            raise Unavailable("The API does not answer: run `payscope status`.") from error
        try:
            document = response.json()
        except ValueError as error:
            raise Unavailable(f"The API answered {response.status_code} without JSON.") from error
        if response.is_success:
            return document
        detail = f"{document.get('detail', response.status_code)} (request {document.get('request_id')})"
        raise Unavailable(detail) if response.status_code >= 500 else InvalidInput(detail)

    def status_of(self, path: str, headers: dict[str, str] | None = None) -> int:
        """The status of a GET, perhaps with other headers than one's own."""
        return self._http.get(path, headers=headers).status_code

    def pages(self, path: str, **parameters: Any) -> Iterator[dict[str, Any]]:
        """All items of a list."""
        cursor: str | None = None
        while True:
            page = self.request("GET", path, params={**parameters, **({"cursor": cursor} if cursor else {})})
            yield from page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                return

    def drop(self, file: Path) -> UUID:
        """Put a file into the bank's inbox and give the id of the report that it becomes.

        Raises:
            InvalidInput: It cannot be read, or is too large for one upload.
            Unavailable: The object store does not answer.
        """
        key = inbox_key(self.bank_id, file.name)
        try:
            if file.stat().st_size > _LARGEST_PUT_BYTES:
                raise InvalidInput(f"{file} is larger than 5 GiB.")
            with file.open("rb") as body:
                answer = self._s3.put_object(Bucket=self.stack.bucket_reports, Key=key, Body=body)
        except OSError as error:
            raise InvalidInput(f"{file} cannot be read: {error.strerror}.") from error
        except (BotoCoreError, ClientError) as error:
            raise Unavailable("The object store did not take the file: run `payscope status`.") from error
        return report_id_for(self.bank_id, key, _version(answer))

    def wait(self, timeout_s: float) -> dict[str, int]:
        """Wait until every file in the inbox has come to an end or waits for a mapping.

        Returns:
            Reports by status.

        Raises:
            Unavailable: The time is over.
        """
        deadline = time.monotonic() + timeout_s
        while True:
            delivered = self._delivered()
            statuses = {
                UUID(item["report_id"]): ReportStatus(item["status"])
                for item in self.pages("/reports", limit=_PAGE)
            }
            moving = [
                report_id
                for report_id in delivered | statuses.keys()
                if not _rests(statuses.get(report_id, ReportStatus.RECEIVED))
            ]
            if not moving:
                counts = [status.value for status in statuses.values()]
                return {name: counts.count(name) for name in sorted(set(counts))}
            if time.monotonic() > deadline:
                raise Unavailable(f"{len(moving)} reports are still in progress after {timeout_s:g} s.")
            time.sleep(_POLL_S)

    def run_machine(self, kind: str, timeout_s: float) -> dict[str, Any]:
        """Start the forecast or the risk machine for the bank and wait for its end.

        Raises:
            InvalidInput: The task failed; the message is its reason.
            Unavailable: Step Functions does not answer, or the time is over.
        """
        machine = self.stack.outputs.get(f"{kind.title()}Machine")
        if machine is None:
            raise InvalidInput(f"The stack has no machine for {kind}.")
        task_id = f"{kind}-{self.bank_id}-{uuid4().hex[:12]}"
        document = json.dumps({"bank_id": str(self.bank_id), "task_id": task_id})
        deadline = time.monotonic() + timeout_s
        try:
            started = self._machines.start_execution(stateMachineArn=machine, name=task_id, input=document)
            while time.monotonic() < deadline:
                state = self._machines.describe_execution(executionArn=started["executionArn"])
                if state["status"] != "RUNNING":
                    return _result(kind, state)
                time.sleep(_POLL_S)
        except (BotoCoreError, ClientError) as error:
            raise Unavailable("Step Functions does not answer: run `payscope status`.") from error
        raise Unavailable(f"The {kind} task still runs after {timeout_s:g} s.")

    def _delivered(self) -> frozenset[UUID]:
        """Ids of the reports that the objects of the bank's inbox become."""
        prefix = f"banks/{self.bank_id}/inbox/"
        try:
            pages = self._s3.get_paginator("list_object_versions").paginate(
                Bucket=self.stack.bucket_reports, Prefix=prefix
            )
            found = [item for page in pages for item in page.get("Versions", [])]
        except (BotoCoreError, ClientError) as error:
            raise Unavailable("The object store does not answer: run `payscope status`.") from error
        # An object in a folder below the inbox is none of the bank's reports.
        own = [item for item in found if "/" not in item["Key"].removeprefix(prefix)]
        return frozenset(report_id_for(self.bank_id, item["Key"], _version(item)) for item in own)

    @cached_property
    def _http(self) -> httpx.Client:
        state = read_private(self.places.private_file)
        if state is None:
            raise InvalidInput("There is no stack: run `payscope up`.")
        token = issuer_of(self.places, state).mint(self.bank_id, self.role, ttl_s=_TOKEN_TTL_S)
        headers = {"Authorization": f"Bearer {token}", "X-Bank-Id": str(self.bank_id)}
        return httpx.Client(base_url=self.stack.api_url, headers=headers, timeout=60)

    @cached_property
    def _s3(self) -> Any:
        return aws_client("s3", self.stack.aws_endpoint_url)

    @cached_property
    def _machines(self) -> Any:
        return aws_client("stepfunctions", self.stack.aws_endpoint_url)


def _version(answer: dict[str, Any]) -> str:
    """The object version as the notification names it; without versioning, its ETag."""
    version = answer.get("VersionId")
    return version if version and version != "null" else f"etag:{answer['ETag'].strip(chr(34))}"


def _rests(status: ReportStatus) -> bool:
    return status.is_final or status is ReportStatus.NEEDS_MAPPING


def _result(kind: str, state: dict[str, Any]) -> dict[str, Any]:
    output: dict[str, Any] = json.loads(state.get("output") or "{}")
    if state["status"] != "SUCCEEDED":
        raise InvalidInput(
            f"The {kind} task ended {state['status']}: {state.get('cause') or output or 'no reason'}"
        )
    return output
