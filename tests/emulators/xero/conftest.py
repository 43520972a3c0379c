"""One sandbox on a socket for all tests of this folder; every test begins with it reset."""

import asyncio
import threading
from collections.abc import Iterator

import httpx2
import pytest
import uvloop

from emulators.kit.server import bind, make_server
from emulators.xero import Config, create_app
from tests.emulators.xero.client import App, Tokens

ORGANISATIONS = 14


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    """Where the sandbox serves."""
    listening = bind("127.0.0.1", 0)
    url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    server = make_server(create_app(Config(organisations=ORGANISATIONS)), "Xero", url)

    def run() -> None:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(server.serve(sockets=[listening]))

    thread = threading.Thread(target=run, name="xero-sandbox")
    thread.start()
    yield url
    server.should_exit = True
    thread.join(10)
    assert not thread.is_alive()


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
