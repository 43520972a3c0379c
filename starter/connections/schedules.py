"""The schedule of the nightly check: one Temporal Schedule for each practice, at 04:00 by the practice's clock.

Applying is idempotent: a correct schedule is left alone, a wrong one is corrected, and a pause that somebody has set
stays.
"""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from temporalio.api.common.v1 import Payload
from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleCalendarSpec,
    ScheduleDescription,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleRange,
    ScheduleSpec,
    ScheduleUpdate,
    ScheduleUpdateInput,
)
from temporalio.service import RPCError, RPCStatusCode

from contracts.payloads.check_connections import CheckConnectionsInput, PracticeFacts
from contracts.payloads.support import ForSupport
from contracts.words.names import WORKFLOW_QUEUE, check_connections_id
from models.kit.columns import now
from models.kit.database import Database
from models.practices.reads import all_practices
from models.practices.tables import Practice
from rules.night.schedule_hours import HOUR, JITTER, WHAT_TO_DO, OddNight, said
from runtime.settings.zone_rules import pinned_version
from starter.connections.schedule_times import compared
from starter.support.supporting import Supporting
from starter.support.temporal_faults import explained
from workflows.check_connections import CheckConnections
from workflows.plans.policies import LONGEST_CHECK, night_priority
from workflows.support.check_text import CHECK_WHAT_IT_IS, check_attributes, check_summary

CATCH_UP = timedelta(hours=6)
"""After an outage a night is made up for within this; later the next one is near enough."""

COMPARED_WITHIN = timedelta(seconds=10)
"""Long enough for the times of two years; a server that says nothing by then is not compared."""

logger = logging.getLogger(__name__)

REASON = "The night's check."
NOTHING_TOLD = ForSupport()
NEVER_WAS = "There is no such schedule."


class ScheduleChange(StrEnum):
    """What applying did to a schedule, or would do."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Applied:
    """One practice's schedule after applying, or before.

    Attributes:
        practice: The practice's short name.
        schedule_id: The schedule's id in Temporal.
        time_zone: The practice's time zone.
        change: What was done, or would be done.
        difference: Where Temporal's times differ from ours, because one side's time zone rules are old; None if they do
            not.
    """

    practice: str
    schedule_id: str
    time_zone: str
    change: ScheduleChange
    difference: OddNight | None = None

    @property
    def doubt(self) -> str | None:
        """A sentence on where Temporal's times differ from ours; None where they do not."""
        return None if self.difference is None else said(self.difference, self.time_zone, pinned_version())

    @property
    def what_to_do(self) -> str:
        """What to do about the difference; empty where there is none."""
        return "" if self.difference is None else WHAT_TO_DO[self.difference.older]


class Schedules:
    """The schedules of the practices.

    Args:
        database: Where the practices are.
        temporal: A client with the product's payload converter.
        site: Base address of our pages, without a final slash; empty where it is not known.
    """

    def __init__(self, database: Database, temporal: Client, site: str = "") -> None:
        self._supporting = Supporting(temporal, site)
        self._database = database
        self._temporal = temporal

    async def apply(self, slug: str | None = None) -> Sequence[Applied]:
        """Give each practice its schedule, or only the practice with this short name.

        Raises:
            Refused: Temporal cannot be reached.
        """
        return [await self._apply(practice) for practice in await self._practices(slug)]

    async def put(self, practice: Practice) -> None:
        """Give a practice, as it is in memory, its schedule; for whoever changes it in a transaction of their own.

        Raises:
            Refused: Temporal cannot be reached.
        """
        schedule_id, wanted = check_connections_id(practice.slug), await self._nightly(practice)
        async with explained(NEVER_WAS):
            try:
                await self._temporal.create_schedule(schedule_id, wanted)
            except ScheduleAlreadyRunningError:
                await self._correct(schedule_id, wanted)

    async def examine(self) -> Sequence[Applied]:
        """What applying would do, and where Temporal's times differ from ours. Nothing is changed.

        Raises:
            Refused: Temporal cannot be reached.
        """
        return [await self._examine(practice) for practice in await self._practices(None)]

    async def _practices(self, slug: str | None) -> Sequence[Practice]:
        async with self._database.reading() as session:
            return await all_practices(session, slug)

    async def _apply(self, practice: Practice) -> Applied:
        schedule_id, wanted = check_connections_id(practice.slug), await self._nightly(practice)
        async with explained(NEVER_WAS):
            try:
                await self._temporal.create_schedule(schedule_id, wanted)
                change = ScheduleChange.CREATED
            except ScheduleAlreadyRunningError:
                change = await self._correct(schedule_id, wanted)
        return Applied(practice.slug, schedule_id, practice.time_zone, change, await self._compared(practice))

    async def _examine(self, practice: Practice) -> Applied:
        schedule_id, change, difference = check_connections_id(practice.slug), ScheduleChange.UPDATED, None
        async with explained(NEVER_WAS):
            try:
                found = await self._temporal.get_schedule_handle(schedule_id).describe()
            except RPCError as error:
                if error.status is not RPCStatusCode.NOT_FOUND:
                    raise
                change = ScheduleChange.CREATED
            else:
                if await self._is_right(found, await self._nightly(practice)):
                    change = ScheduleChange.UNCHANGED
        if change is ScheduleChange.UNCHANGED:
            difference = await self._compared(practice)
        return Applied(practice.slug, schedule_id, practice.time_zone, change, difference)

    async def _nightly(self, practice: Practice) -> Schedule:
        return nightly(practice, await self._supporting.facts())

    async def _compared(self, practice: Practice) -> OddNight | None:
        """Where Temporal's times differ; None also when it does not answer in time, because this check is optional."""
        schedule_id, zone, rules = check_connections_id(practice.slug), ZoneInfo(practice.time_zone), pinned_version()
        try:
            async with asyncio.timeout(COMPARED_WITHIN.total_seconds()):
                return await compared(self._temporal, schedule_id, zone, rules, now())
        except (RPCError, TimeoutError) as error:
            logger.warning("The times of %s could not be compared: %s", schedule_id, type(error).__name__)
            return None

    async def _correct(self, schedule_id: str, wanted: Schedule) -> ScheduleChange:
        change = ScheduleChange.UNCHANGED

        async def corrected(found: ScheduleUpdateInput) -> ScheduleUpdate | None:
            nonlocal change
            if await self._is_right(found.description, wanted):
                return None
            change = ScheduleChange.UPDATED
            wanted.state = found.description.schedule.state  # a pause is somebody's decision
            return ScheduleUpdate(schedule=wanted)

        await self._temporal.get_schedule_handle(schedule_id).update(corrected)
        return change

    async def _is_right(self, found: ScheduleDescription, wanted: Schedule) -> bool:
        has, wants = found.schedule.action, wanted.action
        assert isinstance(has, ScheduleActionStartWorkflow)  # noqa: S101  # there is no other action
        assert isinstance(wants, ScheduleActionStartWorkflow)  # noqa: S101
        plain = ("workflow", "task_queue", "execution_timeout", "typed_search_attributes", "priority")
        return (
            (found.schedule.spec, found.schedule.policy) == (wanted.spec, wanted.policy)
            and all(getattr(has, name) == getattr(wants, name) for name in plain)
            and await self._opened(has.args, CheckConnectionsInput) == list(wants.args)
            and await self._opened([has.static_summary, has.static_details], str)
            == [wants.static_summary, wants.static_details]
        )

    async def _opened(self, sealed: Sequence[object], kind: type) -> list[object]:
        """Decrypt what the server holds of an action.

        It is encrypted anew at each write, so that only the content can be compared.
        """
        payloads = [one for one in sealed if isinstance(one, Payload)]
        return await self._temporal.data_converter.decode(payloads, [kind] * len(payloads))


def nightly(practice: Practice, support: ForSupport = NOTHING_TOLD) -> Schedule:
    """The schedule that a practice should have.

    Args:
        practice: The practice.
        support: The facts for support staff that its checks get.
    """
    facts = PracticeFacts(
        practice_id=practice.id, practice_name=practice.name, practice_slug=practice.slug, support=support
    )
    return Schedule(
        action=ScheduleActionStartWorkflow(
            CheckConnections.run,
            CheckConnectionsInput(practice=facts, reason=REASON),
            id=check_connections_id(practice.slug),
            task_queue=WORKFLOW_QUEUE,
            execution_timeout=LONGEST_CHECK,
            typed_search_attributes=check_attributes(facts),
            static_summary=check_summary(facts, REASON),
            static_details=CHECK_WHAT_IT_IS,
            priority=night_priority(practice.slug),
        ),
        spec=ScheduleSpec(
            calendars=[ScheduleCalendarSpec(hour=(ScheduleRange(HOUR),))],
            jitter=JITTER,
            time_zone_name=practice.time_zone,
        ),
        policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP, catchup_window=CATCH_UP),
    )
