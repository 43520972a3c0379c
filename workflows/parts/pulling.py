"""The stages of a bulk run that read clients at the provider: many at once, and no client holds up another.

Most clients are read in groups, one activity for each group. A client that could not be read within its group is tried
again alone, with retries. A client that fails there too is left to a ``SyncClient``, which goes on after the run.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from uuid import UUID

from temporalio import workflow
from temporalio.exceptions import ActivityError, is_cancelled_exception

from workflows.plans.failures import trouble_of
from workflows.plans.patches import EVEN_GROUPS, FEWER_GROUPS, FEWER_STEPS, LARGER_GROUPS, MORE_GROUPS
from workflows.plans.pull_groups import PullGroup, in_even_groups, in_groups
from workflows.plans.sizes import (
    CLIENTS_AT_ONCE,
    FEWER_CLIENTS_PULLED_TOGETHER,
    FEWER_GROUPS_AT_ONCE,
    PAGE_OF_CLIENTS,
    PAGE_OF_PULLS,
    PULLS,
    PULLS_BEFORE,
    PullSizes,
)

with workflow.unsafe.imports_passed_through():
    from activities.pulls.standard_information import StandardInformationActivities
    from activities.runs.clients import ClientActivities
    from activities.runs.runs import RunActivities
    from contracts.payloads.pulling import (
        ClientsToPull,
        ClientsToPullInput,
        ClientToPull,
        HandOverInput,
        RecordFailureInput,
    )
    from contracts.payloads.sync_client import ClientFacts, PullClientInput, PullClientsInput, SyncClientInput, Trouble
    from contracts.words.lists import RowKind
    from contracts.words.runs import Outcome
    from rules import trying_again

from workflows.parts.calls import call
from workflows.parts.own_sync import hand_over
from workflows.parts.run_state import RunState
from workflows.plans import policies
from workflows.support import run_text


def _sizes_before() -> PullSizes:
    """Those of a run that began before ``FEWER_GROUPS``."""
    is_larger = workflow.patched(LARGER_GROUPS)
    return PullSizes(
        PULLS_BEFORE.at_once if workflow.patched(MORE_GROUPS) else FEWER_GROUPS_AT_ONCE,
        PULLS_BEFORE.together if is_larger else FEWER_CLIENTS_PULLED_TOGETHER,
    )


class ClientPulls:
    """Pulls the run's clients page by page, with a fixed number of groups at once; clients left over are pulled alone.

    Args:
        state: The run's stage and counts.
        after: Position in the run after which clients are still to be pulled.
        login: A login that takes the connections over, each once it has read the organisation. Then only the profiles
            are read, one client at a time; a later pull of the other lists records the outcomes.
        first: The first page of clients, where it is known.

    Attributes:
        after: The last position that was given to a lane.
        is_done: Whether there are no more clients; False when the history has grown long enough to start a new one.
    """

    def __init__(
        self, state: RunState, after: int, login: UUID | None = None, *, first: ClientsToPull | None = None
    ) -> None:
        self.after = after
        self._login = login
        are_fewer = workflow.patched(FEWER_GROUPS)
        self._sizes = PULLS if are_fewer else _sizes_before()
        self._is_even = are_fewer or workflow.patched(EVEN_GROUPS)
        self._stops_at_last = workflow.patched(FEWER_STEPS)
        self.is_done = False
        self._state = state
        self._groups: deque[PullGroup] = deque()
        self._paging = asyncio.Lock()
        # It holds few, so that groups wait while many clients stumble. None: no more will come.
        self._alone: asyncio.Queue[ClientToPull | None] = asyncio.Queue(self._sizes.together)
        if first is not None:
            self._take(first)

    async def run(self) -> None:
        """Pull until all clients are done, or until the history is long enough to start a new one."""
        await asyncio.gather(self._in_groups(), *(self._one_by_one() for _ in range(CLIENTS_AT_ONCE)))

    async def _in_groups(self) -> None:
        await asyncio.gather(*(self._lane() for _ in range(self._sizes.at_once)))
        for _ in range(CLIENTS_AT_ONCE):
            await self._alone.put(None)

    async def _lane(self) -> None:
        while group := await self._next():
            left = group.clients
            if self._login is None and len(left) > 1:
                left = await self._pull_together(group)
            for client in left:
                await self._alone.put(client)

    async def _one_by_one(self) -> None:
        while client := await self._alone.get():
            await self._pull(client)

    async def _next(self) -> PullGroup | None:
        async with self._paging:  # one lane fetches the page; the others wait for it rather than fetch it again
            if not self._groups and not self.is_done and not workflow.info().is_continue_as_new_suggested():
                limit = PAGE_OF_PULLS if self._is_even else PAGE_OF_CLIENTS
                page = await call(
                    ClientActivities.clients_to_pull,
                    ClientsToPullInput(run_id=self._state.run.run_id, after=self.after, limit=limit),
                    policies.DATABASE,
                    "Find the next clients to pull",
                )
                self._take(page)
            if not self._groups:
                return None
            group = self._groups.popleft()
            self.after = group.clients[-1].position
            return group

    def _take(self, page: ClientsToPull) -> None:
        sizes = self._sizes
        cut = in_even_groups(page.clients, sizes) if self._is_even else in_groups(page.clients, sizes.together)
        self._groups.extend(cut)
        self.is_done = (self._stops_at_last and page.is_last) or not page.clients

    async def _pull_together(self, group: PullGroup) -> Sequence[ClientToPull]:
        """Pull a group in one activity; the clients that it returns need a pull of their own."""
        run_id = self._state.run.run_id
        policy = policies.PULL_TOGETHER if group.is_full else policies.PULL_FEW_TOGETHER
        try:
            pulled = await call(
                StandardInformationActivities.pull_clients,
                PullClientsInput(
                    connection_ids=tuple(client.connection_id for client in group.clients),
                    pull_id=run_id,
                    run_id=run_id,
                ),
                policies.at(self._state.run.provider, policy),
                run_text.group_summary([client.client_name for client in group.clients]),
            )
        except ActivityError as error:
            if is_cancelled_exception(error):
                raise
            return group.clients
        left = set(pulled.left)
        self._state.count(*(client.outcome for client in group.clients if client.connection_id not in left))
        return [client for client in group.clients if client.connection_id in left]

    async def _pull(self, client: ClientToPull) -> None:
        run_id = self._state.run.run_id
        try:
            await call(
                StandardInformationActivities.pull_client,
                PullClientInput(
                    connection_id=client.connection_id,
                    pull_id=run_id,
                    run_id=run_id,
                    sources=(RowKind.ORGANISATION,) if self._login else (),
                    grant_id=self._login_for(client),
                    settles=self._login is None,
                ),
                policies.at(self._state.run.provider, policies.PULL),
                f"{client.client_name} ({client.client_code})",
            )
        except ActivityError as error:
            if is_cancelled_exception(error):
                raise
            trouble = trouble_of(error)
            if trouble.cause.is_transient:
                await self._hand_over(client, trouble)
            else:
                await self._fail(client, trouble)
        else:
            if self._login is None:
                self._state.count(client.outcome)

    def _login_for(self, client: ClientToPull) -> UUID | None:
        """The login that takes a client's connection over; of several sign-ins, the one that reaches it."""
        return (client.login or self._login) if self._login else None

    async def _fail(self, client: ClientToPull, trouble: Trouble) -> None:
        await call(
            RunActivities.record_failure,
            RecordFailureInput(
                run_id=self._state.run.run_id,
                connection_id=client.connection_id,
                cause=trouble.cause,
                detail=trouble.detail,
                grant_id=self._login_for(client),
            ),
            policies.DATABASE,
            f"Note why {client.client_name} failed",
        )
        self._name(client, trouble)
        self._state.count(Outcome.FAILED, cause=trouble.cause)

    def _name(self, client: ClientToPull, trouble: Trouble) -> None:
        self._state.name(client.client_name, trouble.cause, code=client.client_code, client_id=client.client_id)

    async def _hand_over(self, client: ClientToPull, trouble: Trouble) -> None:
        retry_at = trying_again.next_try(workflow.now(), 0, trouble)
        await call(
            RunActivities.hand_over,
            HandOverInput(
                run_id=self._state.run.run_id,
                connection_id=client.connection_id,
                cause=trouble.cause,
                detail=trouble.detail,
                retry_at=retry_at,
                grant_id=self._login_for(client),
            ),
            policies.DATABASE,
            f"Hand {client.client_name} over to a sync of its own",
        )
        self._name(client, trouble)
        self._state.count(Outcome.RETRYING, cause=trouble.cause)
        run = self._state.run
        facts = ClientFacts(
            connection_id=client.connection_id,
            client_id=client.client_id,
            client_name=client.client_name,
            client_code=client.client_code,
            practice_name=run.practice_name,
            practice_slug=run.practice_slug,
            colleague_name=run.colleague_name,
            provider=run.provider,
            provider_title=run.provider_title,
            support=run.support,
        )
        sync = SyncClientInput(
            client=facts,
            pull_id=run.run_id,
            reason=f"Handed over by run `{run.run_id}`.",
            first_try_at=retry_at,
            trouble=trouble.cause,
            grant_id=self._login_for(client),
        )
        if not await hand_over(sync, policies.sync_priority(facts.practice_slug)):
            self._state.note(f"{client.client_name} is being synced already; its outcome will show here.")
