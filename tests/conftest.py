"""Fixtures for every test: real servers are session-wide and started only when a test asks."""

from hypothesis import settings

# How long an example takes depends on what else the machine does; no test may fail by the clock.
settings.register_profile("without a clock", deadline=None)
settings.load_profile("without a clock")

pytest_plugins = ["tests.support.postgres", "tests.support.stack", "tests.support.ask_fixtures"]
