"""The ``payscope`` command. Exit codes: 0 done, 1 the input is wrong, 75 a dependency is away."""

import argparse
import importlib
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn
from uuid import uuid4

from payscope.errors import InvalidInput, PayScopeError, Unavailable
from payscope_local.places import Places, find_places
from payscope_local.state import PrivateState, read_private

# Modules that add commands of their own; each is imported only when one of them may be meant.
_FURTHER = {
    "payscope_local.client": ("drop", "wait", "ask", "reports", "audit", "forecast", "risk"),
    "payscope_local.world.cli": ("generate",),
    "payscope_local.rebuild": ("rebuild",),
}
_DEPENDENCY_AWAY = 75


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; its message goes to stderr where it fails."""
    words = sys.argv[1:] if arguments is None else list(arguments)
    options = _parser(words).parse_args(words)
    try:
        return options.run(options)
    except Unavailable as error:
        sys.stderr.write(f"payscope: {error.message}\n")
        return _DEPENDENCY_AWAY
    except PayScopeError as error:
        sys.stderr.write(f"payscope: {error.message}\n")
        return 1
    except KeyboardInterrupt:
        return 130


class _Parser(argparse.ArgumentParser):
    """Reports wrong arguments as wrong input, code 1, instead of argparse's 2."""

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(1, f"{self.prog}: {message}\n")


def _parser(words: Sequence[str]) -> argparse.ArgumentParser:
    parser = _Parser(prog="payscope", description="The local PayScope stack and its client.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    up = commands.add_parser("up", help="start the local stack in the background and deploy to it")
    up.set_defaults(run=_up)
    down = commands.add_parser("down", help="stop the local stack; its data stay")
    down.set_defaults(run=_down)
    clean = commands.add_parser("clean", help="stop the local stack and delete its data")
    clean.set_defaults(run=_clean)
    status = commands.add_parser("status", help="what runs")
    status.add_argument("--json", action="store_true", help="for programs")
    status.set_defaults(run=_status)

    logs = commands.add_parser("logs", help="what a deployed function logged")
    logs.add_argument("name", metavar="FUNCTION")
    logs.add_argument("--lines", type=int, default=50)
    logs.set_defaults(run=_logs)

    bank = commands.add_parser("bank", help="tenants").add_subparsers(required=True, metavar="ACTION")
    add = bank.add_parser("add", help="register a tenant and print its id")
    add.add_argument("--name", required=True)
    add.add_argument("--bank", metavar="UUID", help="its id (default: a new one)")
    add.add_argument("--timezone", default="UTC")
    add.add_argument("--currency", default="EUR")
    add.add_argument(
        "--fiscal-year-start",
        metavar="MONTH",
        type=int,
        help="1 to 12, for questions about fiscal periods (default: as it is; January at first)",
    )
    add.set_defaults(run=_bank_add)

    token = commands.add_parser("token", help="print an access token of the local issuer")
    token.add_argument("--bank", metavar="UUID", required=True)
    token.add_argument("--role", required=True)
    token.add_argument("--sub", default="local", help="who asks (default: local)")
    token.add_argument("--ttl", type=int, default=3600, metavar="SECONDS")
    token.add_argument("--algorithm", choices=("RS256", "EdDSA"), default="RS256")
    token.set_defaults(run=_token)
    keys = commands.add_parser("keys", help="the issuer's keys").add_subparsers(
        required=True, metavar="ACTION"
    )
    keys.add_parser("rotate", help="sign with new keys from now on").set_defaults(run=_keys_rotate)

    known = {*commands.choices, *(name for names in _FURTHER.values() for name in names)}
    for module, names in _FURTHER.items():
        if not words or words[0] in names or words[0] not in known:
            importlib.import_module(module).register(commands)
    return parser


def _up(_: argparse.Namespace) -> int:
    from payscope_local.stack import Stack

    began = time.monotonic()
    description = Stack(_places(), _progress).up()
    _progress(f"ready in {time.monotonic() - began:.1f} s: {description.api_url}")
    return 0


def _down(_: argparse.Namespace) -> int:
    from payscope_local.stack import Stack

    Stack(_places(), _progress).down()
    return 0


def _clean(_: argparse.Namespace) -> int:
    from payscope_local.stack import Stack

    Stack(_places(), _progress).remove()
    return 0


def _status(options: argparse.Namespace) -> int:
    from payscope_local.stack import Stack

    servers = Stack(_places(), _progress).status()
    if options.json:
        json.dump([server.__dict__ for server in servers], sys.stdout, indent=1)
        sys.stdout.write("\n")
    else:
        for server in servers:
            pid = f"pid {server.pid}" if server.pid else ""
            port = f"port {server.port}" if server.port else ""
            sys.stdout.write(f"{server.title:28} {server.state:8} {pid:12} {port}\n")
    return 0 if all(server.state == "running" for server in servers) else _DEPENDENCY_AWAY


def _logs(options: argparse.Namespace) -> int:
    from payscope_local.aws import endpoint_url
    from payscope_local.function_logs import read_logs

    for line in read_logs(endpoint_url(_private().ports["aws"]), options.name, options.lines):
        sys.stdout.write(f"{line}\n")
    return 0


def _bank_add(options: argparse.Namespace) -> int:
    from payscope_local.deployment import parse_bank_id
    from payscope_local.stack import Stack

    bank_id = parse_bank_id(options.bank) if options.bank else uuid4()
    Stack(_places(), _progress).add_bank(
        bank_id, options.name, options.timezone, options.currency, options.fiscal_year_start
    )
    sys.stdout.write(f"{bank_id}\n")
    return 0


def _token(options: argparse.Namespace) -> int:
    from payscope.domain.identity import Role
    from payscope_local.deployment import parse_bank_id
    from payscope_local.servers import issuer_of

    if options.role not in Role.__members__:
        raise InvalidInput(f"{options.role} is not a role; roles are {', '.join(Role)}.")
    if not options.sub.strip():
        raise InvalidInput("--sub names who asks; give it a text that is not empty.")
    issuer = issuer_of(_places(), _private())
    bank_id, role = parse_bank_id(options.bank), Role(options.role)
    sys.stdout.write(issuer.mint(bank_id, role, options.sub, options.ttl, options.algorithm) + "\n")
    return 0


def _keys_rotate(_: argparse.Namespace) -> int:
    from payscope_local.servers import issuer_of

    issuer_of(_places(), _private()).rotate()
    return 0


def _private() -> PrivateState:
    state = read_private(_places().private_file)
    if state is None:
        raise InvalidInput("The stack was never started: run `payscope up`.")
    return state


def _places() -> Places:
    return find_places(Path.cwd())


def _progress(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
