"""What is kept no longer than it is of use: logins end with their last connection, sign-ins after a week."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlmodel import select

from activities.night.tidying import TidyActivities
from activities.shared.grant_reader import GrantReader
from activities.shared.token_store import TokenStore
from contracts.payloads.check_connections import TidyUpInput
from emulators.xero.faults import Kind
from models.grants.tables import Grant
from models.kit.columns import now
from models.kit.sealing import open_secret
from starter.bootstrap import build_providers
from tests.journeys.fixtures import MakePrepared
from tests.journeys.one_client import OneClient, disconnecting
from tests.journeys.people import everything_added, joined, leaves
from tests.journeys.platforms.marks import PERSONS
from tests.journeys.scene import PATIENCE, Scene


async def grants_of(scene: Scene) -> Sequence[Grant]:
    async with scene.database.session() as session:
        return (await session.exec(select(Grant))).all()


async def grant_of(scene: Scene) -> Grant:
    (only,) = await grants_of(scene)
    return only


def secret_of(scene: Scene, grant: Grant) -> bytes:
    return open_secret(scene.settings.key_ring().for_purpose("database"), grant.id, grant.sealed_secret)


async def tidied(scene: Scene, *, later: timedelta = timedelta()) -> tuple[int, int, int]:
    """Tidy up after the practice, as the night does: sign-ins, profiles, logins."""
    (provider,) = build_providers(scene.settings, scene.database).values()
    tokens = TokenStore(scene.database, scene.settings.key_ring().for_purpose("database"))
    reach = GrantReader(scene.database, {provider.name: provider}, tokens)
    activities = TidyActivities(scene.database, reach, lambda: now() + later)
    try:
        found = await activities.tidy_up(TidyUpInput(practice_id=scene.actor.practice_id))
    finally:
        await provider.close()
    return found.sign_ins, found.profiles, found.logins


async def disconnected(scene: Scene, client_id: str) -> None:
    client = OneClient(scene, client_id, "", "")
    await asyncio.wait_for(scene.handle(await disconnecting(client)).result(), PATIENCE)


@pytest.mark.thorough
@PERSONS
async def test_a_login_ends_with_its_last_connection(make_prepared: MakePrepared):
    scene = await make_prepared(everything_added, organisations=2)
    async with scene.worker():
        first, second = [client["client_id"] for client in await scene.clients()]
        await disconnected(scene, first)
        grant = await grant_of(scene)
        assert (grant.status, len(scene.world.grants.token_sets())) == ("active", 1)
        assert (await tidied(scene))[2] == 0
        await disconnected(scene, second)
        grant = await grant_of(scene)
        assert (grant.status, scene.world.grants.token_sets()) == ("signed_out", [])
        assert secret_of(scene, grant) == b""
        kinds = await scene.rows("SELECT kind FROM events WHERE kind = 'grant.ended'")
        assert len(kinds) == 1
        run = await scene.listed()  # a new sign-in with the same login begins anew
        await scene.select_all(run)
        run = await scene.until_stage(run["run_id"], "finished")
    assert (await grant_of(scene)).status == "active"


@pytest.mark.thorough
@PERSONS
async def test_a_leaver_s_login_ends_once_nothing_works_through_it(make_scene):
    scene = await make_scene(organisations=2)
    leaver = await joined(scene, "Lee")
    async with leaver.worker():
        run = await leaver.listed()
        assert (await tidied(scene))[2] == 0  # a run is under way
        await leaver.cancel(run["run_id"])
        await leaver.until_stage(run["run_id"], "finished")
    assert (await tidied(scene))[2] == 0  # a hand-over may use it
    await leaves(scene, leaver.actor.colleague_id)
    assert len(scene.world.grants.token_sets()) == 1
    assert (await tidied(scene))[2] == 1
    assert scene.world.grants.token_sets() == []
    assert secret_of(scene, await grant_of(scene)) == b""
    assert (await tidied(scene))[2] == 0


@pytest.mark.thorough
async def test_a_login_that_cannot_be_ended_now_is_ended_by_a_later_night(make_scene):
    scene = await make_scene(organisations=2)
    leaver = await joined(scene, "Lee")
    async with leaver.worker():
        run = await leaver.listed()
        await leaver.cancel(run["run_id"])
        await leaver.until_stage(run["run_id"], "finished")
    await leaves(scene, leaver.actor.colleague_id)
    scene.fault(Kind.SERVER_ERROR, path=scene.platform.revocation, times=1)
    logins = scene.platform.sign_ins(2)
    assert (await tidied(scene))[2] == logins - 1
    assert sorted(one.status for one in await grants_of(scene)) == ["active"] + ["signed_out"] * (logins - 1)
    assert (await tidied(scene))[2] == 1


@pytest.mark.thorough
async def test_old_sign_ins_and_profiles_are_deleted(make_scene):
    scene = await make_scene(organisations=2)
    async with scene.worker():
        run = await scene.listed()
        week = timedelta(days=8)
        assert (await tidied(scene, later=week))[:2] == (0, 0)  # the run is not finished
        await scene.select_all(run)
        await scene.until_stage(run["run_id"], "finished")
    before = await scene.show(run["run_id"])
    assert (await tidied(scene))[:2] == (0, 0)
    links = 2 * scene.platform.sign_ins(2)
    assert (await tidied(scene, later=week))[:2] == (links, 2)  # each link with its sign-in, and two profiles
    assert await scene.rows("SELECT 1 FROM consent_attempts") == []
    assert await scene.rows("SELECT 1 FROM sign_in_links") == []
    assert await scene.show(run["run_id"]) == before
    assert (await tidied(scene, later=week))[:2] == (0, 0)


@pytest.mark.thorough
async def test_no_id_token_is_kept(scene: Scene):
    async with scene.worker():
        await scene.listed()
    for grant in await grants_of(scene):
        opened = secret_of(scene, grant)
        assert b"id_token" not in opened
        assert b"refresh_token" in opened
