"""Reading a synthesised assembly: order of the stacks, and code taken as it is now."""

import hashlib
import io
import json
import zipfile
from pathlib import Path

import pytest

from payscope.errors import InvalidInput, Unavailable
from payscope_local.assembly import StackTemplate, read_assembly

ACCOUNT, REGION = "000000000000", "us-east-1"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A checkout with one function, and an assembly of two stacks that were synthesised from it."""
    (tmp_path / "functions" / "chat").mkdir(parents=True)
    (tmp_path / "functions" / "chat" / "handler.py").write_text("answer = 1\n")
    (tmp_path / "migrations").mkdir()
    (tmp_path / "migrations" / "0001.sql").write_text("select 1\n")
    (tmp_path / "functions" / "chat" / "migrations").symlink_to("../../migrations")
    write_assembly(tmp_path, {"Api": ["Data"], "Data": []})
    return tmp_path


def write_assembly(root: Path, dependencies: dict[str, list[str]]) -> None:
    identity = hashlib.sha256(b"functions/chat").hexdigest()
    folder = root / "cdk.out"
    folder.mkdir(exist_ok=True)
    artifacts = {}
    for name, needed in dependencies.items():
        template_file = f"{name}.template.json"
        artifacts[name] = {
            "type": "aws:cloudformation:stack",
            "properties": {"templateFile": template_file, "stackName": f"payscope-{name.lower()}"},
            "dependencies": [*needed, f"{name}.assets"],
        }
        artifacts[f"{name}.assets"] = {"type": "cdk:asset-manifest", "properties": {}}
        (folder / template_file).write_text(json.dumps({"Code": {"S3Key": f"{identity}.zip"}}, indent=4))
        destination = {"bucketName": "a-${AWS::AccountId}-${AWS::Region}", "objectKey": f"{identity}.zip"}
        source = {"path": "asset.gone", "packaging": "zip"}
        files = {identity: {"source": source, "destinations": {"here": destination}}}
        (folder / f"{name}.assets.json").write_text(json.dumps({"files": files}))
    (folder / "manifest.json").write_text(json.dumps({"artifacts": artifacts}))


def read(root: Path) -> tuple[StackTemplate, ...]:
    return read_assembly(root / "cdk.out", root, ACCOUNT, REGION)


def test_a_stack_comes_after_those_it_depends_on(root: Path) -> None:
    assert [stack.name for stack in read(root)] == ["payscope-data", "payscope-api"]


def test_stacks_in_a_circle_are_refused(root: Path) -> None:
    write_assembly(root, {"Api": ["Data"], "Data": ["Api"]})
    with pytest.raises(InvalidInput, match="circle"):
        read(root)


def test_a_missing_assembly_says_what_to_run(root: Path) -> None:
    (root / "cdk.out" / "manifest.json").unlink()
    with pytest.raises(Unavailable, match="no synthesised template"):
        read(root)


def test_changed_code_changes_the_key_in_the_template_and_the_digest(root: Path) -> None:
    before = read(root)[0]
    (root / "functions" / "chat" / "handler.py").write_text("answer = 2\n")
    after = read(root)[0]
    (asset,) = after.assets
    assert asset.bucket == "a-000000000000-us-east-1"
    assert json.loads(after.template) == {"Code": {"S3Key": asset.content_key}}
    assert before.digest != after.digest


def test_a_change_behind_a_link_counts_and_caches_do_not(root: Path) -> None:
    before = read(root)[0].digest
    cache = root / "functions" / "chat" / "__pycache__"
    cache.mkdir()
    (cache / "handler.cpython-311.pyc").write_bytes(b"x")
    assert read(root)[0].digest == before
    (root / "migrations" / "0001.sql").write_text("select 2\n")
    assert read(root)[0].digest != before


def test_an_archive_has_the_files_of_the_folder_and_is_the_same_each_time(root: Path) -> None:
    (asset,) = read(root)[0].assets
    assert asset.body() == asset.body()
    with zipfile.ZipFile(io.BytesIO(asset.body())) as archive:
        assert sorted(archive.namelist()) == ["handler.py", "migrations/0001.sql"]
