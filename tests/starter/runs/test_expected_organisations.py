"""Add clients where each sign-in brings one: what is expected by name, what came, and what people put right.

Sign-ins come back as they do; what a worker would do with them is done by its activities, called here.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from activities.runs.organisations import OrganisationActivities
from activities.shared.grant_reader import GrantReader
from activities.shared.token_store import TokenStore
from contracts.payloads.bulk_create_clients import BulkCreateClientsInput
from contracts.payloads.listing import JudgeOrganisationsInput, ListOrganisationsInput
from contracts.payloads.runs import Deadlines
from contracts.words.refusals import Refused
from contracts.words.runs import RunKind
from models.clients.tables import Client
from providers.port.errors import Unavailable
from providers.port.provider import ReachableOrganisation
from starter.actor import Actor
from starter.runs import consent_returns
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
        return await self.judged(organisation_id)

    async def judged(self, organisation_id: str) -> str:
        """List and judge what the latest sign-in has brought."""
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


async def waits_for(queue: Queue, run_id: str) -> Deadlines:
    """How long a run waits for people."""
    [started, *_] = (await queue.scene.handle(run_id).fetch_history()).events
    payloads = started.workflow_execution_started_event_attributes.input.payloads
    [start] = await queue.scene.temporal.data_converter.decode(payloads, [BulkCreateClientsInput])
    assert isinstance(start, BulkCreateClientsInput)
    return start.deadlines


async def test_people_may_stop_at_any_time_and_go_on_for_a_week(queue: Queue):
    week = timedelta(days=7)
    await queue.begun("Alder & Finch")
    assert await waits_for(queue, queue.run_id) == Deadlines(consent=week, selection=week)
    await queue.begun()
    assert await waits_for(queue, queue.run_id) == Deadlines(selection=week)
    at_once, _ = await queue.scene.start()  # at a platform that brings all of them in one sign-in
    assert await waits_for(queue, at_once) == Deadlines()


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


async def test_a_company_that_does_not_answer_holds_up_no_list_and_the_firm_s_own_books_are_not_new(queue: Queue):
    address = await queue.begun("Alder & Finch", "Beech Ltd")
    queue.second.lists_not = Unavailable("500")
    assert await queue.came("11", address) == "Alder & Finch is there. 1 organisation is left; Beech Ltd is next."
    queue.second.lists_not = None
    await queue.came("13")
    verdicts = await queue.scene.rows(
        "SELECT name, verdict FROM run_organisations WHERE run_id = :run ORDER BY position", run=queue.run_id
    )
    assert verdicts == [("Alder & Finch", "new"), ("Harbour Lane", "practices_own")]


MADE = (
    "CREATE SEQUENCE tries",  # which no rollback takes back
    """CREATE FUNCTION goes_away() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF nextval('tries') <= {times} THEN RAISE EXCEPTION 'away' USING ERRCODE = '57P01'; END IF;
        RETURN NEW; END $$""",
    "CREATE TRIGGER away BEFORE INSERT ON grants FOR EACH ROW EXECUTE FUNCTION goes_away()",
)
GONE = ("DROP TRIGGER away ON grants", "DROP FUNCTION goes_away", "DROP SEQUENCE tries")


@asynccontextmanager
async def away(scene: Scene, times: int) -> AsyncIterator[None]:
    """The database is gone each time that a grant is stored, so many times."""

    async def run(statements: Sequence[str]) -> None:
        async with scene.database.transaction() as session:
            for statement in statements:
                await (await session.connection()).execute(text(statement.replace("{times}", str(times))))

    await run(MADE)
    try:
        yield
    finally:
        await run(GONE)


async def test_a_database_that_is_away_for_a_moment_loses_no_sign_in(queue: Queue):
    address = await queue.begun("Alder & Finch")
    async with away(queue.scene, 2):
        assert await queue.came("11", address) == (
            "Alder & Finch is there. Your list is done: choose which become clients."
        )
    assert len(queue.second.finished) == 1, "a code is exchanged once"


async def test_a_database_that_stays_away_is_told_and_the_next_sign_in_is_as_good(
    queue: Queue, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(consent_returns, "KEEPING", timedelta(0))
    address = await queue.begun("Alder & Finch")
    async with away(queue.scene, 1):
        with pytest.raises(DBAPIError, match="away"):
            await queue.came("11", address)
        monkeypatch.setattr(consent_returns, "FINISHING", timedelta(0))
        with pytest.raises(Refused, match="interrupted"):
            await queue.came("11", address)
        assert await queue.came("11") == "Alder & Finch is there. Your list is done: choose which become clients."


async def test_where_nothing_is_broken_nobody_is_sent_to_end_a_sign_in(queue: Queue):
    start = queue.scene.operations.runs.start
    for options in (RunOptions(), RunOptions(moves_healthy=True)):
        with pytest.raises(Refused, match="No client needs a sign-in to Second Books now"):
            await start(queue.actor, RunKind.RECONNECT_ALL, queue.second.name, options=options)
    assert await queue.scene.rows("SELECT 1 FROM runs WHERE provider = 'second'") == []
