"""``payscope rebuild``: have the deployed function build a derived store of a bank anew."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from payscope.errors import InvalidInput, Unavailable
from payscope_local.aws import aws_client
from payscope_local.deployment import parse_bank_id
from payscope_local.places import find_places
from payscope_local.state import read_description

STORES = ("graph", "search", "roll-ups")


def register(commands: Any) -> None:
    """Add the command."""
    rebuild = commands.add_parser("rebuild", help="build a derived store of a bank anew from its ledger")
    rebuild.add_argument("store", choices=STORES)
    rebuild.add_argument("--bank", metavar="UUID", required=True)
    rebuild.set_defaults(run=_rebuild)


def _rebuild(options: argparse.Namespace) -> int:
    stack = read_description(find_places(Path.cwd()).stack_file)
    if stack is None:
        raise InvalidInput("No stack runs here. Run: payscope up")
    event = {"bank_id": str(parse_bank_id(options.bank)), "rebuild": options.store}
    reply = aws_client("lambda", stack.aws_endpoint_url).invoke(
        FunctionName=stack.outputs["MigrateFunction"], Payload=json.dumps(event)
    )
    document = json.loads(reply["Payload"].read() or b"{}")
    if reply.get("FunctionError"):
        raise Unavailable(f"The rebuild failed: {document.get('errorMessage', document)}")
    sys.stdout.write(f"{options.store}: {document['written']} written\n")
    return 0
