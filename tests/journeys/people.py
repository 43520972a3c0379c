"""What the journeys of several colleagues share: who reaches which organisations, and what each does as themselves."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import text

from contracts.words.practices import Role
from contracts.words.runs import RunKind
from emulators.kit.control.words import PersonWords
from models.practices import writes as practices
from tests.journeys.kit.news import steps_of
from tests.journeys.one_by_one import each_signed_in, queue_signed_in, within_reach
from tests.journeys.practice import address, admitted
from tests.journeys.scene import PATIENCE, Json, Scene, chosen
from tests.journeys.serving import http_of


async def joined(scene: Scene, name: str, role: Role = Role.MEMBER) -> Scene:
    """The scene as a further colleague of the practice sees it."""
    async with scene.database.transaction() as session:
        await practices.create_colleague(session, scene.actor.practice_id, email=address(name), name=name, role=role)
    return await seen_by(scene, name)


async def seen_by(scene: Scene, name: str) -> Scene:
    """The scene as a colleague sees it who has joined before."""
    actor, token = await admitted(scene.operations, scene.database, address(name))
    http = http_of(scene.web, token)
    scene.stack.push_async_callback(http.aclose)
    return replace(scene, actor=actor, http=http)


async def everything_added(scene: Scene) -> None:
    """The scene's colleague has added all that there is."""
    async with scene.worker():
        await scene.added()


async def change(scene: Scene, statement: str, **values: object) -> None:
    """Change something in the product's database that no journey can."""
    async with scene.database.transaction() as session:
        await (await session.connection()).execute(text(statement), values)


async def leaves(scene: Scene, colleague_id: UUID) -> None:
    """A colleague leaves the practice."""
    await change(scene, "UPDATE colleagues SET deactivated_at = now() WHERE id = :id", id=colleague_id)


def person(scene: Scene, place: int) -> str:
    """The id of one of the sandbox's people."""
    return list(scene.world.library.people)[place]


def reaches(scene: Scene, place: int, first: int, end: int) -> list[str]:
    """Let a person reach exactly a stretch of the sandbox's organisations; gives their ids."""
    reached = list(scene.world.library.organisations)[first:end]
    scene.control.change_person(person(scene, place), PersonWords(organisation_ids=reached))
    return reached


async def adds(scene: Scene, place: int, wanted: list[str]) -> Json:
    """A colleague signs in as a person, allows what is within reach, or what is wanted of it, and adds that."""
    run = await scene.listed(person=place, choose=wanted if scene.platform.brings_one else None)
    answer = await scene.select(run["run_id"], organisations=[{"organisation_id": identity} for identity in wanted])
    assert answer.status_code == 200, answer.text
    return await scene.until_stage(run["run_id"], "finished")


async def started(scene: Scene, kind: RunKind, place: int, *, query: str = "", action: str = "continue") -> str:
    """A colleague starts a run and signs in as a person; gives the run's id."""
    answer = await scene.asked(kind.value, query=query)
    assert answer.status_code == 201, answer.text
    run_id: str = answer.json()["run_id"]
    address = answer.json()["authorize_url"]
    if not scene.platform.brings_one or "client" in query or action == "cancel":
        page = await scene.sign_in(address, person=place, action=action)
        assert page.status_code == 200, page.text
    elif kind is RunKind.RECONNECT_ALL:
        await queue_signed_in(scene, run_id, address, place)
    else:  # nobody signs in for what is theirs already
        theirs = [one for one in await scene.clients() if one["owner"] != scene.actor.colleague_name]
        reached = within_reach(scene, place)
        wanted = [one["connection"]["organisation_id"] for one in theirs]
        await each_signed_in(scene, run_id, address, person=place, choose=[one for one in reached if one in wanted])
    return run_id


async def reconnected(scene: Scene, place: int = 0, *, query: str = "", action: str = "continue") -> Json:
    """*Reconnect all*, to its report."""
    run_id = await started(scene, RunKind.RECONNECT_ALL, place, query=query, action=action)
    return await scene.until_stage(run_id, "finished")


async def reassignable(scene: Scene, place: int, *, action: str = "allow") -> Json:
    """*Reassign clients*, up to its list."""
    run_id = await started(scene, RunKind.REASSIGN_CLIENTS, place, action=action)
    return await scene.until_stage(run_id, "awaiting_selection")


async def taken_over(scene: Scene, run: Json, wanted: list[str] | None = None) -> Json:
    """Choose some of the list, or all of it; gives the report."""
    organisations = chosen(run) if wanted is None else [{"organisation_id": identity} for identity in wanted]
    answer = await scene.select(run["run_id"], organisations=organisations)
    assert answer.status_code == 200, answer.text
    return await scene.until_stage(run["run_id"], "finished")


async def logins(scene: Scene) -> dict[str, str]:
    """The name of the login that looks after each organisation of the practice, by organisation id."""
    found: Sequence[Any] = await scene.rows(
        "SELECT c.organisation_id, g.label FROM connections c JOIN grants g ON g.id = c.grant_id "
        "WHERE c.practice_id = :id",
        id=scene.actor.practice_id,
    )
    return dict(found)


async def until_moved(scene: Scene, run_id: str, before: dict[str, str], count: int) -> None:
    """Wait until so many organisations are on another login than before, while a run is at work."""
    async with asyncio.timeout(PATIENCE):
        async for _ in steps_of(scene.handle(run_id)):
            if sum(login != before[identity] for identity, login in (await logins(scene)).items()) >= count:
                return
    raise AssertionError("the run ended first")


async def until_repaired(scene: Scene, run_id: str, count: int) -> None:
    """Wait until a run at work has repaired so many."""
    read = "SELECT count(*) FROM run_organisations WHERE run_id = :id AND profile_read_at IS NOT NULL"
    async with asyncio.timeout(PATIENCE):
        async for _ in steps_of(scene.handle(run_id)):
            if (await scene.rows(read, id=run_id))[0][0] >= count:
                return
    raise AssertionError("the run ended first")


async def owners(scene: Scene) -> dict[str, UUID]:
    """The owner of each organisation's client, by organisation id."""
    found: Sequence[Any] = await scene.rows(
        "SELECT c.organisation_id, k.owner_id FROM connections c JOIN clients k ON k.id = c.client_id "
        "WHERE c.practice_id = :id",
        id=scene.actor.practice_id,
    )
    return dict(found)


async def check(scene: Scene) -> None:
    """Look at every connection now, as the night does."""
    await scene.operations.health.check(scene.actor, lambda _: None)


def named(run: Json, outcome: str) -> set[str]:
    """The organisations with an outcome."""
    return {row["organisation_id"] for row in run["organisations"] if row["outcome"] == outcome}
