"""What a file says about itself is text on an operator's terminal, and nothing else."""

import pytest

from payscope_local.client import for_terminal


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("\x1b[2JHarbour", "\ufffd[2JHarbour"),
        ("a\rOK  all files loaded", "a\ufffdOK  all files loaded"),
        ("\u202egnp.exe", "\ufffdgnp.exe"),
        ("\x9b31m", "\ufffd31m"),
        ("Café 東京\nnext", "Café 東京\nnext"),
    ],
)
def test_a_name_steers_no_terminal(name: str, shown: str) -> None:
    assert for_terminal(name) == shown
