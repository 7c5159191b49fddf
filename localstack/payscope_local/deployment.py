"""From running servers to a working product: secrets, templates, migrations, the public description."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

from botocore.exceptions import ClientError

from payscope.errors import InvalidInput, Unavailable
from payscope_local.assembly import DIGEST_FILE, infrastructure_digest, read_assembly
from payscope_local.aws import ACCOUNT, REGION, aws_client, endpoint_url
from payscope_local.deploy import deploy
from payscope_local.graph import USER as GRAPH_USER
from payscope_local.issuer import AUDIENCE
from payscope_local.places import Places
from payscope_local.ports import LOOPBACK
from payscope_local.processes import python_environment
from payscope_local.servers import GRAPH_DATABASE, app_dsn, issuer_of, owner_dsn
from payscope_local.state import PrivateState, write_file
from payscope_local.valkey import valkey_url

STAGE = "local"
PINECONE_INDEX = "payscope"
Progress = Callable[[str], None]


def template_folder(places: Places, progress: Progress) -> Path:
    """Where the local stage's templates are: those kept in the project, or, when the infrastructure's
    code has changed since, freshly synthesised ones.

    Raises:
        Unavailable: The code has changed and node is not installed, or the synthesis failed.
    """
    wanted = infrastructure_digest(places.root)
    for folder in (places.root / "localstack" / "template", places.assembly):
        if _digest_in(folder) == wanted:
            return folder
    if shutil.which("node") is None:
        raise Unavailable(
            "The infrastructure's code differs from the kept template. "
            "Install Node.js 20 or newer: it is needed to synthesise the template."
        )
    progress("synthesising the template, since the kept one is older than infra/ (make template renews it)")
    done = subprocess.run(  # noqa: S603 -- our own interpreter and program
        [sys.executable, str(places.root / "infra" / "app.py"), STAGE],
        cwd=places.root,
        env=python_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise Unavailable(f"The template cannot be synthesised: {done.stderr.strip()[-600:]}")
    (places.assembly / DIGEST_FILE).write_text(wanted)
    return places.assembly


def _digest_in(folder: Path) -> str | None:
    stamp = folder / DIGEST_FILE
    return stamp.read_text().strip() if stamp.exists() else None


def put_secrets(state: PrivateState, places: Places) -> None:
    """Write the secrets that functions read, before anything is deployed that needs them."""
    issuer = issuer_of(places, state)
    connections = {
        "postgres_dsn": app_dsn(state),
        "context_key": state.context_key,
        "context_key_id": state.context_key_id,
        "card_key": state.card_key,
        "neo4j_uri": f"bolt://{LOOPBACK}:{state.ports['bolt']}",
        "neo4j_user": GRAPH_USER,
        "neo4j_password": state.graph_password,
        "neo4j_database": GRAPH_DATABASE,
        "pinecone_host": f"http://{LOOPBACK}:{state.ports['vectors']}",
        "pinecone_api_key": state.pinecone_api_key,
        "pinecone_index": PINECONE_INDEX,
        "valkey_url": valkey_url(state.valkey_password, state.ports["valkey"]),
        "jwks_url": f"{issuer.url}/.well-known/jwks.json",
        "issuer": issuer.url,
        "audience": AUDIENCE,
    }
    client = aws_client("secretsmanager", endpoint_url(state.ports["aws"]))
    _put_secret(client, f"payscope/{STAGE}/connections", connections)
    _put_secret(client, f"payscope/{STAGE}/owner", {"owner_dsn": owner_dsn(state)})


def deploy_templates(places: Places, state: PrivateState, progress: Progress) -> dict[str, str]:
    """Bring the deployed stacks to the template and the code as they are now; their outputs."""
    endpoint = endpoint_url(state.ports["aws"])
    folder = template_folder(places, progress)
    stacks = read_assembly(folder, places.root, ACCOUNT, REGION)
    outputs = deploy(stacks, endpoint, progress)
    target = {"url": f"{endpoint}/_aws/execute-api/{outputs['ApiId']}/$default"}
    write_file(places.api_file, json.dumps(target))
    return outputs


def migrate(state: PrivateState, outputs: dict[str, str]) -> dict[str, Any]:
    """Run the deployed migration function; what it reports.

    Raises:
        Unavailable: It failed; the message is the function's own.
    """
    client = aws_client("lambda", endpoint_url(state.ports["aws"]))
    reply = client.invoke(FunctionName=outputs["MigrateFunction"], Payload=b"{}")
    document = json.loads(reply["Payload"].read() or b"{}")
    if reply.get("FunctionError"):
        raise Unavailable(f"The migration failed: {document.get('errorMessage', document)}")
    return document or {}


def parse_bank_id(text: str) -> UUID:
    """A bank's id as typed by a person.

    Raises:
        InvalidInput: It is not a UUID.
    """
    try:
        return UUID(text)
    except ValueError as error:
        raise InvalidInput(f"{text} is not a bank id: it has the form of a UUID.") from error


def _put_secret(client: Any, name: str, document: dict[str, Any]) -> None:
    text = json.dumps(document)
    try:
        client.create_secret(Name=name, SecretString=text)
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceExistsException":
            raise
        client.put_secret_value(SecretId=name, SecretString=text)


def empty(folder: Path) -> None:
    """Remove what earlier processes left behind."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, parents=True)
