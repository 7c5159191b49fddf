"""Compiles the locks in this folder from pyproject.toml: `make lock`.

lock.txt is the one development environment (Python 3.11; everything but torch). It is installed
with `pip install --no-deps`: NeuralProphet needs numpy below 2 and WordLlama asks for numpy 2,
although it works with either, so no resolver accepts the two together. It carries no hashes,
because torch is installed apart, from another index or as a local CPU wheel, whose hash is not the
one that the public index states.

core, api, ingest and search are what the Lambda layers are built from, with hashes; forecast and
graph are what the container images install after torch. All keep to the versions of lock.txt, so
what is tested is what is deployed, with one exception: Lambda's Python 3.11 runs on Amazon Linux 2
(glibc 2.26), for which pyarrow and numpy publish wheels only up to the versions in FOR_OLD_GLIBC.
"""

import re
import subprocess
import sys
import tempfile
import tomllib
from importlib.metadata import requires
from pathlib import Path

HERE = Path(__file__).parent
PROJECT = tomllib.loads((HERE.parent / "pyproject.toml").read_text())["project"]
CORE: list[str] = PROJECT["dependencies"]
EXTRAS: dict[str, list[str]] = PROJECT["optional-dependencies"]
LAYERS = ("api", "ingest", "search")
IMAGES = ("forecast", "graph")
ASKS_FOR_ANOTHER_NUMPY = "wordllama"
FOR_OLD_GLIBC = {"pyarrow": "pyarrow==20.0.0", "numpy": "numpy==2.2.6"}
QUIET = (
    "--quiet",
    "--strip-extras",
    "--no-header",
    "--no-annotate",
    "--no-emit-index-url",
    "--no-emit-find-links",
    "--no-emit-trusted-host",
    "--no-emit-options",
    "--unsafe-package=torch",
    "--unsafe-package=pip",
    "--unsafe-package=wheel",
)


def package(requirement: str) -> str:
    """The normalised name of the package that a requirement line asks for."""
    found = re.match(r"[A-Za-z0-9._-]+", requirement)
    return re.sub(r"[-_.]+", "-", found.group()).lower() if found else ""


def compile_lock(
    name: str,
    header: str,
    wanted: list[str],
    *options: str,
    within: list[str] | None = None,
    extra_lines: tuple[str, ...] = (),
) -> list[str]:
    """Write NAME.txt with every package that ``wanted`` needs, torch itself excepted.

    Args:
        name: The lock, without its ending.
        header: What the lock is for, in one line.
        wanted: Requirement lines.
        options: More options of pip-compile.
        within: Pins that the result must keep to.
        extra_lines: Pins that no resolver accepts beside the others.

    Returns:
        The lines of the lock.

    Raises:
        SystemExit: A CUDA package would come in.
    """
    lock = HERE / f"{name}.txt"
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / f"{name}.in"
        source.write_text("\n".join(wanted) + "\n")
        constraint = Path(folder) / "constraint.txt"
        constraint.write_text("\n".join(within or []) + "\n")
        output = Path(folder) / f"{name}.txt"
        if lock.exists():
            output.write_text(lock.read_text())  # pinned versions stay unless a range forbids them
        subprocess.run(  # noqa: S603 -- our own interpreter, no outside input
            [
                *(sys.executable, "-m", "piptools", "compile", *QUIET, *options),
                *(f"--constraint={constraint}", f"--output-file={output}", str(source)),
            ],
            check=True,
        )
        lines = [line for line in output.read_text().splitlines() if line and not line.startswith("#")]
    lines += extra_lines
    if any(line.startswith("nvidia-") for line in lines):
        raise SystemExit(f"{name}: a CUDA build of torch is on offer here; compile where its CPU build is.")
    lock.write_text(
        "\n".join([f"# {header}", "# Compiled by requirements/compile.py: make lock", *lines]) + "\n"
    )
    sys.stdout.write(f"requirements/{name}.txt: {sum('==' in line for line in lines)} packages\n")
    return lines


def main() -> None:
    """Compile all locks, the whole first since the others keep to its versions."""
    everything = [*CORE, *(line for lines in EXTRAS.values() for line in lines)]
    odd = tuple(line for line in everything if package(line) == ASKS_FOR_ANOTHER_NUMPY)
    needs_of_odd = [
        line
        for line in requires(ASKS_FOR_ANOTHER_NUMPY) or []
        if package(line) != "numpy" and "extra ==" not in line
    ]
    pins = compile_lock(
        "lock",
        "The development environment: install torch.txt first, then this with --no-deps.",
        [line for line in everything if line not in odd] + needs_of_odd,
        extra_lines=odd,
    )
    pins_of_layers = [FOR_OLD_GLIBC.get(package(line), line) for line in pins]
    for name in ("core", *LAYERS):
        wanted = [FOR_OLD_GLIBC.get(package(line), line) for line in CORE + EXTRAS.get(name, [])]
        purpose = "The core layer of every function." if name == "core" else f"The core and the {name} layer."
        compile_lock(name, purpose, wanted, "--generate-hashes", within=pins_of_layers)
    for name in IMAGES:
        compile_lock(name, f"The {name} image, after torch.txt.", CORE + EXTRAS[name], within=pins)


if __name__ == "__main__":
    main()
