"""Disconnecting where the provider ends the connections of a login together: one ends here alone, the last one there.

Through the real workflow, with the second provider.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowFailureError

from activities.night.checking import CheckActivities
from activities.shared.grant_reader import GrantReader
from activities.shared.token_store import TokenStore
from contracts.payloads.check_connections import CheckLoginInput
from providers.port.credential import Credential, CredentialSource
from providers.port.errors import Unavailable
from providers.port.provider import ReachableOrganisation
from tests.journeys.elsewhere import moved_to, worker_of
from tests.journeys.fixtures import MakePrepared
from tests.journeys.one_client import PATIENCE, OneClient, all_of, disconnecting, until_event
from tests.journeys.people import change, everything_added
from tests.journeys.platforms.marks import SECOND
from tests.journeys.practice import address
from tests.journeys.scene import Json, Scene
from tests.second_provider import A_COMPANYS, Second
from tests.web.house import KEPT, PASSWORD, visitor

pytestmark = SECOND

LAST = "It was the last client of its login, which was ended at Second Books, and the connection with it."


@dataclass
class Hesitating(Second):
    """Ends a login, and answers when it may; afterwards its access tokens may be refused."""

    refuses_then: bool = False
    ending: asyncio.Event = field(default_factory=asyncio.Event)
    may_answer: asyncio.Event = field(default_factory=asyncio.Event)

    async def revoke(self, credential: Credential) -> None:
        await super().revoke(credential)
        self.ending.set()
        await self.may_answer.wait()

    async def organisations(
        self, tokens: CredentialSource, consent_ref: str | None = None, *, is_to_choose: bool = False
    ) -> Sequence[ReachableOrganisation]:
        if self.refuses_then and self.revoked:
            await tokens.credential(rejected=self.revoked[-1])
        return await super().organisations(tokens, consent_ref)


@asynccontextmanager
async def practice(
    make_prepared: MakePrepared, second: Second, organisations: int = 2
) -> AsyncIterator[list[OneClient]]:
    scene = await make_prepared(everything_added, organisations=organisations)
    await moved_to(scene, second)
    async with worker_of(scene, second):
        yield await all_of(scene)


async def ended(client: OneClient, workflow_id: str) -> str:
    result: Json = await asyncio.wait_for(client.scene.handle(workflow_id).result(), PATIENCE)
    return str(result["message"])


async def preview(client: OneClient) -> Json:
    shown: Json = (await client.scene.http.get(f"{client.path}/disconnect")).json()
    return shown


async def grants(scene: Scene) -> list[tuple[str]]:
    return await scene.rows("SELECT status FROM grants")


@pytest.mark.thorough
async def test_one_ends_here_alone_and_the_last_one_ends_the_login_there(make_prepared: MakePrepared) -> None:
    second = Second()
    async with practice(make_prepared, second, organisations=3) as (first, *others):
        scene = first.scene
        shown = await preview(first)
        assert (shown["at_provider"], shown["removed_at_provider"]) == ("kept", False)
        assert "ends only here: Second Books cannot end it alone" in shown["message"]
        assert "with the last client of this login" in shown["message"]
        message = await ended(first, await disconnecting(first))
        assert message == (
            "It ended only here: at Second Books it ends with the last client of this login. "
            "Ending it there now would cut off 2 other organisations."
        )
        [event] = await first.events("connection.disconnected")
        assert event["after"] == f"disconnected: {message}"
        assert (await first.shown())["status"] == "disconnected"
        assert (second.revoked, await grants(scene)) == ([], [("active",)])
        await ended(others[0], await disconnecting(others[0]))
        assert second.revoked == []

        last = others[1]
        shown = await preview(last)
        assert (shown["at_provider"], shown["removed_at_provider"]) == ("with_login", True)
        assert "Nothing else uses the login: it is ended at Second Books, and the connection to " in shown["message"]
        assert await ended(last, await disconnecting(last)) == LAST
        [event] = await last.events("connection.disconnected")
        assert event["after"] == f"disconnected: {LAST}"
        assert (len(second.revoked), await grants(scene)) == (1, [("signed_out",)])
        assert await scene.rows("SELECT status FROM connections") == [("disconnected",)] * 3


@pytest.mark.thorough
async def test_the_page_and_the_timeline_say_so_too(make_prepared: MakePrepared) -> None:
    second = Second()
    async with practice(make_prepared, second) as (first, last):
        scene = first.scene
        await change(scene, "UPDATE colleagues SET password_hash = :kept", kept=KEPT)
        session = await scene.operations.sessions.sign_in(
            address("admin"), PASSWORD, ip="127.0.0.1", browser="Chrome/1"
        )
        browser = visitor(scene, session)
        said = (
            ("The connection stays until the last client of this login is disconnected", "It ended only here"),
            ("The login is ended, and the connection with it", "It was the last client of its login"),
        )
        for client, (before, after) in zip((first, last), said, strict=True):
            page = (await browser.get(f"/clients/{client.client_id}/connection/disconnect")).text
            assert before in page
            await ended(client, await disconnecting(client))
            assert after in (await browser.get(f"/clients/{client.client_id}/timeline")).text


@pytest.mark.thorough
async def test_what_ends_alone_is_removed_there(make_prepared: MakePrepared) -> None:
    second = Second(A_COMPANYS)
    async with practice(make_prepared, second) as (first, other):
        assert (await preview(first))["at_provider"] == "removed"
        assert await ended(first, await disconnecting(first)) == "The connection was removed at Second Books."
        assert [one.organisation_id for one in second.reached] == [other.organisation_id]
        assert second.revoked == []


@pytest.mark.thorough
async def test_a_night_does_not_bring_back_what_ended_only_here(make_prepared: MakePrepared) -> None:
    second = Second()
    async with practice(make_prepared, second) as (first, other):
        scene = first.scene
        await ended(first, await disconnecting(first))
        tokens = TokenStore(scene.database, scene.settings.key_ring().for_purpose("database"))
        reader = GrantReader(scene.database, {second.name: second}, tokens)
        [(grant_id,)] = await scene.rows("SELECT id FROM grants")
        checked = await CheckActivities(scene.database, reader).check_login(
            CheckLoginInput(practice_id=scene.actor.practice_id, grant_id=grant_id)
        )
        assert checked.connections == 1
        assert [(await one.shown())["status"] for one in (first, other)] == ["disconnected", "connected"]


@pytest.mark.thorough
async def test_the_last_one_is_tried_until_the_provider_has_ended_the_login(make_prepared: MakePrepared) -> None:
    second = Second()
    async with practice(make_prepared, second) as (first, last):
        await ended(first, await disconnecting(first))
        second.refusals = [Unavailable("503")] * 30
        workflow_id = await disconnecting(last)
        await until_event(last.scene, workflow_id, EventType.EVENT_TYPE_TIMER_STARTED)
        assert ((await last.shown())["status"], await grants(last.scene)) == ("disconnecting", [("active",)])
        second.refusals.clear()
        await last.scene.handle(workflow_id).signal("retry_now")
        assert await ended(last, workflow_id) == LAST


@pytest.mark.thorough
async def test_stopped_by_hand_the_last_one_keeps_its_login(make_prepared: MakePrepared) -> None:
    second = Second(refusals=[Unavailable("503")] * 30)
    async with practice(make_prepared, second, organisations=1) as (last,):
        workflow_id = await disconnecting(last)
        await until_event(last.scene, workflow_id, EventType.EVENT_TYPE_TIMER_STARTED)
        second.refusals.clear()
        await last.scene.handle(workflow_id).cancel()
        with pytest.raises(WorkflowFailureError):
            await ended(last, workflow_id)
        assert ((await last.shown())["status"], await grants(last.scene)) == ("connected", [("active",)])
        assert second.revoked == []


@pytest.mark.thorough
async def test_two_that_leave_at_once_leave_no_login_behind(make_prepared: MakePrepared) -> None:
    second = Second()
    async with practice(make_prepared, second) as (first, other):
        begun = [await disconnecting(one) for one in (first, other)]
        for one, workflow_id in zip((first, other), begun, strict=True):
            await ended(one, workflow_id)
        assert await grants(first.scene) == [("signed_out",)]
        assert len(second.revoked) == 1


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("refuses", "message"), [(False, LAST), (True, "The sign-in had ended already")], ids=["good", "refused"]
)
async def test_dying_between_the_providers_answer_and_the_commit_does_no_harm(
    make_prepared: MakePrepared, refuses: bool, message: str
) -> None:
    """The access token may be refused by the next try, so that only the login's end is seen."""
    second = Hesitating(refuses_then=refuses)
    async with practice(make_prepared, second, organisations=1) as (last,):
        scene = last.scene
        workflow_id = await disconnecting(last)
        await asyncio.wait_for(second.ending.wait(), PATIENCE)
        async with scene.nothing_new_in("events"):
            second.may_answer.set()
            async with asyncio.timeout(PATIENCE):
                while not await scene.held_up("INSERT INTO events"):
                    pass
            await change(
                scene,
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
                " AND wait_event_type = 'Lock' AND starts_with(query, 'INSERT INTO events')",
            )
        assert message in await ended(last, workflow_id)
        assert ((await last.shown())["status"], await grants(scene)) == ("disconnected", [("signed_out",)])
        assert len(await last.events("connection.disconnected")) == 1
