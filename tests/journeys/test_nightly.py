"""The night: every connection looked at once by login, exactly the broken ones marked, and each person told once."""

from collections import Counter
from contextlib import AsyncExitStack
from dataclasses import dataclass

import pytest_asyncio

from contracts.check_connections import CheckReport
from contracts.runs import RunKind
from tests.journeys.scene import Json, Scene
from xero_sandbox.control import Control
from xero_sandbox.faults import Kind

STAGED = {"organisations": 40, "people": 3}
OFTEN_BROKEN = 4
"""Clients on the login that is revoked."""


@dataclass
class Practice:
    """Forty clients on three logins, some organisations within reach of several.

    Attributes:
        scene: Where.
        login_of: Which person's login looks after an organisation, by organisation id.
    """

    scene: Scene
    login_of: dict[str, int]


async def add(scene: Scene, person: int, wanted: list[str] | None = None) -> list[str]:
    """A person signs in, and what is new is added; gives the organisations that this created."""
    run = await scene.listed(person=person, choose=wanted)
    await scene.select(
        run["run_id"],
        organisations=[
            {"organisation_id": row["organisation_id"]} for row in run["organisations"] if row["verdict"] == "new"
        ],
    )
    run = await scene.until_stage(run["run_id"], "finished")
    return [row["organisation_id"] for row in run["organisations"] if row["outcome"] == "created"]


async def check(scene: Scene) -> CheckReport:
    """Check now, as the command does."""
    return await scene.operations.health.check(scene.actor, lambda _: None)


async def a_night_later(scene: Scene, *, are_lists_due: bool) -> None:
    """Token sets are old, and the lists due or not, as the night finds them."""
    async with scene.database.transaction() as session:
        connection = await session.connection()
        await connection.exec_driver_sql("UPDATE grants SET refreshed_at = refreshed_at - interval '2 days'")
        due = "now() - interval '1 minute'" if are_lists_due else "now() + interval '1 day'"
        await connection.exec_driver_sql(f"UPDATE connections SET next_refresh_at = {due}")
    Control(scene.world).zero_calls()


async def health(scene: Scene, **wanted: str) -> Json:
    answer = await scene.http.get("/api/v1/connections", params={"limit": 500, **wanted})
    assert answer.status_code == 200, answer.text
    shown: Json = answer.json()
    return shown


@pytest_asyncio.fixture
async def practice(make_scene) -> Practice:
    scene = await make_scene(**STAGED)
    reach = [
        [one.organisation_id for one in scene.world.may_connect(person)]
        for person in scene.world.library.people.values()
    ]
    shared = [one for one in reach[2] if one in reach[1]]
    login_of = {}
    async with scene.worker():
        for person, wanted in ((2, shared[:OFTEN_BROKEN]), (1, None), (0, None)):
            login_of |= dict.fromkeys(await add(scene, person, wanted), person)
    assert len(login_of) == 40
    return Practice(scene, login_of)


async def test_a_night_marks_exactly_what_is_broken(practice: Practice):
    scene = practice.scene
    of_person_1 = [identity for identity, person in practice.login_of.items() if person == 1]
    of_person_0 = [identity for identity, person in practice.login_of.items() if person == 0]
    gone, hidden, ended, narrow, offline, limited, garbled, also_gone = of_person_1[:7] + of_person_0[:1]
    people = list(scene.world.library.people)
    scene.fault(Kind.REVOKE_PERSON, person_id=people[2])
    for kind, organisation in (
        (Kind.DISCONNECTED, gone),
        (Kind.DISCONNECTED, also_gone),
        (Kind.ACCESS_REMOVED, hidden),
        (Kind.SUBSCRIPTION_ENDED, ended),
        (Kind.SCOPE_MISSING, narrow),
        (Kind.ORGANISATION_OFFLINE, offline),
        (Kind.DAY_LIMIT_REACHED, limited),
        (Kind.MALFORMED_BODY, garbled),
    ):
        scene.fault(kind, organisation)
    await a_night_later(scene, are_lists_due=True)
    async with scene.worker():
        report = await check(scene)
        shown = await health(scene)
    expected = {identity: "signed_out" for identity, person in practice.login_of.items() if person == 2} | {
        gone: "disconnected_at_provider",
        also_gone: "disconnected_at_provider",
        hidden: "disconnected_at_provider",
        ended: "subscription_ended",
        narrow: "permission_missing",
        offline: "provider_unavailable",
        limited: "rate_limited",
        garbled: "provider_unavailable",
    }
    assert {one["organisation_id"]: one["cause"] for one in shown["connections"] if one["cause"]} == expected
    statuses = {one["organisation_id"]: one["status"] for one in shown["connections"]}
    transient = {offline, limited, garbled}
    assert {identity for identity, status in statuses.items() if status == "needs_reconnect"} == set(
        expected
    ) - transient
    assert {identity for identity, status in statuses.items() if status == "connected"} == (
        set(practice.login_of) - set(expected) | transient
    )
    assert (report.healthy, report.causes) == (28, Counter(expected.values()))
    assert (report.logins, report.refreshed, report.handed_over) == (3, 40 - 12, 3)
    calls = scene.world.calls
    assert calls.refreshes + calls.by_path["GET /connections"] <= 2 * 3
