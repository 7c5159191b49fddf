"""One generated world that the tests of this folder read."""

from pathlib import Path

import pytest

from payscope_local.cli import main
from tests.unit.world.reading import BankFolder, read_world


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("world")
    assert main(["generate", "--out", str(out), "--rows", "20000", "--seed", "11"]) == 0
    return out


@pytest.fixture(scope="session")
def banks(world: Path) -> list[BankFolder]:
    return read_world(world)
