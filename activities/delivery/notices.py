"""Writes each person's digest, with the record that they were told, in one transaction; sends the outbox by mail."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel.ext.asyncio.session import AsyncSession
from temporalio import activity

from activities.delivery import month_meters
from activities.delivery.mailing import DeferredError, Mail, Mailer, UndeliverableError
from contracts.payloads.check_connections import DeliveredNotices, DeliverNoticesInput, TellInput, Told
from contracts.words.causes import Cause
from contracts.words.practices import TOLD_AFTER, WORTH_SENDING
from models.events import writes as events
from models.kit.columns import now as this_moment
from models.kit.database import Database
from models.night import digests
from models.night import reads as checks
from models.notices import writes as notices
from models.notices.letters import notice_of
from models.notices.tables import Notice
from models.notices.writes import SendResult
from models.practices.tables import Practice
from providers.port.settings import ProviderSettings
from providers.registry import TITLES
from rules.night import digesting, sign_in_ends
from rules.night.digesting import ClientToTellOf, DigestPlan, Staff

KIND, ENDS = "digest", "sign_in_ends"


class NoticeActivities:
    """Activities that write digests and send what is in the outbox.

    Args:
        database: Where notices are stored.
        mailer: Sends mail; without one, notices stay in the outbox.
        public_url: Base address of our pages, for the link in a mail; None leaves the link out.
        now: The clock.
        apps: What is set of our apps that are on, whose month's calls may be metered.
    """

    def __init__(
        self,
        database: Database,
        mailer: Mailer | None,
        public_url: str | None,
        now: Callable[[], datetime] = this_moment,
        apps: Sequence[ProviderSettings] = (),
    ) -> None:
        self._database = database
        self._mailer = mailer
        self._link = f"{public_url}/connections" if public_url else None
        self._practice_link = f"{public_url}/practice" if public_url else None
        self._now = now
        self._apps = apps

    @activity.defn
    async def tell(self, asked: TellInput) -> Told:
        """Write one notice to each person who can act; a repeat finds everybody told and writes nothing."""
        at, key = self._now(), f"{KIND}/{asked.check_id}/"
        async with self._database.transaction() as session:
            # One at a time for a practice: two checks at once would tell the same twice.
            practice = await session.get_one(Practice, asked.practice_id, with_for_update={"key_share": True})
            staff = await digests.staff_of(session, practice.id)
            planned = digesting.plan(await digests.to_tell_of(session, practice.id), staff, at)
            await self._write(session, practice, planned, staff, key, at)
            await self._warn(session, practice, staff, asked.check_id, at)
            await month_meters.warn(session, practice, staff, self._apps, self._practice_link, at)
            colleagues = await notices.written_by(session, practice.id, key)
            health = await checks.health(session, practice.id)
        return Told(
            colleagues=colleagues,
            healthy=health.get(None, 0),
            causes={cause: count for cause, count in health.items() if cause is not None},
        )

    async def _write(
        self, session: AsyncSession, practice: Practice, planned: DigestPlan, staff: Staff, key: str, at: datetime
    ) -> None:
        zone, rows = ZoneInfo(practice.time_zone), []
        for colleague_id, digest in planned.digests.items():
            letter = digesting.write(digest, staff.people[colleague_id].name, zone, self._link, TITLES)
            tells_of = [
                {"client_id": str(one.client_id), "connection_id": str(one.connection_id), "cause": one.cause}
                for one in (*digest.own, *digest.others)
            ]
            notice = notice_of(letter, practice, colleague_id, kind=KIND, key=f"{key}{colleague_id}", at=at)
            rows.append(notice | {"tells_of": tells_of})
        await notices.write(session, rows)
        if planned.told or planned.closed:
            told, closed = ([one.connection_id for one in some] for some in (planned.told, planned.closed))
            await digests.mark_told(session, told, closed, at)
        await events.record(
            session,
            [
                {
                    "practice_id": practice.id,
                    "client_id": one.client_id,
                    "connection_id": one.connection_id,
                    "kind": "connection.notice_written",
                    "cause": one.cause,
                    "after": _names(planned, staff, one)[:300],
                    "at": at,
                }
                for one in planned.told
            ],
        )

    async def _warn(self, session: AsyncSession, practice: Practice, staff: Staff, check_id: str, at: datetime) -> None:
        """Warn of sign-ins that end for good: a month and a week before, each once."""
        found = await digests.ending_sign_ins(session, practice.id, at + sign_in_ends.MONTH)
        due = [(one, warning) for one in found if (warning := sign_in_ends.warning_for(one.ends_at, at)) is not None]
        new, zone, rows = await digests.first_warned(session, due, at), ZoneInfo(practice.time_zone), []
        for colleague_id, theirs in sign_in_ends.by_person(new, staff).items():
            letter = sign_in_ends.letter(theirs, staff.people[colleague_id].name, at, zone, self._link)
            own = f"{ENDS}/{check_id}/{colleague_id}"
            rows.append(notice_of(letter, practice, colleague_id, kind=ENDS, key=own, at=at))
        await notices.write(session, rows)
        told = {"practice_id": practice.id, "kind": "connection.end_warned", "at": at}
        await events.record(
            session,
            [
                told
                | {
                    "client_id": one.client.client_id,
                    "connection_id": one.client.connection_id,
                    "after": sign_in_ends.said(one.ends_at, at, zone),
                }
                for one in new
            ],
        )

    @activity.defn
    async def deliver_notices(self, asked: DeliverNoticesInput) -> DeliveredNotices:
        """Send the outbox, and mark each notice as soon as the server has taken its mail.

        A mail that the server refuses or defers does not stop the others.

        Raises:
            OSError: The server cannot be reached; Temporal tries again, and the rest is sent then.
        """
        sent, task = 0, activity.info()
        holder = f"{task.workflow_id}/{task.activity_id}"
        while self._mailer is not None:
            was_sent = await self._send_next(self._mailer, asked.practice_id, holder)
            if was_sent is None:
                break
            activity.heartbeat()
            sent += was_sent
        async with self._database.session() as session:
            return DeliveredNotices(sent=sent, left=await notices.unsent(session, asked.practice_id))

    async def _send_next(self, mailer: Mailer, practice_id: UUID | None, holder: str) -> bool | None:
        """Send the next notice.

        Returns:
            Whether it was sent; None when no notice is to be sent now.
        """
        at = self._now()
        async with self._database.transaction() as session:
            found = await notices.claim_next(session, practice_id, holder, since=at - WORTH_SENDING, at=at)
        if found is None:
            return None
        notice, address, name = found
        came, failure = (
            SendResult(again_at=at),
            None,
        )  # of a conversation that ends otherwise: the others have their turn first
        try:  # without a transaction: a slow mail server would hold one of few database connections
            await mailer.send(Mail(notice.id, address, notice.subject, notice.body, notice.created_at))
            came = SendResult(sent_at=self._now())
        except UndeliverableError as error:
            activity.logger.warning("notice %s stays in the outbox: %s", notice.id, error)
            came, failure = SendResult(again_at=at + notices.AFTER_REFUSAL), "colleague.mail_refused"
        except DeferredError:
            came = SendResult(again_at=at + notices.wait_after(notice.deferrals), is_deferred=True)
            failure = "colleague.mail_not_taken" if at - notice.created_at >= TOLD_AFTER else None
        finally:
            if failure is not None and notice.failure_told_at is None:
                came = replace(came, told_at=at)
            async with self._database.transaction() as session:
                await notices.release(session, notice.id, came)
                if came.sent_at is not None:
                    await events.record(session, _told(notice, name, came.sent_at))
                elif failure is not None and came.told_at is not None:
                    lost = {"practice_id": notice.practice_id, "kind": failure, "after": name, "at": at}
                    await events.record(session, [lost])
        return came.sent_at is not None


def _names(planned: DigestPlan, staff: Staff, client: ClientToTellOf) -> str:
    """The names of the colleagues who are told of a client."""
    told = (
        staff.people[colleague_id].name
        for colleague_id, digest in planned.digests.items()
        if client in digest.own or client in digest.others
    )
    return ", ".join(sorted(told))


def _told(notice: Notice, name: str, at: datetime) -> list[dict[str, object]]:
    """The events for the timelines of the clients that a sent notice is about."""
    return [
        {
            "practice_id": notice.practice_id,
            "client_id": UUID(one["client_id"]),
            "connection_id": UUID(one["connection_id"]),
            "kind": "connection.told",
            "cause": Cause(one["cause"]) if one["cause"] else None,
            "after": name,
            "at": at,
        }
        for one in notice.tells_of or ()
    ]
