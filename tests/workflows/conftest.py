"""The journeys' Temporal server."""

import pytest


def pytest_configure(config: pytest.Config) -> None:
    """The same stage for all folders; each that imported its fixtures would start a Temporal server of its own."""
    config.pluginmanager.import_plugin("tests.journeys.fixtures")
