"""Sign-ins: a state works once, a reload repeats nothing but the telling, and nothing secret is left in the open."""

import asyncio
import logging
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from sqlmodel import col, select

from contracts.payloads.runs import Deadlines
from contracts.words.runs import Stage
from models.grants.tables import ConsentAttempt, Grant
from models.kit.columns import now
from models.runs import writes as runs
from models.runs.tables import Run
from starter.runs.consent_returns import FINISHING
from tests.journeys.browser import agreed
from tests.journeys.promises import ENDED_RUN, OPEN_RUN
from tests.journeys.scene import PATIENCE, Scene


async def attempts(scene: Scene) -> list[ConsentAttempt]:
    async with scene.database.session() as session:
        return list((await session.exec(select(ConsentAttempt).order_by(col(ConsentAttempt.created_at)))).all())


async def state_of(browser: httpx2.AsyncClient, link: str) -> str:
    """Agree on our page; gives the state that the provider would send back."""
    return parse_qs(urlsplit(await agreed(browser, link)).query)["state"][0]


async def signals(scene: Scene, run_id: str) -> list[str]:
    history = await scene.handle(run_id).fetch_history()
    return [
        event.workflow_execution_signaled_event_attributes.signal_name
        for event in history.events
        if event.HasField("workflow_execution_signaled_event_attributes")
    ]


async def test_a_sign_in_stores_a_sealed_grant_and_tells_the_run(scene: Scene, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.INFO)
    caplog.set_level(logging.WARNING, "httpx2")  # the browser of the test, and muted in production
    run_id, link = await scene.start()
    browser = await scene.browser()
    authorize_url = await agreed(browser, link)
    page = await scene.sign_in(authorize_url, browser=browser)
    assert page.status_code == 200
    assert "You are signed in to Xero" in page.text
    assert run_id in page.text
    assert await signals(scene, run_id) == ["consent_given"]
    [attempt] = await attempts(scene)
    assert attempt.delivered_at is not None
    async with scene.database.session() as session:
        [grant] = (await session.exec(select(Grant))).all()
    assert attempt.grant_id == grant.id
    assert b"eyJ" not in grant.sealed_secret
    asked, back = parse_qs(urlsplit(authorize_url).query), parse_qs(urlsplit(str(page.url)).query)
    for secret in (asked["state"][0], asked["nonce"][0], back["code"][0]):
        assert secret not in caplog.text
        assert secret not in page.text
        assert secret.encode() not in attempt.sealed_secrets + attempt.state_hash


@pytest.mark.thorough
async def test_a_reload_shows_the_same_page_and_tells_nothing_twice(scene: Scene):
    run_id, authorize_url = await scene.start()
    browser = await scene.browser()
    page = await scene.sign_in(authorize_url, browser=browser)
    again = await browser.get(str(page.url))
    assert (again.status_code, again.text) == (200, page.text)
    assert await signals(scene, run_id) == ["consent_given"]
    async with scene.database.session() as session:
        assert len((await session.exec(select(Grant))).all()) == 1


async def test_two_callbacks_at_once_show_the_same(scene: Scene):
    """A browser that loads the address twice: the second waits for what comes of the first, and says the same."""
    run_id, link = await scene.start()
    browser = await scene.browser()
    address = await agreed(browser, link)
    back = await scene.sign_in(address, browser=browser, follows_back=False)
    first, second, third = await asyncio.gather(*(browser.get(back.headers["location"]) for _ in range(3)))
    assert (first.status_code, "You are signed in to Xero" in first.text) == (200, True)
    assert (second.text, third.text) == (first.text, first.text)
    assert await signals(scene, run_id) == ["consent_given"]
    assert scene.world.calls.token_exchanges == 1


@pytest.mark.thorough
async def test_a_callback_of_a_sign_in_that_was_never_finished_is_not_waited_for_for_ever(scene: Scene):
    _, link = await scene.start()
    browser = await scene.browser()
    state = await state_of(browser, link)
    [attempt] = await attempts(scene)
    attempt.used_at = now() - 2 * FINISHING
    async with scene.database.transaction() as session:
        session.add(attempt)
    page = await browser.get(f"{scene.web}/connect/xero/callback?state={state}&code=x")
    assert (page.status_code, "interrupted" in page.text) == (409, True)


@pytest.mark.thorough
async def test_a_reload_tells_the_run_what_it_was_not_told(scene: Scene):
    run_id, authorize_url = await scene.start()
    browser = await scene.browser()
    page = await scene.sign_in(authorize_url, browser=browser)
    [attempt] = await attempts(scene)
    attempt.delivered_at = None  # as a crash between the commit and the signal leaves it
    attempt.used_at = now() - 2 * FINISHING
    async with scene.database.transaction() as session:
        session.add(attempt)
    again = await browser.get(str(page.url))
    assert again.status_code == 200
    assert await signals(scene, run_id) == ["consent_given", "consent_given"]
    assert (await attempts(scene))[0].delivered_at is not None


async def test_an_interrupted_exchange_asks_for_another_sign_in(scene: Scene):
    _, authorize_url = await scene.start()
    browser = await scene.browser()
    page = await scene.sign_in(authorize_url, browser=browser)
    [attempt] = await attempts(scene)
    attempt.grant_id = attempt.delivered_at = None  # as a crash before the commit leaves it
    attempt.used_at = now() - 2 * FINISHING
    async with scene.database.transaction() as session:
        session.add(attempt)
    again = await browser.get(str(page.url))
    assert again.status_code == 409
    assert "interrupted" in again.text


@pytest.mark.thorough
async def test_declining_tells_the_run(scene: Scene):
    run_id, authorize_url = await scene.start()
    page = await scene.sign_in(authorize_url, action="cancel")
    assert page.status_code == 200
    assert "Access was not allowed" in page.text
    assert await signals(scene, run_id) == ["consent_refused"]
    assert (await attempts(scene))[0].denied


@pytest.mark.thorough
async def test_a_refused_code_tells_the_run_and_is_not_tried_again(scene: Scene):
    run_id, link = await scene.start()
    browser = await scene.browser()
    back = f"{scene.web}/connect/xero/callback?state={await state_of(browser, link)}&code=made-up"
    page = await browser.get(back)
    assert page.status_code == 200
    assert "The sign-in to Xero could not be completed" in page.text
    assert (await browser.get(back)).text == page.text
    assert await signals(scene, run_id) == ["consent_refused"]


@pytest.mark.thorough
@pytest.mark.parametrize("query", ["", "state=", "state=made-up&code=x", "state=%00", "state=" + "x" * 5000])
async def test_unknown_states(scene: Scene, query: str):
    page = await scene.http.get(f"/connect/xero/callback?{query}")
    assert page.status_code == 404
    assert "not known" in page.text


async def test_a_state_belongs_to_its_provider(scene: Scene):
    _, link = await scene.start()
    browser = await scene.browser()
    state = await state_of(browser, link)
    page = await browser.get(f"{scene.web}/connect/sage/callback?state={state}&code=x")
    assert page.status_code == 404
    assert (await attempts(scene))[0].used_at is None


@pytest.mark.thorough
async def test_a_state_expires(scene: Scene):
    _, link = await scene.start()
    browser = await scene.browser()
    state = await state_of(browser, link)
    [attempt] = await attempts(scene)
    attempt.expires_at -= timedelta(days=1)
    async with scene.database.transaction() as session:
        session.add(attempt)
    page = await browser.get(f"{scene.web}/connect/xero/callback?state={state}&code=x")
    assert page.status_code == 409
    assert "took too long" in page.text
    assert (await attempts(scene))[0].used_at is None


@pytest.mark.thorough
async def test_a_state_lives_as_long_as_the_run_waits(make_scene):
    scene = await make_scene(deadlines=Deadlines(consent=timedelta(minutes=7)))
    _, link = await scene.start()
    await agreed(await scene.browser(), link)
    [attempt] = await attempts(scene)
    assert attempt.expires_at - attempt.created_at == timedelta(minutes=7)


async def test_a_further_sign_in_has_a_state_of_its_own(scene: Scene):
    run_id, authorize_url = await scene.start()
    further = (await scene.http.post(f"/api/v1/runs/{run_id}/consent")).json()["authorize_url"]
    states = {await state_of(await scene.browser(), url) for url in (authorize_url, further)}
    assert len(states) == 2
    for url in (authorize_url, further):
        assert (await scene.sign_in(url, action="cancel")).status_code == 200
    assert await signals(scene, run_id) == ["consent_refused", "consent_refused"]


@pytest.mark.thorough
@pytest.mark.leaves(ENDED_RUN, because="only the stage is what the answer looks at")
async def test_no_sign_in_for_a_finished_run(scene: Scene):
    run_id, _ = await scene.start()
    async with scene.database.transaction() as session:
        run = await session.get_one(Run, run_id)
        run.stage = Stage.FINISHED
        session.add(run)
    answer = await scene.http.post(f"/api/v1/runs/{run_id}/consent")
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "wrong_stage")


@pytest.mark.thorough
@pytest.mark.leaves(OPEN_RUN, because="what was stopped from outside is closed minutes later, as lost work")
async def test_a_sign_in_that_comes_back_to_an_ended_run(scene: Scene):
    run_id, authorize_url = await scene.start()
    await scene.handle(run_id).terminate("for the test")
    page = await scene.sign_in(authorize_url)
    assert page.status_code == 409
    assert "has ended" in page.text


@pytest.mark.leaves(OPEN_RUN, because="its second sign-in is what is looked at")
async def test_a_sign_in_waits_for_its_run_before_it_locks_a_grant_that_the_run_may_be_listing(scene: Scene):
    run_id, first = await scene.start()
    browser = await scene.browser()
    await scene.sign_in(first, browser=browser)
    again = await agreed(browser, await scene.further_sign_in(run_id))
    async with scene.database.transaction() as session:
        await runs.locked_run(session, run_id)
        coming_back = asyncio.create_task(scene.sign_in(again, browser=browser))
        async with asyncio.timeout(PATIENCE):
            while not await scene.held_up():
                pass
        free = select(Grant).with_for_update(key_share=True, nowait=True)
        assert len((await session.exec(free)).all()) == 1
    assert (await coming_back).status_code == 200
