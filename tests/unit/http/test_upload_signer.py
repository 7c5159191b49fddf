"""What an upload form permits, read from the policy that it signs."""

import base64
import json

import boto3
import pytest

from payscope.adapters.aws.environment import connect
from payscope.adapters.aws.upload_signer import S3UploadSigner


@pytest.mark.parametrize("key", ["banks/b/inbox/a.csv", "banks/b/inbox/${filename}"])
def test_a_form_permits_exactly_its_key(key: str) -> None:
    client = boto3.client(
        "s3", region_name="eu-central-1", aws_access_key_id="test", aws_secret_access_key="test"
    )
    form = S3UploadSigner(client, "reports").presign_post(key, 10, 60)
    conditions = json.loads(base64.b64decode(form.fields["policy"]))["conditions"]
    assert {"key": key} in conditions
    assert ["content-length-range", 1, 10] in conditions


def test_a_form_is_signed_by_the_version_that_buckets_under_a_kms_key_take(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """us-east-1 would be signed by version 2 without being told."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    connect.cache_clear()
    form = S3UploadSigner(connect("s3"), "reports").presign_post("banks/b/inbox/a.csv", 10, 60)
    connect.cache_clear()
    assert form.fields["x-amz-algorithm"] == "AWS4-HMAC-SHA256"
