"""A colleague's browser at the provider's pages: signs in, ticks organisations, and comes back to ours."""

import re
from contextlib import nullcontext
from html import unescape
from html.parser import HTMLParser

import httpx2

from tests.journeys.serving import NO_TLS


class _Form(HTMLParser):
    """The one form of a page: where it goes, what is ticked or filled in, and what could be ticked."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.action = ""
        self.fields: list[tuple[str, str]] = []
        self.boxes: list[str] = []
        self.is_one = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.action = given["action"]
        elif tag == "input" and "disabled" not in given and "name" in given:
            if given.get("type") in {"checkbox", "radio"}:
                if given["name"] == "organisation":
                    self.boxes.append(given["value"])
                    self.is_one = given["type"] == "radio"
                if "checked" not in given:
                    return
            self.fields.append((given["name"], given.get("value", "")))


def fresh() -> httpx2.AsyncClient:
    """A browser that has been nowhere yet."""
    return httpx2.AsyncClient(follow_redirects=True, timeout=30, verify=NO_TLS)


async def agreed(browser: httpx2.AsyncClient, link: str) -> str:
    """Open the page of ours that says for whom the sign-in is, and agree there; gives the provider's address."""
    page = await browser.get(link)
    assert page.status_code == 200, page.text
    origin = f"{page.url.scheme}://{page.url.netloc.decode()}"
    leaving = await browser.post(page.url.join(_Form(page.text).action), headers={"Origin": origin})
    [address] = re.findall(r'http-equiv="refresh" content="0; url=([^"]+)"', leaving.text)
    return unescape(address)


async def sign_in(
    authorize_url: str,
    *,
    person: int,
    choose: list[str] | None,
    action: str,
    browser: httpx2.AsyncClient | None = None,
    follows_back: bool = True,
) -> httpx2.Response:
    """Go through the pages up to our callback's; see ``Scene.sign_in``."""
    async with fresh() if browser is None else nullcontext(browser) as browser:
        if "/sign-in-link/" in authorize_url:
            authorize_url = await agreed(browser, authorize_url)
        page = await browser.get(authorize_url)
        there, form = _site(page.url), _Form(page.text)
        if any(name == "region" for name, _ in form.fields):  # the country that is offered first
            page = await _submit(browser, page, form, [*form.fields, ("action", "choose")], there)
            form = _Form(page.text)
        fields = [(name, value) for name, value in form.fields if name != "person"]
        people = re.findall(r'name="person" value="([^"]+)"', page.text)
        page = await _submit(browser, page, form, [*fields, ("person", people[person]), ("action", "sign_in")], there)
        if not page.is_redirect:  # where access was allowed before, nothing may be asked
            form = _Form(page.text)
            kept = [(name, value) for name, value in form.fields if name != "organisation"]
            ticked = choose if choose is not None else form.boxes[:1] if form.is_one else form.boxes
            picks = any(name == "search" for name, _ in form.fields) and not form.is_one
            if action == "allow" and choose is None and picks and not ticked:
                action = "continue"  # everything is allowed already: an earlier test shares the stand-in
            elif action == "continue" and not picks:
                action = "allow"
            rows = [("organisation", identity) for identity in ticked] if action == "allow" else []
            page = await _submit(browser, page, form, [*kept, *rows, ("action", action)], there)
            if 'value="take_over"' in page.text:
                form = _Form(page.text)
                page = await _submit(browser, page, form, [*form.fields, ("action", "take_over")], there)
        if follows_back and page.is_redirect:
            return await browser.get(page.headers["location"])
        return page


def _site(url: httpx2.URL) -> tuple[str, int | None]:
    return url.host, url.port


async def _submit(
    browser: httpx2.AsyncClient,
    page: httpx2.Response,
    form: _Form,
    fields: list[tuple[str, str]],
    there: tuple[str, int | None],
) -> httpx2.Response:
    """The page that comes of it, as long as that is the provider's; otherwise the way from there."""
    data: dict[str, list[str]] = {}
    for name, value in fields:
        data.setdefault(name, []).append(value)
    answer = await browser.post(page.url.join(form.action), data=data, follow_redirects=False)
    while answer.is_redirect and _site(target := answer.url.join(answer.headers["location"])) == there:
        answer = await browser.get(target, follow_redirects=False)
    return answer
