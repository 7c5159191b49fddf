"""The command that prints a token."""

import pytest

from payscope_local.cli import main


@pytest.mark.parametrize("subject", ["", "  "])
def test_a_token_names_who_asks(subject: str, capsys: pytest.CaptureFixture[str]) -> None:
    bank = "3f0c8a52-6a3e-4d53-9b7e-0d6c3a5b8f10"
    assert main(["token", "--bank", bank, "--role", "ANALYST", "--sub", subject]) == 1
    assert "--sub" in capsys.readouterr().err
