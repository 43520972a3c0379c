"""Stand-ins of a platform that exists nowhere, with whatever policies a test wants."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from emulators.kit.oauth.policies import Policies
from emulators.kit.signing import SigningKey
from tests.emulators.kit.nowhere import Nowhere, running

Starts = Callable[[Policies], Nowhere]


@pytest.fixture(scope="session")
def key() -> SigningKey:
    """Takes long to make."""
    return SigningKey()


@pytest.fixture
def starts(key: SigningKey) -> Iterator[Starts]:
    """Starts a stand-in with these policies; it ends with the test."""
    with ExitStack() as stack:
        yield lambda policies: stack.enter_context(running(key, policies))
