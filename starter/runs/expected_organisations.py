"""The organisations that an *Add clients* expects by name, as people ask for them: say, look, leave out, put right.

Only where each sign-in brings one organisation. What becomes a client is chosen in the run as ever.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.words.access import scope_of
from contracts.words.refusals import RefusalCode, Refused
from contracts.words.runs import RunKind, SignInState, Stage
from models.clients import writes as clients
from models.kit.columns import now
from models.kit.database import Database
from models.runs import organisations as run_lists
from models.runs import reads as run_views
from models.runs import writes as runs
from models.runs.expected import organisations as expected_organisations
from models.runs.expected.organisations import Named
from models.runs.tables import ExpectedOrganisation, Run
from rules.runs.expected_organisations import MOST, names_in
from starter.actor import Actor

PAST = "This run is past its choice. Start another one to add more organisations."
NOT_HERE = "Only Add clients expects organisations by name."


async def checked(
    session: AsyncSession, practice_id: UUID, names: Sequence[str], client_ids: Sequence[UUID], there: int = 0
) -> list[Named]:
    """The organisations that somebody expects, each once: clients without a connection first, then names.

    Args:
        session: Any session.
        practice_id: Whose.
        names: Names of organisations; empty ones count for nothing.
        client_ids: Clients without a connection.
        there: How many are expected already.

    Raises:
        Refused: One of the clients is not there or has a connection, or they are too many.
    """
    unconnected = {one.id: one for one in await clients.unconnected_clients(session, practice_id)}
    found = list[Named]()
    for place, client_id in enumerate(dict.fromkeys(client_ids)):
        if client_id not in unconnected:
            message = "This client is not there, or is connected already."
            raise Refused(RefusalCode.UNKNOWN_CLIENT, message, field=f"client_ids.{place}")
        found.append(Named(unconnected[client_id].name, client_id))
    said = {one.name.casefold() for one in found}
    found += [Named(name) for name in names_in("\n".join(names).replace("\0", "")) if name.casefold() not in said]
    if there + len(found) > MOST:
        message = f"A run expects {MOST} organisations at most. Add the others with another run."
        raise Refused(RefusalCode.INVALID, message, field="organisations")
    return found


class ExpectedOrganisations:
    """The operations on them; ``Consents`` begins the sign-in for the next one.

    Args:
        database: The product's database.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def expected(self, actor: Actor, run_id: str) -> Sequence[ExpectedOrganisation]:
        """The organisations that a run expects by name, in their order; none where nobody has said any.

        Raises:
            Refused: There is no such run in the practice.
        """
        async with self._database.reading() as session:
            if await run_views.find_run(session, actor.practice_id, run_id) is None:
                raise _unknown(run_id)
            return await expected_organisations.expected_of(session, run_id)

    async def add(
        self, actor: Actor, run_id: str, names: Sequence[str], client_ids: Sequence[UUID] = ()
    ) -> Sequence[ExpectedOrganisation]:
        """Expect further organisations; one that is expected already changes nothing.

        Returns:
            All that the run expects now.

        Raises:
            Refused: There is no such run, it is past its choice, or see ``checked``.
        """
        async with self._database.transaction() as session:
            run = await self._open(session, actor, run_id)
            there = await expected_organisations.expected_of(session, run.id)
            known = {one.name.casefold() for one in there}
            wanted = await checked(session, actor.practice_id, names, client_ids, len(there))
            fresh = [one for one in wanted if one.name.casefold() not in known]
            await expected_organisations.expect(session, run.id, fresh, now())
        return await self.expected(actor, run_id)

    async def drop(self, actor: Actor, run_id: str, position: int) -> Sequence[ExpectedOrganisation]:
        """Leave one out: its sign-in is no more to do. Again, it changes nothing, nor where it has come.

        Raises:
            Refused: There is no such run or place, or the run is past its choice.
        """
        async with self._database.transaction() as session:
            run, one = await self._one(session, actor, run_id, position)
            if one.state is SignInState.TO_DO:
                await expected_organisations.put(session, run.id, position, SignInState.DROPPED, now())
        return await self.expected(actor, run_id)

    async def take(
        self, actor: Actor, run_id: str, position: int, organisation_id: str
    ) -> Sequence[ExpectedOrganisation]:
        """Say that an organisation that came is one of those that are expected, whatever it is called there.

        Raises:
            Refused: There is no such run, place or organisation, or the run is past its choice.
        """
        async with self._database.transaction() as session:
            run, _ = await self._one(session, actor, run_id, position)
            if organisation_id not in {one.organisation_id for one in await run_lists.decided_of(session, run.id)}:
                raise _unlisted(organisation_id)
            await expected_organisations.put(
                session, run.id, position, SignInState.DONE, now(), organisation_id=organisation_id
            )
            run.message = None
            session.add(run)
        return await self.expected(actor, run_id)

    async def take_off(self, actor: Actor, run_id: str, organisation_id: str) -> None:
        """Take an organisation off a run's list that was picked by mistake; its sign-in is ended, if nothing uses it.

        Raises:
            Refused: There is no such run or organisation, or the run awaits no choice.
        """
        async with self._database.transaction() as session:
            run = await self._open(session, actor, run_id)
            if run.stage is not Stage.AWAITING_SELECTION or run.selection_digest is not None:
                raise Refused(RefusalCode.WRONG_STAGE, PAST)
            if not await expected_organisations.take_off(session, run, organisation_id, now()):
                raise _unlisted(organisation_id)
            run.message = None
            session.add(run)

    async def _one(
        self, session: AsyncSession, actor: Actor, run_id: str, position: int
    ) -> tuple[Run, ExpectedOrganisation]:
        run = await self._open(session, actor, run_id)
        one = await session.get(ExpectedOrganisation, (run.id, position))
        if one is None:
            message = f"This run expects no organisation at place {position}."
            raise Refused(RefusalCode.UNKNOWN_ORGANISATION, message, field="position")
        return run, one

    async def _open(self, session: AsyncSession, actor: Actor, run_id: str) -> Run:
        if await run_views.find_run(session, actor.practice_id, run_id) is None:
            raise _unknown(run_id)
        run = await runs.locked_run(session, run_id)
        actor.check(scope_of(run.kind))
        if run.kind is not RunKind.ADD_CLIENTS:
            raise Refused(RefusalCode.INVALID, NOT_HERE)
        if not run.stage.is_listing or run.selection_digest is not None:
            raise Refused(RefusalCode.WRONG_STAGE, PAST)
        return run


def _unknown(run_id: str) -> Refused:
    return Refused(RefusalCode.NOT_FOUND, f"There is no run {run_id[:120]!r} in your practice.")


def _unlisted(organisation_id: str) -> Refused:
    message = f"Organisation {organisation_id[:64]} is not in this run's list."
    return Refused(RefusalCode.UNKNOWN_ORGANISATION, message, field="organisation_id")
