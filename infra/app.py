"""The CDK app.

``python infra/app.py STAGE`` synthesises into build/cdk.out/STAGE; the CDK command runs it with
``-c stage=STAGE``. Needs node, and neither credentials nor Docker.
"""

import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
if __name__ == "__main__":
    sys.path[0] = str(ROOT)  # this folder's "constructs" must not hide the package of that name

from aws_cdk import App

from infra.config import DEV, STAGES
from infra.stage import build_app


def main(arguments: list[str]) -> None:
    """Synthesise the named stages, or what the CDK command asks for."""
    for name in arguments:
        outdir = ROOT / "build" / "cdk.out" / name
        shutil.rmtree(outdir, ignore_errors=True)
        build_app(STAGES[name], outdir).synth()
    if not arguments:
        stage = App().node.try_get_context("stage")
        build_app(STAGES[stage or DEV.name]).synth()


if __name__ == "__main__":
    main(sys.argv[1:])
