"""Add clients where each sign-in brings one: what is expected by name, what came, and what people put right.

Sign-ins come back as they do; what a worker would do with them is done by its activities, called here.
"""

from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID, uuid4

import pytest

from activities.runs.organisations import OrganisationActivities
from activities.shared.grant_reader import GrantReader
from activities.shared.token_store import TokenStore
from contracts.payloads.listing import JudgeOrganisationsInput, ListOrganisationsInput
from contracts.words.refusals import Refused
from contracts.words.runs import RunKind
from models.clients.tables import Client
from providers.port.provider import ReachableOrganisation
from starter.actor import Actor
from starter.runs.consent_returns import CameFrom
from starter.runs.kinds import RunOptions
from tests.journeys.promises import OPEN_RUN
from tests.journeys.scene import Scene
from tests.second_provider import ONE_AT_A_TIME, Second

pytestmark = pytest.mark.leaves(OPEN_RUN, because="runs are listed by hand and never ended")

COMPANIES = {"11": "Alder & Finch", "12": "Beech Limited", "13": "Harbour Lane", "14": "Dogwood"}


class Queue:
    """One run and the sign-ins for it, without a worker."""

    def __init__(self, scene: Scene) -> None:
        self.scene, self.actor = scene, replace(scene.actor, session_id=uuid4())
        self.second = Second(
            ONE_AT_A_TIME, reached=tuple(ReachableOrganisation(*one, None) for one in COMPANIES.items())
        )
        scene.providers[self.second.name] = self.second
        self.door, self.run_id = scene.operations.expected_organisations, ""

    async def begun(self, *names: str, client_ids: tuple[UUID, ...] = ()) -> str:
        options = RunOptions(names=names, client_ids=client_ids)
        started = await self.scene.operations.runs.start(
            self.actor, RunKind.ADD_CLIENTS, self.second.name, options=options
        )
        self.run_id = started.run_id
        return str(started.authorize_url)

    async def came(self, organisation_id: str, address: str | None = None) -> str:
        """Sign in for a company; what the run says of it."""
        address = address or await self.scene.operations.consents.begin(self.actor, self.run_id)
        state = dict(parse_qsl(urlsplit(address).query))["state"]
        query = {"state": state, "code": "x", "realmId": organisation_id}
        await self.scene.operations.consent_returns.finish(self.second.name, query, CameFrom(self.actor))
        [(consent_id, grant_id)] = await self.scene.rows(
            "SELECT id, grant_id FROM consent_attempts WHERE run_id = :run AND grant_id IS NOT NULL"
            " ORDER BY used_at DESC LIMIT 1",
            run=self.run_id,
        )
        only = replace(
            self.second,
            reached=tuple(
                replace(one, is_from_this_consent=True)
                for one in self.second.reached
                if one.organisation_id == organisation_id
            ),
        )
        tokens = TokenStore(self.scene.database, self.scene.settings.key_ring().for_purpose("database"))
        doing = OrganisationActivities(self.scene.database, GrantReader(self.scene.database, {only.name: only}, tokens))
        asked: dict[str, Any] = {"run_id": self.run_id, "consent_id": consent_id}
        listed = await doing.list_organisations(ListOrganisationsInput(grant_id=grant_id, **asked))
        judging = JudgeOrganisationsInput(allowed=listed.allowed, **asked)
        first, again = [await doing.judge_organisations(judging) for _ in range(2)]
        assert first == again
        return str(first.message)

    async def states(self) -> list[tuple[str, str, str | None]]:
        return [
            (one.name, one.state.value, one.organisation_id)
            for one in await self.door.expected(self.actor, self.run_id)
        ]

    async def listed(self) -> list[str]:
        rows = await self.scene.rows(
            "SELECT organisation_id, position FROM run_organisations WHERE run_id = :run ORDER BY position",
            run=self.run_id,
        )
        assert [place for _, place in rows] == list(range(len(rows)))
        return [identity for identity, _ in rows]


@pytest.fixture
def queue(scene: Scene) -> Queue:
    return Queue(scene)


async def test_one_after_the_other_with_wrong_picks_that_are_put_right(queue: Queue):
    address = await queue.begun("Alder & Finch\nBeech Ltd", "Cedar")
    assert await queue.came("14", address) == (
        "You chose Dogwood. Alder & Finch is still to do. 3 organisations are left."
    )
    assert await queue.came("11") == "Alder & Finch is there. 2 organisations are left; Beech Ltd is next."
    assert await queue.came("12") == "Beech Ltd is there. 1 organisation is left; Cedar is next."
    await queue.door.take_off(queue.actor, queue.run_id, "14")
    assert await queue.listed() == ["11", "12"]
    assert await queue.came("13") == (
        "You chose Harbour Lane, which looks like your own firm's books. Cedar is still to do."
    )
    await queue.door.take(queue.actor, queue.run_id, 2, "13")
    assert await queue.states() == [
        ("Alder & Finch", "done", "11"),
        ("Beech Ltd", "done", "12"),
        ("Cedar", "done", "13"),
    ]
    await queue.door.take_off(queue.actor, queue.run_id, "12")
    assert (await queue.states())[1] == ("Beech Ltd", "to_do", None)
    assert await queue.listed() == ["11", "13"]


async def test_a_client_without_a_connection_is_found_by_its_name_and_more_can_be_added(queue: Queue):
    scene = queue.scene
    async with scene.database.transaction() as session:
        client = Client(
            practice_id=scene.actor.practice_id, name="Beech Ltd", code="B1", owner_id=scene.actor.colleague_id
        )
        session.add(client)
    address = await queue.begun(client_ids=(client.id,))
    await queue.door.add(queue.actor, queue.run_id, ["beech ltd", "Alder & Finch"])
    assert [name for name, _, _ in await queue.states()] == ["Beech Ltd", "Alder & Finch"]
    assert await queue.came("12", address) == "Beech Ltd is there. 1 organisation is left; Alder & Finch is next."
    await queue.door.drop(queue.actor, queue.run_id, 1)
    assert [state for _, state, _ in await queue.states()] == ["done", "dropped"]


async def test_what_cannot_be_expected_is_refused_and_nothing_is_begun(queue: Queue, scene: Scene):
    before = await scene.rows("SELECT count(*) FROM runs")
    with pytest.raises(Refused, match="not there, or is connected"):
        await queue.begun(client_ids=(uuid4(),))
    with pytest.raises(Refused, match="500 organisations at most"):
        await queue.begun("\n".join(map(str, range(501))))
    with pytest.raises(Refused, match="Add clients with Xero takes no list"):
        await scene.operations.runs.start(
            scene.actor, RunKind.ADD_CLIENTS, "xero", options=RunOptions(names=("Alder",))
        )
    assert await scene.rows("SELECT count(*) FROM runs") == before


async def test_another_practice_sees_and_changes_nothing(queue: Queue):
    await queue.begun("Alder & Finch")
    stranger: Actor = replace(queue.actor, practice_id=uuid4())
    for asked in (
        queue.door.expected(stranger, queue.run_id),
        queue.door.add(stranger, queue.run_id, ["Elm"]),
        queue.door.drop(stranger, queue.run_id, 0),
        queue.door.take_off(stranger, queue.run_id, "11"),
    ):
        with pytest.raises(Refused, match="There is no run"):
            await asked
    assert await queue.states() == [("Alder & Finch", "to_do", None)]
