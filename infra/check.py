"""The infrastructure's own checks: ``python infra/check.py`` (make check).

Synthesises every stage; holds the cloud stages to cdk-nag's AWS Solutions pack and all templates to
cfn-lint. Dependency layers need not be built: they are named by their locks, so an empty folder gives the
same templates.
"""

import io
import json
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import redirect_stderr
from pathlib import Path
from typing import get_args

ROOT = Path(__file__).parents[1]
if __name__ == "__main__" and not __package__:
    sys.path[0] = str(ROOT)  # this folder's "constructs" must not hide the package of that name

from aws_cdk import Validations
from cdk_nag import AwsSolutionsChecks

from infra.accepted_findings import ACCEPTED, Accepted
from infra.config import STAGES, Layer, StageConfig
from infra.stage import build_app

CHECKED = ROOT / "build" / "check"


def unbuilt_layers(config: StageConfig, folder: Path) -> Path:
    """Empty stand-ins of the dependency layers."""
    for layer in get_args(Layer):
        (folder / config.architecture / layer / "python").mkdir(parents=True, exist_ok=True)
    return folder


def synthesise(config: StageConfig, folder: Path, *, rules: bool = False) -> Path:
    """Synthesise a stage into an empty folder, with or without the rule pack."""
    shutil.rmtree(folder, ignore_errors=True)
    app = build_app(config, folder, unbuilt_layers(config, CHECKED / "layers"))
    if rules:
        Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    try:
        with redirect_stderr(
            io.TextIOWrapper(io.BytesIO())
        ):  # the pack prints every finding, accepted or not
            app.synth()
    except RuntimeError as error:
        if "ValidationFailed" not in str(error):
            raise  # findings are judged below, by the report; anything else is a broken app
    return folder


def findings(assembly: Path) -> Iterator[tuple[str, str]]:
    """Rule and construct path of every finding in an assembly's report."""
    report = json.loads((assembly / "validation-report.json").read_text())
    for plugin in report["pluginReports"]:
        for violation in plugin["violations"]:
            for construct in violation["violatingConstructs"]:
                yield violation["ruleName"], construct["constructPath"]


def judge(found: Iterable[tuple[str, str]]) -> list[str]:
    """What is wrong: findings that nobody accepted, and acceptances that nothing needs any more."""
    needed: set[Accepted] = set()
    wrong: list[str] = []
    for rule, path in found:
        covering = {accepted for accepted in ACCEPTED if accepted.covers(rule, path)}
        needed |= covering
        if not covering:
            wrong.append(f"{path}: {rule}")
    wrong += [
        f"accepted, yet it occurs nowhere: {accepted.rule}" for accepted in ACCEPTED if accepted not in needed
    ]
    return wrong


def lint(assemblies: Iterable[Path]) -> list[str]:
    """What cfn-lint says of the templates; not W3005, since CDK spells out implied dependencies."""
    templates = [str(path) for folder in assemblies for path in sorted(folder.glob("*.template.json"))]
    command = [str(Path(sys.executable).with_name("cfn-lint")), "--format", "parseable", "-i", "W3005", "--"]
    done = subprocess.run([*command, *templates], capture_output=True, text=True, check=False)  # noqa: S603 -- our own templates
    return [line for line in (done.stdout + done.stderr).splitlines() if line]


def main() -> None:
    """Check all stages; exit 1 with what is wrong."""
    assemblies = [synthesise(stage, CHECKED / name, rules=name != "local") for name, stage in STAGES.items()]
    found = [finding for assembly in assemblies for finding in findings(assembly)]
    wrong = [*judge(found), *lint(assemblies)]
    sys.stdout.write(
        f"{len(assemblies)} stages synthesised; {len(found)} findings of the rule pack, each with a reason; "
        f"{len(wrong)} open\n" + "".join(f"  {line}\n" for line in wrong)
    )
    if wrong:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
