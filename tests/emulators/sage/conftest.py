"""One sandbox on a socket for all tests of this folder; every test begins with it reset, and its clock stopped."""

from collections.abc import Iterator

import httpx2
import pytest

from emulators.sage import Config, create_app
from tests.emulators.sage.client import App, Tokens
from tests.emulators.standing_in import served

BUSINESSES = 24


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    """Where the sandbox serves."""
    with served(create_app(Config(organisations=BUSINESSES)), "Sage") as url:
        yield url


@pytest.fixture(scope="session")
def http(address: str) -> Iterator[httpx2.Client]:
    """One for all: making one takes longer than most tests."""
    with httpx2.Client(base_url=address, timeout=60) as http:
        yield http


@pytest.fixture
def app(http: httpx2.Client) -> App:
    """A client application in front of a fresh sandbox."""
    http.cookies.clear()
    app = App(http)
    app.control("reset", seed=7, organisations=BUSINESSES, people=3, scenario="practice")
    app.control("clock", stopped=True)
    app.businesses = app.state()["organisations"]
    return app


@pytest.fixture
def tokens(app: App) -> Tokens:
    """The first person's tokens: those of an adviser of every business."""
    return app.connect()


@pytest.fixture
def large(app: App) -> str:
    """The business with very many contacts, on the plan Plus."""
    return app.id_of(7)


@pytest.fixture
def business(app: App, large: str) -> str:
    """The same with fewer."""
    app.control(f"organisations/{large}", contacts=130)
    return large
