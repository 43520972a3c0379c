"""A list read whole whose answer is the last one again costs no row, and is never taken for what it is not."""

from datetime import timedelta
from typing import cast

import pytest
import pytest_asyncio
from temporalio.testing import ActivityEnvironment

from activities.pulls import readings
from activities.pulls.standard_information import StandardInformationActivities
from activities.shared.token_store import TokenStore
from contracts.payloads.sync_client import PullClientInput
from contracts.words.connections import ContactsChoice
from contracts.words.lists import ListName
from emulators.kit.control.words import RecordWords
from models.connections import receipts
from models.connections.tables import Connection, Receipt
from models.grants.writes import upsert_grant
from models.kit.database import Database
from models.kit.sealing import Sealer
from providers.port.feeds import Feed
from providers.port.provider import Providers
from tests.contract.conftest import served, subject
from tests.contract.subject import Subject
from tests.models.conftest import House

__all__ = ["served", "subject"]

PLACE = 0
WEEK, NIGHT = timedelta(days=7), timedelta(days=1)
SUPPLIERS, CUSTOMERS, CURRENCIES = ListName.SUPPLIERS, ListName.CUSTOMERS, ListName.CURRENCIES


class Nights:
    """Nights of a client, by the stand-in's clock."""

    def __init__(self, subject: Subject, database: Database, sealer: Sealer, house: House) -> None:
        self.subject, self.database, self.house = subject, database, house
        providers = cast("Providers", {subject.provider.name: subject.provider})
        self._activities = StandardInformationActivities(
            database, providers, TokenStore(database, sealer, now=subject.now), subject.now
        )
        self._count = 0

    async def pull(self, after: timedelta = NIGHT, *, is_incremental: bool = True) -> int:
        """Gives how many rows were compared or stored."""
        self.subject.later(after)
        self._count += 1
        asked = PullClientInput(
            connection_id=self.house.connection_id, pull_id=f"night-{self._count}", is_incremental=is_incremental
        )
        pulled = await ActivityEnvironment().run(self._activities.pull_client, asked)
        return int(pulled.rows)

    @property
    def contacts(self) -> Feed:
        return next(feed for feed in self.subject.provider.feeds if feed.fills == (SUPPLIERS, CUSTOMERS))

    def rename(self, name: str, *, touch: bool) -> None:
        """Somebody renames a contact; without a touch, its date stays, so that only a whole read shows it."""
        words = RecordWords(list="Contacts", id=self.key, fields={"Name": name}, touch=touch)
        self.subject.control.change_record(self.subject.ids[PLACE], words)

    @property
    def key(self) -> str:
        return self.subject.kept(PLACE, self.contacts)[0]

    async def receipts(self) -> dict[ListName, Receipt]:
        async with self.database.session() as session:
            return await receipts.receipts_of(session, self.house.connection_id)

    async def known(self) -> set[ListName]:
        """The lists of whose answer a fingerprint is kept."""
        return {name for name, receipt in (await self.receipts()).items() if receipt.answer_fingerprint}

    async def name(self) -> str:
        """Of the contact that is renamed."""
        async with self.database.engine.connect() as connection:
            query = "SELECT name FROM contacts WHERE key = $1"
            return str((await connection.exec_driver_sql(query, (self.key,))).scalar_one())

    async def spoil(self, name: str) -> None:
        """Write another name of the contact past everything, so that it shows whether rows are compared."""
        async with self.database.engine.begin() as connection:
            query = "UPDATE contacts SET name = $1, fingerprint = '' WHERE key = $2"
            await connection.exec_driver_sql(query, (name, self.key))

    async def choose(self, **settings: object) -> None:
        async with self.database.transaction() as session:
            connection = await session.get_one(Connection, self.house.connection_id)
            for name, value in settings.items():
                setattr(connection, name, value)
            session.add(connection)


@pytest_asyncio.fixture
async def nights(subject: Subject, database: Database, sealer: Sealer, house: House) -> Nights:
    if not any(feed.fingerprinted for feed in subject.provider.feeds):
        pytest.skip("none of its feeds is fingerprinted")
    held = await subject.signed_in(PLACE)
    made = Nights(subject, database, sealer, house)
    async with database.transaction() as session:
        grant = await upsert_grant(
            session,
            sealer,
            provider=subject.provider.name,
            credential=held.now,
            practice_id=house.practice.id,
            colleague_id=house.colleague.id,
            at=subject.now(),
        )
    await made.choose(
        provider=subject.provider.name, organisation_id=subject.ids[PLACE], grant_id=grant.id, contacts_complete_at=None
    )
    await made.pull(is_incremental=False)
    return made


async def test_the_first_whole_read_at_night_is_compared_and_the_same_answer_is_known_the_week_after(nights: Nights):
    assert await nights.known() == set(), "nobody would compare with it"
    assert await nights.pull(WEEK) > 100
    assert await nights.known() == set(ListName) - {ListName.ORGANISATION}
    before = await nights.receipts()
    await nights.spoil("spoilt")
    assert await nights.pull(WEEK) == 1, "the profile"
    assert await nights.name() == "spoilt", "no row was compared"
    after = await nights.receipts()
    for name, receipt in after.items():
        assert receipt.pulled_at is not None
        assert nights.subject.now() - receipt.pulled_at < NIGHT
        assert (receipt.rows, receipt.added, receipt.changed, receipt.gone) == (before[name].rows, 0, 0, 0)
    async with nights.database.session() as session:
        connection = await session.get_one(Connection, nights.house.connection_id)
        assert connection.contacts_complete_at is not None
        assert nights.subject.now() - connection.contacts_complete_at < NIGHT


async def test_a_change_that_only_a_whole_read_shows_is_stored(nights: Nights):
    await nights.pull(WEEK)
    nights.rename("Whole & Co", touch=False)
    await nights.pull()
    assert await nights.name() != "Whole & Co", "its date did not move"
    await nights.pull(WEEK)
    assert await nights.name() == "Whole & Co"
    assert {SUPPLIERS, CURRENCIES} <= await nights.known()


async def test_what_changed_and_changed_back_is_stored_each_time(nights: Nights):
    """The last whole answer comes again, but the rows are not of it any more."""
    await nights.pull(WEEK)
    usual = await nights.name()
    nights.rename("For a night", touch=True)
    await nights.pull()
    assert await nights.name() == "For a night"
    assert CURRENCIES in await nights.known()
    assert {SUPPLIERS, CUSTOMERS}.isdisjoint(await nights.known())
    nights.rename(usual, touch=False)
    await nights.pull(WEEK)
    assert await nights.name() == usual


async def test_a_person_s_refresh_compares_every_row(nights: Nights):
    await nights.pull(WEEK)
    usual = await nights.name()
    await nights.spoil("spoilt")
    await nights.pull(is_incremental=False)
    assert await nights.name() == usual


async def test_other_settings_or_another_release_know_no_answer(nights: Nights, monkeypatch: pytest.MonkeyPatch):
    await nights.pull(WEEK)
    usual = await nights.name()
    await nights.spoil("spoilt")
    monkeypatch.setattr(readings, "_RELEASE", "another")
    await nights.pull(WEEK)
    assert await nights.name() == usual
    await nights.spoil("spoilt")
    await nights.choose(contacts=ContactsChoice.SUPPLIERS)
    await nights.pull(WEEK)
    async with nights.database.engine.connect() as connection:
        query = "SELECT count(*) FROM contacts WHERE gone_at IS NULL AND NOT in_suppliers"
        assert (await connection.exec_driver_sql(query)).scalar_one() == 0


async def test_a_list_that_failed_since_is_compared(nights: Nights):
    await nights.pull(WEEK)
    usual = await nights.name()
    await nights.spoil("spoilt")
    async with nights.database.engine.begin() as connection:
        await connection.exec_driver_sql("UPDATE receipts SET cause = 'role_too_low' WHERE list_name = 'customers'")
    await nights.pull(WEEK)
    assert await nights.name() == usual
