"""A pull of books arranged otherwise: several feeds for a list, lists of one table read apart, lists not there."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

import pytest
import pytest_asyncio
from sqlmodel import select
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.pulls.standard_information import StandardInformationActivities
from activities.shared.token_store import TokenStore
from contracts.payloads.sync_client import PullClientInput, PullClientResult, PullClientsInput, PullClientsResult
from contracts.words.causes import Cause
from contracts.words.connections import ConnectionStatus, ContactsChoice
from contracts.words.lists import ListName, RowKind
from models.connections import receipts
from models.connections.tables import Connection, Receipt
from models.events.tables import Event
from models.kit.database import Database
from models.kit.sealing import Sealer
from models.lists.reads import read_list
from providers.port.errors import NeedsPerson
from providers.port.feeds import Feed, Feeds
from rules.lists.increments import COMPLETE_EVERY, OVERLAP, TURN, latest_turn
from tests.models.conftest import LATER, NOON, HandClock, House
from tests.models.rows import account, contact, duty, item, profile
from tests.second_provider import APART, BANKS, BUYERS, COMPANY, DUTIES, GOODS, LEDGER, STOCK, VENDORS, Second

BEFORE = NOON - timedelta(days=30)
NO_ROLE = NeedsPerson(Cause.ROLE_TOO_LOW, "no")
PRESENT = set(ListName) - {ListName.TRACKING_CATEGORIES, ListName.CURRENCIES}


class Pulls:
    """A client with books elsewhere, who may read them, and a clock that stands still."""

    def __init__(self, database: Database, sealer: Sealer, house: House) -> None:
        self.database, self.house, self.clock, self.second = database, house, HandClock(), Second()
        tokens = TokenStore(database, sealer, now=self.clock)
        self.activities = StandardInformationActivities(database, {"second": self.second}, tokens, self.clock)
        self._pulls = 0

    async def pull(self, sources: Iterable[RowKind] = (), *, is_incremental: bool = False) -> PullClientResult:
        self._pulls += 1
        self.second.asked.clear()
        asked = PullClientInput(
            connection_id=self.house.connection_id,
            pull_id=f"pull-{self._pulls}",
            sources=tuple(sources),
            is_incremental=is_incremental,
        )
        pulled: PullClientResult = await ActivityEnvironment().run(self.activities.pull_client, asked)
        return pulled

    async def night(self) -> PullClientResult:
        self.clock.at = LATER
        return await self.pull(is_incremental=True)

    async def names(self, name: ListName) -> list[str]:
        async with self.database.session() as session:
            of = self.house.practice.id, self.house.client_id, name
            page = await read_list(session, *of, limit=100, offset=0)
        assert page.receipt is None or page.receipt.rows == page.total
        return [row.model_dump()["name"] for row in page.rows]

    async def receipts(self) -> dict[ListName, Receipt]:
        async with self.database.session() as session:
            return await receipts.receipts_of(session, self.house.connection_id)

    async def connection(self) -> Connection:
        async with self.database.session() as session:
            return await session.get_one(Connection, self.house.connection_id)

    async def told(self) -> int:
        """How many events tell that lists were read in a night."""
        query = select(Event).where(Event.kind == "connection.refreshed", Event.after != "nothing changed")
        async with self.database.session() as session:
            return len((await session.exec(query)).all()) - 1  # the first pull tells too

    async def change(self, **values: object) -> None:
        async with self.database.transaction() as session:
            connection = await session.get_one(Connection, self.house.connection_id)
            for name, value in values.items():
                setattr(connection, name, value)
            session.add(connection)


@pytest_asyncio.fixture
async def pulls(database: Database, sealer: Sealer, house: House) -> Pulls:
    made = Pulls(database, sealer, house)
    await made.change(provider="second")
    second = made.second
    second.keep(COMPANY, profile("org-1"), BEFORE)
    second.keep(LEDGER, account("sales", "Sales"), BEFORE)
    second.keep(LEDGER, account("current", "Poorer"), BEFORE)
    second.keep(BANKS, account("current", "Current", bank=True), BEFORE)
    for key in ("apples", "pears"):
        second.keep(GOODS, item(key, key), BEFORE)
    for key, name in (("pears", "pears in stock"), ("plums", "plums in stock")):
        second.keep(STOCK, item(key, name, 3), BEFORE)
    second.keep(VENDORS, contact("v-1", "Vera"), BEFORE)
    second.keep(BUYERS, contact("b-1", "Bert", supplier=False, customer=True), BEFORE)
    return made


async def test_a_list_of_two_feeds_has_each_record_once_and_from_the_fuller(pulls: Pulls):
    await pulls.pull()
    assert await pulls.names(ListName.ITEMS) == ["apples", "pears in stock", "plums in stock"]
    assert await pulls.names(ListName.ACCOUNTS) == ["Current", "Sales"]
    assert await pulls.names(ListName.BANK_ACCOUNTS) == ["Current"]
    assert await pulls.names(ListName.SUPPLIERS) == ["Vera"]
    assert await pulls.names(ListName.CUSTOMERS) == ["Bert"]
    assert sorted(feed.name for feed, _ in pulls.second.asked) == sorted(feed.name for feed in APART)


async def test_a_list_that_no_feed_fills_is_neither_missing_nor_failed(pulls: Pulls):
    await pulls.pull()
    assert set(await pulls.receipts()) == PRESENT
    connection = await pulls.connection()
    assert (connection.status, connection.cause) == (ConnectionStatus.CONNECTED, None)
    assert connection.lists_pulled_at == connection.contacts_complete_at == NOON
    # Where everything is refused, no cause stands at a list that is not there.
    await pulls.change(limited_until=LATER)
    with pytest.raises(ApplicationError):
        await pulls.pull(tuple(RowKind))
    held = await pulls.receipts()
    assert {name: receipt.cause for name, receipt in held.items()} == dict.fromkeys(PRESENT, Cause.RATE_LIMITED)


SLOW = {COMPANY, DUTIES}
"""What cannot be asked for changes, and shares no list with what can."""


async def test_only_feeds_that_tell_changes_are_asked_for_them(pulls: Pulls):
    await pulls.pull()
    await pulls.night()
    since = dict(pulls.second.asked)
    telling = {LEDGER, BANKS, GOODS, VENDORS, BUYERS}
    assert {feed: at for feed, at in since.items() if feed not in SLOW} == {
        feed: NOON - OVERLAP if feed in telling else None for feed in APART if feed not in SLOW
    }


async def test_a_list_of_which_no_changes_can_be_asked_for_is_read_in_its_turn(pulls: Pulls):
    await pulls.pull()
    turn = latest_turn(pulls.house.connection_id, DUTIES.fills, NOON) + TURN
    for at, is_read in ((turn - timedelta(minutes=1), False), (turn, True), (turn + timedelta(minutes=1), False)):
        pulls.clock.at = at
        await pulls.change(contacts_complete_at=at)  # of whose own week this is not
        await pulls.pull(is_incremental=True)
        assert (DUTIES in dict(pulls.second.asked)) is is_read, at
    receipt = (await pulls.receipts())[ListName.TAX_RATES]
    assert receipt.pulled_at == turn


@pytest.mark.parametrize("trouble", [{"cause": Cause.ROLE_TOO_LOW}, {"look_cause": Cause.ACCESS_LOST}])
async def test_where_something_is_wrong_every_list_is_read(pulls: Pulls, trouble: dict[str, Cause]):
    await pulls.pull()
    await pulls.change(**trouble)
    await pulls.night()
    assert set(dict(pulls.second.asked)) == set(APART)


async def test_a_list_to_which_something_new_refers_in_vain_is_read_at_once(pulls: Pulls):
    pulls.second.keep(DUTIES, duty("vat-20"), BEFORE)
    await pulls.pull()
    pulls.clock.at = latest_turn(pulls.house.connection_id, DUTIES.fills, NOON) + TURN - timedelta(minutes=1)
    await pulls.change(contacts_complete_at=pulls.clock.at)
    for code, is_read in (("vat-20", False), ("vat-5", True)):
        pulls.second.keep(DUTIES, duty(code), LATER)
        pulls.second.keep(LEDGER, account(code, code)._replace(tax_type=code), pulls.clock.at)
        await pulls.pull(is_incremental=True)
        assert (DUTIES in dict(pulls.second.asked)) is is_read, code
    assert await pulls.names(ListName.TAX_RATES) == ["vat-20", "vat-5"]


async def test_clients_of_a_night_are_read_together_and_told_of_where_something_changed(pulls: Pulls):
    await pulls.pull()
    before = await pulls.receipts()
    pulls.clock.at = LATER
    asked = PullClientsInput(connection_ids=(pulls.house.connection_id,), pull_id="night", is_incremental=True)
    for told in (0, 1):
        pulled: PullClientsResult = await ActivityEnvironment().run(pulls.activities.pull_clients, asked)
        assert pulled.left == ()
        assert await pulls.told() == told
        after = await pulls.receipts()
        assert after[ListName.SUPPLIERS].pulled_at == pulls.clock.at
        assert after[ListName.SUPPLIERS].rows == before[ListName.SUPPLIERS].rows + told
        pulls.clock.at += timedelta(days=1)
        pulls.second.keep(VENDORS, contact("v-2", "Vic"), pulls.clock.at)
        asked = asked.model_copy(update={"pull_id": "another night"})
    connection = await pulls.connection()
    assert connection.lists_pulled_at == LATER + timedelta(days=1)
    assert connection.pull_holder is None


async def test_a_night_that_is_tried_again_reads_nothing_twice(pulls: Pulls):
    await pulls.pull()
    pulls.clock.at = LATER
    asked = PullClientsInput(connection_ids=(pulls.house.connection_id,), pull_id="night", is_incremental=True)
    await ActivityEnvironment().run(pulls.activities.pull_clients, asked)
    pulls.second.asked.clear()
    await ActivityEnvironment().run(pulls.activities.pull_clients, asked)
    assert set(dict(pulls.second.asked)) <= {COMPANY, DUTIES}  # which rest


async def test_nothing_is_gone_of_a_list_of_which_one_feed_told_changes_only(pulls: Pulls):
    await pulls.pull()
    del pulls.second.books[GOODS]["apples"]  # which leaves no trace in changes
    del pulls.second.books[STOCK]["plums"]  # which may stand in the other feed, for all that was read
    pulls.second.keep(GOODS, item("figs", "figs"), LATER)
    stored = await pulls.night()
    assert (stored.added, stored.changed, stored.gone) == (1, 0, 0)
    assert await pulls.names(ListName.ITEMS) == ["apples", "figs", "pears in stock", "plums in stock"]
    pulls.clock.at = NOON + COMPLETE_EVERY
    assert (await pulls.pull(is_incremental=True)).gone == 2
    assert await pulls.names(ListName.ITEMS) == ["figs", "pears in stock"]


async def test_a_row_that_one_feed_has_lost_stays_while_the_other_has_it(pulls: Pulls):
    await pulls.pull()
    del pulls.second.books[STOCK]["pears"]
    stored = await pulls.pull()
    assert (stored.changed, stored.gone) == (1, 0)
    assert await pulls.names(ListName.ITEMS) == ["apples", "pears", "plums in stock"]


async def test_lists_of_one_table_that_are_read_apart_fail_and_heal_apart(pulls: Pulls):
    await pulls.pull()
    pulls.second.refuses[BUYERS] = NO_ROLE
    pulls.second.books[VENDORS] = {}
    pulls.second.keep(VENDORS, contact("v-2", "Vic"), LATER)
    await pulls.pull()  # the client is none the worse
    assert await pulls.names(ListName.SUPPLIERS) == ["Vic"]
    assert await pulls.names(ListName.CUSTOMERS) == ["Bert"]
    held = await pulls.receipts()
    assert {name for name, receipt in held.items() if receipt.cause} == {ListName.CUSTOMERS}
    assert held[ListName.SUPPLIERS].gone == 1
    connection = await pulls.connection()
    assert (connection.status, connection.cause) == (ConnectionStatus.CONNECTED, Cause.ROLE_TOO_LOW)
    pulls.second.refuses.clear()
    await pulls.pull([RowKind.CONTACTS])
    assert not any(receipt.cause for receipt in (await pulls.receipts()).values())
    assert (await pulls.connection()).cause is None


@pytest.mark.parametrize("refused", [NO_ROLE, NeedsPerson(Cause.NOT_ON_PLAN, "no")], ids=lambda one: one.cause)
async def test_a_list_is_not_stored_where_one_of_its_feeds_is_refused(pulls: Pulls, refused: NeedsPerson):
    await pulls.pull()
    pulls.second.refuses[STOCK] = refused
    del pulls.second.books[GOODS]["apples"]
    pulls.clock.at = LATER
    await pulls.pull()
    assert await pulls.names(ListName.ITEMS) == ["apples", "pears in stock", "plums in stock"]
    held = await pulls.receipts()
    assert {name: receipt.cause for name, receipt in held.items() if receipt.cause} == {ListName.ITEMS: refused.cause}
    connection = await pulls.connection()
    assert connection.status is ConnectionStatus.CONNECTED
    assert connection.cause is (None if refused.cause is Cause.NOT_ON_PLAN else refused.cause)
    assert connection.last_good_at == connection.contacts_complete_at == LATER


async def test_what_only_enriches_a_list_costs_it_nothing(pulls: Pulls):
    """A login without the right to see the bank keeps its chart of accounts, and a plan without stock its items."""
    enriching = {STOCK: replace(STOCK, enriches=True), BANKS: replace(BANKS, enriches=True)}
    pulls.second.feeds = Feeds(*(enriching.get(feed, feed) for feed in APART))
    pulls.second.refuses |= {enriching[STOCK]: NeedsPerson(Cause.NOT_ON_PLAN, "no"), enriching[BANKS]: NO_ROLE}
    await pulls.pull()
    assert await pulls.names(ListName.ITEMS) == ["apples", "pears"]
    assert await pulls.names(ListName.ACCOUNTS) == ["Poorer", "Sales"]
    assert await pulls.names(ListName.BANK_ACCOUNTS) == []
    held = await pulls.receipts()
    assert {name: receipt.cause for name, receipt in held.items() if receipt.cause} == {
        ListName.BANK_ACCOUNTS: Cause.ROLE_TOO_LOW
    }
    connection = await pulls.connection()
    assert (connection.status, connection.cause) == (ConnectionStatus.CONNECTED, Cause.ROLE_TOO_LOW)


async def test_a_list_whose_feed_is_refused_loses_no_rows_and_is_asked_for_once(pulls: Pulls):
    enriching = replace(BANKS, enriches=True)
    pulls.second.feeds = Feeds(*(enriching if feed == BANKS else feed for feed in APART))
    pulls.second.books[enriching] = pulls.second.books[BANKS]
    await pulls.pull()
    pulls.second.refuses[enriching] = NO_ROLE
    await pulls.pull([RowKind.ACCOUNTS])
    assert [feed for feed, _ in pulls.second.asked] == [LEDGER, enriching]


async def test_a_login_that_may_not_read_the_profile_cannot_open_the_organisation(pulls: Pulls):
    await pulls.pull()
    pulls.second.refuses[COMPANY] = NO_ROLE
    with pytest.raises(ApplicationError, match="role"):
        await pulls.pull()
    assert (await pulls.connection()).status is ConnectionStatus.NEEDS_RECONNECT


async def test_what_is_said_to_be_deleted_is_gone_without_a_complete_read(pulls: Pulls):
    await pulls.pull()
    pulls.second.deletes[GOODS] = ["apples", "never stored"]
    pulls.second.deletes[VENDORS] = ["v-1"]
    stored = await pulls.night()
    assert (stored.added, stored.changed, stored.gone) == (0, 0, 2)
    assert await pulls.names(ListName.ITEMS) == ["pears in stock", "plums in stock"]
    assert await pulls.names(ListName.SUPPLIERS) == []
    assert await pulls.names(ListName.CUSTOMERS) == ["Bert"]


async def test_a_record_that_moves_to_the_other_list_of_its_table_is_there_afterwards(pulls: Pulls):
    await pulls.pull()
    moved = pulls.second.books[VENDORS].pop("v-1")[0]
    pulls.second.keep(BUYERS, contact(moved.key, "Vera", supplier=False, customer=True), LATER)
    await pulls.pull()
    assert await pulls.names(ListName.SUPPLIERS) == []
    assert await pulls.names(ListName.CUSTOMERS) == ["Bert", "Vera"]


async def test_a_loss_is_judged_over_all_feeds_of_a_list(pulls: Pulls):
    for number in range(40):
        pulls.second.keep(GOODS, item(f"{number}", f"No {number}"), BEFORE)
        pulls.second.keep(STOCK, item(f"{number}", f"No {number}", 1), BEFORE)
    await pulls.pull()
    for number in range(15):
        del pulls.second.books[GOODS][f"{number}"], pulls.second.books[STOCK][f"{number}"]
    await pulls.pull()
    assert times(pulls, GOODS) == times(pulls, STOCK) == 2  # before it is believed
    assert times(pulls, VENDORS) == 1


async def test_a_list_that_was_chosen_later_is_read_completely_at_first(pulls: Pulls):
    await pulls.pull()
    await pulls.change(list_names=["organisation", "accounts", "bank_accounts", "suppliers", "customers"])
    pulls.clock.at = NOON + COMPLETE_EVERY
    await pulls.pull()
    assert times(pulls, GOODS) == 0
    del pulls.second.books[GOODS]["apples"]
    await pulls.change(list_names=None)
    pulls.clock.at += timedelta(days=1)
    assert (await pulls.pull(is_incremental=True)).gone == 1
    assert dict(pulls.second.asked)[GOODS] is None
    assert dict(pulls.second.asked)[VENDORS] == NOON + COMPLETE_EVERY - OVERLAP


async def test_customers_that_nobody_wants_are_not_asked_for(pulls: Pulls):
    await pulls.pull()
    await pulls.change(contacts=ContactsChoice.SUPPLIERS)
    await pulls.pull()
    assert times(pulls, BUYERS) == 0
    assert await pulls.names(ListName.CUSTOMERS) == []
    assert await pulls.names(ListName.SUPPLIERS) == ["Vera"]


async def test_chosen_lists_alone_are_read(pulls: Pulls):
    await pulls.change(list_names=["suppliers", "tax_rates"])
    await pulls.pull()
    assert {feed for feed, _ in pulls.second.asked} == {COMPANY, VENDORS, DUTIES}
    await pulls.pull([RowKind.CONTACTS])
    assert {feed for feed, _ in pulls.second.asked} == {VENDORS}


def times(pulls: Pulls, feed: Feed) -> int:
    return sum(asked is feed for asked, _ in pulls.second.asked)
