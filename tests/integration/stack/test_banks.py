"""What a bank can be registered with."""

from uuid import uuid4

import pytest

from payscope.adapters.postgres.tenancy import Database
from payscope.errors import InvalidInput
from payscope_local.banks import add_bank


@pytest.mark.parametrize(
    ("name", "timezone", "currency"),
    [
        (" ", "UTC", "EUR"),
        ("Bank", "Mars/Olympus", "EUR"),
        ("Bank", "../../etc/passwd", "EUR"),
        ("Bank", "Europe", "EUR"),
        ("Bank", "", "EUR"),
        ("Bank", "UTC", "ZZZ"),
        ("Bank", "UTC", "eur"),
    ],
)
def test_what_does_not_exist_is_refused_before_anything_is_written(
    name: str, timezone: str, currency: str
) -> None:
    nowhere = Database("postgresql://127.0.0.1:1/none", b"k" * 32, 1)
    with pytest.raises(InvalidInput):
        add_bank(nowhere, uuid4(), name, timezone, currency)
