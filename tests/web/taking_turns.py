"""What the tests of *Reconnect all*, *Reassign clients* and handing over share: clients, logins, and ways through."""

from uuid import UUID

from playwright.async_api import Page, expect

from contracts.runs import Role
from models import practices
from tests.journeys.people import change
from tests.web.house import Person
from tests.web.one_client import world_person
from tests.web.provider_pages import sign_in_there


async def signed_in_there(page: Page, person: Person, login: int) -> None:
    """Sign in at the provider as one of its people, allow all that can be allowed, and come back."""
    _, _, left = world_person(person.scene, login)
    await sign_in_there(page, person=login, choose=left or None)


async def pressed(page: Page, button: str) -> None:
    """Press a button of the panel *Client sync* on the client list."""
    await page.goto("/clients")
    await page.get_by_text("Actions", exact=True).click()
    await page.get_by_role("link", name="Client sync").click()
    await page.get_by_role("dialog").get_by_role("button", name=button).click()


async def reported(page: Page) -> None:
    """Wait for the report of a run."""
    await expect(page.locator("#run-summary")).to_be_visible(timeout=60_000)


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
    await change(
        person.scene,
        "UPDATE connections SET status = 'needs_reconnect', cause = 'signed_out', trouble_since = now() "
        "WHERE practice_id = :practice AND organisation_id = ANY(:broken)",
        practice=person.actor.practice_id,
        broken=organisation_ids,
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
