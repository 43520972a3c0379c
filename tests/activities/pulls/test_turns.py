"""What a night leaves out until its turn comes, and how clients of a night are read together."""

from datetime import timedelta

import pytest
from temporalio.testing import ActivityEnvironment

from activities.pulls import long_lists
from contracts.payloads.sync_client import PullClientsInput, PullClientsResult
from contracts.words.causes import Cause
from contracts.words.lists import ListName
from rules.lists.increments import TURN, latest_turn
from rules.lists.staging import KEPT_PAGES
from tests.activities.pulls.elsewhere import BEFORE, Pulls
from tests.models.conftest import LATER, NOON
from tests.models.rows import account, contact, duty
from tests.second_provider import APART, COMPANY, DUTIES, GOODS, LEDGER, STOCK, VENDORS


async def test_a_list_of_which_no_changes_can_be_asked_for_is_read_in_its_turn(pulls: Pulls):
    await pulls.pull()
    turn = latest_turn(pulls.house.connection_id, NOON) + TURN
    for at, is_read in ((turn - timedelta(minutes=1), False), (turn, True), (turn + timedelta(minutes=1), False)):
        pulls.clock.at = at
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
    pulls.clock.at = latest_turn(pulls.house.connection_id, NOON) + TURN - timedelta(minutes=1)
    for code, is_read in (("vat-20", False), ("vat-5", True)):
        pulls.second.keep(DUTIES, duty(code), LATER)
        pulls.second.keep(LEDGER, account(code, code)._replace(tax_type=code), pulls.clock.at)
        await pulls.pull(is_incremental=True)
        assert (DUTIES in dict(pulls.second.asked)) is is_read, code
        assert COMPANY in dict(pulls.second.asked)  # before any change is stored
    assert await pulls.names(ListName.TAX_RATES) == ["vat-20", "vat-5"]


async def test_so_it_is_where_what_is_new_is_too_much_to_stay_in_memory(pulls: Pulls, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(long_lists, "SHORT", 0)
    pulls.second.keep(DUTIES, duty("vat-20"), BEFORE)
    await pulls.pull()
    pulls.clock.at = latest_turn(pulls.house.connection_id, NOON) + TURN - timedelta(minutes=1)
    for code, is_read in (("vat-20", False), ("vat-5", True)):
        pulls.second.keep(DUTIES, duty(code), LATER)
        for number in range(KEPT_PAGES + 1):
            sold_to = contact(f"v-{number}", code, sales_tax_type=code)
            pulls.second.keep(VENDORS, sold_to, pulls.clock.at)
        await pulls.pull(is_incremental=True)
        assert (DUTIES in dict(pulls.second.asked)) is is_read, code
        assert COMPANY in dict(pulls.second.asked)
    assert await pulls.names(ListName.TAX_RATES) == ["vat-20", "vat-5"]
    assert {*await pulls.names(ListName.SUPPLIERS)} == {"vat-5"}


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


async def test_nothing_is_stored_of_books_whose_profile_was_not_read_in_the_same_pull(pulls: Pulls):
    without_items = [name.value for name in ListName if name not in {ListName.ITEMS, ListName.TRACKING_CATEGORIES}]
    await pulls.change(list_names=without_items)
    del pulls.second.books[STOCK]
    await pulls.pull()
    await pulls.night()
    assert COMPANY not in dict(pulls.second.asked)
    pulls.second.deletes[VENDORS] = ["v-1"]
    await pulls.night()
    assert COMPANY in dict(pulls.second.asked)
    pulls.second.deletes.clear()
    await pulls.change(list_names=None)
    await pulls.night()
    assert dict(pulls.second.asked)[GOODS] is None  # read completely
    assert COMPANY in dict(pulls.second.asked)
