"""One sandbox on a socket for all tests of this folder; every test begins with it reset, and its clock stopped."""

from collections.abc import Iterator

import httpx2
import pytest

from emulators.quickbooks import Config, create_app
from tests.emulators.quickbooks.client import App, Tokens
from tests.emulators.standing_in import served

COMPANIES = 16


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    """Where the sandbox serves."""
    with served(create_app(Config(organisations=COMPANIES)), "QuickBooks") as url:
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
    app.control("reset", seed=7, organisations=COMPANIES, people=3, scenario="practice")
    app.control("clock", stopped=True)
    app.control("limits", enforced=False)
    app.companies = app.state()["organisations"]
    return app


@pytest.fixture
def own(app: App) -> Tokens:
    """The first person's tokens for the firm's own books, in the United States, on the plan Advanced."""
    return app.connect(app.realm(0))


@pytest.fixture
def large(app: App) -> Tokens:
    """For the company with very many contacts, on the plan Plus."""
    return app.connect(app.realm(7))


@pytest.fixture
def british(app: App) -> Tokens:
    """For a company in the United Kingdom, on the plan Plus."""
    return app.connect(app.realm(11))
