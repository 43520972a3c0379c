"""One sandbox on a socket for all tests of this folder; every test begins with it reset."""

from collections.abc import Iterator

import httpx2
import pytest

from emulators.xero import Config, create_app
from tests.emulators.standing_in import served
from tests.emulators.xero.client import App, Tokens

ORGANISATIONS = 14


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    """Where the sandbox serves."""
    with served(create_app(Config(organisations=ORGANISATIONS)), "Xero") as url:
        yield url


@pytest.fixture
def app(address: str) -> Iterator[App]:
    """A client application in front of a fresh sandbox."""
    with httpx2.Client(base_url=address, timeout=60) as http:
        app = App(http)
        app.control("reset", seed=7, organisations=ORGANISATIONS, people=3, scenario="practice")
        app.people = app.state()["people"]
        yield app


@pytest.fixture
def tokens(app: App) -> Tokens:
    """The first person's tokens, with every organisation connected."""
    return app.connect()


@pytest.fixture
def tenant(app: App, tokens: Tokens) -> str:
    """One connected organisation: the one at index 0."""
    return str(app.state()["organisations"][0]["organisation_id"])
