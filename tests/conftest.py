"""Fixtures for every test: real servers are session-wide and started only when a test asks."""

pytest_plugins = ["tests.support.postgres", "tests.support.stack", "tests.support.ask_fixtures"]
