"""Fixtures of servers that any test may ask for; nothing starts until one does."""

pytest_plugins = ["tests.support.postgres"]
