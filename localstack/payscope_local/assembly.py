"""A synthesised CDK cloud assembly: its stacks in order, and its assets by content."""

import ast
import hashlib
import io
import json
import os
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from payscope.errors import InvalidInput, Unavailable

_NOT_CODE = frozenset({"__pycache__", ".DS_Store", ".pytest_cache"})
# They read or judge what others synthesise.
_NOT_SYNTHESISED = frozenset({"check.py", "accepted_findings.py", "template.py"})
DIGEST_FILE = "infrastructure.sha256"
_ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Asset:
    """Something that a template refers to by key: a folder as an archive, or a file.

    ``key`` is as in the template; ``content_key`` names the content as it is now.
    """

    source: Path
    is_folder: bool
    bucket: str
    key: str
    content_key: str

    def body(self) -> bytes:
        return _archive(self.source) if self.is_folder else self.source.read_bytes()


@dataclass(frozen=True)
class StackTemplate:
    """One stack: its deployable template, compact, with the assets' content keys filled in."""

    name: str
    template: str
    assets: tuple[Asset, ...]

    @property
    def digest(self) -> str:
        """Equal for equal infrastructure and code."""
        return hashlib.sha256(self.template.encode()).hexdigest()


def read_assembly(folder: Path, root: Path, account: str, region: str) -> tuple[StackTemplate, ...]:
    """The stacks of an assembly, each after those it depends on.

    Args:
        folder: Where the CDK app was synthesised to.
        root: The checkout. Folders of functions and layers are taken from there, as they are now.
        account: Replaces the account in bucket names.
        region: Replaces the region in bucket names.

    Raises:
        Unavailable: There is no assembly.
        InvalidInput: Stacks depend on each other in a circle.
    """
    manifest = folder / "manifest.json"
    if not manifest.exists():
        raise Unavailable(f"There is no synthesised template in {folder}: run `make template` (needs node).")
    artifacts: dict[str, dict[str, Any]] = json.loads(manifest.read_text())["artifacts"]
    live = live_sources(root)
    stacks = {name: item for name, item in artifacts.items() if item["type"] == "aws:cloudformation:stack"}
    found: list[StackTemplate] = []
    for name in _in_order(stacks):
        properties = stacks[name]["properties"]
        template_file = properties["templateFile"]
        assets = _assets(folder, template_file, live, account, region)
        template = json.dumps(json.loads((folder / template_file).read_text()), separators=(",", ":"))
        for asset in assets:
            template = template.replace(asset.key, asset.content_key)
        found.append(StackTemplate(properties.get("stackName", name), template, assets))
    return tuple(found)


def live_sources(root: Path) -> dict[str, Path]:
    """Digest of a source folder's name -> the folder, for assets that are identified by name."""
    folders = [path for path in (root / "functions").glob("*") if path.is_dir()]
    folders += [path for path in (root / "layers").glob("*") if path.is_dir()]
    return {hashlib.sha256(path.relative_to(root).as_posix().encode()).hexdigest(): path for path in folders}


def folder_digest(folder: Path) -> str:
    """Digest of names and contents of all source files below the folder."""
    digest = hashlib.sha256()
    for path in _files(folder):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(folder).as_posix()}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def infrastructure_digest(root: Path) -> str:
    """Equal as long as the code that the templates are synthesised from says the same.

    Comments, docstrings and other texts of the folder change no template, so they do not count.
    """
    names_of_errors = root / "layers" / "payscope" / "python" / "payscope" / "errors.py"
    sources = [path for path in _files(root / "infra") if path.suffix == ".py"]
    sources = [path for path in sources if path.name not in _NOT_SYNTHESISED]
    parts = [f"{path.relative_to(root).as_posix()}\0{_meaning(path)}" for path in (*sources, names_of_errors)]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def is_kept_template_current(root: Path) -> bool:
    """Whether the kept template was made from the infrastructure's code as it is now."""
    stamp = root / "localstack" / "template" / DIGEST_FILE
    return stamp.exists() and stamp.read_text().strip() == infrastructure_digest(root)


def _meaning(source: Path) -> str:
    tree = ast.parse(source.read_text())
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
            and ast.get_docstring(node) is not None
        ):
            del node.body[0]
    return ast.dump(tree)


def _in_order(stacks: dict[str, dict[str, Any]]) -> list[str]:
    order: list[str] = []
    waiting = dict(stacks)
    while waiting:
        ready = [
            name
            for name, item in waiting.items()
            if not any(other in waiting and other != name for other in item.get("dependencies", []))
        ]
        if not ready:
            raise InvalidInput(f"Stacks depend on each other in a circle: {', '.join(waiting)}.")
        order += ready
        for name in ready:
            del waiting[name]
    return order


def _assets(
    folder: Path, template_file: str, live: dict[str, Path], account: str, region: str
) -> tuple[Asset, ...]:
    listing = folder / template_file.replace(".template.json", ".assets.json")
    if not listing.exists():
        return ()
    found: list[Asset] = []
    for identity, entry in json.loads(listing.read_text())["files"].items():
        source = live.get(identity) or folder / str(entry["source"]["path"])
        if source.name == template_file:
            continue  # the template itself is sent directly
        is_folder = entry["source"]["packaging"] == "zip"
        content = folder_digest(source) if is_folder else hashlib.sha256(source.read_bytes()).hexdigest()
        for destination in entry["destinations"].values():
            key: str = destination["objectKey"]
            bucket = destination["bucketName"]
            for name, value in (("AccountId", account), ("Region", region), ("Partition", "aws")):
                bucket = bucket.replace(f"${{AWS::{name}}}", value)
            found.append(Asset(source, is_folder, bucket, key, key.replace(identity, content)))
    return tuple(found)


def _archive(folder: Path) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for path in _files(folder):
            entry = zipfile.ZipInfo(path.relative_to(folder).as_posix(), _ZIP_EPOCH)
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, path.read_bytes())
    return buffer.getvalue()


def _files(folder: Path) -> list[Path]:
    """Source files below the folder; links are followed, as the migrations of a function are one."""
    found: list[Path] = []
    for place, folders, names in os.walk(folder, followlinks=True):
        folders[:] = [name for name in folders if name not in _NOT_CODE]
        found += [Path(place, name) for name in names if not name.endswith(".pyc") and name not in _NOT_CODE]
    return sorted(found)
