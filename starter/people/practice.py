"""The practice itself: name and time zone, which admins change; plan and allowance, which they do not.

A change of the time zone moves the nightly check with it, or is not made.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Final
from zoneinfo import available_timezones

from temporalio.client import Client

from contracts.words.practices import Plan
from models.clients.writes import count_clients
from models.events import writes as events
from models.kit.columns import now as this_moment
from models.kit.database import Database
from models.notices import writes as notices
from models.notices.letters import notice_of
from models.notices.writes import Sending
from models.practices import writes as practices
from models.practices.tables import Practice
from rules.night.digesting import Letter
from rules.night.schedule_hours import HOUR
from starter.actor import Actor
from starter.connections.schedules import Schedules
from starter.people.people import changing
from workflows.plans.policies import SETTLED_EVERY

TEST_MAIL: Final = "mail.test"
EVERY: Final = 600
"""Seconds in which one test mail to the same admin is enough."""
MAILED_WITHIN: Final = SETTLED_EVERY
"""What stands in the outbox by day is sent by then."""
NIGHT_BEGINS: Final = f"{HOUR:02}:00"
"""For the sentence on the page; a night is later by ``JITTER`` at most."""


@dataclass(frozen=True, slots=True)
class PracticeView:
    """A practice, and how much of what it has is used.

    Attributes:
        name: For people.
        slug: In ids and commands; it stays when the name changes.
        time_zone: An IANA name.
        plan: Its plan.
        allowance: How many clients it may have.
        clients: How many it has; the archived do not count.
        sending: How its notices are sent.
    """

    name: str
    slug: str
    time_zone: str
    plan: Plan
    allowance: int
    clients: int
    sending: Sending


class Practices:
    """The operations on one's own practice.

    Args:
        database: The product's.
        temporal: Has the schedule of the nightly check.
        public_url: Base address of our pages.
        now: The clock for test mails.
    """

    def __init__(
        self, database: Database, temporal: Client, public_url: str, now: Callable[[], datetime] = this_moment
    ) -> None:
        self._database = database
        self._schedules = Schedules(database, temporal, public_url)
        self._now = now

    async def show(self, actor: Actor) -> PracticeView:
        """The actor's practice."""
        async with self._database.reading() as session:
            practice = await session.get_one(Practice, actor.practice_id)
            clients = await count_clients(session, practice.id)
            sending = await notices.sending(session, practice.id)
        has = (practice.plan, practice.client_allowance, clients)
        return PracticeView(practice.name, practice.slug, practice.time_zone, *has, sending)

    async def change(self, actor: Actor, *, name: str | None = None, time_zone: str | None = None) -> bool:
        """Change the name, the time zone or both; whether that changed anything.

        Raises:
            Refused: Not an admin, a value cannot be used, or Temporal cannot be reached, so that the nightly check
                would stay where it is. Nothing was changed.
        """
        async with changing(self._database, actor, "the practice") as session:
            practice = await session.get_one(Practice, actor.practice_id)
            changes = await practices.change_practice(session, practice, name=name, time_zone=time_zone)
            who = {"practice_id": practice.id, "colleague_id": actor.colleague_id, "at": this_moment()}
            await events.record(
                session, [who | {"kind": kind, "before": before, "after": after} for kind, before, after in changes]
            )
            await session.flush()
            if changes:
                await self._schedules.put(practice)
        return bool(changes)

    async def send_test_mail(self, actor: Actor) -> None:
        """Put a mail to the actor into the outbox; another one within ten minutes is the same one.

        Raises:
            Refused: Not an admin.
        """
        at = self._now()
        async with changing(self._database, actor, "how mail is sent") as session:
            practice = await session.get_one(Practice, actor.practice_id)
            said = f"{actor.colleague_name} asked for this mail on the practice's page. It has arrived, so mail from"
            letter = Letter("a test mail", f"{said} Clientsync reaches you.")
            key = f"{TEST_MAIL}/{actor.colleague_id}/{int(at.timestamp()) // EVERY}"
            await notices.write(
                session, [notice_of(letter, practice, actor.colleague_id, kind=TEST_MAIL, key=key, at=at)]
            )


@cache
def time_zones() -> Sequence[str]:
    """The time zones that a form offers: those named for a place."""
    return sorted(name for name in available_timezones() if "/" in name and not name.startswith(("Etc/", "SystemV/")))
