"""A pull of books arranged otherwise: several feeds for a list, lists of one table read apart, lists not there."""

from dataclasses import replace
from datetime import timedelta

import pytest
from temporalio.exceptions import ApplicationError

from contracts.words.causes import Cause
from contracts.words.connections import ConnectionStatus, ContactsChoice
from contracts.words.lists import ListName, RowKind
from providers.port.errors import NeedsPerson
from providers.port.feeds import Feed, Feeds
from rules.lists.increments import OVERLAP, TURN
from tests.activities.pulls.elsewhere import BEFORE, Pulls
from tests.models.conftest import LATER, NOON
from tests.models.rows import account, contact, item
from tests.second_provider import APART, BANKS, BUYERS, COMPANY, DUTIES, GOODS, LEDGER, STOCK, VENDORS

NO_ROLE = NeedsPerson(Cause.ROLE_TOO_LOW, "no")
PRESENT = set(ListName) - {ListName.TRACKING_CATEGORIES, ListName.CURRENCIES}


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


async def test_what_only_enriches_rests_until_something_has_changed(pulls: Pulls):
    banks = replace(BANKS, tells_changes=False, enriches=True)
    pulls.second.feeds = Feeds(*(banks if feed == BANKS else feed for feed in APART))
    pulls.second.books[banks] = pulls.second.books[BANKS]
    await pulls.pull()
    await pulls.night()
    assert times(pulls, banks) == 0
    held = await pulls.receipts()
    assert held[ListName.ACCOUNTS].pulled_at == LATER
    assert held[ListName.BANK_ACCOUNTS].pulled_at == NOON  # nobody asked
    pulls.second.keep(LEDGER, account("sales", "Sales at home"), LATER)
    await pulls.night()
    assert (banks, None) in pulls.second.asked
    assert (await pulls.receipts())[ListName.BANK_ACCOUNTS].pulled_at == LATER


async def test_nothing_is_gone_of_a_list_of_which_one_feed_told_changes_only(pulls: Pulls):
    await pulls.pull()
    del pulls.second.books[GOODS]["apples"]  # which leaves no trace in changes
    del pulls.second.books[STOCK]["plums"]  # which may stand in the other feed, for all that was read
    pulls.second.keep(GOODS, item("figs", "figs"), LATER)
    stored = await pulls.night()
    assert (stored.added, stored.changed, stored.gone) == (1, 0, 0)
    assert await pulls.names(ListName.ITEMS) == ["apples", "figs", "pears in stock", "plums in stock"]
    pulls.clock.at = NOON + TURN
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
    assert {name: (receipt.cause, receipt.pulled_at) for name, receipt in held.items() if receipt.cause} == {
        ListName.BANK_ACCOUNTS: (Cause.ROLE_TOO_LOW, None)
    }
    connection = await pulls.connection()
    assert (connection.status, connection.cause) == (ConnectionStatus.CONNECTED, Cause.ROLE_TOO_LOW)


async def test_a_list_whose_feed_is_refused_loses_no_rows_and_is_asked_for_once(pulls: Pulls):
    enriching = replace(BANKS, enriches=True)
    pulls.second.feeds = Feeds(*(enriching if feed == BANKS else feed for feed in APART))
    pulls.second.books[enriching] = pulls.second.books[BANKS]
    await pulls.pull()
    pulls.second.refuses[enriching] = NO_ROLE
    stored = await pulls.pull([RowKind.ACCOUNTS])
    assert [feed for feed, _ in pulls.second.asked] == [LEDGER, enriching]
    # What the chart has of a bank account is less: it stays as it was read, and so does its receipt.
    assert await pulls.names(ListName.BANK_ACCOUNTS) == ["Current"]
    assert await pulls.names(ListName.ACCOUNTS) == ["Current", "Sales"]
    assert (stored.added, stored.changed, stored.gone) == (0, 0, 0)
    receipt = (await pulls.receipts())[ListName.BANK_ACCOUNTS]
    assert (receipt.rows, receipt.pulled_at, receipt.cause) == (1, NOON, Cause.ROLE_TOO_LOW)
    del pulls.second.books[LEDGER]["current"], pulls.second.refuses[enriching], pulls.second.books[enriching]
    await pulls.pull([RowKind.ACCOUNTS])
    assert await pulls.names(ListName.BANK_ACCOUNTS) == []


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
    pulls.clock.at = NOON + TURN
    await pulls.pull()
    assert times(pulls, GOODS) == 0
    del pulls.second.books[GOODS]["apples"]
    await pulls.change(list_names=None)
    pulls.clock.at += timedelta(days=1)
    assert (await pulls.pull(is_incremental=True)).gone == 1
    assert dict(pulls.second.asked)[GOODS] is None
    assert dict(pulls.second.asked)[VENDORS] == NOON + TURN - OVERLAP


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
