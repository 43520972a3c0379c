"""A list read whole whose answer is the last one again costs no row, and is never taken for what it is not."""

from datetime import timedelta
from pathlib import Path
from typing import cast
from uuid import UUID

import pytest
import pytest_asyncio
from sqlalchemy import text
from temporalio.testing import ActivityEnvironment

from activities.pulls import last_answers
from activities.pulls.kept_rows import KeptRows
from activities.pulls.standard_information import StandardInformationActivities
from activities.shared.token_store import TokenStore
from contracts.payloads.sync_client import PullClientInput, PullClientsInput, PullClientsResult
from contracts.words.connections import ContactsChoice
from contracts.words.lists import ListName
from contracts.words.standard_information import contact_lists
from emulators.kit.control.words import RecordWords
from models.clients.tables import Client
from models.connections import receipts
from models.connections.settings import kept
from models.connections.tables import Connection, Receipt
from models.grants.writes import upsert_grant
from models.kit.bulk import copy_rows
from models.kit.database import Database
from models.kit.moments import have_numbers
from models.kit.sealing import Sealer
from models.lists import stagings
from models.lists.writes import store_pulls
from providers.port.feeds import Feed
from providers.port.provider import Providers
from providers.xero import schemas
from providers.xero.walk import Walk
from rules.lists.list_changes import storable
from rules.lists.staging import scope_of
from tests.contract.conftest import served, subject
from tests.contract.subject import Subject
from tests.models.conftest import House, a_connection

__all__ = ["served", "subject"]

PLACE = 0
WEEK, NIGHT = timedelta(days=7), timedelta(days=1)
SUPPLIERS, CUSTOMERS, CURRENCIES = ListName.SUPPLIERS, ListName.CUSTOMERS, ListName.CURRENCIES
TAX_RATES = ListName.TAX_RATES


class Nights:
    """Nights of a client, by the stand-in's clock."""

    def __init__(self, subject: Subject, database: Database, sealer: Sealer, house: House) -> None:
        self.subject, self.database, self.house = subject, database, house
        providers = cast("Providers", {subject.provider.name: subject.provider})
        self.activities = StandardInformationActivities(
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
        pulled = await ActivityEnvironment().run(self.activities.pull_client, asked)
        return int(pulled.rows)

    @property
    def contacts(self) -> Feed:
        return next(feed for feed in self.subject.provider.feeds if feed.fills == (SUPPLIERS, CUSTOMERS))

    async def another_client(self, place: int) -> UUID:
        """A connection with the same login."""
        async with self.database.transaction() as session:
            one = await session.get_one(Connection, self.house.connection_id)
            client = Client(practice_id=one.practice_id, name="Two", code="TWO00001", owner_id=self.house.colleague.id)
            session.add(client)
            await session.flush()
            other = a_connection(one.practice_id, client.id, one.grant_id, self.subject.ids[place])
            session.add(other)
        return other.id

    async def pull_together(self, connections: tuple[UUID, ...], after: timedelta) -> None:
        self.subject.later(after)
        self._count += 1
        asked = PullClientsInput(connection_ids=connections, pull_id=f"night-{self._count}", is_incremental=True)
        pulled: PullClientsResult = await ActivityEnvironment().run(self.activities.pull_clients, asked)
        assert pulled.left == ()

    def rename(self, name: str, *, touch: bool, place: int = PLACE) -> None:
        """Somebody renames a contact; without a touch, its date stays, so that only a whole read shows it."""
        words = RecordWords(list="Contacts", id=self.key(place), fields={"Name": name}, touch=touch)
        self.subject.control.change_record(self.subject.ids[place], words)

    def key(self, place: int) -> str:
        return self.subject.kept(place, self.contacts)[0]

    async def receipts(self) -> dict[ListName, Receipt]:
        async with self.database.session() as session:
            return await receipts.receipts_of(session, self.house.connection_id)

    async def known(self) -> set[ListName]:
        """The lists of whose answer a fingerprint is kept."""
        return {name for name, receipt in (await self.receipts()).items() if receipt.answer_fingerprint}

    async def name(self, place: int = PLACE) -> str:
        """Of the contact that is renamed."""
        async with self.database.engine.connect() as connection:
            query = "SELECT name FROM contacts WHERE key = $1"
            return str((await connection.exec_driver_sql(query, (self.key(place),))).scalar_one())

    async def tax_rate(self) -> tuple[str, str]:
        """Key and name of one: a list without any date, so that what changed back is as it was."""
        async with self.database.engine.connect() as connection:
            found = await connection.exec_driver_sql("SELECT key, name FROM tax_rates ORDER BY key LIMIT 1")
            row = found.mappings().one()
            return str(row["key"]), str(row["name"])

    def rename_tax_rate(self, key: str, name: str) -> None:
        words = RecordWords(list="TaxRates", id=key, fields={"Name": name}, touch=False)
        self.subject.control.change_record(self.subject.ids[PLACE], words)

    async def spoil(self, name: str) -> None:
        """Write another name of the contact past everything, so that it shows whether rows are compared."""
        async with self.database.engine.begin() as connection:
            query = "UPDATE contacts SET name = $1, fingerprint = '' WHERE key = $2"
            await connection.exec_driver_sql(query, (name, self.key(PLACE)))

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
    held = await subject.signed_in(PLACE, 1)
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


async def test_changes_that_a_night_stores_leave_no_answer_of_which_the_rows_are(nights: Nights):
    await nights.pull(WEEK)
    nights.rename("For a night", touch=True)
    await nights.pull()
    assert await nights.name() == "For a night"
    assert CURRENCIES in await nights.known()
    assert {SUPPLIERS, CUSTOMERS}.isdisjoint(await nights.known())


@pytest.mark.parametrize("by", ["this release", "a worker of the release before"])
async def test_what_changed_and_changed_back_is_stored_each_time(
    nights: Nights, monkeypatch: pytest.MonkeyPatch, by: str
):
    """The last whole answer but one comes again, to the byte, but the rows are not of it any more."""
    await nights.pull(WEEK)
    before = (await nights.receipts())[TAX_RATES].answer_fingerprint
    key, usual = await nights.tax_rate()
    nights.rename_tax_rate(key, "For a week")
    with monkeypatch.context() as patch:
        if by != "this release":
            patch.setattr(receipts, "_WRITE", text(_without_answers(receipts._WRITE.text)))
        await nights.pull(WEEK)
    assert await nights.tax_rate() == (key, "For a week")
    nights.rename_tax_rate(key, usual)
    await nights.pull(WEEK)
    assert await nights.tax_rate() == (key, usual)
    await nights.pull(WEEK)
    assert (await nights.receipts())[TAX_RATES].answer_fingerprint == before, "it is the same answer"


def _without_answers(write: str) -> str:
    """The statement of before there were fingerprints."""
    for words in (
        ",\n                          answer_fingerprint, answered_at",
        ",\n           decode(list.answer, 'hex'), :at",
        "\n            answer_fingerprint = excluded.answer_fingerprint, answered_at = excluded.answered_at,",
    ):
        assert words in write
        write = write.replace(words, "")
    return write


async def test_an_answer_that_only_an_older_worker_confirmed_is_compared_once(nights: Nights):
    await nights.pull(WEEK)
    usual = await nights.name()
    await nights.spoil("spoilt")
    async with nights.database.engine.begin() as connection:
        await connection.exec_driver_sql("UPDATE receipts SET pulled_at = pulled_at + interval '1 hour'")
    await nights.pull(WEEK)
    assert await nights.name() == usual


async def test_a_connection_that_counts_as_never_read_whole_is_compared(nights: Nights):
    await nights.pull(WEEK)
    usual = await nights.name()
    await nights.spoil("spoilt")
    await nights.choose(contacts_complete_at=None)
    await nights.pull()
    assert await nights.name() == usual


async def test_behind_pages_that_are_staged_no_answer_is_the_last_one(nights: Nights):
    """A cursor that cannot be read begins at the first page, whose answer may be the last whole one again."""
    await nights.pull(WEEK)
    before = (await nights.receipts())[SUPPLIERS].rows
    async with nights.database.session() as session:
        connection = await session.get_one(Connection, nights.house.connection_id)
    nights.subject.later(WEEK)
    asked = PullClientInput(connection_id=connection.id, pull_id="retried", is_incremental=True)
    feed = nights.contacts
    scope = scope_of(asked.pull_id, connection.grant_id, feed.name, None, connection.contacts.value)
    async with nights.database.transaction() as session:
        await stagings.begin(session, connection.id, feed.fills, scope, nights.subject.now())
        await (await session.connection()).execute(text("UPDATE stagings SET pages = 1, cursor = '{}'"))
    pulled = await ActivityEnvironment().run(nights.activities.pull_client, asked)
    assert pulled.gone == 0
    after = (await nights.receipts())[SUPPLIERS]
    assert (after.rows, after.gone) == (before, 0)


async def test_a_person_s_refresh_compares_every_row(nights: Nights):
    await nights.pull(WEEK)
    usual = await nights.name()
    await nights.spoil("spoilt")
    await nights.pull(is_incremental=False)
    assert await nights.name() == usual


async def test_other_settings_or_other_code_know_no_answer(nights: Nights, monkeypatch: pytest.MonkeyPatch):
    await nights.pull(WEEK)
    usual = await nights.name()
    await nights.spoil("spoilt")
    monkeypatch.setattr(last_answers, "CODE_THAT_MAKES_ROWS", "other")
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


async def test_of_clients_that_are_read_together_each_has_answers_of_its_own(nights: Nights):
    """One login, one activity, one transaction: one of two clients has the last answers again."""
    beside = await nights.another_client(1)
    both, usual = (nights.house.connection_id, beside), await nights.name()
    await nights.pull_together(both, WEEK)
    await nights.spoil("spoilt")
    nights.rename("Whole & Co", touch=False, place=1)
    await nights.pull_together(both, WEEK)
    assert await nights.name() == "spoilt", "no row was compared"
    assert await nights.name(place=1) == "Whole & Co"
    await nights.pull_together(both, WEEK)
    assert await nights.name(place=1) == "Whole & Co"
    await nights.choose(contacts_complete_at=None)
    await nights.pull_together(both, WEEK)
    assert await nights.name() == usual


def test_the_code_that_makes_rows_is_all_of_it():
    """By where the functions stand that take part, so that a room that is moved is not forgotten."""
    makers = (schemas.contact, contact_lists, kept, storable, store_pulls, stagings.apply, Walk.take, KeptRows)
    for one in (*makers, copy_rows, have_numbers):
        assert one.__module__.replace(".", "/").startswith(last_answers._MAKES_ROWS), one
    assert len(last_answers.CODE_THAT_MAKES_ROWS) == 64


def test_the_code_that_makes_rows_is_known_by_each_of_its_sources(tmp_path: Path):
    for room in last_answers._MAKES_ROWS:
        (tmp_path / room / "deep").mkdir(parents=True)
        (tmp_path / room / "deep" / "some.py").write_text("rows = 1\n")
    hashes = {last_answers._code_that_makes_rows(tmp_path)}
    for room in last_answers._MAKES_ROWS:
        (tmp_path / room / "deep" / "some.py").write_text("rows = 2\n")
        hashes.add(last_answers._code_that_makes_rows(tmp_path))
    assert len(hashes) == 1 + len(last_answers._MAKES_ROWS)


def test_without_sources_a_worker_says_so_instead_of_knowing_all_code_as_the_same(tmp_path: Path):
    with pytest.raises(RuntimeError, match=r"with its \.py files"):
        last_answers._code_that_makes_rows(tmp_path)
