"""The edge of a Lambda or a task: its environment, its secrets, its clients."""

import os
from functools import cache
from typing import Any

import boto3
from botocore.config import Config

from payscope.settings import Settings

_CONFIG = Config(connect_timeout=3, read_timeout=20, retries={"max_attempts": 4, "mode": "standard"})


@cache
def connect(service: str) -> Any:
    """A boto3 client of the service; local endpoints come from ``AWS_ENDPOINT_URL``.

    S3 is addressed by path where an endpoint is set, since bucket host names resolve only in the cloud.
    """
    if service != "s3":
        return boto3.client(service, config=_CONFIG)
    style = {"addressing_style": "path"} if os.environ.get("AWS_ENDPOINT_URL") else None
    # Some regions still sign forms by version 2, which buckets under a KMS key refuse.
    return boto3.client("s3", config=_CONFIG.merge(Config(s3=style, signature_version="s3v4")))


def read_secret(name: str) -> str:
    """Text of a secret by its name or ARN."""
    return connect("secretsmanager").get_secret_value(SecretId=name)["SecretString"]


@cache
def load_settings() -> Settings:
    """The settings of this process, read on first use and never at import."""
    return Settings.from_environment(os.environ, read_secret)
