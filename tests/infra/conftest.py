"""The stages, each synthesised once. Without node the local stage is read from its kept template."""

import shutil
from pathlib import Path

import pytest

from .synthesised import ROOT, Stage, read_assembly

HAS_NODE = shutil.which("node") is not None
KEPT = ROOT / "localstack" / "template"


def _stage(name: str, folder: Path) -> Stage:
    if not HAS_NODE:
        if name != "local":
            pytest.skip("synthesising the cloud stages needs node")
        return read_assembly(name, KEPT)
    from infra.check import synthesise
    from infra.config import STAGES

    return read_assembly(name, synthesise(STAGES[name], folder))


@pytest.fixture(scope="session")
def local(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """The stage on one machine."""
    return _stage("local", tmp_path_factory.mktemp("local"))


@pytest.fixture(scope="session")
def dev(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """The development stage."""
    return _stage("dev", tmp_path_factory.mktemp("dev"))


@pytest.fixture(scope="session")
def prod(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """The production stage."""
    return _stage("prod", tmp_path_factory.mktemp("prod"))


@pytest.fixture(scope="session", params=["local", "dev", "prod"])
def stage(request: pytest.FixtureRequest) -> Stage:
    """Each stage in turn."""
    return request.getfixturevalue(request.param)
