"""Whose clients are whose, and what is wrong with them: what tests of several colleagues set up in the database."""

from uuid import UUID

from contracts.words.causes import Cause
from contracts.words.practices import Role
from models.practices import writes as practices
from tests.journeys.people import change
from tests.web.house import Person


async def colleague_of(person: Person, name: str, *, has_left: bool = False) -> UUID:
    """A further colleague of the practice."""
    async with person.scene.database.transaction() as session:
        made = await practices.create_colleague(
            session,
            person.actor.practice_id,
            email=f"{name.split()[0].lower()}@{person.actor.practice_slug}.example",
            name=name,
            role=Role.MEMBER,
        )
    if has_left:
        await change(person.scene, "UPDATE colleagues SET deactivated_at = now() WHERE id = :id", id=made.id)
    return made.id


async def breaks(person: Person, organisation_ids: list[str]) -> None:
    """The sign-in that some connections of the practice use is no longer valid."""
    for organisation_id in organisation_ids:
        await fails(person, organisation_id, Cause.SIGNED_OUT)


async def fails(person: Person, organisation_id: str, cause: Cause) -> None:
    """A connection of the practice needs a person."""
    status = "needs_reconnect" if cause.signing_in_helps else "needs_client"
    await change(
        person.scene,
        "UPDATE connections SET status = :status, cause = :cause, look_cause = :cause, trouble_since = now() "
        "WHERE practice_id = :practice AND organisation_id = :broken",
        practice=person.actor.practice_id,
        broken=organisation_id,
        cause=cause.value,
        status=status,
    )
    await change(
        person.scene,
        "INSERT INTO events (practice_id, client_id, connection_id, kind, cause, before, after, at) "
        "SELECT practice_id, client_id, id, :kind, cause, 'connected', status, now() FROM connections "
        "WHERE practice_id = :practice AND organisation_id = :broken",
        practice=person.actor.practice_id,
        broken=organisation_id,
        kind=f"connection.{status}",
    )


async def belongs_to(person: Person, organisation_id: str, owner_id: UUID) -> None:
    """Somebody else looks after the client of an organisation."""
    await change(
        person.scene,
        "UPDATE clients SET owner_id = :owner FROM connections c WHERE c.client_id = clients.id "
        "AND c.practice_id = :practice AND c.organisation_id = :organisation",
        owner=owner_id,
        practice=person.actor.practice_id,
        organisation=organisation_id,
    )


async def ends_elsewhere(person: Person, organisation_id: str) -> None:
    """No other practice has these books: where one does by the same login, its connection stays at the provider."""
    await change(
        person.scene,
        "UPDATE connections SET status = 'disconnected' WHERE practice_id <> :practice AND organisation_id = :ended",
        practice=person.actor.practice_id,
        ended=organisation_id,
    )
