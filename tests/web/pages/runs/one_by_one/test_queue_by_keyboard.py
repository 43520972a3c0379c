"""One sign-in after the other where each brings one company: from the list of names to the accounts by keyboard alone.

In front of a picker that offers the firm's own books first.
"""

from collections.abc import Callable

import pytest
from playwright.async_api import Page, expect

from emulators.quickbooks.control.words import OrganisationWords
from tests.journeys.fixtures import MakeScene
from tests.journeys.people import change
from tests.journeys.practice import address
from tests.journeys.scene import Scene
from tests.web.house import KEPT, Browsers, Person
from tests.web.looking import looked_at
from tests.web.run_steps import reported

FOCUSED = """() => {
  const one = document.activeElement, label = one.labels && one.labels[0];
  return [one.getAttribute("aria-label") || (label || one).innerText || "", one.value || "", one.name || ""];
}"""
"""The name, value and field of what has the focus."""

FARTHEST = 200
"""Steps after which nothing is reached any more."""

Wanted = Callable[[str, str, str], bool]


async def reached(page: Page, wanted: Wanted, key: str = "Tab") -> None:
    """Press a key until what is wanted has the focus."""
    for _ in range(FARTHEST):
        await page.keyboard.press(key)
        if wanted(*(one.strip() for one in await page.evaluate(FOCUSED))):
            return
    raise AssertionError(f"nothing of that is reached by {key} on {page.url}")


async def entered(page: Page, name: str) -> None:
    """Go to a button by its name, and press it."""
    await reached(page, lambda said, _, __: said == name)
    await page.keyboard.press("Enter")


async def picked(page: Page, organisation_id: str) -> None:
    """Sign in at the stand-in, choose a company, and come back."""
    await page.get_by_text("This is a stand-in for").wait_for()
    await entered(page, "Sign in")
    await page.get_by_role("heading", name="Clientsync wants access").wait_for()
    await reached(page, lambda _, __, field: field == "organisation")
    await page.keyboard.press("Space")
    if (await page.evaluate(FOCUSED))[1] != organisation_id:
        await reached(page, lambda _, value, __: value == organisation_id, "ArrowDown")
    await entered(page, "Allow access")
    await page.wait_for_url("**/activity/*")


async def own_first(scene: Scene) -> tuple[str, list[str], list[str]]:
    """Give the firm's own books the practice's name: their id, and ids and names of the other companies."""
    [person] = scene.world.library.people.values()
    own = scene.world.first_choice(person)
    assert own is not None
    scene.control.change_organisation(own, OrganisationWords(name=scene.actor.practice_name))
    others = [one for one in scene.world.library.organisations.values() if one.organisation_id != own]
    return own, [one.organisation_id for one in others], [one.name for one in others]


@pytest.mark.thorough
async def test_three_wrong_picks_with_the_own_books_among_them(make_scene: MakeScene, browsers: Browsers):
    scene = await make_scene(platforms=("quickbooks",), organisations=5, people=1, small_books=True)
    own, (first, second, third, fourth), (alder, beech, cedar, dogwood) = await own_first(scene)
    await change(scene, "UPDATE colleagues SET password_hash = :kept", kept=KEPT)
    page = await browsers.signed_in(Person(address("admin"), scene.actor, scene))
    async with scene.worker():
        await page.goto("/client-sync")
        await entered(page, "Add clients")
        await page.get_by_label("Names, one a line").wait_for()
        await page.keyboard.insert_text(f"{alder}\n{beech}\n")  # where the focus is
        await entered(page, "Continue to QuickBooks")

        said = page.locator("#expected").get_by_role("status")
        wrong = {own: "looks like your own firm", third: cedar, fourth: dogwood}
        for organisation_id, words in wrong.items():
            await picked(page, organisation_id)
            await expect(said).to_contain_text(words)
            await expect(said).to_contain_text(f"{alder} is still to do.")
            await entered(page, f"Sign in for {alder}")
        await picked(page, first)
        await expect(said).to_contain_text(f"{alder} is there.")
        for name in (scene.actor.practice_name, cedar, dogwood):
            await entered(page, f"Take {name} off the list")
            await expect(page.get_by_role("button", name=f"Take {name} off the list")).to_have_count(0)
        await looked_at(page, "keyboard-next")
        await entered(page, f"Sign in for {beech}")
        await picked(page, second)
        await expect(said).to_contain_text("Your list is done")
        await entered(page, "Create accounts (2)")
        await reported(page)
        clients = await scene.clients()
    assert {client["connection"]["organisation_id"] for client in clients} == {first, second}
