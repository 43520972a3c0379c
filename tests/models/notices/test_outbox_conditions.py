"""Which notice is sent next, by whom and to whom; and who is told of new suppliers."""

from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.words.lists import ListName
from contracts.words.practices import Role
from models.connections.tables import Receipt
from models.notices import suppliers
from models.notices import writes as notices
from models.notices.tables import Notice
from models.notices.writes import SendResult
from models.practices.tables import Colleague
from models.practices.writes import create_colleague
from rules.lists.list_changes import Changes
from tests.models.conftest import LATER, NOON, House
from tests.models.one_thing import after_each, run, setting

HOUR = timedelta(hours=1)
SINCE = NOON - timedelta(days=3)


def notice(who: Colleague, key: str, **more: Any) -> dict[str, Any]:
    of: dict[str, Any] = {
        "practice_id": who.practice_id,
        "colleague_id": who.id,
        "dedupe_key": key,
        "created_at": NOON - HOUR,
    }
    return {"kind": "digest", "subject": key, "body": "", **of, **more}


@pytest_asyncio.fixture
async def outbox(database, house: House) -> None:
    """One notice of each of two practices; the other practice's is the newer one."""
    async with database.transaction() as session:
        other = notice(house.other_colleague, "night/other", created_at=NOON - HOUR / 2)
        await notices.write(session, [notice(house.colleague, "night/1"), other])
        await notices.write(session, [notice(house.colleague, "night/1", subject="again")])


async def test_each_reason_alone_keeps_a_notice_from_being_sent(database, house, outbox):
    async def next_one(session: AsyncSession) -> tuple[str, str, str] | None:
        found = await notices.claim_next(session, house.practice.id, "night", since=SINCE, at=NOON)
        return found and (found.notice.subject, found.address, found.name)

    hers = ("night/1", "ada@harbour.test", "Ada")
    kept = setting(
        "notices",
        "sent_at = now()",
        "created_at = :too_old",
        "next_try_at = :after",
        "claimed_until = :after, claimed_by = 'another'",
        "claimed_until = :noon, claimed_by = 'another'",
    )
    kept.append("UPDATE colleagues SET deactivated_at = now()")
    goes = setting(
        "notices",
        "created_at = :since",
        "next_try_at = :noon",
        "claimed_until = :after, claimed_by = 'night'",
        "claimed_until = :before, claimed_by = 'another'",
    )
    moments = {"noon": NOON, "after": NOON + HOUR, "before": NOON - HOUR, "since": SINCE, "too_old": SINCE - HOUR}
    assert await after_each(database, next_one, ["SELECT", *kept, *goes], **moments) == {
        **dict.fromkeys(kept),
        **dict.fromkeys(["SELECT", *goes], hers),
    }


async def test_what_was_never_tried_goes_first_and_each_practice_sends_its_own(database, house, outbox):
    async with database.transaction() as session:
        found: list[tuple[str, str] | None] = []
        for practice_id in (house.other_practice.id, None, None):
            claimed = await notices.claim_next(session, practice_id, f"sender {len(found)}", since=SINCE, at=NOON)
            found.append(claimed and (claimed.notice.subject, claimed.address))
        assert found == [("night/other", "bo@mill.test"), ("night/1", "ada@harbour.test"), None]
        held = dict((await session.exec(select(Notice.subject, Notice.claimed_by))).all())
        assert held == {"night/other": "sender 0", "night/1": "sender 1"}
    async with database.transaction() as session:
        ids = dict((await session.exec(select(Notice.subject, Notice.id))).all())
        await notices.release(session, ids["night/1"], SendResult(again_at=NOON, is_deferred=True, told_at=NOON))
        left = await run(session, "SELECT subject FROM notices WHERE claimed_by IS NULL AND claimed_until IS NULL")
        assert left == ["night/1"]
        told = "SELECT subject FROM notices WHERE deferrals = 1 AND failure_told_at = :at AND next_try_at = :at"
        assert await run(session, told, at=NOON) == ["night/1"]
        await notices.write(session, [notice(house.colleague, "night/2")])
        after = await notices.claim_next(session, None, "night", since=SINCE, at=NOON)
        assert after is not None
        assert after.notice.subject == "night/2"


async def test_a_practice_counts_its_own_notices(database, house, outbox):
    ours, theirs = house.practice.id, house.other_practice.id
    async with database.transaction() as session:
        await notices.write(session, [notice(house.colleague, "digest/1", sent_at=NOON)])
        await notices.write(session, [notice(house.other_colleague, "digest/other", sent_at=LATER)])
        assert [await notices.written_by(session, ours, prefix) for prefix in ("night/", "digest/", "n")] == [1, 1, 1]
        assert [await notices.unsent(session, one) for one in (ours, theirs, None)] == [1, 1, 2]
        assert await notices.sending(session, ours) == (NOON, 1)
        page, total = await notices.notice_views(session, ours)
        assert ({(view.notice.subject, view.name, view.address) for view in page}, total) == (
            {(key, "Ada", "ada@harbour.test") for key in ("night/1", "digest/1")},
            2,
        )


ADDED = Changes(rows=3, added=2, changed=0, gone=0)


@pytest.mark.parametrize(
    ("changes", "pulled_at", "tells"),
    [
        ({ListName.SUPPLIERS: ADDED}, NOON, True),
        ({ListName.SUPPLIERS: ADDED}, None, False),
        ({ListName.SUPPLIERS: ADDED._replace(added=0)}, NOON, False),
        ({ListName.ITEMS: ADDED}, NOON, False),
    ],
)
async def test_new_suppliers_are_told_to_the_owner(database, house, changes, pulled_at, tells):
    async with database.transaction() as session:
        session.add(
            Receipt(connection_id=house.connection_id, list_name=ListName.SUPPLIERS, rows=1, pulled_at=pulled_at)
        )
        await session.flush()
        for _ in range(2):
            await suppliers.tell(session, house.connection_id, changes, pull_id="pull", at=LATER)
        assert await run(session, "SELECT colleague_id FROM notices") == [house.colleague.id] * tells


async def test_new_suppliers_of_who_has_left_are_told_to_the_admins(database, house):
    async with database.transaction() as session:
        practice = house.practice.id
        for name, role, left in (
            ("Bea", Role.ADMIN, None),
            ("Cy", Role.MEMBER, None),
            ("Di", Role.ADMIN, NOON),
        ):
            email = f"{name.lower()}@harbour.test"
            (await create_colleague(session, practice, email=email, name=name, role=role)).deactivated_at = left
        (await session.get_one(Colleague, house.other_colleague.id)).role = Role.ADMIN
        (await session.get_one(Colleague, house.colleague.id)).deactivated_at = NOON
        session.add(Receipt(connection_id=house.connection_id, list_name=ListName.SUPPLIERS, pulled_at=NOON))
        await session.flush()
        await suppliers.tell(session, house.connection_id, {ListName.SUPPLIERS: ADDED}, pull_id="pull", at=LATER)
        told = "SELECT p.name FROM notices n JOIN colleagues p ON p.id = n.colleague_id"
        assert await run(session, told) == ["Bea"]
