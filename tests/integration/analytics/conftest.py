"""A cloud for container tasks: the emulator with the work bucket and the connections secret."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from payscope_local.aws import REGION, aws_client, endpoint_url, start_aws
from payscope_local.ports import free_port
from payscope_local.processes import stop
from tests.support.postgres import TestDatabases

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="package")
def cloud(migrated: TestDatabases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Environment of a task: the local endpoint, the bucket and the connections secret."""
    folder = tmp_path_factory.mktemp("aws")
    port = free_port()
    record = start_aws(folder / "data", folder / "scratch", port, folder / "aws.log")
    environment = {
        **os.environ,
        "AWS_ENDPOINT_URL": endpoint_url(port),
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": REGION,
        "PAYSCOPE_STAGE": "test",
        "PAYSCOPE_CONNECTIONS_SECRET": "connections",
        "PAYSCOPE_BUCKET_REPORTS": "reports",
        "PAYSCOPE_BUCKET_WORK": "work",
        "PAYSCOPE_EVENT_BUS": "bus",
        "PYTHONPATH": str(ROOT / "layers" / "payscope" / "python"),
    }
    aws_client("s3", environment["AWS_ENDPOINT_URL"]).create_bucket(Bucket="work")
    secret = {
        "postgres_dsn": migrated.app_dsn,
        "context_key": migrated.context_key.hex(),
        "context_key_id": migrated.context_key_id,
        "card_key": "00" * 32,
        "neo4j_uri": "bolt://127.0.0.1:1",
        "neo4j_user": "none",
        "neo4j_password": "none",
        "neo4j_database": "none",
        "pinecone_api_key": "none",
        "pinecone_index": "none",
        "jwks_url": "http://127.0.0.1:1",
        "issuer": "none",
        "audience": "none",
    }
    aws_client("secretsmanager", environment["AWS_ENDPOINT_URL"]).create_secret(
        Name="connections", SecretString=json.dumps(secret)
    )
    yield environment
    stop(record)
