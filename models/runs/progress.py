"""The state of a run in a few numbers, by one cheap query that is repeated while people look at the run."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2s

from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.words.runs import Outcome, Result, Stage
from models.kit.columns import now
from models.runs.reads import RunView, any_run_view
from models.runs.reports import NamedRow
from rules.runs.endings import STUCK


@dataclass(frozen=True, slots=True)
class RunSnapshot:
    """A run at one moment, in numbers.

    Attributes:
        run_id: The run.
        stage: Where it is.
        result: How it ended; None before its end.
        message: The latest message for the colleague.
        total: How many organisations its list has, without the offers of a *Reconnect all*.
        profiles_read: How many profiles were read while listing.
        chosen: How many organisations are to be worked on; 0 before the choice.
        with_client: How many have a client.
        gone_wrong: Of those to be worked on, how many are not done and are not tried again by themselves.
        tried_again: Of those to be worked on, how many are.
        counts: Numbers by outcome; with the organisations without an outcome they add up to the total.
        next_try_at: When the first of those that wait for the provider is tried again.
        put_off: How many the run itself tries again before it ends; they have no outcome yet.
        changed_at: When a row of its list last changed.
        paused_until: Until when its pulls wait because the app's calls are used up; None when they do not.
        names: Some of its clients, while it works: what is not done, the latest that is, and what comes next.
    """

    run_id: str
    stage: Stage
    result: Result | None
    message: str | None
    total: int
    profiles_read: int
    chosen: int
    with_client: int
    counts: dict[Outcome, int]
    next_try_at: datetime | None
    put_off: int
    changed_at: datetime | None
    paused_until: datetime | None
    names: tuple[NamedRow, ...] = ()
    gone_wrong: int = 0
    tried_again: int = 0

    @property
    def settled(self) -> int:
        """How many have an outcome."""
        return sum(self.counts.values())

    @property
    def is_over(self) -> bool:
        """Whether nothing of it will change without a person."""
        return self.stage is Stage.FINISHED and not self.counts.get(Outcome.RETRYING)

    @property
    def version(self) -> str:
        """A text that differs whenever any field differs."""
        return blake2s(repr(self).encode(), digest_size=8).hexdigest()


def snapshot_of(view: RunView, at: datetime) -> RunSnapshot:
    """The state of a run.

    Args:
        view: What was read of it.
        at: This moment (aware).
    """
    run, parts = view.run, view.tally.parts
    waiting = [part for part in parts if part.outcome in {None, Outcome.RETRYING}]
    return RunSnapshot(
        run_id=run.id,
        stage=run.stage,
        result=run.result,
        message=run.message,
        total=view.total,
        profiles_read=sum(part.profiles_read for part in parts),
        chosen=sum(part.chosen for part in parts),
        with_client=sum(part.with_client for part in parts),
        counts=view.counts,
        next_try_at=min((part.next_try_at for part in waiting if part.next_try_at), default=None),
        put_off=sum(part.put_off for part in parts if part.outcome is None),
        changed_at=max((part.changed_at for part in parts if part.changed_at), default=None),
        paused_until=run.paused_until if run.is_paused(at) else None,
        names=view.names,
        gone_wrong=sum(part.chosen for part in parts if part.outcome in STUCK),
        tried_again=sum(part.chosen for part in parts if part.outcome is Outcome.RETRYING),
    )


async def run_snapshot(session: AsyncSession, run_id: str) -> RunSnapshot | None:
    """The state of a run now; None if there is no such run. The caller has checked whose it is."""
    view = await any_run_view(session, run_id)
    return snapshot_of(view, now()) if view else None
