"""The stage on which journeys play, in front of every accounting software's stand-in."""

import pytest

from tests.journeys.platforms import PLATFORMS


def pytest_configure(config: pytest.Config) -> None:
    """The same stage for all folders; each that imported its fixtures would start a Temporal server of its own."""
    config.pluginmanager.import_plugin("tests.journeys.fixtures")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Each journey plays in front of every stand-in, but for what ``only`` says; every day in front of the first."""
    if "platform" not in metafunc.fixturenames:
        return
    only = metafunc.definition.get_closest_marker("only")
    names = [name for name in PLATFORMS if not only or name in only.args]
    everyday = next(iter(names))
    params = [pytest.param(name, marks=() if name == everyday else pytest.mark.thorough) for name in names]
    metafunc.parametrize("platform", params, indirect=True, scope="module")
