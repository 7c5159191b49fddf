"""The template that machines without node deploy goes with every change of the infrastructure.

A change of infra/ without it once came as far as the build server, twice.
"""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from infra.template import STALE
from payscope_local.assembly import infrastructure_digest, is_kept_template_current

ROOT = Path(__file__).parents[2]


def test_the_kept_template_is_as_new_as_the_infrastructure() -> None:
    assert is_kept_template_current(ROOT), STALE


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """What a digest is taken of, to be changed."""
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "infra", tmp_path / "infra", ignore=ignored)
    errors = Path("layers/payscope/python/payscope/errors.py")
    (tmp_path / errors).parent.mkdir(parents=True)
    shutil.copy(ROOT / errors, tmp_path / errors)
    return tmp_path


def edit(root: Path, name: str, change: Callable[[str], str]) -> None:
    path = root / name
    path.write_text(change(path.read_text()))


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("infra/config.py", lambda text: text.replace("reports_at_once=2", "reports_at_once=3")),
        ("infra/stacks/data.py", lambda text: text + "\nLATER = 1\n"),
        ("layers/payscope/python/payscope/errors.py", lambda text: text.replace("(Unavailable,)", "()")),
    ],
)
def test_what_code_says_counts(copy: Path, name: str, change: Callable[[str], str]) -> None:
    before = infrastructure_digest(copy)
    assert before == infrastructure_digest(ROOT)
    edit(copy, name, change)
    assert infrastructure_digest(copy) != before


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("infra/README.md", lambda text: text + "\nMore.\n"),
        ("infra/config.py", lambda text: "# A remark.\n" + text),
        ("infra/stage.py", lambda text: text.replace("One stage: its stacks", "A stage: its stacks")),
        ("infra/check.py", lambda text: text + "\nLATER = 1\n"),
    ],
)
def test_what_changes_no_template_does_not_count(copy: Path, name: str, change: Callable[[str], str]) -> None:
    before = infrastructure_digest(copy)
    edit(copy, name, change)
    assert infrastructure_digest(copy) == before
