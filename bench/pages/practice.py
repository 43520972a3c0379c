"""A practice of 2,000 clients, of which 60 are broken in all ways, written straight into the database.

It has what such a practice has gathered after some years: lists, receipts, events, runs at every stage, notices, and a
file of 5,000 rows that somebody is about to import.
"""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from bench.harness.databases import PROVIDER
from bench.pages.gathered import GATHERED
from contracts.words.causes import Cause
from contracts.words.connections import ConnectionStatus
from contracts.words.lists import ListName
from contracts.words.practices import Plan
from contracts.words.runs import Outcome, Result, RunKind, Stage, Verdict
from models.access import sessions, tokens
from models.access.tables import Passkey
from models.clients.reads import ClientFilter, ClientOrder, ClientSort
from models.clients.tables import Client
from models.connections.tables import Connection
from models.grants.tables import Grant, GrantHolder
from models.kit.columns import now
from models.kit.database import Database
from models.practices import writes as practices
from models.runs.tables import ExpectedSignIn, Run, RunOrganisation
from starter.clients.saved_views import ViewQuery
from starter.operations import Operations

CLIENTS, BROKEN, ARCHIVED, UNCONNECTED = 2_000, 60, 100, 20
ROWS_TO_IMPORT = 5_000
LISTED = CLIENTS - UNCONNECTED
"""Organisations in the list of a run."""

_FIRST = ("Ashdown", "Bramley", "Castle", "Dunmore", "Elmwood", "Fairfax", "Granary", "Hartley", "Ivybridge")
_SECOND = (
    "Bakery",
    "Builders",
    "Carpets",
    "Dental",
    "Electrical",
    "Florists",
    "Garage",
    "Holdings",
    "Interiors",
    "Law",
)
_LAST = ("Ltd", "LLP", "& Sons", "Partners", "Group Ltd", "Trading")
_PEOPLE = ["Ada", "Ben", "Cleo", "Dan", "Eve", "Finn", "Gil", "Hana", "Ivo", "Jess", "Kit", "Lena"]
_TEAMS = ["Retail", "Trades", "Property", "Farming", "Charities", "Owner-managed"]


@dataclass(frozen=True, slots=True)
class Furnished:
    """The practice and who looks at it.

    Attributes:
        session: The secret of the session of its admin's browser.
        ids: Ids of what is in it, as the addresses of pages name them, such as ``client_id``.
        runs: Ids of runs by what there is to see, such as ``choosing``.
        healthy_id: A client whose connection works and whose lists are long.
    """

    session: str
    ids: dict[str, str]
    runs: dict[str, str]
    healthy_id: str


async def furnished(database: Database, operations: Operations) -> Furnished:
    """Write the practice.

    Args:
        database: The product's.
        operations: The product's, for what is sealed.
    """
    practice_id, admin_id = await operations.colleagues.create_practice(
        name="Two thousand & Co",
        plan=Plan.ADVANCED,
        allowance=6_000,
        time_zone="Europe/London",
        admin_email="ada@thousands.example",
    )
    async with database.transaction() as session:
        await (await session.connection()).execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
        people = [admin_id, *[await _colleague(session, practice_id, name) for name in _PEOPLE[1:]]]
        teams = [(await practices.create_team(session, practice_id, name, people[:4])).id for name in _TEAMS]
        grants = await _logins(session, practice_id, people)
        clients = _clients(practice_id, people, teams)
        session.add_all(clients)
        await session.flush()
        connections = _connections(practice_id, clients, grants)
        session.add_all(connections)
        await session.flush()
        gone = await practices.create_colleague(
            session, practice_id, email="gone@thousands.example", name="Gone Former"
        )
        gone.deactivated_at = now() - timedelta(days=20)
        passkey = Passkey(colleague_id=admin_id, name="Laptop", credential_id=uuid4().bytes, public_key=b"of nobody")
        session.add(passkey)
        issued = [(await tokens.issue(session, admin_id, name=f"Script {number}"))[1].id for number in range(20)]
        runs = await _runs(session, practice_id, admin_id, grants[0], clients, connections)
        for statement in GATHERED:
            values = {"practice": practice_id, "lists": [*ListName], "colleague": admin_id, "provider": PROVIDER}
            asked = {name: value for name, value in values.items() if f":{name}" in statement}
            await (await session.connection()).execute(text(statement), asked)
        secret, _ = await sessions.begin(session, admin_id, browser="", at=now(), valid_for=timedelta(hours=2))
    async with database.transaction() as session:
        await (await session.connection()).execute(text("ANALYZE"))
    actor = await operations.colleagues.by_email("ada@thousands.example")
    imported = await operations.client_imports.keep(actor, _file(clients), "clients of 2026.csv")
    view = await operations.saved_views.save(
        actor, "Ours", ViewQuery(ClientFilter(search="co"), ClientOrder(ClientSort.OWNER))
    )
    broken, archived = clients[0], clients[-1]
    ids = {
        "client_id": str(broken.id),
        "archived_id": str(archived.id),
        "run_id": runs["choosing"],
        "colleague_id": str(people[1]),
        "team_id": str(teams[0]),
        "token_id": str(issued[0]),
        "passkey_id": str(passkey.id),
        "import_id": str(imported),
        "view_id": str(view),
        "provider": PROVIDER,
    }
    return Furnished(secret, ids, runs, str(clients[BROKEN].id))


async def _colleague(session: AsyncSession, practice_id: UUID, name: str) -> UUID:
    email = f"{name.lower()}@thousands.example"
    return (await practices.create_colleague(session, practice_id, email=email, name=f"{name} Example")).id


async def _logins(session: AsyncSession, practice_id: UUID, people: list[UUID]) -> list[UUID]:
    logins = [
        Grant(provider=PROVIDER, account_key=f"login-{place}", label=f"Login {place}", sealed_secret=b"none",
              access_expires_at=now())
        for place in range(5)
    ]  # fmt: skip
    session.add_all(logins)
    await session.flush()
    session.add_all(
        GrantHolder(grant_id=login.id, practice_id=practice_id, colleague_id=holder)
        for login, holder in zip(logins, people, strict=False)
    )
    return [login.id for login in logins]


def _name(number: int) -> str:
    return f"{_FIRST[number % 9]} {_SECOND[number // 9 % 9]} {_LAST[number // 81 % 6]}"


def _clients(practice_id: UUID, people: list[UUID], teams: list[UUID]) -> list[Client]:
    return [
        Client(
            practice_id=practice_id,
            name=_name(number),
            code=f"C{number + 1:05d}",
            owner_id=people[number % len(people)],
            team_id=teams[number % len(teams)] if number % 4 else None,
            company_number=f"{number + 1_000_000:08d}",
            archived_at=now() - timedelta(days=3) if number >= CLIENTS else None,
        )
        for number in range(CLIENTS + ARCHIVED)
    ]


def _status(cause: Cause | None) -> ConnectionStatus:
    if cause is not None and cause.signing_in_helps:
        return ConnectionStatus.NEEDS_RECONNECT
    return ConnectionStatus.NEEDS_CLIENT if cause and cause.needs_something_else else ConnectionStatus.CONNECTED


BROKEN_WAYS: tuple[tuple[ConnectionStatus, Cause | None], ...] = (
    *((_status(cause), cause) for cause in Cause),
    (ConnectionStatus.DISCONNECTING, None),
    (ConnectionStatus.DISCONNECTED, None),
)
"""Every status and cause that is not well."""


def _connections(practice_id: UUID, clients: list[Client], grants: list[UUID]) -> list[Connection]:
    """The connections of all clients that have one: the first 60 broken, in turn in every way."""
    made = []
    for number, client in enumerate(clients):
        if CLIENTS - UNCONNECTED <= number < CLIENTS:
            continue
        status, cause = BROKEN_WAYS[number % len(BROKEN_WAYS)] if number < BROKEN else _WELL
        if number >= CLIENTS:
            status = ConnectionStatus.DISCONNECTED
        good = now() - (timedelta(days=3) if cause else timedelta(minutes=7 + number % 600))
        made.append(
            Connection(
                practice_id=practice_id,
                client_id=client.id,
                provider=PROVIDER,
                organisation_id=f"organisation-{number:05d}",
                organisation_name=client.name,
                grant_id=grants[number % len(grants)],
                status=status,
                cause=cause,
                look_cause=cause,
                trouble_since=good if cause else None,
                last_good_at=good,
                lists_pulled_at=good,
            )
        )
    return made


_WELL = (ConnectionStatus.CONNECTED, None)

_STAGES: tuple[tuple[str, RunKind, Stage, Result | None], ...] = (
    ("choosing", RunKind.ADD_CLIENTS, Stage.AWAITING_SELECTION, None),
    ("reassigning", RunKind.REASSIGN_CLIENTS, Stage.AWAITING_SELECTION, None),
    ("signing-in", RunKind.RECONNECT_ALL, Stage.AWAITING_CONSENT, None),
    ("listing", RunKind.ADD_CLIENTS, Stage.LISTING, None),
    ("pulling", RunKind.ADD_CLIENTS, Stage.PULLING, None),
    ("added", RunKind.ADD_CLIENTS, Stage.FINISHED, Result.COMPLETED_WITH_FAILURES),
    ("reconnected", RunKind.RECONNECT_ALL, Stage.FINISHED, Result.COMPLETED_WITH_FAILURES),
    ("reassigned", RunKind.REASSIGN_CLIENTS, Stage.FINISHED, Result.COMPLETED_WITH_FAILURES),
    ("one", RunKind.RECONNECT_ALL, Stage.AWAITING_CONSENT, None),
    ("changing", RunKind.CHANGE_CONNECTION, Stage.AWAITING_CONFIRMATION, None),
)
_OF_ONE = frozenset({"one", "changing"})
"""Of a single client."""
_VERDICTS = (*[Verdict.NEW] * 12, Verdict.LOOKS_LIKE_CLIENT, Verdict.DEMO_OR_TRIAL, Verdict.ALREADY_CLIENT)
_DONE = {
    RunKind.ADD_CLIENTS: (Outcome.CREATED, Outcome.FAILED),
    RunKind.RECONNECT_ALL: (Outcome.HEALTHY, Outcome.UNREACHABLE),
    RunKind.REASSIGN_CLIENTS: (Outcome.REASSIGNED, Outcome.CHANGED_MEANWHILE),
}


async def _runs(
    session: AsyncSession,
    practice_id: UUID,
    colleague_id: UUID,
    grant_id: UUID,
    clients: list[Client],
    connections: list[Connection],
) -> dict[str, str]:
    runs = [
        Run(
            id=f"{kind.value}-{name}",
            practice_id=practice_id,
            colleague_id=colleague_id,
            provider=PROVIDER,
            kind=kind,
            stage=stage,
            result=result,
            client_id=clients[BROKEN].id if name in _OF_ONE else None,
            finished_at=now() if result else None,
        )
        for name, kind, stage, result in _STAGES
    ]
    session.add_all(runs)
    await session.flush()
    for run in runs:
        if run.stage not in (Stage.LISTING, Stage.AWAITING_CONSENT):
            session.add_all(_listed(run, grant_id, connections, colleague_id))
            await session.flush()
    waiting = next(run for run in runs if run.stage is Stage.AWAITING_CONSENT)
    session.add_all(
        ExpectedSignIn(
            run_id=waiting.id,
            organisation_id=one.organisation_id,
            position=place,
            name=one.organisation_name,
            client_id=one.client_id,
        )
        for place, one in enumerate(connections[:BROKEN])
    )
    await session.flush()
    return {name: run.id for run, (name, *_) in zip(runs, _STAGES, strict=True)}


def _listed(run: Run, grant_id: UUID, connections: list[Connection], owner_id: UUID) -> list[RunOrganisation]:
    """A run's list of as many organisations as the practice has clients; of a change, the one that was chosen."""
    count = 1 if run.kind is RunKind.CHANGE_CONNECTION else LISTED
    is_own = run.kind is not RunKind.ADD_CLIENTS or run.stage is not Stage.AWAITING_SELECTION
    return [
        RunOrganisation(
            run_id=run.id,
            organisation_id=one.organisation_id if is_own else f"listed-{place:05d}",
            position=place,
            name=_name(place * 7),
            grant_id=grant_id,
            is_just_allowed=place % 9 > 0,
            verdict=_VERDICTS[place % len(_VERDICTS)] if run.kind is RunKind.ADD_CLIENTS else Verdict.ALREADY_CLIENT,
            matched_client_id=one.client_id if not is_own and place % len(_VERDICTS) in (12, 14) else None,
            profile={"name": _name(place * 7), "registration_number": f"{place + 3_000_000:08d}", "country_code": "GB"},
            shown_owner_id=owner_id if run.kind is RunKind.REASSIGN_CLIENTS else None,
            owner_id=owner_id if is_own else None,
            client_id=one.client_id if is_own else None,
            connection_id=one.id if is_own else None,
            outcome=_outcome(run, place),
            cause=Cause.ACCESS_LOST if run.stage is Stage.FINISHED and place < BROKEN else None,
        )
        for place, one in enumerate(connections[:count])
    ]


def _outcome(run: Run, place: int) -> Outcome | None:
    if run.stage is Stage.FINISHED:
        well, ill = _DONE[run.kind]
        return ill if place < BROKEN else well
    return Outcome.CREATED if run.stage is Stage.PULLING and place % 2 else None


def _file(clients: list[Client]) -> bytes:
    """A list as practice software writes it: a quarter changes clients, some are refused, the rest is new."""
    lines = ["Code,Name,Owner's e-mail,Team,Company number,Tax number,Own reference"]
    for number in range(ROWS_TO_IMPORT):
        is_here = number < CLIENTS
        code = clients[number].code if is_here else f"N{number:05d}"
        name = clients[number].name if is_here else f"New {_name(number)} {number}"
        owner = "nobody@thousands.example" if number % 50 == 0 else f"{_PEOPLE[number % 12].lower()}@thousands.example"
        company = clients[number].company_number if is_here else f"{number + 7_000_000:08d}"
        lines.append(f"{code},{name},{owner},{_TEAMS[number % 6]},{company},,Box {number // 2}")
    return "\n".join(lines).encode()
