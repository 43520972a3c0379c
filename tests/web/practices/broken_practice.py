"""2,000 clients of which 60 are broken in all ways.

The healthy ones are rows of the database alone; the broken ones are organisations of the stand-in, where what is wrong
with them is wrong too.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID, uuid4

from contracts.words.causes import Cause
from contracts.words.connections import ConnectionStatus
from emulators.xero.control.control import Control
from emulators.xero.control.words import OrganisationWords
from emulators.xero.faults import Kind
from models.clients.tables import Client
from models.connections.tables import Connection
from models.grants.tables import Grant, GrantHolder
from models.kit.columns import now
from tests.journeys.people import change
from tests.web.house import Person
from tests.web.one_client import added
from tests.web.taking_turns import fails

OKAFOR = 0
"""Of the stand-in's people: who signs in for the manager."""

WAYS: tuple[tuple[str, int], ...] = (
    *((cause.value, count) for cause, count in (
        (Cause.DISCONNECTED_AT_PROVIDER, 18),
        (Cause.SIGNED_OUT, 14),
        (Cause.ACCESS_LOST, 6),
        (Cause.PERMISSION_MISSING, 4),
        (Cause.SUBSCRIPTION_ENDED, 5),
        (Cause.CONNECTION_CAP_REACHED, 2),
        (Cause.UNKNOWN, 3),
        (Cause.TOO_MANY_RECORDS, 2),
    )),
    ("new_books", 1),
    ("disconnected", 3),
    ("unconnected", 2),
)  # fmt: skip
"""What is wrong, and with how many clients."""

BROKEN = sum(count for _, count in WAYS)


@dataclass
class BrokenPractice:
    """What is wrong with which organisations, by the words of ``WAYS``.

    Attributes:
        manager: Who finds and repairs it.
        ways: The organisations' ids.
        new_books: The id under which the books of the one came back.
    """

    manager: Person
    ways: dict[str, list[str]] = field(default_factory=dict)
    new_books: str = ""

    def renew(self) -> None:
        """The clients that were asked have renewed their subscriptions."""
        faults = self.manager.scene.world.faults
        faults.clear()
        for organisation_id in self.ways[Cause.TOO_MANY_RECORDS]:
            self.too_many(organisation_id)

    def too_many(self, organisation_id: str) -> None:
        self.manager.scene.fault(Kind.HIGH_VOLUME, organisation_id, path="/api.xro/2.0/Items")


async def broken_practice(manager: Person, *, clients: int) -> BrokenPractice:
    """Add clients out of the stand-in and break them; then as many healthy ones as there are to be in all."""
    scene = manager.scene
    organisations = list(scene.world.library.organisations)
    made = BrokenPractice(manager)
    left = iter(organisations)
    for way, count in WAYS:
        made.ways[way] = [next(left) for _ in range(count)]
    connected = [one for way, ids in made.ways.items() if way != "unconnected" for one in ids]
    few = await added(manager, connected, login=OKAFOR)
    for way, ids in made.ways.items():
        for organisation_id in ids:
            await _break(made, way, organisation_id)
    for client in few.clients:
        if client.organisation_id in {*made.ways[Cause.SUBSCRIPTION_ENDED], *made.ways[Cause.TOO_MANY_RECORDS]}:
            await client.refreshed()  # what is wrong is found by reading
    await _healthy(manager, clients - BROKEN)
    return made


async def _break(made: BrokenPractice, way: str, organisation_id: str) -> None:
    manager, scene = made.manager, made.manager.scene
    its = {"practice": manager.actor.practice_id, "organisation": organisation_id}
    of_it = "practice_id = :practice AND organisation_id = :organisation"
    if way == "unconnected":
        async with scene.database.transaction() as session:
            name = scene.world.library.organisations[organisation_id].name
            code = f"OLD{organisation_id[:6].upper()}"
            owner = manager.actor.colleague_id
            session.add(Client(practice_id=manager.actor.practice_id, name=name, code=code, owner_id=owner))
        return
    if way == "disconnected":
        await change(scene, f"UPDATE connections SET status = 'disconnected' WHERE {of_it}", **its)  # noqa: S608
    if way in {Cause.DISCONNECTED_AT_PROVIDER, "disconnected"}:
        scene.world.connections.remove_matching(organisation_id=organisation_id)
        await change(
            scene, "DELETE FROM grant_reach WHERE organisation_id = :organisation", organisation=organisation_id
        )
    if way == Cause.SUBSCRIPTION_ENDED:
        scene.fault(Kind.SUBSCRIPTION_ENDED, organisation_id)
    elif way == Cause.TOO_MANY_RECORDS:
        made.too_many(organisation_id)
    elif way in set(Cause):
        await fails(manager, organisation_id, Cause(way))
    if way == "new_books":
        made.new_books = str(uuid4())
        words = OrganisationWords(organisation_id=UUID(made.new_books))
        Control(scene.world).change_organisation(organisation_id, words)
        await fails(manager, organisation_id, Cause.ACCESS_LOST)


async def _healthy(manager: Person, count: int) -> None:
    practice_id = manager.actor.practice_id
    async with manager.scene.database.transaction() as session:
        login = Grant(
            provider="xero",
            account_key=f"others-{practice_id.hex[:12]}",
            label="Others",
            sealed_secret=b"none",
            access_expires_at=now() + timedelta(days=1),
        )
        session.add(login)
        await session.flush()
        session.add(GrantHolder(grant_id=login.id, practice_id=practice_id, colleague_id=manager.actor.colleague_id))
        clients = [
            Client(
                practice_id=practice_id,
                name=f"Healthy {number:04} Ltd",
                code=f"H{number:05}",
                owner_id=manager.actor.colleague_id,
            )
            for number in range(count)
        ]
        session.add_all(clients)
        await session.flush()
        session.add_all(_connected(client, login.id) for client in clients)


def _connected(client: Client, grant_id: UUID) -> Connection:
    return Connection(
        practice_id=client.practice_id,
        client_id=client.id,
        provider="xero",
        organisation_id=f"healthy-{client.code}",
        organisation_name=client.name,
        grant_id=grant_id,
        status=ConnectionStatus.CONNECTED,
        last_good_at=now(),
        lists_pulled_at=now(),
    )
