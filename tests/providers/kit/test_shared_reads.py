"""What several feeds need is read once in a pull, and never given to another pull."""

import asyncio
import gc
from datetime import UTC, datetime

import pytest

from contracts.words.causes import Cause
from providers.kit.reads.shared_reads import SharedReads
from providers.port.credential import Credential, OneCredential
from providers.port.errors import NeedsPerson, Unavailable
from tests.providers.kit.test_turns import one_round


class Books:
    """Counts how often it is read, and answers when it is let."""

    def __init__(self) -> None:
        self.reads = 0
        self.error: Exception | None = None
        self.answers = asyncio.Event()
        self.answers.set()

    async def __call__(self) -> str:
        self.reads += 1
        await self.answers.wait()
        if self.error:
            raise self.error
        return f"read {self.reads}"


def a_pull() -> OneCredential:
    return OneCredential(Credential("user-1", "user-1", "Ada", b"", datetime(2026, 3, 2, tzinfo=UTC)))


async def test_all_who_ask_in_a_pull_share_one_reading():
    shared, books, pull = SharedReads[str](), Books(), a_pull()
    books.answers.clear()
    asking = [asyncio.create_task(shared.get(pull, "a", books, is_told=number == 1)) for number in range(3)]
    asyncio.get_running_loop().call_soon(books.answers.set)
    assert await asyncio.gather(*asking) == ["read 1"] * 3
    assert await shared.get(pull, "a", books) == "read 1"


async def test_another_pull_or_organisation_is_never_given_it():
    shared, books, pull, same_login = SharedReads[str](), Books(), a_pull(), a_pull()
    assert await shared.get(pull, "a", books) == "read 1"
    assert await shared.get(same_login, "a", books) == "read 2"
    assert await shared.get(pull, "b", books) == "read 3"
    assert await shared.get(pull, "a", books) == "read 1"


async def test_what_was_told_is_read_anew_for_who_asks_to_be_told_again():
    shared, books, pull = SharedReads[str](), Books(), a_pull()
    assert await shared.get(pull, "a", books) == "read 1"
    assert await shared.get(pull, "a", books, is_told=True) == "read 1"
    assert await shared.get(pull, "a", books, is_told=True) == "read 2"
    assert await shared.get(pull, "a", books) == "read 2"


async def test_a_refusal_is_kept_and_another_error_is_not():
    shared, books, pull = SharedReads[str](), Books(), a_pull()
    books.error = Unavailable("away")
    for _ in range(2):
        with pytest.raises(Unavailable):
            await shared.get(pull, "a", books)
    books.error = NeedsPerson(Cause.ROLE_TOO_LOW, "no")
    for _ in range(2):
        with pytest.raises(NeedsPerson):
            await shared.get(pull, "a", books)
    assert books.reads == 3


async def test_all_who_wait_share_a_failure_and_whoever_comes_later_reads_again():
    shared, books, pull = SharedReads[str](), Books(), a_pull()
    books.error = Unavailable("away")
    books.answers.clear()
    asking = [asyncio.create_task(shared.get(pull, "a", books, is_told=number == 1)) for number in range(3)]
    asyncio.get_running_loop().call_soon(books.answers.set)
    assert [type(came) for came in await asyncio.gather(*asking, return_exceptions=True)] == [Unavailable] * 3
    assert books.reads == 1
    books.error = None
    assert await shared.get(pull, "a", books) == "read 2"


async def test_who_waits_for_a_caller_that_is_cancelled_reads_for_itself():
    shared, books, pull = SharedReads[str](), Books(), a_pull()
    books.answers.clear()
    first, second = (asyncio.create_task(shared.get(pull, "a", books)) for _ in range(2))
    await one_round()
    first.cancel()
    asyncio.get_running_loop().call_soon(books.answers.set)
    assert await second == "read 2"


async def test_it_is_forgotten_with_its_pull():
    shared, books, pull = SharedReads[str](), Books(), a_pull()
    await shared.get(pull, "a", books)
    assert len(shared) == 1
    del pull
    gc.collect()
    assert len(shared) == 0
