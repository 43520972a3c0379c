"""Receipts: the last good numbers, and the cause when a try failed."""

import pytest
from sqlalchemy import text

from contracts.words.causes import Cause
from contracts.words.lists import ListName
from models.connections.receipts import (
    BeforePull,
    Failure,
    before_pull,
    confirm,
    first_cause,
    receipts_of,
    says,
    write_failures,
    write_receipts,
)
from models.connections.tables import Connection
from rules.lists.increments import answer_held
from rules.lists.list_changes import Changes
from tests.models.conftest import LATER, NOON, a_client

pytestmark = pytest.mark.usefixtures("next_door")

SUPPLIERS, CUSTOMERS, ITEMS = ListName.SUPPLIERS, ListName.CUSTOMERS, ListName.ITEMS


async def test_what_a_pull_stored_is_on_the_receipt_and_a_retry_knows_it(database, house):
    counted = {SUPPLIERS: Changes(5, 4, 3, 2), CUSTOMERS: Changes(1, 1, 0, 0)}
    async with database.transaction() as session:
        await write_receipts(session, {house.connection_id: counted}, pull_id="run-1", at=NOON)
    async with database.session() as session:
        receipts = await receipts_of(session, house.connection_id)
        rows = {SUPPLIERS: 5, CUSTOMERS: 1}
        for pull_id, stored in (("run-1", set(rows)), ("run-2", set())):
            before = await before_pull(session, [house.connection_id], pull_id)
            assert before == {house.connection_id: BeforePull(stored, rows)}
    kept = receipts[SUPPLIERS]
    assert (kept.rows, kept.added, kept.changed, kept.gone) == (5, 4, 3, 2)
    assert (kept.pulled_at, kept.attempted_at, kept.cause) == (NOON, NOON, None)
    assert set(receipts) == {SUPPLIERS, CUSTOMERS}


async def test_a_failure_keeps_the_last_good_numbers_and_success_clears_the_cause(database, house):
    async with database.transaction() as session:
        await write_receipts(session, {house.connection_id: {SUPPLIERS: Changes(5, 5, 0, 0)}}, pull_id="1", at=NOON)
        lists = (SUPPLIERS, ITEMS)
        await write_failures(session, [Failure(house.connection_id, lists, Cause.RATE_LIMITED, "x" * 300)], at=LATER)
    async with database.session() as session:
        receipts = await receipts_of(session, house.connection_id)
        before = await before_pull(session, [house.connection_id], "1")
        assert before == {house.connection_id: BeforePull(set(), {SUPPLIERS: 5})}
    held, never = receipts[SUPPLIERS], receipts[ITEMS]
    assert held.cause_detail is not None
    assert (held.rows, held.pulled_at, held.cause) == (5, NOON, Cause.RATE_LIMITED)
    assert (held.attempted_at, len(held.cause_detail)) == (LATER, 200)
    assert (never.rows, never.pulled_at, never.cause) == (0, None, Cause.RATE_LIMITED)
    async with database.transaction() as session:
        await write_receipts(session, {house.connection_id: {SUPPLIERS: Changes(5, 0, 0, 0)}}, pull_id="2", at=LATER)
    async with database.session() as session:
        again = (await receipts_of(session, house.connection_id))[SUPPLIERS]
    assert (again.rows, again.added, again.pulled_at, again.cause, again.cause_detail) == (5, 0, LATER, None, None)


async def test_that_nothing_has_changed_is_written_of_those_lists_alone(database, house):
    async with database.transaction() as session:
        assert await first_cause(session, house.connection_id) is None
        counted = dict.fromkeys((SUPPLIERS, ITEMS), Changes(5, 4, 3, 2))
        await write_receipts(session, {house.connection_id: counted}, pull_id="1", at=NOON)
        assert await first_cause(session, house.connection_id) is None
        await write_failures(session, [Failure(house.connection_id, (ITEMS,), Cause.UNKNOWN, "")], at=NOON)
        assert await first_cause(session, house.connection_id) is Cause.UNKNOWN
        await confirm(session, {house.connection_id: (ITEMS,)}, pull_id="2", at=LATER)
        await confirm(session, {house.connection_id: ()}, pull_id="3", at=LATER)
    async with database.session() as session:
        receipts = await receipts_of(session, house.connection_id)
    assert {name: (one.rows, one.changed, one.pull_id, one.cause) for name, one in receipts.items()} == {
        SUPPLIERS: (5, 3, "1", None),
        ITEMS: (5, 0, "2", None),
    }
    assert (receipts[ITEMS].pulled_at, receipts[ITEMS].attempted_at) == (LATER, LATER)


@pytest.mark.parametrize(
    ("before", "after", "kept"),
    [
        (Cause.RATE_LIMITED, Cause.PROVIDER_UNAVAILABLE, Cause.PROVIDER_UNAVAILABLE),
        (Cause.SIGNED_OUT, Cause.PROVIDER_UNAVAILABLE, Cause.SIGNED_OUT),
        (Cause.SIGNED_OUT, Cause.ACCESS_LOST, Cause.ACCESS_LOST),
        (Cause.SIGNED_OUT, Cause.NOT_ON_PLAN, Cause.NOT_ON_PLAN),
        (Cause.PROVIDER_UNAVAILABLE, Cause.SIGNED_OUT, Cause.SIGNED_OUT),
    ],
)
async def test_an_outage_takes_no_cause_away_that_needs_a_person(database, house, before, after, kept):
    async with database.transaction() as session:
        for cause in (before, after):
            await write_failures(session, [Failure(house.connection_id, (ITEMS,), cause, cause.value)], at=NOON)
        receipt = (await receipts_of(session, house.connection_id))[ITEMS]
        assert (receipt.cause, receipt.cause_detail) == (kept, kept.value)


async def test_failures_of_several_connections_are_written_at_once_each_with_its_own_cause(database, sealer, house):
    async with database.transaction() as session:
        first, second = house.connection_id, (await a_client(session, sealer, house.other_colleague, "user-3"))[2].id
        await write_failures(session, [Failure(second, (ITEMS,), Cause.SIGNED_OUT, "401")], at=NOON)
        failures = [
            Failure(first, (ITEMS, SUPPLIERS), Cause.NOT_ON_PLAN, "plus"),
            Failure(first, (SUPPLIERS,), Cause.ROLE_TOO_LOW, ""),
            Failure(second, (ITEMS, SUPPLIERS), Cause.PROVIDER_UNAVAILABLE, "503"),
        ]
        await write_failures(session, failures, at=LATER)
        read = {of: await receipts_of(session, of) for of in (first, second)}
    assert {of: {name: (one.cause, one.cause_detail) for name, one in lists.items()} for of, lists in read.items()} == {
        first: {ITEMS: (Cause.NOT_ON_PLAN, "plus"), SUPPLIERS: (Cause.ROLE_TOO_LOW, None)},
        second: {ITEMS: (Cause.SIGNED_OUT, "401"), SUPPLIERS: (Cause.PROVIDER_UNAVAILABLE, "503")},
    }
    assert all(one.attempted_at == LATER for lists in read.values() for one in lists.values())


async def test_what_a_list_that_is_chosen_says(database, house):
    async with database.transaction() as session:
        assert not await says(session, house.connection_id, Cause.SIGNED_OUT)
        await write_failures(session, [Failure(house.connection_id, (ITEMS,), Cause.ROLE_TOO_LOW, "")], at=NOON)
        assert await says(session, house.connection_id, Cause.ROLE_TOO_LOW)
        assert not await says(session, house.connection_id, Cause.SIGNED_OUT)
        (await session.get_one(Connection, house.connection_id)).list_names = ["organisation", "suppliers"]
        await session.flush()
        assert not await says(session, house.connection_id, Cause.ROLE_TOO_LOW)


async def test_nothing_to_write_is_fine(database, house):
    async with database.transaction() as session:
        await write_receipts(session, {house.connection_id: {}}, pull_id="1", at=NOON)
        await write_failures(session, [Failure(house.connection_id, (), Cause.UNKNOWN, "")], at=NOON)
        assert await receipts_of(session, house.connection_id) == {}


async def test_the_fingerprint_of_an_answer_stays_while_nothing_changes_and_goes_with_the_next_rows(database, house):
    async def answers() -> list[bytes | None]:
        async with database.session() as session:
            receipts = await receipts_of(session, house.connection_id)
            return [answer_held((name,), receipts) for name in (SUPPLIERS, CUSTOMERS)]

    counted = {SUPPLIERS: Changes(5, 0, 0, 0), CUSTOMERS: Changes(1, 0, 0, 0)}
    known = {(house.connection_id, SUPPLIERS): bytes(range(16)), (house.connection_id, ITEMS): b"of no row"}
    async with database.transaction() as session:
        await write_receipts(session, {house.connection_id: counted}, pull_id="1", at=NOON, answers=known)
    assert await answers() == [bytes(range(16)), None]
    async with database.transaction() as session:
        await confirm(session, {house.connection_id: [SUPPLIERS, CUSTOMERS]}, pull_id="2", at=LATER)
    assert await answers() == [bytes(range(16)), None]
    async with database.transaction() as session:
        await write_receipts(session, {house.connection_id: counted}, pull_id="3", at=LATER)
    assert await answers() == [None, None]
    async with database.transaction() as session:
        await write_receipts(session, {house.connection_id: counted}, pull_id="4", at=LATER, answers=known)
        moved = text("UPDATE receipts SET pulled_at = pulled_at + interval '1 hour' WHERE connection_id = :of")
        await (await session.connection()).execute(moved, {"of": house.connection_id})
    async with database.transaction() as session:
        await confirm(session, {house.connection_id: [SUPPLIERS]}, pull_id="5", at=LATER)
    assert await answers() == [None, None], "an older worker has stored something, and this one confirms that"
