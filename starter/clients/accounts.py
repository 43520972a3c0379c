"""Client accounts by hand: made without a connection, and changed.

Everybody may change them; ``starter.people.may_add_clients`` says who may make them. What is changed leaves an event
for each field. A client's code is part of the ids of its workflows, so that it stays what it is while one of them is
at work.
"""

from collections.abc import Callable, Collection, Mapping
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.exc import IntegrityError
from sqlmodel.ext.asyncio.session import AsyncSession
from temporalio.client import Client as Temporal

from contracts.words.client_accounts import ClientPatch, NewClient, code_of, text_of
from contracts.words.practices import Plan
from contracts.words.refusals import RefusalCode, Refused
from models.clients import accounts, imports
from models.clients import writes as clients
from models.clients.tables import Client
from models.events import writes as events
from models.kit.columns import now
from models.kit.database import Database
from models.practices.reads import everybody_there, teams_there
from models.practices.tables import Practice
from rules.clients.client_codes import client_code
from rules.clients.duplicates import DescribedAccount, duplicate_of
from rules.clients.imports.plans import KnownClient
from starter.actor import Actor
from starter.clients.finding import is_at_work, locked_or_refused
from starter.people.may_add_clients import check_may_add

TAKEN = "Another client of your practice has the code {code}. Choose another."
FULL = (
    "The practice has reached its allowance of {allowance} clients. Archive clients that have left, or raise the "
    "allowance."
)

KINDS = {
    "name": "client.renamed",
    "code": "client.code_changed",
    "owner_id": "client.owner_changed",
    "team_id": "client.team_changed",
    "company_number": "client.company_number_changed",
    "tax_number": "client.tax_number_changed",
    "reference": "client.reference_changed",
}
"""The event of each field; its values stand in the event as people read them."""


class Accounts:
    """The operations on client accounts.

    Args:
        database: The product's.
        temporal: Knows whether something of a client is at work.
    """

    def __init__(self, database: Database, temporal: Temporal) -> None:
        self._database = database
        self._temporal = temporal

    async def add(self, actor: Actor, new: NewClient) -> UUID:
        """Make a client without a connection; its id.

        Raises:
            Refused: The actor may not add clients, a value cannot be used, the code is taken, the allowance is used up,
                the team needs another plan, there is no such team or colleague, or another client has one of the
                numbers or the name.
        """
        name, numbers = _name(new.name), {field: text_of(field, getattr(new, field)) for field in _NUMBERS}
        wanted = code_of(new.code) if new.code and new.code.strip() else None
        async with self._database.transaction() as session:
            practice = await accounts.locked_practice(session, actor.practice_id)
            await check_may_add(session, actor)
            if await clients.count_clients(session, practice.id) >= practice.client_allowance:
                message = FULL.format(allowance=practice.client_allowance)
                raise Refused(RefusalCode.OVER_ALLOWANCE, message)
            people = await _People.of(session, practice)
            if not new.anyway:
                described = DescribedAccount(name, numbers["company_number"], numbers["tax_number"])
                await _refuse_duplicate(session, practice.id, described)
            client = Client(
                id=uuid4(),
                practice_id=practice.id,
                name=name,
                code=wanted or client_code(name, practice.next_client_number),
                owner_id=people.owner(new.owner_id or actor.colleague_id),
                team_id=people.team(new.team_id),
                created_at=now(),
                company_number=numbers["company_number"],
                tax_number=numbers["tax_number"],
                reference=numbers["reference"],
            )
            while not await accounts.insert_client(session, client):
                if wanted is not None:
                    raise Refused(RefusalCode.DUPLICATE, TAKEN.format(code=wanted), field="code")
                practice.next_client_number += 1  # somebody has given the next code by hand
                client.code = client_code(name, practice.next_client_number)
            practice.next_client_number += wanted is None
            session.add(practice)
            await events.changed(
                session,
                practice.id,
                client.id,
                "client.added_by_hand",
                client.created_at,
                colleague_id=actor.colleague_id,
                after=name,
            )
        return client.id

    async def change(self, actor: Actor, client_id: UUID, patch: ClientPatch) -> None:
        """Change what was sent, whole or not at all.

        Raises:
            Refused: No such client, a value cannot be used, the code is taken or cannot be changed just now, the team
                needs another plan, there is no such team or colleague, or another client has a number or the name.
        """
        try:
            async with self._database.transaction() as session:
                practice = await accounts.locked_practice(session, actor.practice_id)
                client = await locked_or_refused(session, actor, client_id)
                people = await _People.of(session, practice)
                values = _values(patch, people, client)
                if (code := values.get("code", client.code)) != client.code:
                    await self._check_code(session, actor, client, str(code))
                before = _described(client)
                told = _put(client, values, people, {"colleague_id": actor.colleague_id, "at": now()})
                if not patch.anyway and _described(client) != before:
                    await _refuse_duplicate(session, practice.id, _described(client), client.id, before)
                session.add(client)
                await session.flush()
                await events.record(session, told)
        except IntegrityError:  # a code that somebody else has just taken
            raise Refused(RefusalCode.DUPLICATE, TAKEN.format(code=patch.code), field="code") from None

    async def assign(self, actor: Actor, client_ids: Collection[UUID], patch: ClientPatch) -> int:
        """Give clients an owner or a team, all of them or none; how many were changed by it.

        Args:
            actor: Who asks.
            client_ids: Which clients; another practice's and archived ones are left out.
            patch: The owner or the team.

        Raises:
            Refused: The team needs another plan, or there is no such team or colleague.
        """
        changed = 0
        async with self._database.transaction() as session:
            practice = await accounts.locked_practice(session, actor.practice_id)
            people = await _People.of(session, practice)
            common, told = {"colleague_id": actor.colleague_id, "at": now()}, []
            for client in await accounts.locked_clients(session, practice.id, client_ids):
                if client.archived_at is None:
                    of_client = _put(client, _values(patch, people, client), people, common)
                    changed += bool(of_client)
                    told += of_client
                    session.add(client)
            await session.flush()
            await events.record(session, told)
        return changed

    async def _check_code(self, session: AsyncSession, actor: Actor, client: Client, code: str) -> None:
        if not await accounts.is_code_free(session, actor.practice_id, code, for_client=client.id):
            raise Refused(RefusalCode.DUPLICATE, TAKEN.format(code=code), field="code")
        if await accounts.is_in_working_run(session, client.id):
            message = f"A run is at work on {client.name} under its code. Change it when the run has finished."
            raise Refused(RefusalCode.WRONG_STAGE, message, field="code")
        if await is_at_work(self._temporal, actor, client):
            message = f"{client.name} is being synchronised or disconnected under its code. Change it after that."
            raise Refused(RefusalCode.WRONG_STAGE, message, field="code")


def _described(client: Client) -> DescribedAccount:
    return DescribedAccount(client.name, client.company_number, client.tax_number)


async def _refuse_duplicate(
    session: AsyncSession,
    practice_id: UUID,
    described: DescribedAccount,
    client_id: UUID | None = None,
    before: DescribedAccount | None = None,
) -> None:
    """Ask back where the practice has such a client already; it is locked, so that nobody adds one meanwhile."""
    known = await imports.known_clients(session, practice_id)
    books = next((one for one in known if one.id == client_id), None)
    others = [one for one in known if one.id != client_id]
    found = duplicate_of(_with(books, described), others, before and _with(books, before))
    if found is not None:
        raise Refused(RefusalCode.LOOKS_LIKE_CLIENT, found.sentence, field=found.by.value, client_id=found.client.id)


def _with(books: KnownClient | None, described: DescribedAccount) -> DescribedAccount:
    """With the numbers that the client's books have too."""
    if books is None:
        return described
    return described._replace(
        registration_number=books.registration_number, profile_tax_number=books.profile_tax_number
    )


_NUMBERS = ("company_number", "tax_number", "reference")


class _People:
    """Who and which team may be chosen in a practice.

    Args:
        plan: The practice's.
        colleagues: The active ones, by id.
        teams: By id.
    """

    def __init__(self, plan: Plan, colleagues: dict[UUID, str], teams: dict[UUID, str]) -> None:
        self._plan, self._colleagues, self._teams = plan, colleagues, teams

    @classmethod
    async def of(cls, session: AsyncSession, practice: Practice) -> "_People":
        colleagues, teams = (
            await everybody_there(session, practice.id),
            await teams_there(session, practice.id),
        )
        return cls(practice.plan, dict(colleagues), dict(teams))

    def owner(self, owner_id: UUID) -> UUID:
        if owner_id not in self._colleagues:
            message = "There is no such active colleague in your practice."
            raise Refused(RefusalCode.UNKNOWN_COLLEAGUE, message, field="owner_id")
        return owner_id

    def team(self, team_id: UUID | None) -> UUID | None:
        if team_id is not None and self._plan is not Plan.ADVANCED:
            raise Refused(RefusalCode.PLAN_TOO_SMALL, "Assigning a team needs the advanced plan.", field="team_id")
        if team_id is not None and team_id not in self._teams:
            raise Refused(RefusalCode.UNKNOWN_TEAM, "There is no such team in your practice.", field="team_id")
        return team_id

    def words(self, value: object) -> str | None:
        """A value as an event tells it: people and teams by name."""
        if isinstance(value, UUID):
            return self._colleagues.get(value) or self._teams.get(value) or "a former colleague"
        return None if value is None else str(value)


def _values(patch: ClientPatch, people: _People, client: Client) -> dict[str, object]:
    """What was sent, checked; people and teams that stay are not asked about again."""
    checks: dict[str, Callable[[Any], object]] = {
        "name": _name,
        "code": code_of,
        "owner_id": people.owner,
        "team_id": people.team,
    }
    values: dict[str, object] = {}
    for field in sorted(patch.fields):
        value = getattr(patch, field)
        if field in _NUMBERS:
            values[field] = text_of(field, value)
        elif value != getattr(client, field):
            values[field] = checks[field](value)
    return values


def _put(
    client: Client, values: Mapping[str, object], people: _People, common: Mapping[str, object]
) -> list[dict[str, object]]:
    """Set what differs; the event of each change."""
    told = []
    for field, value in values.items():
        before = getattr(client, field)
        if value != before:
            setattr(client, field, value)
            words = {"kind": KINDS[field], "before": people.words(before), "after": people.words(value)}
            told.append({"practice_id": client.practice_id, "client_id": client.id, **words, **common})
    return told


def _name(text: str) -> str:
    name = text_of("name", text)
    if name is None:
        raise Refused(RefusalCode.INVALID, "Give the client a name.", field="name")
    return name
