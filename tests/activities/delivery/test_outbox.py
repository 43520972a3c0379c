"""The outbox is emptied to a real mail server: what one recipient does not get holds up no other, and is told once."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
import pytest_asyncio
from temporalio.testing import ActivityEnvironment

from activities.delivery.mailing import SmtpMailer
from activities.delivery.notices import NoticeActivities
from contracts.payloads.check_connections import DeliveredNotices, DeliverNoticesInput
from contracts.words.practices import TOLD_AFTER, WORTH_SENDING
from models.kit.database import Database
from models.notices import writes as notices
from models.notices.writes import AFTER_REFUSAL, FIRST_WAIT, LONGEST_WAIT
from models.practices.writes import create_colleague, create_practice
from tests.letterbox import Letterbox, letterbox

NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)
ODD, OLIVE, BO = "odd@harbour-lane.example", "olive@harbour-lane.example", "bo@mill-street.example"


@pytest_asyncio.fixture
async def box() -> AsyncIterator[Letterbox]:
    async with letterbox() as box:
        yield box


class Outbox:
    """Three notices, the odd one's the oldest, in two practices; and a clock that stands still."""

    def __init__(self, database: Database, box: Letterbox) -> None:
        self.database, self.at = database, NOON
        mailer = SmtpMailer(box.url, "night@clientsync.example")
        self._activities = NoticeActivities(database, mailer, None, lambda: self.at)

    async def fill(self) -> None:
        async with self.database.transaction() as session:
            lane, street = await create_practice(session, "Harbour Lane"), await create_practice(session, "Mill Street")
            for number, (practice, name, email) in enumerate(
                [(lane, "Odd", ODD), (lane, "Olive", OLIVE), (street, "Bo", BO)]
            ):
                colleague = await create_colleague(session, practice.id, email=email, name=name)
                notice = {
                    "practice_id": practice.id,
                    "colleague_id": colleague.id,
                    "kind": "supplier.new",
                    "subject": "1 new contact",
                    "body": "Look at it.",
                    "dedupe_key": email,
                    "created_at": NOON - timedelta(minutes=10 - number),
                }
                await notices.write(session, [notice])

    async def deliver(self, practice_id: UUID | None = None) -> DeliveredNotices:
        asked = DeliverNoticesInput(practice_id=practice_id)
        delivered: DeliveredNotices = await ActivityEnvironment().run(self._activities.deliver_notices, asked)
        return delivered

    async def told(self) -> list[tuple[str, str]]:
        async with self.database.engine.connect() as connection:
            found = await connection.exec_driver_sql("SELECT kind, after FROM events WHERE kind LIKE 'colleague.mail%'")
            return [(row["kind"], row["after"]) for row in found.mappings()]


@pytest_asyncio.fixture
async def outbox(database: Database, box: Letterbox) -> Outbox:
    outbox = Outbox(database, box)
    await outbox.fill()
    return outbox


@pytest.mark.thorough
async def test_a_recipient_that_is_deferred_stops_no_other_and_is_tried_again_later_each_time(outbox, box):
    box.refusals[ODD] = "450 greylisted"
    assert await outbox.deliver() == DeliveredNotices(sent=2, left=1)
    assert box.recipients == [OLIVE, BO]
    assert await outbox.deliver() == DeliveredNotices(sent=0, left=1)
    assert box.asked.count(ODD) == 1
    outbox.at += FIRST_WAIT
    await outbox.deliver()
    outbox.at += FIRST_WAIT
    await outbox.deliver()  # by now it waits longer
    assert box.asked.count(ODD) == 2
    box.refusals.clear()
    outbox.at += FIRST_WAIT
    assert await outbox.deliver() == DeliveredNotices(sent=1, left=0)
    assert box.recipients == [OLIVE, BO, ODD]
    assert await outbox.told() == []


@pytest.mark.thorough
async def test_who_is_deferred_for_a_day_is_told_of_once(outbox, box):
    box.refusals[ODD] = "452 mailbox full"
    while outbox.at < NOON + WORTH_SENDING + LONGEST_WAIT:
        await outbox.deliver()
        assert await outbox.told() == ([("colleague.mail_not_taken", "Odd")] if outbox.at >= NOON + TOLD_AFTER else [])
        outbox.at += LONGEST_WAIT
    asked = box.asked.count(ODD)
    await outbox.deliver()  # what it says is too old by now
    assert box.asked.count(ODD) == asked


async def test_who_is_refused_is_told_of_once_and_tried_again_the_next_day(outbox, box):
    box.refusals[ODD] = "550 no such mailbox"
    assert await outbox.deliver() == DeliveredNotices(sent=2, left=1)
    outbox.at += AFTER_REFUSAL - timedelta(seconds=1)
    await outbox.deliver()
    assert (box.asked.count(ODD), await outbox.told()) == (1, [("colleague.mail_refused", "Odd")])
    outbox.at += timedelta(seconds=1)
    await outbox.deliver()
    assert (box.asked.count(ODD), await outbox.told()) == (2, [("colleague.mail_refused", "Odd")])
    box.refusals.clear()
    outbox.at += AFTER_REFUSAL
    assert await outbox.deliver() == DeliveredNotices(sent=1, left=0)


@pytest.mark.thorough
async def test_an_address_that_the_server_cannot_take_stops_no_other(outbox, box):
    async with outbox.database.engine.begin() as connection:
        await connection.exec_driver_sql("UPDATE colleagues SET email = 'zoë@harbour-lane.example' WHERE name = 'Odd'")
    assert await outbox.deliver() == DeliveredNotices(sent=2, left=1)
    assert await outbox.told() == [("colleague.mail_refused", "Odd")]


@pytest.mark.thorough
async def test_a_mail_at_which_the_server_hangs_up_comes_after_the_others(outbox, box):
    box.hangs_up_on.add(ODD)
    with pytest.raises(OSError, match="takes no mail"):
        await outbox.deliver()
    with pytest.raises(OSError, match="takes no mail"):
        await outbox.deliver()
    assert box.recipients == [OLIVE, BO]
    box.hangs_up_on.clear()
    assert await outbox.deliver() == DeliveredNotices(sent=1, left=0)


async def test_the_night_sends_what_is_its_own_practice_s(outbox, box):
    async with outbox.database.engine.connect() as connection:
        practice = await connection.exec_driver_sql("SELECT id FROM practices WHERE name = 'Mill Street'")
        assert await outbox.deliver(practice.scalar_one()) == DeliveredNotices(sent=1, left=0)
    assert box.recipients == [BO]
