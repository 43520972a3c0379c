"""Every activity is run twice in a row, twice at the same time, and once more when all is over; it has effect once.

A worker that dies after its commit, or stands still and goes on late, does all of that. Stories let real workflows call
every activity there is; a new activity needs a story.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import httpx2
import pytest
from pydantic import SecretStr
from temporalio.activity import _Definition
from temporalio.api.enums.v1 import EventType
from temporalio.testing import ActivityEnvironment

from activities.registry import Parts, at_providers, between_workflows, in_full_groups
from activities.runs.runs import RunActivities
from activities.shared.outages import OutageActivities
from contracts.payloads.runs import SeeRunInput
from emulators.xero.faults import Kind
from providers import registry
from providers.xero import limits
from runtime.settings.settings import Settings
from runtime.temporal.connection import connect
from tests.conftest import EMPTYING
from tests.journeys import nights
from tests.journeys.colleagues import test_forgotten, test_hand_over
from tests.journeys.connections import test_link_mails, test_manage_change
from tests.journeys.fixtures import MakeScene
from tests.journeys.kit.doubling import Doubling, Mode, rows_of
from tests.journeys.kit.haste import Haste
from tests.journeys.one_client import all_of, disconnecting, until_event
from tests.journeys.people import change, joined, leaves, reaches, reassignable, reconnected, taken_over
from tests.journeys.repairs import test_sign_in_queue
from tests.journeys.scene import PATIENCE, Scene, by_organisation
from tests.journeys.trouble import test_lost_work
from tests.letterbox import letterbox

Story = Callable[[Scene], Awaitable[None]]

MAILED_ANEW = frozenset({"mail_password_link"})
"""Each try mails new links: only the mail shows a link, so that none can be mailed again."""

MAILED_BY_EACH = frozenset({"deliver_notices"})
"""A mail is sent at least once: a second try does not wait until a first one, which may be dead, has given it back."""


async def adding(scene: Scene) -> None:
    """Of six organisations one waits in a sync of its own and one fails; both are put right."""
    offline, refused = list(scene.world.library.organisations)[:2]
    run = await scene.listed()
    scene.fault(
        Kind.SERVER_ERROR, offline, path=scene.platform.accounts, status=503
    )  # the rest is not read again at each try
    scene.is_(scene.platform.refused, refused)
    await scene.select_all(run)
    run = await scene.until_stage(run["run_id"], "finished")
    assert run["counts"] == {"created": 4, "failed": 1, "retrying": 1}
    sync = await scene.sync_of(by_organisation(run)[offline]["client_id"])
    await scene.handle(sync).signal("retry_now")  # and fails
    await until_event(scene, sync, EventType.EVENT_TYPE_TIMER_STARTED, count=2)
    scene.world.faults.clear()
    assert (await scene.retry(run["run_id"])).status_code == 202
    await scene.handle(sync).signal("retry_now")
    await asyncio.wait_for(scene.handle(sync).result(), PATIENCE)
    await scene.until(run["run_id"], lambda run: run["stage"] == "finished" and run["counts"] == {"created": 6})


async def the_night(scene: Scene) -> None:
    """Clients break in several ways; the night tells, and a sign-in repairs them."""
    await scene.added()
    removed, offline = list(scene.world.library.organisations)[:2]
    await nights.a_night_later(scene, are_lists_due=True)
    scene.is_(scene.platform.removed, removed)
    # Its login answers, also where it has no other organisation.
    scene.is_(scene.platform.offline, offline, path=scene.platform.accounts)
    await nights.check(scene)
    scene.world.faults.clear()
    scene.fault(Kind.SERVER_ERROR, path=scene.platform.listing, status=503)
    await nights.check(scene)
    scene.world.faults.clear()
    await reconnected(scene, action="allow")
    for client in await all_of(scene):
        await client.refreshed()
    await asyncio.wait_for((await nights.begin_night(scene)).result(), PATIENCE)


async def one_by_one(scene: Scene) -> None:
    """Each sign-in brings one organisation; of two, one is picked wrongly first."""
    await test_sign_in_queue.removes_some(scene)
    stranger = list(scene.world.library.organisations)[3]
    run_id, address = await test_sign_in_queue.begun(scene)
    queue = await test_sign_in_queue.queue_of(scene, run_id)
    first, second = (one["organisation_id"] for one in queue["sign_ins"])
    await test_sign_in_queue.signed_in(scene, run_id, address, stranger)
    await test_sign_in_queue.signed_in(scene, run_id, await scene.further_sign_in(run_id), first)
    await test_sign_in_queue.signed_in(scene, run_id, await scene.further_sign_in(run_id), second)
    await scene.until_stage(run_id, "finished")
    await nights.check(scene)


async def reassigning(scene: Scene) -> None:
    """Ben takes clients over; the provider does not answer for one of them, which is taken over later."""
    ben = await joined(scene, "Ben")
    reachable = reaches(scene, 1, 0, 6)
    await scene.added()
    run = await reassignable(ben, 1)
    scene.is_(scene.platform.offline, reachable[0])
    run = await taken_over(ben, run)
    assert run["counts"] == {"failed": 1, "reassigned": 5}
    scene.world.faults.clear()
    run = await taken_over(ben, await reassignable(ben, 1, action="continue"))
    assert run["counts"] == {"reassigned": 1}


async def handing_over(scene: Scene) -> None:
    """All clients of a colleague who leaves are given to another."""
    lee, ben = await joined(scene, "Lee"), await joined(scene, "Ben")
    await lee.added()
    await leaves(scene, lee.actor.colleague_id)
    answer = await test_hand_over.hand_over(scene, lee.actor.colleague_id, ben.actor.colleague_id)
    run = await scene.until_stage(answer.json()["run_id"], "finished")
    assert run["counts"] == {"reassigned": 6}


async def managing(scene: Scene) -> None:
    """A client gets other books after a preview that nobody confirmed; another is disconnected, a third only almost."""
    organisations = list(scene.world.library.organisations)
    run = await scene.listed()
    await scene.select(run["run_id"], organisations=[{"organisation_id": one} for one in organisations[:3]])
    await scene.until_stage(run["run_id"], "finished")
    moved, ended, kept = await all_of(scene)
    run_id = await test_manage_change.prepared(scene, moved, organisations[4])
    await scene.cancel(run_id)
    await scene.until_stage(run_id, "finished")
    run_id = await test_manage_change.prepared(scene, moved, organisations[5])
    answer = await moved.post(f"change/{run_id}/confirm")
    assert answer.status_code == 200, answer.text
    await scene.until_stage(run_id, "finished")
    await asyncio.wait_for(scene.handle(await disconnecting(ended)).result(), PATIENCE)
    scene.fault(Kind.SERVER_ERROR, status=503)
    workflow = await disconnecting(kept)
    await until_event(scene, workflow, EventType.EVENT_TYPE_TIMER_STARTED)
    await scene.handle(workflow).cancel()
    await asyncio.gather(scene.handle(workflow).result(), return_exceptions=True)
    scene.world.faults.clear()
    await kept.refreshed()


async def asking_for_a_password(scene: Scene) -> None:
    """Somebody forgot theirs."""
    await test_forgotten.asked(scene, await test_forgotten.address_of(scene))
    assert await test_forgotten.all_done(scene) == [1]


async def asking_by_mail(scene: Scene) -> None:
    """A client's own people are mailed a link, two of them."""
    await scene.added()
    client, *_ = await all_of(scene)
    await test_link_mails.made(client)
    await test_link_mails.made(client, "bob@client.example")
    assert await test_link_mails.settled(scene) == ["sent", "sent"]


async def losing_work(scene: Scene) -> None:
    """Workflows are stopped from outside; what they left open is closed."""
    offline = next(iter(scene.world.library.organisations))
    run = await scene.listed()
    # What is the same for all organisations may be known from the others' pull at a second try, so not in all.
    scene.is_(scene.platform.offline, offline, path=scene.platform.accounts)
    await scene.select_all(run)
    run = await scene.until_stage(run["run_id"], "finished")
    sync = await scene.sync_of(by_organisation(run)[offline]["client_id"])
    others = [one for one in scene.world.library.organisations if one != offline]
    open_run = await scene.listed(choose=others if scene.platform.brings_one else None)
    await test_lost_work.terminated(scene, open_run["run_id"])
    await test_lost_work.terminated(scene, sync)
    scene.world.faults.clear()
    await test_lost_work.settled_in_time(scene)
    for client in await all_of(scene):
        await client.refreshed()


STORIES: dict[Story, set[str]] = {
    adding: {
        *("list_organisations", "read_profiles", "judge_organisations", "record_selection", "enter_stage"),
        *("create_clients", "pull_clients", "pull_client", "hand_over", "record_failure"),
        *("settle_sync", "reopen_run", "finish_run"),
    },
    the_night: {
        *("logins_to_check", "check_login", "note_login_trouble", "clients_due", "note_trouble", "tell"),
        *("deliver_notices", "tidy_up", "survey_connections", "clients_to_pull"),
    },
    one_by_one: {"note_sign_in"},
    reassigning: {
        *("list_reassignable", "record_reassignment", "clients_to_reassign", "reassign_client", "record_unmoved"),
    },
    handing_over: {"list_hand_over"},
    managing: {
        *("list_books", "record_books", "change_books", "discard_books", "remove_connection", "keep_connection"),
    },
    asking_for_a_password: {"mail_password_link"},
    asking_by_mail: {"mail_client_link"},
    losing_work: {"settle_lost_work"},
}
"""Each story, and the activities that it is there for."""

READS = {"see_run", "see_database"}
"""Activities that only look, and that no story calls."""


def watch(monkeypatch: pytest.MonkeyPatch, web: str, doubling: Doubling) -> None:
    """Let the doubling know of requests to our web backend; those that only read through the API change no row."""
    send = httpx2.AsyncClient.send

    async def watched(http: httpx2.AsyncClient, request: httpx2.Request, **words: Any) -> httpx2.Response:
        only_reads = request.method == "GET" and request.url.path.startswith("/api/")
        if only_reads or not str(request.url).startswith(web):
            return await send(http, request, **words)
        async with doubling.person():
            return await send(http, request, **words)

    monkeypatch.setattr(httpx2.AsyncClient, "send", watched)


def registered() -> set[str]:
    """The names of all activities of a worker."""
    parts = Parts(None, {}, None, None)  # type: ignore[arg-type]  # nothing is called
    served = [
        between_workflows(parts, None),  # type: ignore[arg-type]
        *at_providers(parts, registry.NAMES, concurrency=1),
        *in_full_groups(parts, registry.NAMES),
    ]
    return {str(_Definition.must_from_callable(one).name) for queue in served for one in queue.activities}


def test_every_activity_has_a_story():
    assert registered() == READS.union(*STORIES.values())


@pytest.mark.long
@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
async def test_twice_is_once(
    story: Story,
    make_scene: MakeScene,
    temporal_settings: Settings,
    database_url: str,
    emptying: asyncpg.Connection,
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(limits, "OF_AN_ORGANISATION", limits.OF_AN_ORGANISATION[:1])  # each call comes several times
    shapes = []
    async with letterbox() as box:
        mailing = {"smtp_url": SecretStr(box.url), "mail_from": "clientsync@clientsync.example"}
        settings = temporal_settings.model_copy(update=mailing)
        for mode in (Mode.IN_A_ROW, Mode.TOGETHER):
            await emptying.execute(EMPTYING)
            but = MAILED_ANEW if mode is Mode.IN_A_ROW else MAILED_ANEW | MAILED_BY_EACH
            doubling = Doubling(emptying, mode, but=but)
            temporal = await connect(temporal_settings, interceptors=[Haste(), doubling])
            bulk = story is not one_by_one
            scene = await make_scene(
                settings=settings, client=temporal, organisations=6, small_books=True, bulk_connect=bulk
            )
            if not (bulk or scene.platform.picks):
                pytest.skip("a sign-in brings all there, whatever the app may")
            scene.world.limits.enforce(False)
            watch(monkeypatch, scene.web, doubling)
            async with scene.worker(client=temporal):
                await story(scene)
                assert STORIES[story] <= doubling.names
                shapes.append(await doubling.look_alone(is_shape=True))
                await doubling.again("after the end")
                before = await doubling.look_alone()
                held = "pull_holder = 'another', pull_until = now() + interval '1 hour'"
                await change(scene, f"UPDATE connections SET {held}")  # noqa: S608  # ours
                await doubling.again("while another holds the lease")
                await change(scene, "UPDATE connections SET pull_holder = NULL, pull_until = NULL")
                doubling.compare("a lease", before, await doubling.look_alone())
                await change(scene, "UPDATE connections SET status = 'disconnected' WHERE is_current")
                await doubling.again("after the client was disconnected")
            assert not doubling.changed, "\n".join(doubling.changed)
        together = Doubling(emptying, Mode.TOGETHER)
        together.compare("once, and twice at the same time", *shapes)
        assert not together.changed, "\n".join(together.changed)


async def test_who_only_looks_changes_nothing(scene: Scene, emptying: asyncpg.Connection):
    run_id, _ = await scene.start()
    before = await rows_of(emptying)
    environment = ActivityEnvironment()
    for asked, is_there in ((run_id, True), ("another", False)):
        see_run = RunActivities(scene.database).see_run
        assert await environment.run(see_run, SeeRunInput(run_id=asked)) is is_there
    await environment.run(OutageActivities(scene.database).see_database)
    assert await rows_of(emptying) == before
