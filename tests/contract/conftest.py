"""Each test of the suite once for every provider, with its stand-in on a socket and as it is at the beginning."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from emulators.kit.control.control import Control
from emulators.kit.server import DroppableProtocol
from tests.contract.subject import Subject
from tests.contract.subjects import SUBJECTS, Entry
from tests.journeys.serving import listening, serving


@pytest_asyncio.fixture(scope="module", params=sorted(SUBJECTS))
async def served(request: pytest.FixtureRequest) -> AsyncIterator[tuple[Entry, Control, str]]:
    """A provider's stand-in, for the tests of a module."""
    entry = SUBJECTS[request.param]
    app, control = entry.stand_in()
    socket, address = listening()
    async with serving(app, socket, http=DroppableProtocol):
        yield entry, control, address


@pytest_asyncio.fixture
async def subject(served: tuple[Entry, Control, str]) -> AsyncIterator[Subject]:
    """The provider in front of it."""
    entry, control, address = served
    made = entry.subject(control, address)
    yield made
    await made.provider.close()
