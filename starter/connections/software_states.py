"""Which accounting software is set up, and how well: on or off, its callback, its workers, and what doctor finds.

Every software that is offered or on is shown. Nobody's login is used: what is asked is about our app alone.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from pydantic_settings import BaseSettings
from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client
from temporalio.service import RPCError

from contracts.words.names import GROUPS_QUEUE, PROVIDER_QUEUE, queue_of
from models.budgets.calls import used_since
from models.kit.columns import now
from models.kit.database import Database
from providers import registry
from providers.port.provider import Provider, Providers
from providers.port.settings import Meter, ProviderSettings
from rules.metering import MeterReading, begin_of, read, warning
from starter.actor import Actor
from starter.people.admins import check_admin
from starter.provider_checks import Finding, callback_of, look_at

POLLED_WITHIN: Final = timedelta(seconds=70)
"""A worker asks again after a minute at most; one that did not is gone."""

ANSWERS_WITHIN: Final = 3.0
"""Seconds for Temporal to say who serves a queue."""

CHECKED_WITHIN: Final = 15.0
"""Seconds for one software to answer its checks."""


@dataclass(frozen=True, slots=True)
class QueueState:
    """A task queue, and how many workers serve it now; None where Temporal did not say."""

    name: str
    workers: int | None


@dataclass(frozen=True, slots=True)
class MonthMeter:
    """A month's calls of the whole app, of all practices together, and what is to be said of them.

    Attributes:
        meter: The budget.
        reading: How far it is used.
    """

    meter: Meter
    reading: MeterReading

    @property
    def warning(self) -> str | None:
        """What an admin should know; None while nothing is to be said."""
        return warning(self.reading.state, is_refused_beyond=self.meter.is_refused_beyond)


@dataclass(frozen=True, slots=True)
class SoftwareState:
    """One accounting software as it is set up here.

    Attributes:
        name: Its word in addresses.
        title: Its name for people.
        is_on: Whether this installation uses it.
        callback: The address to which its sign-ins come back.
        unset: The variables that whoever runs Clientsync has to set.
        queues: Its task queues; none where it is off.
        findings: What its checks found; none where they were not made.
        meter: The month's calls of the whole app, for admins; None where they are not metered.
    """

    name: str
    title: str
    is_on: bool
    callback: str
    unset: tuple[str, ...] = ()
    queues: Sequence[QueueState] = ()
    findings: Sequence[Finding] = field(default=())
    meter: MonthMeter | None = None

    @property
    def is_served(self) -> bool | None:
        """Whether a worker serves each of its queues; None where Temporal did not say."""
        counts = [queue.workers for queue in self.queues]
        return None if None in counts else all(counts)


class SoftwareStates:
    """Looks at every accounting software.

    Args:
        database: Counts the calls.
        temporal: Knows the workers.
        providers: Those that are on.
        apps: What is set of our apps, by the providers' names.
        public_url: Base address at which browsers reach us.
    """

    def __init__(
        self,
        database: Database,
        temporal: Client,
        providers: Providers,
        apps: Mapping[str, BaseSettings],
        public_url: str,
    ) -> None:
        self._database = database
        self._temporal, self._providers, self._public_url = temporal, providers, public_url
        self._apps = list(registry.all_of(apps))

    async def all(self) -> Sequence[SoftwareState]:
        """Every software that is known, on or off, without its checks: no software is asked anything."""
        return await asyncio.gather(*(self._state(app) for app in self._apps))

    async def checked(self, actor: Actor) -> Sequence[SoftwareState]:
        """The same with the checks of those that are on, which ask each of them twice; for admins.

        Raises:
            Refused: Not an admin.
        """
        check_admin(actor, "have the accounting software checked")
        return await asyncio.gather(*(self._state(app, is_checked=True) for app in self._apps))

    async def _state(self, app: ProviderSettings, *, is_checked: bool = False) -> SoftwareState:
        callback, provider = callback_of(self._public_url, app.name), self._providers.get(app.name)
        if provider is None:
            return SoftwareState(app.name, app.title, is_on=False, callback=callback, unset=app.unset())
        names = [queue_of(app.name, shared) for shared in (PROVIDER_QUEUE, GROUPS_QUEUE)]
        queues = await asyncio.gather(*(self._queue(name) for name in names))
        findings = await _findings(app, provider, callback) if is_checked else ()
        return SoftwareState(
            app.name,
            app.title,
            True,
            callback,
            queues=queues,
            findings=findings,
            meter=await month_meter(self._database, app),
        )

    async def _queue(self, name: str) -> QueueState:
        asked = DescribeTaskQueueRequest(
            namespace=self._temporal.namespace,
            task_queue=TaskQueue(name=name),
            task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY,
        )
        within = timedelta(seconds=ANSWERS_WITHIN)
        try:
            found = await self._temporal.workflow_service.describe_task_queue(asked, timeout=within)
        except RPCError:
            return QueueState(name, None)
        since = (now() - POLLED_WITHIN).timestamp()
        return QueueState(name, len({one.identity for one in found.pollers if one.last_access_time.seconds >= since}))


async def month_meter(database: Database, app: ProviderSettings) -> MonthMeter | None:
    """The month's calls of an app; None where they are not metered."""
    meter, at = app.meter(), now()
    if meter is None or app.client_id is None:
        return None
    async with database.reading() as session:
        used = await used_since(session, app.name, app.client_id, "month", begin_of(at))
    return MonthMeter(meter, read(used, meter.budget, at))


async def _findings(app: ProviderSettings, provider: Provider, callback: str) -> Sequence[Finding]:
    found: list[Finding] = []
    try:
        async with asyncio.timeout(CHECKED_WITHIN):
            async for finding in look_at(app, provider, callback):
                found.append(finding)  # noqa: PERF401  # what came before the time was over counts
    except TimeoutError:
        told = f"it did not answer within {CHECKED_WITHIN:.0f} seconds"
        found.append(Finding(app.title, False, told, "Check again in a minute."))
    return found
