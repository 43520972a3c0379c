"""*Reconnect all*: one sign-in repairs what it reaches, and the report adds up to every connection."""

from typing import NamedTuple

import pytest
import pytest_asyncio

from contracts.words.lists import ListName
from contracts.words.runs import RunKind
from emulators.kit.control.words import OrganisationWords
from emulators.xero.faults import Kind
from tests.journeys.fixtures import MakePrepared
from tests.journeys.one_client import OneClient
from tests.journeys.people import adds, check, joined, leaves, logins, named, person, reaches, reconnected, seen_by
from tests.journeys.platforms.marks import NOTHING_ENDED, PERSONS
from tests.journeys.scene import Json, Scene, by_organisation


class Practice(NamedTuple):
    """Nine clients of three colleagues whose logins overlap; the tenth organisation is nobody's.

    Attributes:
        ann: The admin; person 0 reaches the first five and looks after them.
        ben: Person 1 reaches the fourth to the eighth and looks after the last three of these.
        cleo: Person 2 reaches the last three, and looks after the last client.
        organisations: All, in order.
    """

    ann: Scene
    ben: Scene
    cleo: Scene
    organisations: list[str]


async def three_have_added(ann: Scene) -> None:
    """What ``Practice`` says of each."""
    ben, cleo = await joined(ann, "Ben"), await joined(ann, "Cleo")
    organisations = list(ann.world.library.organisations)
    reaches(ann, 0, 0, 5)
    reaches(ann, 1, 3, 8)
    reaches(ann, 2, 7, 10)
    async with ann.worker():
        await adds(ann, 0, organisations[:5])
        await adds(ben, 1, organisations[5:8])
        await adds(cleo, 2, organisations[8:9])


@pytest_asyncio.fixture
async def practice(make_prepared: MakePrepared) -> Practice:
    ann = await make_prepared(three_have_added, organisations=10, small_books=True)
    return Practice(ann, await seen_by(ann, "Ben"), await seen_by(ann, "Cleo"), list(ann.world.library.organisations))


@pytest.mark.thorough
@NOTHING_ENDED
async def test_what_works_is_left_alone(practice: Practice):
    ann, _, cleo, organisations = practice
    before = await logins(ann)
    async with ann.worker():
        run = await reconnected(cleo, 2)
        assert (run["result"], run["counts"]) == ("completed", {"healthy": 9})
        assert await logins(ann) == before
        assert [offer["organisation_id"] for offer in run["offers"]] == organisations[9:]
        assert organisations[9] not in by_organisation(run)
    assert len(await ann.clients()) == 9  # what is offered is not added


@pytest.mark.thorough
@PERSONS
async def test_what_works_is_moved_where_all_is_asked_for(practice: Practice):
    ann, ben, _, organisations = practice
    before = await logins(ann)
    async with ann.worker():
        run = await reconnected(ben, 1, query="?all=true")
    assert run["counts"] == {"repaired": 2, "healthy": 7}
    assert named(run, "repaired") == set(organisations[3:5])
    after, own = await logins(ann), before[organisations[5]]
    assert {organisation_id for organisation_id, login in after.items() if login == own} == set(organisations[3:8])


@pytest.mark.thorough
async def test_a_dead_login_is_repaired_by_two_people(practice: Practice):
    ann, ben, _, organisations = practice
    async with ann.worker():
        ann.signed_out(person(ann, 0))
        await check(ann)
        first = await reconnected(ben, 1)
        assert first["counts"] == {"repaired": 2, "healthy": 4, "unreachable": 3}
        assert named(first, "repaired") == set(organisations[3:5])
        assert named(first, "unreachable") == set(organisations[:3])
        second = await reconnected(ann, 0)
    assert second["counts"] == {"repaired": 3, "healthy": 6}
    assert set((await logins(ann)).values()) == {one.name for one in ann.world.library.people.values()}
    assert {client["connection"]["status"] for client in await ann.clients()} == {"connected"}


@pytest.mark.thorough
async def test_what_is_not_reachable_names_who_could_repair_it(practice: Practice):
    ann, ben, cleo, organisations = practice
    has_each_alone = ann.platform.brings_one  # nobody has signed in for what they did not add
    known_to = [[*range(5)], [*range(5 if has_each_alone else 3, 8)]]
    control, broken = ann.control, organisations[0]
    name = ann.world.library.organisations[broken].name
    control.change_organisation(organisations[9], OrganisationWords(name=name))
    async with ann.worker():
        for place in (0, 1):
            ann.signed_out(person(ann, place))
        await check(ann)
        before = await logins(ann)
        run = await reconnected(cleo, 2)
    rows = by_organisation(run)
    assert run["counts"] == {"repaired": 1, "healthy": 1, "unreachable": 7}
    for place, organisation_id in enumerate(organisations[:7]):
        row = rows[organisation_id]
        people = zip((ann, ben), known_to, strict=True)
        asked = " or of ".join(scene.actor.colleague_name for scene, known in people if place in known)
        assert row["message"].endswith(f"The login of {asked} could: reconnect with that one.")
        assert (row["cause"], bool(row["next_step"])) == ("signed_out", True)
    # The login reaches other books of the same name: they are offered, and the client's own are left alone.
    offered = [] if has_each_alone else [(organisations[9], name)]
    assert [(offer["organisation_id"], offer["name"]) for offer in run["offers"]] == offered
    assert (await logins(ann))[broken] == before[broken]


@pytest.mark.thorough
async def test_a_login_that_was_refused_and_a_colleague_who_has_left_are_not_named(practice: Practice):
    ann, ben, cleo, organisations = practice
    refused, left = organisations[0], organisations[3]
    async with ann.worker():
        for organisation_id in (refused, left):
            ann.fault(Kind.ACCESS_REMOVED, organisation_id, person_id=person(ann, 0))
            with_it = next(
                client for client in await ann.clients() if client["connection"]["organisation_id"] == organisation_id
            )
            await OneClient(ann, with_it["client_id"], with_it["code"], organisation_id).refreshed()
        await leaves(ann, ben.actor.colleague_id)
        run = await reconnected(cleo, 2)
    for organisation_id in (refused, left):
        row = by_organisation(run)[organisation_id]
        assert (row["outcome"], row["cause"]) == ("unreachable", "access_lost")
        assert row["message"].endswith("no colleague's login is known to.")


@pytest.mark.thorough
async def test_what_is_repaired_is_pulled_again(scene: Scene):
    broken, *_ = scene.world.library.organisations
    # Where there is a sign-in for each, there is none for what no sign-in repairs.
    wrong = Kind.ACCESS_REMOVED if scene.platform.brings_one else Kind.SUBSCRIPTION_ENDED
    async with scene.worker():
        listed = await scene.listed()
        scene.fault(wrong, broken)
        await scene.select_all(listed)
        assert (await scene.until_stage(listed["run_id"], "finished"))["counts"] == {"created": 4, "failed": 1}
        scene.world.faults.clear()
        run = await reconnected(scene)
    row = by_organisation(run)[broken]
    assert (run["counts"], row["outcome"]) == ({"healthy": 4, "repaired": 1}, "repaired")
    for name in ListName:
        receipt = (await scene.list_of(row["client_id"], name))["receipt"]
        assert (receipt["cause"], bool(receipt["pulled_at"])) == (None, True)


@pytest.mark.thorough
@NOTHING_ENDED
async def test_what_is_disconnected_is_in_no_books(practice: Practice):
    ann, _, _, organisations = practice
    client_id = next(
        client["client_id"]
        for client in await ann.clients()
        if client["connection"]["organisation_id"] == organisations[0]
    )
    async with ann.worker():
        answer = await ann.http.post(f"/api/v1/clients/{client_id}/connection/disconnect")
        assert answer.status_code == 202, answer.text
        run = await reconnected(practice.ben, 1)
    assert run["counts"] == {"healthy": 8}
    assert organisations[0] not in by_organisation(run)


@pytest.mark.thorough
@NOTHING_ENDED
async def test_a_practice_without_clients(scene: Scene):
    async with scene.worker():
        run = await reconnected(scene, action="allow")
    assert (run["result"], run["counts"], run["organisations"]) == ("completed", {}, [])
    assert len(run["offers"]) == (1 if scene.platform.brings_one else 5)
    assert await scene.clients() == []


@pytest.mark.thorough
@NOTHING_ENDED
async def test_a_sign_in_that_was_given_is_the_only_one(scene: Scene):
    async with scene.worker():
        run: Json = await reconnected(scene, action="allow")
        answer = await scene.http.post(f"/api/v1/runs/{run['run_id']}/consent")
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "wrong_stage")
    assert run["kind"] == RunKind.RECONNECT_ALL
