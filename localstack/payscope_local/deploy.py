"""Deploying the synthesised templates to the local AWS endpoint with plain CloudFormation calls."""

import time
from collections.abc import Callable, Sequence
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from payscope.errors import Unavailable
from payscope_local.assembly import Asset, StackTemplate
from payscope_local.aws import aws_client

_DIGEST_TAG = "payscope:digest"
_CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]
# The largest template that CloudFormation takes in the call itself.
_LARGEST_BODY = 51_200
_TIMEOUT_S = 300.0


def deploy(stacks: Sequence[StackTemplate], endpoint: str, progress: Callable[[str], None]) -> dict[str, str]:
    """Create or update the stacks in the given order; one that is up to date is left alone.

    Returns:
        The outputs of all stacks by their export-independent names.

    Raises:
        Unavailable: A stack failed; the message gives the first reasons.
    """
    try:
        return _deploy(stacks, endpoint, progress)
    except (BotoCoreError, ClientError) as error:
        raise Unavailable(f"The deployment failed: {error}") from error


def _deploy(
    stacks: Sequence[StackTemplate], endpoint: str, progress: Callable[[str], None]
) -> dict[str, str]:
    s3 = aws_client("s3", endpoint)
    formation = aws_client("cloudformation", endpoint)
    outputs: dict[str, str] = {}
    for stack in stacks:
        known = _describe(formation, stack.name)
        if known is None or _digest(known) != stack.digest:
            progress(f"{'deploying' if known is None else 'updating'} {stack.name}")
            _upload(s3, stack.assets)
            _apply(formation, s3, stack, known)
            known = _settle(formation, stack.name)
        outputs |= {item["OutputKey"]: item["OutputValue"] for item in (known or {}).get("Outputs", [])}
    return outputs


def _apply(formation: Any, s3: Any, stack: StackTemplate, known: dict[str, Any] | None) -> None:
    if known is not None and known["StackStatus"] in (
        "ROLLBACK_COMPLETE",
        "ROLLBACK_FAILED",
        "CREATE_FAILED",
    ):
        formation.delete_stack(StackName=stack.name)
        known = None
    arguments = {
        "StackName": stack.name,
        "Capabilities": _CAPABILITIES,
        "Tags": [{"Key": _DIGEST_TAG, "Value": stack.digest}],
        **_template_argument(s3, stack),
    }
    try:
        if known is None:
            formation.create_stack(**arguments)
        else:
            formation.update_stack(**arguments)
    except ClientError as error:
        if "No updates are to be performed" not in str(error):
            raise Unavailable(f"{stack.name} was refused: {error}") from error


def _template_argument(s3: Any, stack: StackTemplate) -> dict[str, str]:
    body = stack.template.encode()
    if len(body) <= _LARGEST_BODY:
        return {"TemplateBody": stack.template}
    bucket = "payscope-local-templates"
    key = f"{stack.name}-{stack.digest[:16]}.json"
    _ensure_bucket(s3, bucket)
    s3.put_object(Bucket=bucket, Key=key, Body=body)
    return {"TemplateURL": f"{s3.meta.endpoint_url}/{bucket}/{key}"}


def _upload(s3: Any, assets: Sequence[Asset]) -> None:
    for bucket in sorted({asset.bucket for asset in assets}):
        _ensure_bucket(s3, bucket)
    for asset in assets:
        try:
            s3.head_object(Bucket=asset.bucket, Key=asset.content_key)
        except ClientError:
            s3.put_object(Bucket=asset.bucket, Key=asset.content_key, Body=asset.body())


def _ensure_bucket(s3: Any, bucket: str) -> None:
    try:
        s3.create_bucket(Bucket=bucket)
    except s3.exceptions.BucketAlreadyOwnedByYou:
        return  # it survived a restart


def _settle(formation: Any, name: str) -> dict[str, Any]:
    deadline = time.monotonic() + _TIMEOUT_S
    while time.monotonic() < deadline:
        known = _describe(formation, name)
        status = known["StackStatus"] if known else "DELETED"
        if known and status in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
            return known
        if not status.endswith("_IN_PROGRESS"):
            raise Unavailable(f"{name} ended as {status}: {_reasons(formation, name)}")
        time.sleep(0.1)
    raise Unavailable(f"{name} was not deployed within {_TIMEOUT_S:.0f} s.")


def _reasons(formation: Any, name: str) -> str:
    events = formation.describe_stack_events(StackName=name)["StackEvents"]
    failed = [event for event in reversed(events) if event["ResourceStatus"].endswith("FAILED")]
    told = [f"{event['LogicalResourceId']}: {event.get('ResourceStatusReason', '?')}" for event in failed[:3]]
    return "; ".join(told) or "no reason given"


def _describe(formation: Any, name: str) -> dict[str, Any] | None:
    try:
        stacks = formation.describe_stacks(StackName=name)["Stacks"]
    except ClientError as error:
        if "does not exist" in str(error):
            return None
        raise
    live = [stack for stack in stacks if stack["StackStatus"] != "DELETE_COMPLETE"]
    return live[0] if live else None


def _digest(stack: dict[str, Any]) -> str | None:
    if stack["StackStatus"] not in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
        return None
    return next((tag["Value"] for tag in stack.get("Tags", []) if tag["Key"] == _DIGEST_TAG), None)
