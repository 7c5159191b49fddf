"""Compiles the locks in this folder from pyproject.toml: `make lock`.

lock.txt is the one development environment (Python 3.11; everything but torch). It is installed
with `pip install --no-deps`: NeuralProphet needs numpy below 2 and WordLlama asks for numpy 2,
although it works with either, so no resolver accepts the two together. It carries no hashes,
because torch is installed apart, from another index or as a local CPU wheel, whose hash is not the
one that the public index states.

core, api, ingest, search and tools are what the Lambda layers are built from, with hashes; forecast and
graph are what the container images install after torch. All keep to the versions of lock.txt: what
is tested is what is deployed. Lambda's Python 3.11 runs on glibc 2.26, so a package of a layer must
have a manylinux2014 wheel; pyproject.toml holds pyarrow back for that.
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
LAYERS = ("api", "ingest", "search", "tools")
IMAGES = ("forecast", "graph")
ASKS_FOR_ANOTHER_NUMPY = "wordllama"
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


def resolve(name: str, wanted: list[str], *options: str, within: list[str] | None = None) -> list[str]:
    """Pin every package that ``wanted`` needs, torch itself excepted.

    Args:
        name: The lock, without its ending; its present pins stay unless a range forbids them.
        wanted: Requirement lines.
        options: More options of pip-compile.
        within: Pins that the result must keep to.

    Returns:
        The lines of the lock.
    """
    present = HERE / f"{name}.txt"
    with tempfile.TemporaryDirectory() as folder:
        source, constraint, output = (Path(folder) / file for file in ("lock.in", "within.txt", "lock.txt"))
        source.write_text("\n".join(wanted) + "\n")
        constraint.write_text("\n".join(within or []) + "\n")
        if present.exists():
            output.write_text(present.read_text())
        subprocess.run(  # noqa: S603 -- our own interpreter, no outside input
            [
                *(sys.executable, "-m", "piptools", "compile", *QUIET, *options),
                *(f"--constraint={constraint}", f"--output-file={output}", str(source)),
            ],
            check=True,
        )
        return [line for line in output.read_text().splitlines() if line and not line.startswith("#")]


def write(name: str, header: str, lines: list[str]) -> None:
    """Write a lock.

    Raises:
        SystemExit: A CUDA package would come in.
    """
    if any(line.startswith("nvidia-") for line in lines):
        raise SystemExit(f"{name}: a CUDA build of torch is on offer here; compile where its CPU build is.")
    head = [f"# {header}", "# Compiled by requirements/compile.py: make lock"]
    (HERE / f"{name}.txt").write_text("\n".join([*head, *lines]) + "\n")
    sys.stdout.write(f"requirements/{name}.txt: {sum('==' in line for line in lines)} packages\n")


def is_odd(line: str) -> bool:
    """Whether a requirement is the one that asks for another numpy."""
    return package(line) == ASKS_FOR_ANOTHER_NUMPY


def beside(wanted: list[str]) -> list[str]:
    """The same requirements, the odd one replaced by what it needs apart from its numpy."""
    needs = [line for line in requires(ASKS_FOR_ANOTHER_NUMPY) or [] if "extra ==" not in line]
    replaced = [package(line) if package(line) == "numpy" else line for line in needs]
    return [line for line in wanted if not is_odd(line)] + (replaced if any(map(is_odd, wanted)) else [])


def with_hashes(odd: str) -> list[str]:
    """The odd package's own entry, with hashes."""
    lines = resolve("search", [odd], "--generate-hashes")
    start = next(place for place, line in enumerate(lines) if is_odd(line))
    end = next(
        (place for place, line in enumerate(lines[start + 1 :], start + 1) if line[0] != " "), len(lines)
    )
    return lines[start:end]


def main() -> None:
    """Compile all locks, the whole first since the others keep to its versions."""
    everything = [*CORE, *(line for lines in EXTRAS.values() for line in lines)]
    (odd,) = filter(is_odd, everything)
    pins = resolve("lock", beside(everything))
    write(
        "lock",
        "The development environment: install torch.txt first, then this with --no-deps.",
        [*pins, odd],
    )
    for name in ("core", *LAYERS):
        wanted = CORE + EXTRAS.get(name, [])
        lines = resolve(name, beside(wanted), "--generate-hashes", within=pins)
        write(name, f"The {name} layer, with the core.", lines + (with_hashes(odd) if odd in wanted else []))
    for name in IMAGES:
        wanted = CORE + EXTRAS[name]
        write(name, f"The {name} image, after torch.txt.", resolve(name, wanted, within=pins))


if __name__ == "__main__":
    main()
