"""What people can choose from when organisations become clients: the allowance left, teams, owners, clients to link to.

It only makes offers; ``rules.runs.choosing`` checks a choice when it is recorded.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.words.practices import Plan
from contracts.words.runs import Stage
from models.clients import lookalikes
from models.clients import writes as clients
from models.connections import templates
from models.connections.tables import Connection
from models.kit.database import Database
from models.practices.reads import everybody_there, teams_there
from models.practices.tables import Practice
from models.runs import writes
from models.runs.choosable import Choosable, to_choose
from models.runs.tables import ChoiceDraft, Run
from rules.clients.client_codes import free_codes
from rules.clients.matching import UnconnectedClient, apart
from starter.actor import Actor


@dataclass(frozen=True, slots=True)
class NamedChoice:
    """Something to choose, with its id and its name."""

    id: UUID
    name: str

    @property
    def pair(self) -> tuple[UUID, str]:
        """Id and name, as forms take them."""
        return self.id, self.name


@dataclass(frozen=True, slots=True)
class Offered:
    """What a practice can choose from.

    Attributes:
        plan: Its plan; only the advanced plan can assign teams.
        allowance: How many clients it may have.
        clients: How many clients it has.
        teams: Its teams, by name; empty where the plan cannot assign teams.
        owners: Its active colleagues, by name.
        linkable: Its clients without a connection, by name.
    """

    plan: Plan
    allowance: int
    clients: int
    teams: tuple[NamedChoice, ...]
    owners: tuple[NamedChoice, ...]
    linkable: tuple[NamedChoice, ...]

    @property
    def room(self) -> int:
        """How many more clients it may have."""
        return max(self.allowance - self.clients, 0)


@dataclass(frozen=True, slots=True)
class ToChoose:
    """What stands on the page of a run that awaits its choice.

    Attributes:
        listed: The organisations, in the page's order.
        offered: What can be chosen for them.
        codes: A code for each that may be chosen, in order, by the practice's pattern; none of them is in use now.
        settings: Those with which the practice makes connections, on a connection that is stored nowhere.
    """

    listed: Sequence[Choosable]
    offered: Offered
    codes: Sequence[str]
    settings: Connection


class Choices:
    """The operation that lists what can be chosen.

    Args:
        database: The product's database.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def offered(self, actor: Actor) -> Offered:
        """What the actor's practice can choose from now."""
        async with self._database.reading() as session:
            return await _offered(session, await session.get_one(Practice, actor.practice_id))

    async def to_choose(self, actor: Actor, run_id: str, provider: str, given: Iterable[str] = ()) -> ToChoose:
        """The whole list of a run, and what can be chosen for it; the list is empty where the practice has no such run.

        Args:
            actor: Who asks.
            run_id: The run.
            provider: Its accounting software.
            given: Codes that somebody has given to some of the clients.
        """
        async with self._database.reading() as session:
            practice = await session.get_one(Practice, actor.practice_id)
            listed = await to_choose(session, practice.id, run_id)
            names = [row.name for row in listed if row.can_be_chosen]
            settings = await templates.remembered(session, practice.id, provider)
            return ToChoose(
                listed=listed,
                offered=await _offered(session, practice),
                codes=await _codes(session, practice, names, given),
                settings=templates.example(practice.id, provider, settings),
            )

    async def begin(self, actor: Actor, run_id: str, form: dict[str, Any] | None) -> None:
        """Keep the choice with which a run is begun, until its sign-in; a run that has come further keeps its own.

        Args:
            actor: Who begins it.
            run_id: The run; of another practice's, nothing is kept.
            form: As for ``keep``; None where it is begun with nothing.
        """
        async with self._database.transaction() as session:
            run = await session.get(Run, run_id)
            if run is None or run.practice_id != actor.practice_id or run.stage is not Stage.AWAITING_CONSENT:
                return
            await writes.forget_choice(session, run_id)
            if form is not None:
                await writes.keep_choice(session, run_id, actor.colleague_id, form)

    async def keep(self, actor: Actor, run_id: str, form: dict[str, Any]) -> None:
        """Keep what the actor has chosen so far in a run that awaits a choice; nothing of it is done or checked.

        Args:
            actor: Who chooses.
            run_id: The run; of one that awaits no choice, or is another practice's, nothing is kept.
            form: The page's form as the page reads it again.
        """
        async with self._database.transaction() as session:
            if await _awaits_choice(session, actor, run_id):
                await writes.keep_choice(session, run_id, actor.colleague_id, form)

    async def kept(self, actor: Actor, run_id: str) -> dict[str, Any] | None:
        """What the actor has chosen so far in a run, as the page left it; None where nothing is kept of them."""
        async with self._database.reading() as session:
            found = await session.get(ChoiceDraft, (run_id, actor.colleague_id))
            return found.form if found else None

    async def listed_books(self, actor: Actor, client_id: UUID) -> lookalikes.PossibleNewBooks | None:
        """What may be a connected client's new books, in a run that awaits its choice; None where none lists any."""
        async with self._database.reading() as session:
            return await lookalikes.listed_books(session, actor.practice_id, client_id)

    async def linkable(self, actor: Actor) -> Sequence[UnconnectedClient]:
        """The practice's clients without a connection, by code."""
        async with self._database.reading() as session:
            return await clients.unconnected_clients(session, actor.practice_id)

    async def codes(self, actor: Actor, names: Iterable[str], given: Iterable[str] = ()) -> list[str]:
        """A code for each new client by the practice's pattern, none of which is in use now.

        Args:
            actor: Who asks.
            names: The clients' names.
            given: Codes that others of them are to have.
        """
        async with self._database.reading() as session:
            return await _codes(session, await session.get_one(Practice, actor.practice_id), names, given)


async def _offered(session: AsyncSession, practice: Practice) -> Offered:
    unconnected = await clients.unconnected_clients(session, practice.id)
    return Offered(
        plan=practice.plan,
        allowance=practice.client_allowance,
        clients=await clients.count_clients(session, practice.id),
        teams=_choices(await teams_there(session, practice.id) if practice.plan is Plan.ADVANCED else ()),
        owners=_choices(await everybody_there(session, practice.id)),
        linkable=_named(unconnected),
    )


def _choices(found: Iterable[tuple[UUID, str]]) -> tuple[NamedChoice, ...]:
    return tuple(NamedChoice(*row) for row in found)


async def _codes(session: AsyncSession, practice: Practice, names: Iterable[str], given: Iterable[str]) -> list[str]:
    taken = await clients.codes_alone_in_use(session, practice.id)
    taken |= {code.strip().upper() for code in given}
    return [code for code, _ in free_codes(names, practice.next_client_number, taken)]


async def _awaits_choice(session: AsyncSession, actor: Actor, run_id: str) -> bool:
    run = await session.get(Run, run_id)
    return run is not None and run.practice_id == actor.practice_id and run.stage is Stage.AWAITING_SELECTION


def _named(unconnected: Sequence[UnconnectedClient]) -> tuple[NamedChoice, ...]:
    """Clients sorted by name; those with the same name are shown with their codes and company numbers."""
    of_its_name = Counter(client.name.casefold() for client in unconnected)
    return tuple(
        NamedChoice(client.id, apart(client) if of_its_name[client.name.casefold()] > 1 else client.name)
        for client in sorted(unconnected, key=lambda one: (one.name.casefold(), one.code))
    )
