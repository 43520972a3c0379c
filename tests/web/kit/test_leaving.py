"""Leaving for a provider after a form, and coming back, in Chromium: the policy stops neither, and stops all else."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from playwright.async_api import Page

from tests.journeys.scene import Scene
from tests.journeys.serving import listening, serving
from tests.web.house import Browsers, House, session_of
from web.app import create_app
from web.kit.rendering import leave
from web.kit.viewing import Viewer, page_router


@pytest_asyncio.fixture(scope="module")
async def provider() -> AsyncIterator[str]:
    """A provider on another origin, which sends people on to a third one before it asks them."""
    first, second = listening(), listening()

    async def hop() -> RedirectResponse:
        return RedirectResponse(f"{second[1]}/login", status_code=302)

    async def login(request: Request) -> HTMLResponse:
        return HTMLResponse(f"<title>Login</title><h1>Provider</h1><p id=referrer>{request.headers.get('referer')}</p>")

    app = FastAPI()
    app.get("/authorize")(hop)
    app.get("/login")(login)
    async with serving(app, first[0]), serving(app, second[0]):
        yield f"{first[1]}/authorize?state=abc&scope=a%20b"


@pytest_asyncio.fixture(scope="module")
async def web(product: Scene, provider: str) -> AsyncIterator[str]:
    """The web backend with two more forms: one that leaves as pages do, and one that redirects."""
    app = create_app(product.operations, ring=product.settings.key_ring())
    router = page_router()

    @router.post("/test/leave")
    async def by_page(request: Request, _: Viewer) -> HTMLResponse:
        return leave(request, provider, "Xero")

    @router.post("/test/redirect")
    async def by_redirect(_: Viewer) -> RedirectResponse:
        return RedirectResponse(provider, status_code=303)

    app.include_router(router)
    socket, url = listening()
    async with serving(app, socket):
        yield url


async def at_account(house: House, browsers: Browsers, web: str, *, scripts: bool = True) -> Page:
    context = await browsers.context(house.scene, scripts=scripts)
    await context.add_cookies([{"name": "clientsync", "value": await session_of(house.admin), "url": web}])
    page = await context.new_page()
    await page.goto(f"{web}/account")
    return page


async def sent_to(page: Page, action: str) -> None:
    """Let the page's sign-out form go elsewhere, and send it."""
    await page.locator("summary").click()
    form = page.locator("details form")
    await form.evaluate("(form, action) => form.action = action", action)
    await form.get_by_role("button").click(no_wait_after=True)


@pytest.mark.thorough
@pytest.mark.parametrize("scripts", [True, False])
async def test_a_form_leads_to_the_provider(house: House, browsers: Browsers, web: str, *, scripts: bool):
    page = await at_account(house, browsers, web, scripts=scripts)
    before = page.url
    await sent_to(page, "/test/leave")
    await page.wait_for_url("**/login")
    assert await page.get_by_role("heading").inner_text() == "Provider"
    assert await page.locator("#referrer").inner_text() == "None"  # our addresses are nobody else's business
    await page.go_back()
    assert page.url == before  # and not the page in between, which would lead away again


@pytest.mark.thorough
async def test_a_redirect_would_be_stopped(house: House, browsers: Browsers, web: str):
    """The reason for the page in between; when browsers change their minds, it can go."""
    page = await at_account(house, browsers, web)
    async with page.expect_console_message(lambda message: "form-action" in message.text):
        await sent_to(page, "/test/redirect")
    assert page.url == f"{web}/account"


async def test_nothing_inline_and_nothing_from_elsewhere_runs(house: House, browsers: Browsers, web: str):
    page = await at_account(house, browsers, web)
    async with page.expect_console_message(lambda message: "Content Security Policy" in message.text):
        await page.evaluate(
            "() => { const tag = document.createElement('script'); tag.textContent = 'window.ran = true';"
            " document.body.append(tag); }"
        )
    assert await page.evaluate("window.ran") is None
    async with page.expect_console_message(lambda message: "connect-src" in message.text):
        await page.evaluate("fetch('http://127.0.0.1:9/').catch(() => null)")
