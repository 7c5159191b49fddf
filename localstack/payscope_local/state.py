"""What the stack remembers between commands: a private file, a process list, and the public file."""

import json
import os
import secrets
from collections.abc import Iterable
from pathlib import Path

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from payscope.errors import InvalidInput
from payscope_local.processes import ProcessRecord

_PROCESSES = TypeAdapter(dict[str, ProcessRecord])


class PrivateState(BaseModel):
    """Secrets and ports of one checkout's stack, made once and kept as long as its data."""

    model_config = ConfigDict(frozen=True)

    owner_password: str
    app_password: str
    vectors_password: str
    graph_password: str
    valkey_password: str
    pinecone_api_key: str
    context_key: str
    context_key_id: int
    card_key: str
    ports: dict[str, int] = {}
    superuser_dsn: str = ""
    owner_dsn: str = ""
    app_dsn: str = ""
    vectors_dsn: str = ""

    @classmethod
    def fresh(cls) -> "PrivateState":
        def word() -> str:
            return secrets.token_hex(24)

        return cls(
            owner_password=word(),
            app_password=word(),
            vectors_password=word(),
            graph_password=word(),
            valkey_password=word(),
            pinecone_api_key=word(),
            context_key=secrets.token_hex(32),
            context_key_id=1,
            card_key=secrets.token_hex(32),
        )


class Bank(BaseModel):
    """A tenant as the public file lists it."""

    model_config = ConfigDict(frozen=True)

    bank_id: str
    name: str


class StackDescription(BaseModel):
    """``.payscope/stack.json``: what a client of the stack may rely on."""

    model_config = ConfigDict(frozen=True)

    api_url: str
    aws_endpoint_url: str
    aws_region: str
    bucket_reports: str
    postgres_dsn: str
    neo4j_uri: str
    neo4j_auth: tuple[str, str]
    pinecone_host: str
    state_machine_arn: str
    banks: list[Bank]
    issuer: str
    audience: str
    pids: dict[str, int]
    outputs: dict[str, str] = {}


def read_private(file: Path) -> PrivateState | None:
    """The private state, or None where no stack was made yet.

    Raises:
        InvalidInput: The file is damaged.
    """
    if not file.exists():
        return None
    try:
        return PrivateState.model_validate_json(file.read_bytes())
    except ValidationError as error:
        message = f"{file} is damaged; remove the stack with `make clean`."
        raise InvalidInput(message) from error


def read_processes(file: Path) -> dict[str, ProcessRecord]:
    return _PROCESSES.validate_json(file.read_bytes()) if file.exists() else {}


def write_processes(file: Path, records: Iterable[ProcessRecord]) -> None:
    listed = {record.name: record.model_dump() for record in records}
    write_file(file, json.dumps(listed, indent=1))


def read_description(file: Path) -> StackDescription | None:
    return StackDescription.model_validate_json(file.read_bytes()) if file.exists() else None


def write_file(file: Path, text: str) -> None:
    """Replace a file at once; readers see the old or the new text, and only our user any of it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(text + "\n")
    draft.replace(file)
