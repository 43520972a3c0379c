"""A pull that takes many times as long as an access token lives, where a used refresh token is dead at once."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio

from activities.shared.token_store import TokenStore
from emulators.kit.server import DroppableProtocol
from models.grants.writes import upsert_grant
from models.kit.database import Database
from models.kit.sealing import Sealer
from models.practices.writes import create_colleague, create_practice
from providers.port.credential import CredentialSource
from providers.sage.feeds import CONTACTS
from tests.contract.sage import SageSubject, stand_in
from tests.journeys.serving import listening, serving

BETWEEN_PAGES = timedelta(minutes=3, seconds=40)
"""Of an access token's five minutes, so that every second page finds it ended."""


@pytest_asyncio.fixture(scope="module")
async def sage() -> AsyncIterator[SageSubject]:
    app, control = stand_in()
    socket, address = listening()
    async with serving(app, socket, http=DroppableProtocol):
        made = SageSubject(control, address)
        yield made
        await made.provider.close()


class Pulls:
    """Pulls of one login, each in a process of its own."""

    def __init__(self, sage: SageSubject, database: Database, sealer: Sealer) -> None:
        self.sage, self.database, self.sealer = sage, database, sealer

    async def sign_in(self) -> None:
        """The person signs in; a later time, it takes the place of what was stored."""
        credential = (await self.sage.signed_in(self.sage.long)).now
        async with self.database.transaction() as session:
            practice = await create_practice(session, "Harbour Lane")
            colleague = await create_colleague(session, practice.id, email=f"{practice.id}@harbour.test", name="Ada")
            self.grant = await upsert_grant(
                session,
                self.sealer,
                provider="sage",
                credential=credential,
                practice_id=practice.id,
                colleague_id=colleague.id,
                at=self.sage.now(),
            )

    def process(self) -> CredentialSource:
        """The login's tokens, as another process has them."""
        store = TokenStore(self.database, self.sealer, self.sage.now)
        return store.of(self.grant.id, self.sage.provider, None)

    async def read(self, *processes: CredentialSource, signs_in_again: bool = False) -> list[list[str]]:
        """Read the long list in all of the processes, page by page at once, with time between the pages."""
        business, found = self.sage.ids[self.sage.long], [list[str]() for _ in processes]
        reading = [self.sage.provider.read(tokens, business, CONTACTS) for tokens in processes]
        while True:
            pages = await asyncio.gather(*(anext(one) for one in reading))
            for keys, page in zip(found, pages, strict=True):
                keys += [row.key for row in page.rows]
            if pages[0].is_last:
                return [sorted(keys) for keys in found]
            self.sage.later(BETWEEN_PAGES)
            if signs_in_again:
                signs_in_again = False
                await self.sign_in()


@pytest_asyncio.fixture
async def pulls(sage: SageSubject, database: Database, sealer: Sealer) -> Pulls:
    sage.world.reset()
    made = Pulls(sage, database, sealer)
    await made.sign_in()
    return made


async def test_forty_minutes_meet_no_refusal_of_their_own_making(sage: SageSubject, pulls: Pulls) -> None:
    """In two processes at once, which use no refresh token twice."""
    began, whole = sage.now(), sorted(sage.kept(sage.long, CONTACTS))
    assert await pulls.read(pulls.process(), pulls.process()) == [whole, whole]
    assert sage.now() - began >= timedelta(minutes=40)
    assert sage.world.calls.refreshes >= 5
    assert not {status for status in sage.world.calls.by_status if status >= 400}


@pytest.mark.thorough
async def test_a_second_sign_in_of_the_same_person_breaks_no_pull_under_way(sage: SageSubject, pulls: Pulls) -> None:
    first, whole = pulls.grant.id, sorted(sage.kept(sage.long, CONTACTS))
    assert await pulls.read(pulls.process(), signs_in_again=True) == [whole]
    assert pulls.grant.id == first
