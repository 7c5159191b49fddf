"""The AWS part of the local stack: MiniStack on loopback, its objects on disk, and clients for it."""

import os
import sys
import time
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from payscope.errors import Unavailable
from payscope_local.ports import LOOPBACK, is_open
from payscope_local.processes import ProcessRecord, is_alive, log_tail, python_environment, spawn

REGION = "us-east-1"
ACCOUNT = "000000000000"
_CREDENTIALS = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}


def start_aws(data_dir: Path, scratch_dir: Path, port: int, log_file: Path) -> ProcessRecord:
    """Start the emulator. Bucket contents live in ``data_dir``; all else is deployed anew.

    Function workers inherit this environment, so they import the product's packages from the
    interpreter that runs us.

    Raises:
        Unavailable: It did not start.
    """
    for folder in (data_dir, scratch_dir):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    environment = python_environment(
        {
            "BIND_HOST": LOOPBACK,
            "GATEWAY_PORT": str(port),
            "MINISTACK_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ENDPOINT_URL": endpoint_url(port),
            "S3_PERSIST": "1",
            "S3_DATA_DIR": str(data_dir),
            "TMPDIR": str(scratch_dir),
            "LOG_LEVEL": "INFO",
            "SFTP_ENABLED": "0",
            "IOT_MTLS_ENABLED": "0",
            "DOCKER_HOST": f"unix://{scratch_dir / 'no-docker.sock'}",
            "OMP_NUM_THREADS": "2",
            "MINISTACK_WORKER_THREADS": "128",
            "PAYSCOPE_PROCESSES_PER_FUNCTION": str(max(2, os.cpu_count() or 1)),
        }
    )
    command = [sys.executable, "-m", "payscope_local.ministack"]
    record = spawn("aws", command, log_file, environment, port, scratch_dir)
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and is_alive(record):
        if is_open(port):
            return record
        time.sleep(0.05)
    raise Unavailable(f"MiniStack did not start (log: {log_file}): {log_tail(log_file)}")


def endpoint_url(port: int) -> str:
    """Where every AWS client connects."""
    return f"http://{LOOPBACK}:{port}"


def aws_client(service: str, endpoint: str) -> Any:
    """A boto3 client of the emulator."""
    config = Config(
        connect_timeout=3,
        read_timeout=120,
        retries={"max_attempts": 3, "mode": "standard"},
        s3={"addressing_style": "path"},
    )
    return boto3.client(service, endpoint_url=endpoint, region_name=REGION, config=config, **_CREDENTIALS)
