"""What goes into the functions: their folders, the package's layer and the dependency layers.

Dependency layers are built from the hash-pinned locks for the functions' platform, into
build/layers/<layer>/python, without Docker: ``python infra/assets.py`` (make layers).
"""

import hashlib
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import get_args

ROOT = Path(__file__).parents[1]
if __name__ == "__main__":
    sys.path[0] = str(ROOT)  # this folder's "constructs" must not hide the package of that name

from aws_cdk import AssetHashType, IgnoreMode, SymlinkFollowMode
from aws_cdk import aws_lambda as lambda_

from infra.config import FUNCTIONS, Architecture, Layer, StageConfig

NOT_CODE = ["**/__pycache__", "**/*.pyc", "**/.DS_Store"]
BUILT_LAYERS = ROOT / "build" / "layers"
UNZIPPED_LIMIT_MB = 250
PLATFORMS: dict[Architecture, str] = {"x86_64": "manylinux2014_x86_64", "arm64": "manylinux2014_aarch64"}


def function_code(config: StageConfig, name: str) -> lambda_.Code:
    """The folder of a function."""
    return _folder(config, ROOT / "functions" / name, f"functions/{name}")


def package_code(config: StageConfig) -> lambda_.Code:
    """The payscope package as a layer's content."""
    return _folder(config, ROOT / "layers" / "payscope", "layers/payscope")


def layer_code(config: StageConfig, layer: Layer, built: Path) -> lambda_.Code:
    """A dependency layer, identified by the lock and the platform that it is built from."""
    folder = built / config.architecture / layer
    if not folder.is_dir():
        raise FileNotFoundError(f"{folder} is not built. Run: make layers")
    return lambda_.Code.from_asset(
        str(folder), asset_hash=layer_digest(layer, config.architecture), asset_hash_type=AssetHashType.CUSTOM
    )


def layer_digest(layer: Layer, architecture: Architecture) -> str:
    """The same for the same lock and platform on any machine."""
    lock = (ROOT / "requirements" / f"{layer}.txt").read_bytes()
    core = (ROOT / "requirements" / "core.txt").read_bytes()
    return hashlib.sha256(b"\0".join((lock, core, architecture.encode(), layer.encode()))).hexdigest()


def _folder(config: StageConfig, folder: Path, name: str) -> lambda_.Code:
    """A source folder: by content in the cloud; by name on one machine, where the deployer hashes it itself.

    So the kept template of the local stage changes with the infrastructure and not with every line of code.
    """
    if not config.dependency_layers:
        return lambda_.Code.from_asset(
            str(folder),
            exclude=NOT_CODE,
            asset_hash=name,
            asset_hash_type=AssetHashType.CUSTOM,
        )
    return lambda_.Code.from_asset(
        str(folder), exclude=NOT_CODE, ignore_mode=IgnoreMode.GLOB, follow_symlinks=SymlinkFollowMode.ALWAYS
    )


def pinned(layer: Layer) -> dict[str, str]:
    """Package -> lock entry with hashes; the core's packages are left to the core layer."""
    own = _entries(ROOT / "requirements" / f"{layer}.txt")
    if layer == "core":
        return own
    return {
        name: entry for name, entry in own.items() if name not in _entries(ROOT / "requirements/core.txt")
    }


def _entries(lock: Path) -> dict[str, str]:
    text = "\n".join(line for line in lock.read_text().splitlines() if not line.startswith("#"))
    return {entry.split("==")[0]: entry for entry in re.split(r"\n(?=\S)", text.strip())}


def build_layer(layer: Layer, architecture: Architecture, built: Path = BUILT_LAYERS) -> int:
    """Install a layer's packages for the functions' platform; does nothing where that lock is built already.

    Returns:
        Its unzipped size in bytes.
    """
    folder = built / architecture / layer
    digest = layer_digest(layer, architecture)
    stamp = built / architecture / f"{layer}.built"
    if not (stamp.exists() and stamp.read_text() == digest):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        wanted = built / architecture / f"{layer}.txt"
        wanted.write_text("\n".join(pinned(layer).values()) + "\n")
        subprocess.run(  # noqa: S603 -- our own interpreter, no outside input
            [
                *(sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"),
                *("--no-deps", "--require-hashes", "--only-binary=:all:", "--no-compile"),
                *("--python-version=3.11", "--implementation=cp", f"--platform={PLATFORMS[architecture]}"),
                *(f"--target={folder / 'python'}", f"--requirement={wanted}"),
            ],
            check=True,
        )
        for unused in ("bin", "tests"):
            shutil.rmtree(folder / "python" / unused, ignore_errors=True)
        stamp.write_text(digest)
    return folder_size(folder)


def folder_size(folder: Path) -> int:
    """Bytes of all files under a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def main() -> None:
    """Build every layer of the given architecture and tell each function's unzipped size."""
    architecture: Architecture = "arm64" if "arm64" in sys.argv[1:] else "x86_64"
    sizes = {layer: build_layer(layer, architecture) / 1e6 for layer in get_args(Layer)}
    package = folder_size(ROOT / "layers" / "payscope") / 1e6
    for layer, size in sizes.items():
        sys.stdout.write(f"layer    {layer:18} {size:7.1f} MB\n")
    for name, function in FUNCTIONS.items():
        total = package + sum(sizes[layer] for layer in function.layers)
        sys.stdout.write(f"function {name:18} {total:7.1f} MB of {UNZIPPED_LIMIT_MB}\n")
        if total >= UNZIPPED_LIMIT_MB:
            raise SystemExit(f"{name} is too large to deploy")


if __name__ == "__main__":
    main()
