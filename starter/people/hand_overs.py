"""An admin's hand-over of one colleague's clients to another: checks who may do it, and starts the run."""

from collections.abc import Mapping
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.payloads.reassign_clients import HandOver
from contracts.words.refusals import RefusalCode, Refused
from contracts.words.runs import RunKind
from models.kit.database import Database
from models.practices import hand_overs
from models.practices.hand_overs import Foreseen
from models.practices.tables import Colleague
from starter.actor import Actor
from starter.people.admins import check_admin
from starter.runs.kinds import RunOptions
from starter.runs.runs import Runs
from starter.software import Software

_TO_DO = "hand over a colleague's clients"


class HandOvers:
    """Operations that hand clients over.

    Args:
        database: The product's database.
        runs: Starts the run.
        software: Knows which one is meant.
    """

    def __init__(self, database: Database, runs: Runs, software: Software) -> None:
        self._database = database
        self._runs = runs
        self._software = software

    async def start(
        self,
        actor: Actor,
        from_id: UUID,
        to_id: UUID,
        provider: str | None = None,
        idempotency_key: str | None = None,
    ) -> str:
        """Hand all of a colleague's clients over to another colleague.

        Nobody signs in. A client moves to a login of the new owner if one is known to reach its organisation and can
        read it; otherwise it keeps its login.

        Args:
            actor: An admin.
            from_id: The colleague whose clients are given away; usually somebody who has left.
            to_id: The colleague who gets them.
            provider: The accounting software to which the clients are connected; None where there is only one.
            idempotency_key: A repeat with the same key by the same admin returns the same run.

        Returns:
            The run's id.

        Raises:
            Refused: Not an admin; no such colleague in the practice, one who has left, or the same one; nobody to
                start the run.
        """
        check_admin(actor, _TO_DO)
        software = self._software.chosen(provider)
        await self._check(actor, from_id, to_id)
        hand_over = RunOptions(hand_over=HandOver(from_id=from_id, to_id=to_id))
        started = await self._runs.start(actor, RunKind.REASSIGN_CLIENTS, software, idempotency_key, hand_over)
        return started.run_id

    async def preview(self, actor: Actor, from_id: UUID, provider: str | None = None) -> Foreseen:
        """What handing over a colleague's clients would do, and who could get them. Nothing is changed.

        Raises:
            Refused: Not an admin, no such colleague in the practice, or nobody said which accounting software.
        """
        check_admin(actor, _TO_DO)
        software = self._software.chosen(provider)
        async with self._database.reading() as session:
            await _check_giver(session, actor, from_id)
            return await hand_overs.foreseen(session, actor.practice_id, software, from_id)

    async def clients_at(self, actor: Actor, from_id: UUID) -> Mapping[str, int]:
        """How many of a colleague's clients can be handed over at which accounting software that is on, by its word.

        Raises:
            Refused: Not an admin, or no such colleague in the practice.
        """
        check_admin(actor, _TO_DO)
        async with self._database.reading() as session:
            await _check_giver(session, actor, from_id)
            found = await hand_overs.clients_at(session, actor.practice_id, from_id)
        return {one.name: found[one.name] for one in self._software.offered() if one.name in found}

    async def _check(self, actor: Actor, from_id: UUID, to_id: UUID) -> None:
        async with self._database.reading() as session:
            giver, taker = await session.get(Colleague, from_id), await session.get(Colleague, to_id)
        if giver is None or giver.practice_id != actor.practice_id:
            raise _nobody(from_id)
        if taker is None or taker.practice_id != actor.practice_id:
            raise Refused(RefusalCode.UNKNOWN_COLLEAGUE, f"There is no colleague {to_id} in your practice.", field="to")
        if taker.deactivated_at is not None:
            raise Refused(
                RefusalCode.UNKNOWN_COLLEAGUE, f"{taker.name} has left. Choose somebody who is here.", field="to"
            )
        if taker.id == giver.id:
            raise Refused(RefusalCode.INVALID, f"{taker.name} has these clients already.", field="to")


async def _check_giver(session: AsyncSession, actor: Actor, from_id: UUID) -> None:
    giver = await session.get(Colleague, from_id)
    if giver is None or giver.practice_id != actor.practice_id:
        raise _nobody(from_id)


def _nobody(colleague_id: UUID) -> Refused:
    return Refused(RefusalCode.NOT_FOUND, f"There is no colleague {colleague_id} in your practice.")
