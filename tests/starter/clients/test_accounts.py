"""Client accounts by hand: made, changed, and refused whole."""

import asyncio
from uuid import UUID, uuid4

import pytest
from sqlmodel import col, select

from contracts.words.client_accounts import NewClient
from contracts.words.practices import Plan
from contracts.words.refusals import Refused
from models.clients.tables import Client
from models.events.tables import Event
from models.kit.database import Database
from models.practices.tables import Practice
from models.practices.writes import create_colleague, create_team
from tests.journeys.one_client import one_of
from tests.journeys.people import change, everything_added
from tests.journeys.scene import Scene

CLIENTS = "/api/v1/clients"


async def added(scene: Scene, **fields: object) -> dict[str, object]:
    answer = await scene.http.post(CLIENTS, json={"name": "Alder & Finch"} | fields)
    assert answer.status_code == 201, answer.text
    made: dict[str, object] = answer.json()
    return made


async def told(database: Database, client_id: object) -> list[tuple[str, str | None, str | None]]:
    query = select(Event).where(Event.client_id == UUID(str(client_id))).order_by(col(Event.id))
    async with database.session() as session:
        return [(event.kind, event.before, event.after) for event in (await session.exec(query)).all()]


async def on_plan(scene: Scene, plan: Plan, allowance: int = 50) -> None:
    async with scene.database.transaction() as session:
        practice = await session.get_one(Practice, scene.actor.practice_id)
        practice.plan, practice.client_allowance = plan, allowance


async def test_a_client_is_made_with_what_was_given_and_is_one_s_own(scene: Scene):
    made = await added(scene, name="  Alder \t& Finch ", tax_number="GB 123 4567 82", reference="Box 7")
    assert (made["name"], made["code"], made["tax_number"]) == ("Alder & Finch", "ALDE0001", "GB 123 4567 82")
    assert (made["owner_id"], made["connection"]) == (str(scene.actor.colleague_id), None)
    assert (await scene.http.get(f"{CLIENTS}/{made['client_id']}")).json() == made
    assert await told(scene.database, made["client_id"]) == [("client.added_by_hand", None, "Alder & Finch")]


@pytest.mark.thorough
async def test_a_code_of_one_s_own_is_kept_in_capitals_and_never_given_twice(scene: Scene):
    await added(scene, name="Beech", code="beec0001")
    made = await added(scene, name="Beech", anyway=True)
    assert made["code"] == "BEEC0002", "the next number, since somebody took its code"
    wanted = {"name": "C", "code": "C-1", "anyway": True}
    both = await asyncio.gather(*(scene.http.post(CLIENTS, json=wanted) for _ in range(2)))
    assert sorted(answer.status_code for answer in both) == [201, 409]
    refused = next(answer for answer in both if answer.status_code == 409).json()["error"]
    assert refused["field"] == "code"
    assert refused["message"] == "Another client of your practice has the code C-1. Choose another."


async def test_what_may_be_a_client_already_is_asked_back_once(scene: Scene):
    mill = await added(scene, name="Mill Road Ltd", company_number="01234567")
    shop = await added(scene, name="Shop")
    before = (await scene.http.get(CLIENTS)).json()
    for answer in (
        await scene.http.post(CLIENTS, json={"name": "Mills", "company_number": "1234567"}),
        await scene.http.patch(f"{CLIENTS}/{shop['client_id']}", json={"company_number": "1234567"}),
    ):
        assert answer.status_code == 409
        assert answer.json()["error"] == {
            "code": "looks_like_client",
            "message": f"{mill['code']} Mill Road Ltd has the same company number. "
            "Open it, or go on if this is another client.",
            "field": "company_number",
            "client_id": mill["client_id"],
        }
    refused = await scene.http.patch(f"{CLIENTS}/{shop['client_id']}", json={"name": "Mill Road"})
    assert refused.json()["error"]["field"] == "name"
    assert (await scene.http.get(CLIENTS)).json() == before
    only = await scene.http.patch(f"{CLIENTS}/{shop['client_id']}", json={"anyway": True})
    assert only.status_code == 422, "it is no change by itself"
    again = {"name": "Mill Road", "company_number": "1234567", "anyway": True}
    assert (await scene.http.patch(f"{CLIENTS}/{shop['client_id']}", json=again)).status_code == 200
    kept = await scene.http.patch(f"{CLIENTS}/{shop['client_id']}", json={"name": "Mill Road", "reference": "Box 1"})
    assert kept.status_code == 200, "what was so before is not asked about again"
    both = await asyncio.gather(*(scene.http.post(CLIENTS, json={"name": "Quay"}) for _ in range(2)))
    assert sorted(answer.status_code for answer in both) == [201, 409], "at the same moment too"


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 256}, "name"),
        ({"name": "Al\u202eder"}, "name"),
        ({"code": "a b"}, "code"),
        ({"code": "-1"}, "code"),
        ({"code": "x" * 21}, "code"),
        ({"company_number": "1" * 51}, "company_number"),
        ({"owner_id": str(uuid4())}, "owner_id"),
        ({"team_id": str(uuid4())}, "team_id"),
    ],
)
async def test_what_cannot_be_used_is_told_beside_its_field_and_changes_nothing(scene: Scene, sent, field):
    await on_plan(scene, Plan.ADVANCED)
    made = await added(scene)
    before = (await scene.http.get(CLIENTS)).json()
    for answer in (
        await scene.http.post(CLIENTS, json={"name": "Beech"} | sent),
        await scene.http.patch(f"{CLIENTS}/{made['client_id']}", json={"reference": "Box 9"} | sent),
    ):
        assert answer.status_code == 422, answer.text
        assert answer.json()["error"]["field"] == field
    assert (await scene.http.get(CLIENTS)).json() == before


async def test_the_allowance_and_the_plan_hold_by_hand_too(scene: Scene):
    async with scene.database.transaction() as session:
        team = await create_team(session, scene.actor.practice_id, "Payroll")
    await on_plan(scene, Plan.STANDARD, allowance=1)
    refused = await scene.http.post(CLIENTS, json={"name": "Beech", "team_id": str(team.id)})
    assert refused.json()["error"]["code"] == "plan_too_small"
    both = await asyncio.gather(*(scene.http.post(CLIENTS, json={"name": "Beech"}) for _ in range(2)))
    assert sorted(answer.status_code for answer in both) == [201, 422]
    refused = next(answer for answer in both if answer.status_code == 422)
    assert refused.json()["error"]["code"] == "over_allowance"


async def test_each_change_is_told_and_what_is_not_sent_stays(scene: Scene):
    await on_plan(scene, Plan.ADVANCED)
    async with scene.database.transaction() as session:
        bea = await create_colleague(session, scene.actor.practice_id, email=f"{uuid4().hex}@x.test", name="Bea Quay")
        team = await create_team(session, scene.actor.practice_id, "Payroll")
    made = await added(scene, reference="Box 7", company_number="01234567")
    changes = {
        "name": "Alder Ltd",
        "code": "a/1",
        "owner_id": str(bea.id),
        "team_id": str(team.id),
        "reference": None,
        "tax_number": "GB123456782",
    }
    answer = await scene.http.patch(f"{CLIENTS}/{made['client_id']}", json=changes)
    assert answer.status_code == 200, answer.text
    assert answer.json() == made | changes | {"code": "A/1", "owner": "Bea Quay", "team": "Payroll"}
    assert sorted((await told(scene.database, made["client_id"]))[1:]) == [
        ("client.code_changed", "ALDE0001", "A/1"),
        ("client.owner_changed", scene.actor.colleague_name, "Bea Quay"),
        ("client.reference_changed", "Box 7", None),
        ("client.renamed", "Alder & Finch", "Alder Ltd"),
        ("client.tax_number_changed", None, "GB123456782"),
        ("client.team_changed", None, "Payroll"),
    ]
    events = await told(scene.database, made["client_id"])
    again = await scene.http.patch(f"{CLIENTS}/{made['client_id']}", json=changes)
    assert again.status_code == 200
    assert await told(scene.database, made["client_id"]) == events, "the same again is no change"


async def test_a_code_stays_while_something_of_the_client_is_at_work(make_prepared):
    scene = await make_prepared(everything_added, organisations=1)
    client = await one_of(scene)
    await client.post("refresh")  # nobody works: it waits
    address = f"{CLIENTS}/{client.client_id}"
    refused = await scene.http.patch(address, json={"code": "NEW-1", "name": "Another"})
    assert (refused.status_code, refused.json()["error"]["field"]) == (409, "code")
    assert "is being synchronised or disconnected" in refused.json()["error"]["message"]
    assert (await scene.http.patch(address, json={"name": "Another"})).status_code == 200


@pytest.mark.thorough
async def test_a_code_stays_while_a_run_works_on_the_client(make_prepared):
    scene = await make_prepared(everything_added, organisations=1)
    client = await one_of(scene)
    address = f"{CLIENTS}/{client.client_id}"
    await change(scene, "UPDATE runs SET stage = 'pulling', finished_at = NULL")
    refused = await scene.http.patch(address, json={"code": "NEW-1"})
    assert (refused.status_code, refused.json()["error"]["field"]) == (409, "code")
    assert "A run is at work on" in refused.json()["error"]["message"]
    await change(scene, "UPDATE runs SET stage = 'finished', finished_at = now()")
    assert (await scene.http.patch(address, json={"code": "NEW-1"})).status_code == 200


async def test_another_practice_s_client_does_not_exist(scene: Scene, neighbour):
    made = await added(scene)
    answer = await neighbour.http.patch(f"{CLIENTS}/{made['client_id']}", json={"name": "Mine"})
    assert answer.status_code == 404
    async with scene.database.session() as session:
        assert (await session.get_one(Client, UUID(str(made["client_id"])))).name == "Alder & Finch"


async def test_a_team_or_colleague_that_has_gone_is_no_trouble_while_it_stays(scene: Scene):
    with pytest.raises(Refused):
        await scene.operations.accounts.add(scene.actor, NewClient(name="x", owner_id=uuid4()))
    made = await added(scene)
    async with scene.database.transaction() as session:
        taker = await create_colleague(session, scene.actor.practice_id, email=f"{uuid4().hex}@x.test", name="Cy")
        client = await session.get_one(Client, UUID(str(made["client_id"])))
        client.owner_id, taker.deactivated_at = taker.id, client.created_at
        await session.merge(taker)
    answer = await scene.http.patch(
        f"{CLIENTS}/{made['client_id']}", json={"owner_id": str(taker.id), "reference": "Box 1"}
    )
    assert (answer.status_code, answer.json()["owner"]) == (200, "Cy")
