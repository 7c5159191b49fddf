"""``make bench``: measure, print a table, write results.json."""

import argparse
import sys
import time
from pathlib import Path
from uuid import uuid4

import boto3
from botocore.config import Config

from bench import chat, imports, ingest, ipm
from bench.figures import Figure, table, write
from payscope.domain.identity import Role
from payscope_local.banks import add_bank, database_of
from payscope_local.places import find_places
from payscope_local.servers import issuer_of
from payscope_local.stack import Stack, superuser_dsn
from payscope_local.state import read_private

_ROOT = Path(__file__).resolve().parents[1]
_IPM_RECORDS = 10_000


def main() -> int:
    """Run every benchmark against the local stack, on banks of its own."""
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("--rows", type=int, default=1_000_000, help="rows of the settlement file")
    rows = parser.parse_args().rows
    figures = _start_of_the_stack()
    _say("imports of the handlers")
    figures += imports.measure()
    places = find_places(_ROOT)
    stack = Stack(places, _say).up()
    private = read_private(places.private_file)
    if private is None:
        raise RuntimeError("the stack has no private state")
    bank_id = uuid4()
    add_bank(database_of(private), bank_id, "Bench Bank", "UTC", "EUR")
    s3 = boto3.client(
        "s3",
        endpoint_url=stack.aws_endpoint_url,
        region_name=stack.aws_region,
        aws_access_key_id="local",
        aws_secret_access_key="local",  # noqa: S106 -- the local endpoint takes any
        config=Config(s3={"addressing_style": "path"}),
    )
    _say(f"a settlement report of {rows:,} rows")
    figures += ingest.measure(stack, superuser_dsn(places), s3, bank_id, rows)
    _say("clearing files beside cardutil")
    figures += ipm.measure(_IPM_RECORDS)
    _say("questions over HTTP")
    token = issuer_of(places, private).mint(bank_id, Role.ANALYST, "bench", 3600)
    figures += chat.measure(stack, token, bank_id)
    sys.stdout.write(table(figures) + "\n")
    write(figures, Path(__file__).with_name("results.json"))
    return 0


def _start_of_the_stack() -> list[Figure]:
    stack = Stack(find_places(_ROOT), _say)
    stack.up()
    stack.down()
    began = time.perf_counter()
    stack.up()
    return [Figure("stack start", time.perf_counter() - began, "s")]


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")


if __name__ == "__main__":
    sys.exit(main())
