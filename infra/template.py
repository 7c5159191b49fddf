"""The kept template of the local stage, for machines without node: ``make template``.

localstack/template/ holds what ``python infra/app.py local`` synthesises, reduced to what a deployment
reads: the stacks in their order, and for each asset the folder in the checkout that is zipped for it.
"""

import argparse
import json
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
if __name__ == "__main__":
    sys.path[0] = str(ROOT)  # this folder's "constructs" must not hide the package of that name

from payscope_local.assembly import DIGEST_FILE, infrastructure_digest, is_kept_template_current

KEPT = ROOT / "localstack" / "template"
STALE = "localstack/template is older than the infrastructure's code: run `make template` and commit it too."


def render() -> dict[str, str]:
    """The kept files by name, from a fresh synthesis."""
    from infra.config import LOCAL
    from infra.stage import build_app

    with tempfile.TemporaryDirectory() as folder:
        assembly = Path(folder)
        build_app(LOCAL, assembly).synth()
        artifacts = {
            name: _reduced(item)
            for name, item in json.loads((assembly / "manifest.json").read_text())["artifacts"].items()
            if item["type"] == "aws:cloudformation:stack"
        }
        files: dict[str, Any] = {"manifest.json": {"artifacts": artifacts}}
        for item in artifacts.values():
            template = item["properties"]["templateFile"]
            files[template] = json.loads((assembly / template).read_text())
            listing = template.replace(".template.json", ".assets.json")
            files[listing] = {"files": _folders(json.loads((assembly / listing).read_text())["files"])}
    return {name: json.dumps(content, indent=1) + "\n" for name, content in files.items()}


def _reduced(stack: dict[str, Any]) -> dict[str, Any]:
    properties = {key: stack["properties"][key] for key in ("templateFile", "stackName")}
    needs = [name for name in stack.get("dependencies", []) if not name.endswith(".assets")]
    return {"type": stack["type"], "dependencies": needs, "properties": properties}


def _folders(assets: dict[str, Any]) -> dict[str, Any]:
    return {
        identity: {
            "source": {
                "path": Path(entry["source"]["path"]).relative_to(ROOT).as_posix(),
                "packaging": "zip",
            },
            "destinations": {
                name: {key: destination[key] for key in ("bucketName", "objectKey")}
                for name, destination in entry["destinations"].items()
            },
        }
        for identity, entry in assets.items()
        if entry["source"]["packaging"] == "zip"
    }


def main() -> None:
    """Write the kept template anew; with --check, only tell whether that is needed, without node."""
    parser = argparse.ArgumentParser(prog="infra/template.py")
    parser.add_argument("--check", action="store_true", help="exit 1 where the kept template is stale")
    if parser.parse_args().check:
        if not is_kept_template_current(ROOT):
            raise SystemExit(STALE)
        return
    files = render()
    shutil.rmtree(KEPT, ignore_errors=True)
    KEPT.mkdir(parents=True)
    for name, text in files.items():
        (KEPT / name).write_text(text)
    (KEPT / DIGEST_FILE).write_text(infrastructure_digest(ROOT) + "\n")
    sys.stdout.write(f"{KEPT.relative_to(ROOT)}: {len(files)} files\n")


if __name__ == "__main__":
    main()
