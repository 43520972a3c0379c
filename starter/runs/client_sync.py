"""Starting runs from buttons: pressing a button twice, or in two tabs, starts one run.

If the same person has just started such a run and not signed in yet, that run is used, so that no second run is left
waiting. Runs that other backends start with ``Runs.start`` and their own keys are not used.
"""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from contracts.words.refusals import RefusalCode, Refused
from contracts.words.runs import RunKind, Stage
from models.kit.columns import now
from models.runs.reads import RunFilter
from models.runs.tables import Run
from starter.actor import Actor
from starter.runs.consents import Consents
from starter.runs.kinds import RunOptions
from starter.runs.runs import Runs
from starter.runs.starting import StartedRun

STILL_FRESH = timedelta(minutes=15)
"""A sign-in that was begun so lately is gone on with; an older one's hour may end while the person signs in."""


class ClientSync:
    """Starts runs for people who press buttons.

    Args:
        runs: Starts them.
        consents: Begins sign-ins.
    """

    def __init__(self, runs: Runs, consents: Consents) -> None:
        self._runs = runs
        self._consents = consents

    async def press(
        self,
        actor: Actor,
        kind: RunKind,
        provider: str,
        form_key: str,
        *,
        moves_healthy: bool = False,
        region: str | None = None,
        names: Sequence[str] = (),
        client_ids: Sequence[UUID] = (),
        takes_over: bool = False,
    ) -> StartedRun:
        """Start a run, or return the one that the same person has just started and not signed in for.

        Args:
            actor: The colleague.
            kind: The kind of run.
            provider: The accounting software's name in addresses.
            form_key: New in every page that shows the button; a repeat with the same one returns the same run.
            moves_healthy: Reconnect all: move healthy connections to the new login too.
            region: The country that was chosen, where the provider has several.
            names: Add: organisations that are expected by name; a run that expects some is always a new one.
            client_ids: Add: clients without a connection that are expected, likewise.
            takes_over: Reassign: it is agreed that colleagues' sign-ins end.

        Raises:
            Refused: Unknown provider or kind, or nobody to start it.
        """
        is_listed = bool(names or client_ids)
        mark = f"{kind.value}{'+all' if moves_healthy else ''}{'+list' if is_listed else ''}:"
        waiting = None if is_listed else await self._waiting(actor, kind, provider, mark)
        if waiting is not None:
            try:
                return StartedRun(waiting.id, await self._consents.begin(actor, waiting.id, region), provider)
            except Refused as refused:
                if refused.refusal.code is not RefusalCode.WRONG_STAGE:  # it was signed in for at this very moment
                    raise
        options = RunOptions(
            moves_healthy=moves_healthy,
            region=region,
            names=tuple(names),
            client_ids=tuple(client_ids),
            takes_over=takes_over,
        )
        return await self._runs.start(actor, kind, provider, mark + form_key, options)

    async def _waiting(self, actor: Actor, kind: RunKind, provider: str, mark: str) -> Run | None:
        wanted = RunFilter(kind=kind, colleague_id=actor.colleague_id, is_active=True)
        found, _ = await self._runs.activity(actor, wanted, limit=20)
        return next(
            (
                view.run
                for view in found
                if view.run.stage is Stage.AWAITING_CONSENT
                and view.run.provider == provider
                and (view.run.idempotency_key or "").startswith(mark)
                and now() - view.run.created_at < STILL_FRESH
            ),
            None,
        )
