"""A practice full of clients, written straight into the database: pages are looked at as a busy practice sees them."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlmodel import select

from contracts.words.causes import Cause
from contracts.words.connections import ConnectionStatus
from contracts.words.practices import Role
from contracts.words.runs import Outcome, Result, RunKind, Stage
from models.clients.tables import Client
from models.connections.tables import Connection
from models.grants.tables import Grant, GrantHolder, GrantReach
from models.kit.columns import now
from models.kit.database import Database
from models.notices.tables import Notice
from models.practices.tables import Colleague, Team, TeamMember
from models.runs.tables import Run, RunOrganisation
from starter.actor import Actor

FIRST = [
    "Ashdown",
    "Bramley",
    "Castle",
    "Dunmore",
    "Elmwood",
    "Fairfax",
    "Granary",
    "Hartley",
    "Ivybridge",
    "Juniper",
    "Kestrel",
    "Larkfield",
]
SECOND = [
    "Bakery",
    "Builders",
    "Carpets",
    "Dental",
    "Electrical",
    "Florists",
    "Garage",
    "Holdings",
    "Interiors",
    "Joinery",
    "Kitchens",
    "Law",
]
LAST = "Ltd", "LLP", "& Sons", "Partners", "Group Ltd", "Trading"

HTML = '<b onmouseover="document.title=1">Bold & "Quoted"</b> O\'Neill <script>document.title="owned"</script>'
LONG = "A very long name that nobody would choose and somebody has " * 4
RIGHT_TO_LEFT = "شركة النور للتجارة \u202e و اولاده"

TROUBLES: tuple[tuple[ConnectionStatus, Cause | None], ...] = (
    (ConnectionStatus.NEEDS_RECONNECT, Cause.SIGNED_OUT),
    (ConnectionStatus.NEEDS_RECONNECT, Cause.ACCESS_LOST),
    (ConnectionStatus.NEEDS_RECONNECT, Cause.DISCONNECTED_AT_PROVIDER),
    (ConnectionStatus.NEEDS_CLIENT, Cause.SUBSCRIPTION_ENDED),
    (ConnectionStatus.CONNECTED, Cause.RATE_LIMITED),
    (ConnectionStatus.CONNECTED, Cause.UNKNOWN),
    (ConnectionStatus.DISCONNECTING, None),
    (ConnectionStatus.DISCONNECTED, None),
)


@dataclass
class Crowd:
    """What was written.

    Attributes:
        colleagues: The practice's, the asking one first.
        teams: Two.
        clients: By number; every tenth has a trouble, in turn, and the first three have awkward names.
        runs: Newest first.
        reach: Who is known to reach which connection's organisation.
    """

    colleagues: list[UUID]
    teams: list[UUID]
    clients: list[Client] = field(default_factory=list)
    connections: list[Connection] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)
    reach: list[tuple[UUID, Connection]] = field(default_factory=list)


async def crowded(database: Database, actor: Actor, count: int, *, runs: int = 0) -> Crowd:
    """Fill a practice.

    Args:
        database: The product's.
        actor: Whose practice; some of its colleagues may be there.
        count: How many clients.
        runs: How many runs.
    """
    at = now()
    mark = uuid4().hex[:6]
    async with database.transaction() as session:
        there = (await session.exec(select(Colleague).where(Colleague.practice_id == actor.practice_id))).all()
        new = [
            Colleague(practice_id=actor.practice_id, name=name, email=f"{name.split()[0].lower()}@{mark}.example")
            for name in ("Cleo Marsh", "Dan Okafor")
        ]
        new.append(
            Colleague(
                practice_id=actor.practice_id,
                name="Gil Former",
                email=f"gil@{mark}.example",
                role=Role.ADMIN,
                deactivated_at=at - timedelta(days=20),
            )
        )
        session.add_all(new)
        await session.flush()
        people = [
            actor.colleague_id,
            *(one.id for one in there if one.id != actor.colleague_id),
            *(one.id for one in new),
        ]
        teams = [Team(practice_id=actor.practice_id, name=name) for name in (f"Retail {mark}", f"Trades {mark}")]
        session.add_all(teams)
        grants = [
            Grant(
                provider="xero",
                account_key=f"{mark}-{number}",
                label=f"{name} ({name.split()[0].lower()}@xero.example)",
                sealed_secret=b"none",
                access_expires_at=at,
            )
            for number, name in enumerate(("Ada Harbour", "Cleo Marsh", "Gil Former"))
        ]
        session.add_all(grants)
        await session.flush()
        session.add_all(TeamMember(team_id=teams[0].id, colleague_id=one) for one in people[:2])
        holders = (people[0], new[0].id, new[2].id)
        session.add_all(
            GrantHolder(grant_id=grant.id, practice_id=actor.practice_id, colleague_id=holder)
            for grant, holder in zip(grants, holders, strict=True)
        )
        crowd = Crowd(people, [team.id for team in teams])
        for number in range(count):
            _add_client(crowd, actor, [grant.id for grant in grants], number, mark, at)
        session.add_all(crowd.clients)
        await session.flush()
        session.add_all(crowd.connections)
        reaching = [(number % 7 // 4, one) for number, one in enumerate(crowd.connections) if number % 7 < 6]
        session.add_all(
            GrantReach(grant_id=grants[login].id, organisation_id=one.organisation_id, name=one.organisation_name)
            for login, one in reaching
        )
        crowd.reach = [(holders[login], one) for login, one in reaching]
        for number in range(runs):
            _add_run(crowd, actor, number, mark, at)
        session.add_all(crowd.runs)
        await session.flush()
        for run in crowd.runs:
            session.add_all(_became(run, crowd, grants[0].id))
        session.add(
            Notice(
                practice_id=actor.practice_id,
                colleague_id=actor.colleague_id,
                kind="digest",
                subject=f"3 connections need you {HTML}"[:200],
                body=f"Hello Ada,\n\n3 clients cannot be read any more.\n\n- {HTML}\n\nOpen the client list.",
                dedupe_key=f"crowd-{mark}",
            )
        )
    return crowd


def _add_client(crowd: Crowd, actor: Actor, grants: list[UUID], number: int, mark: str, at: datetime) -> None:
    awkward = (HTML, LONG[:255], RIGHT_TO_LEFT)
    plain = f"{FIRST[number % 12]} {SECOND[number // 12 % 12]} {LAST[number // 144 % 6]}"
    owner = crowd.colleagues[-1] if number % 37 == 0 else crowd.colleagues[number % (len(crowd.colleagues) - 1)]
    client = Client(
        practice_id=actor.practice_id,
        name=awkward[number] if number < 3 else plain,
        code=f"C{number + 1:05d}",
        owner_id=owner,
        team_id=crowd.teams[number % 2] if number % 3 else None,
    )
    crowd.clients.append(client)
    if number % 23 == 22:
        return  # never connected
    status, cause = TROUBLES[number // 10 % len(TROUBLES)] if number % 10 == 0 else (ConnectionStatus.CONNECTED, None)
    good = at - (timedelta(days=3 + number % 9) if cause else timedelta(minutes=7 + number % 600))
    crowd.connections.append(
        Connection(
            practice_id=actor.practice_id,
            client_id=client.id,
            provider="xero",
            organisation_id=f"{mark}-{number:05d}",
            organisation_name=client.name,
            grant_id=grants[number % 3],
            status=status,
            cause=cause,
            last_good_at=good,
            lists_pulled_at=good - timedelta(hours=number % 48),
        )
    )


RUNS: tuple[tuple[RunKind, Stage, Result | None], ...] = (
    (RunKind.ADD_CLIENTS, Stage.CREATING, None),
    (RunKind.RECONNECT_ALL, Stage.AWAITING_CONSENT, None),
    (RunKind.ADD_CLIENTS, Stage.FINISHED, Result.COMPLETED_WITH_FAILURES),
    (RunKind.REASSIGN_CLIENTS, Stage.FINISHED, Result.COMPLETED),
    (RunKind.RECONNECT_ALL, Stage.FINISHED, Result.FAILED),
    (RunKind.CHANGE_CONNECTION, Stage.FINISHED, Result.EXPIRED),
)


def _add_run(crowd: Crowd, actor: Actor, number: int, mark: str, at: datetime) -> None:
    kind, stage, result = RUNS[number % len(RUNS)]
    started = at - timedelta(minutes=9) * (number + 1) ** 2
    crowd.runs.append(
        Run(
            id=f"{kind.value}-{mark}-{number}",
            practice_id=actor.practice_id,
            colleague_id=crowd.colleagues[number % 3],
            provider="xero",
            kind=kind,
            stage=stage,
            result=result,
            message=f"What to know about it {HTML}"[:500] if result is Result.FAILED else None,
            created_at=started,
            finished_at=started + timedelta(seconds=47) if result else None,
        )
    )


def _became(run: Run, crowd: Crowd, grant_id: UUID) -> list[RunOrganisation]:
    if run.stage is Stage.AWAITING_CONSENT or run.kind is not RunKind.ADD_CLIENTS:
        return []
    outcomes = [Outcome.CREATED] * 24 + [Outcome.LINKED, Outcome.FAILED, Outcome.RETRYING, Outcome.SKIPPED]
    left = [None] * 12 if run.result is None else []
    return [
        RunOrganisation(
            run_id=run.id,
            organisation_id=f"{run.id}-{number}",
            position=number,
            name=f"Organisation {number}",
            grant_id=grant_id,
            outcome=outcome,
            cause=Cause.ACCESS_LOST if outcome is Outcome.FAILED else None,
        )
        for number, outcome in enumerate([*outcomes, *left])
    ]
