"""*Client sync*, as people press it: twice, or in two tabs, is once.

A sign-in that was begun and left is gone on with instead of leaving one more run behind that waits for nobody. Other
backends start runs with ``Runs.start`` and keys of their own; those are left alone here.
"""

from datetime import timedelta

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
        self, actor: Actor, kind: RunKind, provider: str, form_key: str, *, moves_healthy: bool = False
    ) -> StartedRun:
        """Start a run, or go on with the one that the same person has just started and not signed in for.

        Args:
            actor: Whose run it is.
            kind: What to do.
            provider: Such as ``xero``.
            form_key: New with every page that has the button; the same one again gives the same run.
            moves_healthy: Reconnect all: move healthy connections to the new login too.

        Raises:
            Refused: Unknown provider or kind, or nobody to start it.
        """
        mark = f"{kind.value}{'+all' if moves_healthy else ''}:"
        waiting = await self._waiting(actor, kind, provider, mark)
        if waiting is not None:
            try:
                return StartedRun(waiting.id, await self._consents.begin(actor, waiting.id))
            except Refused as refused:
                if refused.refusal.code is not RefusalCode.WRONG_STAGE:  # it was signed in for at this very moment
                    raise
        return await self._runs.start(actor, kind, provider, mark + form_key, RunOptions(moves_healthy=moves_healthy))

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
