"""The state of a run in a few numbers, by one cheap query that is repeated while people look at the run."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import blake2s

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.words.runs import Outcome, Result, Stage


class Waiting(StrEnum):
    """What a run waits for: a person's sign-in or choice, or the provider."""

    CONSENT = "consent"
    SELECTION = "selection"
    CONFIRMATION = "confirmation"
    PROVIDER = "provider"


_PEOPLE = {
    Stage.AWAITING_CONSENT: Waiting.CONSENT,
    Stage.AWAITING_SELECTION: Waiting.SELECTION,
    Stage.AWAITING_CONFIRMATION: Waiting.CONFIRMATION,
}


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
        counts: Numbers by outcome; with the organisations without an outcome they add up to the total.
        next_try_at: When the first of those that wait for the provider is tried again.
        put_off: How many the run itself tries again before it ends; they have no outcome yet.
        changed_at: When a row of its list last changed.
        paused_until: Until when its pulls wait because the app's calls are used up; None when they do not.
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

    @property
    def settled(self) -> int:
        """How many have an outcome."""
        return sum(self.counts.values())

    @property
    def is_over(self) -> bool:
        """Whether nothing of it will change without a person."""
        return self.stage is Stage.FINISHED and not self.counts.get(Outcome.RETRYING)

    @property
    def waits_for(self) -> Waiting | None:
        """What it waits for; None while it works, and once it is over."""
        if self.stage is Stage.FINISHED:
            return None if self.is_over else Waiting.PROVIDER
        return _PEOPLE.get(self.stage)

    @property
    def version(self) -> str:
        """A text that differs whenever any field differs."""
        return blake2s(repr(self).encode(), digest_size=8).hexdigest()


async def run_snapshot(session: AsyncSession, run_id: str) -> RunSnapshot | None:
    """The state of a run; None if there is no such run. The caller has checked whose it is."""
    found = await (await session.connection()).execute(
        text("""
            SELECT r.stage, r.result, r.message, o.outcome, count(o.run_id), count(o.profile_read_at),
                   count(o.action), count(o.client_id), min(o.retry_at),
                   max(o.updated_at), CASE WHEN r.paused_until > now() THEN r.paused_until END,
                   count(o.retry_at) FILTER (WHERE o.outcome IS NULL)
            FROM runs r
            LEFT JOIN run_organisations o
                ON o.run_id = r.id AND (r.kind <> 'reconnect-all' OR o.connection_id IS NOT NULL)
            WHERE r.id = :run_id
            GROUP BY r.id, o.outcome
            ORDER BY o.outcome
        """),
        {"run_id": run_id},
    )
    rows = found.all()
    if not rows:
        return None
    return RunSnapshot(
        run_id=run_id,
        stage=Stage(rows[0][0]),
        result=Result(rows[0][1]) if rows[0][1] else None,
        message=rows[0][2],
        total=sum(row[4] for row in rows),
        profiles_read=sum(row[5] for row in rows),
        chosen=sum(row[6] for row in rows),
        with_client=sum(row[7] for row in rows),
        counts={Outcome(row[3]): row[4] for row in rows if row[3]},
        next_try_at=min((row[8] for row in rows if row[8] and row[3] in {None, Outcome.RETRYING}), default=None),
        put_off=sum(row[11] for row in rows),
        changed_at=max((row[9] for row in rows if row[9]), default=None),
        paused_until=rows[0][10],
    )
