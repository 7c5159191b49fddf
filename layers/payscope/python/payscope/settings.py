"""Settings, parsed once at the edge into frozen models that name everything that is missing."""

import json
from collections.abc import Callable, Mapping
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, SecretStr, ValidationError

from payscope.errors import InvalidInput

_PREFIX = "PAYSCOPE_"


class Connections(BaseModel):
    """Addresses and keys of the stores; one JSON document in the secret store.

    Keys are lower-case hex. ``card_key`` is the root of the per-bank card keys, ``context_key``
    signs tenant contexts (its pads are in the database under ``context_key_id``).
    """

    # Its errors are logged, and would quote the secret beside what is missing.
    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    postgres_dsn: SecretStr
    context_key: SecretStr
    context_key_id: int
    card_key: SecretStr
    neo4j_uri: str
    neo4j_user: str
    neo4j_password: SecretStr
    neo4j_database: str
    pinecone_host: str | None = None
    pinecone_api_key: SecretStr
    pinecone_index: str
    valkey_url: str | None = None
    jwks_url: str
    issuer: str
    audience: str


class Settings(BaseModel):
    """What one process needs to know; fields that a function does not use may stay empty."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    stage: str
    connections: Connections
    bucket_reports: str
    bucket_work: str
    event_bus: str
    report_machine_arn: str | None = None
    forecast_machine_arn: str | None = None
    risk_machine_arn: str | None = None
    dlq_url: str | None = None
    received_queue_url: str | None = None
    ocr: Literal["none", "tesseract", "textract"] = "none"
    embedding_model_id: str | None = None
    embedding_dimension: int = 256
    language_model_id: str | None = None
    language_tokens_per_day: int = 200_000
    bank_rate: int = 20
    bank_burst: int = 60
    bank_id: str | None = None
    task_id: str | None = None
    forecast_horizon_days: int = 28
    forecast_max_series: int = 24
    forecast_neural_series: int = 4
    forecast_epochs: int = 60
    risk_epochs: int = 8

    @classmethod
    def from_environment(cls, environ: Mapping[str, str], read_secret: Callable[[str], str]) -> Self:
        """Read ``PAYSCOPE_*`` variables and the connections secret that one of them names.

        Args:
            environ: The process environment.
            read_secret: Gives the text of a secret by its name or ARN.

        Raises:
            InvalidInput: Variables or members of the secret are missing or malformed; all are named.
        """
        values: dict[str, object] = {
            name.removeprefix(_PREFIX).lower(): value
            for name, value in environ.items()
            if name.startswith(_PREFIX) and value
        }
        known = {name: value for name, value in values.items() if name in cls.model_fields}
        secret_name = values.get("connections_secret")
        if not isinstance(secret_name, str):
            raise InvalidInput(f"Set {_PREFIX}CONNECTIONS_SECRET to the name of the connections secret.")
        try:
            known["connections"] = Connections.model_validate(json.loads(read_secret(secret_name)))
            return cls.model_validate(known)
        except (ValidationError, json.JSONDecodeError) as error:
            raise InvalidInput(f"The settings are not usable: {_explain(error)}") from error


def _explain(error: ValidationError | json.JSONDecodeError) -> str:
    if isinstance(error, json.JSONDecodeError):
        return "the connections secret is not JSON"
    # Only names and rules are told: values may be secrets.
    return "; ".join(f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors())
