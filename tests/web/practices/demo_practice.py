"""A practice as colleagues know theirs, for the screenshots: real runs against the real stack, and some bad luck.

What a run or a check does is done by one. Only what takes days (a connection that was last good on Tuesday) and what a
practice brings with it (clients without a connection) is written into the database.
"""

from dataclasses import dataclass, field, replace
from uuid import UUID

from contracts.words.practices import Plan, Role
from contracts.words.runs import RunKind
from emulators.xero.faults import Kind
from models.access import tokens as api_tokens
from models.clients.tables import Client
from models.practices import writes as practices
from models.practices.tables import Colleague, Practice
from tests.journeys.people import change, check, person, reconnected, started, taken_over
from tests.journeys.scene import Json, Scene, by_organisation
from tests.journeys.serving import http_of
from tests.web.house import KEPT, Person

OKAFOR, SILVA = 0, 1
"""Of the sandbox's people: who signs in for Ada, and for Ben."""
EARLY, FIRST, LATER = 24, 32, 38
"""Of the forty organisations, in the sandbox's order: some of the first are added at once by Ada, most a little later,
further ones by Ben; the rest is still to choose."""
ILL_LUCK = (
    (Kind.DISCONNECTED, (7, 16, 23)),
    (Kind.SUBSCRIPTION_ENDED, (12,)),
    (Kind.SCOPE_MISSING, (20,)),
)
"""What goes wrong at which organisations before the nightly check."""
AGES = """
    UPDATE connections SET
      last_good_at = now() - CASE WHEN cause IS NULL THEN interval '5 hours' ELSE interval '3 days' END
        - random() * interval '90 minutes',
      lists_pulled_at = lists_pulled_at
        - CASE WHEN cause IS NULL THEN random() * interval '20 hours' ELSE interval '3 days' END,
      trouble_since = trouble_since - interval '2 days',
      created_at = created_at - interval '41 days'
    WHERE practice_id = :practice
"""
AGES_OF_LISTS = """
    UPDATE receipts SET pulled_at = connections.lists_pulled_at FROM connections
    WHERE connections.id = connection_id AND practice_id = :practice AND pulled_at IS NOT NULL
"""


@dataclass
class DemoPractice:
    """The practice, and the addresses of what is in it.

    Attributes:
        admin: Ada Harbour.
        member: Ben Quay.
        newcomer: Admin of a practice without any client.
        selecting: A run of Ada's that waits for a choice.
        reassigning: A run of Ben's that does.
        changing: A run that chose other books for a client and waits for a yes.
        added: A run of Ada's with some failures.
        repaired: A *Reconnect all* of Ada's.
        taken: A *Reassign clients* of Ben's.
        declined: Another, at whose sign-in nothing was allowed.
        client_id: A healthy client.
        broken_id: One whose connection needs a sign-in.
        colleague_id: Cleo Marsh, who has clients.
        team_id: One of two.
    """

    admin: Person
    member: Person
    newcomer: Person
    colleague_id: UUID
    team_id: UUID
    selecting: str = ""
    reassigning: str = ""
    changing: str = ""
    added: str = ""
    repaired: str = ""
    taken: str = ""
    declined: str = ""
    client_id: str = ""
    broken_id: str = ""
    organisations: list[str] = field(default_factory=list)


async def made_demo_practice(scene: Scene) -> DemoPractice:
    """Fill a new practice, the way its colleagues would; takes some seconds.

    Args:
        scene: A running stack with a worker and a sandbox of forty organisations.
    """
    admin = await _person(scene, "Northgate & Co", "Ada Harbour", Role.ADMIN, Plan.ADVANCED)
    member = await _person(scene, "Northgate & Co", "Ben Quay", Role.MEMBER, Plan.ADVANCED)
    cleo = await _person(scene, "Northgate & Co", "Cleo Marsh", Role.MEMBER, Plan.ADVANCED)
    newcomer = await _person(scene, "Mill Street Bookkeeping", "Mel Miller", Role.ADMIN, Plan.STANDARD)
    people = scene.operations.people
    ada_id, ben_id, cleo_id = (one.actor.colleague_id for one in (admin, member, cleo))
    retail = await people.create_team(admin.actor, "Retail", [ada_id, ben_id])
    trades = await people.create_team(admin.actor, "Trades", [cleo_id])
    made = DemoPractice(admin, member, newcomer, cleo_id, trades)
    made.organisations = list(scene.world.library.organisations)
    await _clients_before(admin, made.organisations)
    await _adds(made, retail, trades)
    await _repairs(made)
    await _moves(made)
    for ages in (AGES, AGES_OF_LISTS):
        await change(scene, ages, practice=admin.actor.practice_id)
    return made


async def _adds(made: DemoPractice, retail: UUID, trades: UUID) -> None:
    ada, ben = made.admin.scene, made.member.scene
    await taken_over(ada, await ada.listed(person=OKAFOR), made.organisations[:EARLY:4])
    made.selecting = (await ada.listed(person=OKAFOR, action="continue"))["run_id"]
    run = await ada.listed(person=OKAFOR, action="continue")
    ada.fault(Kind.SUBSCRIPTION_ENDED, made.organisations[9])
    ada.fault(Kind.DAY_LIMIT_REACHED, made.organisations[28])
    rows = [
        {"organisation_id": one}
        | ({"team_id": str(trades)} if place % 3 == 0 else {})
        | ({"owner_id": str(made.colleague_id)} if place % 4 == 1 else {})
        for place, one in enumerate(made.organisations[:FIRST])
        if by_organisation(run)[one]["verdict"] == "new"
    ]
    accepted = await ada.select(run["run_id"], team_id=str(retail), organisations=rows)
    assert accepted.status_code == 200, accepted.text
    await ada.until_stage(run["run_id"], "finished")
    made.added = run["run_id"]
    ben_s = await ben.listed(person=SILVA)
    await taken_over(ben, ben_s, [one for one in made.organisations[FIRST:LATER] if one in by_organisation(ben_s)])


async def _repairs(made: DemoPractice) -> None:
    ada = made.admin.scene
    for kind, places in ILL_LUCK:
        for place in places:
            ada.fault(kind, made.organisations[place])
    await check(ada)
    made.repaired = (await reconnected(ada, OKAFOR))["run_id"]
    ada.fault(Kind.DISCONNECTED, made.organisations[11])
    ada.fault(Kind.REVOKE_PERSON, person_id=person(ada, SILVA))
    await check(ada)
    for client in await ada.clients():
        found = client["connection"]
        if found and found["organisation_id"] == made.organisations[0]:
            made.client_id = client["client_id"]
        if found and found["organisation_id"] == made.organisations[11]:
            made.broken_id = client["client_id"]


async def _moves(made: DemoPractice) -> None:
    ben = made.member.scene
    run = await _waiting(ben, RunKind.REASSIGN_CLIENTS)
    await taken_over(ben, run, [row["organisation_id"] for row in run["organisations"]][:3])
    made.taken = run["run_id"]
    made.reassigning = (await _waiting(ben, RunKind.REASSIGN_CLIENTS))["run_id"]
    made.declined = await started(ben, RunKind.REASSIGN_CLIENTS, SILVA, action="cancel")
    answer = await made.admin.scene.http.post(f"/api/v1/clients/{made.client_id}/connection/change")
    assert answer.status_code == 201, answer.text
    made.changing = answer.json()["run_id"]
    await made.admin.scene.sign_in(answer.json()["authorize_url"], person=OKAFOR, action="continue")
    await made.admin.scene.until_stage(made.changing, "awaiting_selection")


async def _waiting(scene: Scene, kind: RunKind) -> Json:
    run_id = await started(scene, kind, SILVA)
    return await scene.until_stage(run_id, "awaiting_selection")


async def _clients_before(admin: Person, organisations: list[str]) -> None:
    world = admin.scene.world
    names = [world.library.organisations[organisations[place]].name for place in (2, 33, 38)]
    async with admin.scene.database.transaction() as session:
        for number, name in enumerate([*names, "Bramley Village Hall"]):
            session.add(
                Client(
                    practice_id=admin.actor.practice_id,
                    name=name,
                    code=f"OLD{number + 1:03d}",
                    owner_id=admin.actor.colleague_id,
                )
            )


async def _person(scene: Scene, practice: str, name: str, role: Role, plan: Plan) -> Person:
    email = f"{name.split()[0].lower()}@{practice.split()[0].lower()}.example"
    async with scene.database.transaction() as session:
        if role is Role.ADMIN:
            made = await practices.create_practice(session, practice, plan=plan, client_allowance=200)
            (await session.get_one(Practice, made.id)).time_zone = "Europe/London"
        else:
            made = await practices.find_practice(session, practice)
        colleague = await practices.create_colleague(session, made.id, email=email, name=name, role=role)
        (await session.get_one(Colleague, colleague.id)).password_hash = KEPT
        token, _ = await api_tokens.issue(session, colleague.id)
    actor = await scene.operations.colleagues.by_email(email)
    http = http_of(scene.web, token)
    scene.stack.push_async_callback(http.aclose)
    return Person(email, actor, replace(scene, actor=actor, http=http))
