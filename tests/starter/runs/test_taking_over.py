"""Reassign clients where each sign-in brings one organisation and ends a colleague's: one after the other.

Sign-ins come back as they do; what a worker would do with them is done by its activities, called here.
"""

from dataclasses import replace
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID, uuid4

import pytest
import pytest_asyncio

from activities.runs.reassigning import ReassignActivities
from activities.shared.grant_reader import GrantReader
from activities.shared.token_store import TokenStore
from contracts.payloads.reassign_clients import ListReassignableInput
from contracts.words.refusals import Refused
from contracts.words.runs import RunKind
from providers.port.provider import ReachableOrganisation
from starter.runs.consent_returns import CameFrom
from starter.runs.kinds import RunOptions
from tests.journeys.people import joined
from tests.journeys.promises import OPEN_RUN
from tests.journeys.scene import Scene
from tests.second_provider import ONE_AT_A_TIME, Second, signed_in_for
from tests.starter.runs.test_expected_organisations import COMPANIES

pytestmark = pytest.mark.leaves(OPEN_RUN, because="runs are listed by hand and never ended")


class Takeover:
    """Clients that Ada has signed in for, and Ben, who takes some of them over; without a worker."""

    def __init__(self, scene: Scene, second: Second, ben: Scene, clients: dict[str, UUID]) -> None:
        self.scene, self.second, self.clients, self.run_id = scene, second, clients, ""
        self.ben = replace(ben.actor, session_id=uuid4())

    async def begun(self, *names: str, takes_over: bool = True) -> str:
        options = RunOptions(client_ids=tuple(self.clients[name] for name in names), takes_over=takes_over)
        started = await self.scene.operations.runs.start(self.ben, RunKind.REASSIGN_CLIENTS, "second", options=options)
        self.run_id = started.run_id
        return str(started.authorize_url)

    async def came(self, organisation_id: str, address: str | None = None) -> tuple[str, list[str]]:
        """Sign in for a company: what the run says of it, and its list."""
        address = address or await self.scene.operations.consents.begin(self.ben, self.run_id)
        state = dict(parse_qsl(urlsplit(address).query))["state"]
        query = {"state": state, "code": "x", "realmId": organisation_id}
        await self.scene.operations.consent_returns.finish("second", query, CameFrom(self.ben))
        [(consent_id, grant_id)] = await self.scene.rows(
            "SELECT id, grant_id FROM consent_attempts WHERE run_id = :run AND grant_id IS NOT NULL"
            " ORDER BY used_at DESC LIMIT 1",
            run=self.run_id,
        )
        only = replace(
            self.second,
            reached=tuple(one for one in self.second.reached if one.organisation_id == organisation_id),
        )
        tokens = TokenStore(self.scene.database, self.scene.settings.key_ring().for_purpose("database"))
        reader = GrantReader(self.scene.database, {only.name: only}, tokens)
        doing = ReassignActivities(self.scene.database, reader)
        for _ in range(2):  # a repeat changes nothing
            await doing.list_reassignable(
                ListReassignableInput(run_id=self.run_id, consent_id=consent_id, grant_id=grant_id)
            )
        [(message,)] = await self.scene.rows("SELECT message FROM runs WHERE id = :run", run=self.run_id)
        listed = await self.scene.rows(
            "SELECT name FROM run_organisations WHERE run_id = :run ORDER BY position", run=self.run_id
        )
        return message, [name for (name,) in listed]

    async def states(self) -> list[tuple[str, str, str | None]]:
        expected = await self.scene.operations.sign_ins.expected(self.ben, self.run_id)
        return [(one.name, one.state.value, one.came_instead) for one in expected]


@pytest_asyncio.fixture
async def takeover(scene: Scene) -> Takeover:
    second = Second(ONE_AT_A_TIME, reached=tuple(ReachableOrganisation(*one, None) for one in COMPANIES.items()))
    scene.providers[second.name] = second
    sealer = scene.settings.key_ring().for_purpose("database")
    clients = await signed_in_for(scene.database, sealer, scene.actor.practice_id, scene.actor.colleague_id, COMPANIES)
    return Takeover(scene, second, await joined(scene, "Ben"), clients)


async def test_one_after_the_other_and_whose_sign_ins_have_ended(takeover: Takeover):
    ada = takeover.scene.actor.colleague_name
    address = await takeover.begun("Dogwood", "Beech Limited")
    assert takeover.second.begun[-1] == "12"
    assert await takeover.states() == [("Beech Limited", "to_do", None), ("Dogwood", "to_do", None)]

    ended = "sign-in for {} has ended: its books are read with the new one."
    assert await takeover.came("11", address) == (
        f"You chose Alder & Finch; Beech Limited is still to do. 2 sign-ins are left. {ada}'s "
        + ended.format("Alder & Finch"),
        ["Alder & Finch"],
    )
    assert (await takeover.states())[0] == ("Beech Limited", "to_do", "Alder & Finch")
    message, _ = await takeover.came("12")
    assert message.startswith("Beech Limited done. 1 sign-in is left; Dogwood is next. ")
    assert message.endswith(ended.format("Beech Limited"))
    message, listed = await takeover.came("12")  # his own by now
    assert (message, listed) == (
        "You chose Beech Limited; Dogwood is still to do.",
        ["Alder & Finch", "Beech Limited"],
    )
    await takeover.scene.operations.sign_ins.drop(takeover.ben, takeover.run_id, "14")
    assert [state for _, state, _ in await takeover.states()] == ["done", "dropped"]
    with pytest.raises(Refused, match="goes on when it is chosen"):
        await takeover.scene.operations.sign_ins.go_on(takeover.ben, takeover.run_id)
    told = await takeover.scene.rows(
        "SELECT k.name, e.before FROM events e JOIN clients k ON k.id = e.client_id"
        " WHERE e.kind = 'connection.signed_in' AND e.run_id = :run ORDER BY e.id",
        run=takeover.run_id,
    )
    assert told == [("Alder & Finch", ada), ("Beech Limited", ada), ("Beech Limited", None)]


async def test_without_consent_or_for_what_is_no_colleague_s_nothing_begins(takeover: Takeover):
    before = await takeover.scene.rows("SELECT count(*) FROM runs")
    with pytest.raises(Refused, match=r"sign-in for Dogwood ends when yours begins\. Agree to it first\.") as refused:
        await takeover.begun("Dogwood", takes_over=False)
    assert "Beech" not in refused.value.refusal.message
    takeover.clients["Elm"] = uuid4()
    with pytest.raises(Refused, match="not there") as refused:
        await takeover.begun("Dogwood", "Elm")
    assert refused.value.refusal.field == "client_ids.1"
    takeover.ben = replace(takeover.ben, colleague_id=takeover.scene.actor.colleague_id)
    with pytest.raises(Refused, match="yours already"):
        await takeover.begun("Dogwood")
    assert await takeover.scene.rows("SELECT count(*) FROM runs") == before


async def test_without_names_every_client_of_colleagues_is_agreed_to_and_nothing_is_expected(takeover: Takeover):
    address = await takeover.begun()
    assert (takeover.second.begun[-1], await takeover.states()) == (None, [])
    message, listed = await takeover.came("14", address)
    assert (message.endswith("sign-in for Dogwood has ended: its books are read with the new one."), listed) == (
        True,
        ["Dogwood"],
    )
