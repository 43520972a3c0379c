"""A browser that signs in: from our page to the stand-in and back, as slowly and as often as a person may."""

from collections.abc import Sequence
from html import unescape
from html.parser import HTMLParser
from types import TracebackType
from typing import NamedTuple, Self
from urllib.parse import urlencode, urlsplit

import httpx2

from torture.people.door import NO_TLS

_FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class WayLostError(Exception):
    """A page did not lead on, or nobody answered; this sign-in is given up."""


class Back(NamedTuple):
    """Status and text of the page that the browser saw at the end."""

    status: int
    page: str


class Browser:
    """One browser with its cookies; an async context manager."""

    def __init__(self, email: str) -> None:
        self._http = httpx2.AsyncClient(timeout=45, verify=NO_TLS)
        self._email = email

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._http.aclose()

    async def sign_in(self, address: str, wanted: Sequence[str], *, is_willing: bool = True) -> str:
        """Agree on our page, sign in at the stand-in, and allow or decline access.

        Args:
            address: The address of our page.
            wanted: Organisations to allow, where they are offered; earlier ones stay allowed.
            is_willing: Whether to allow access; False declines.

        Returns:
            Where the platform sends the browser, which is not gone to yet; it holds a code.

        Raises:
            WayLostError: A page did not lead on, or nobody answered.
        """
        try:
            parts = urlsplit(address)
            ours = await self._http.post(address, headers={"Origin": f"{parts.scheme}://{parts.netloc}"})
            leads = unescape(ours.text.partition('content="0; url=')[2].partition('"')[0])
            if not leads:
                raise WayLostError(f"our page answered {ours.status_code}")
            page = await self._http.get(leads, follow_redirects=True)
            form = _Form(page.text)
            sent = [*form.hidden, ("email", self._email), *form.passwords, ("action", "sign_in")]
            page = await self._press(page, form, sent)
            form = _Form(page.text)
            offered = [("organisation", one) for one in wanted if one in form.offered]
            action = ("allow" if offered else "continue") if is_willing else "cancel"
            page = await self._press(page, form, [*form.hidden, *offered, ("action", action)])
        except (httpx2.HTTPError, KeyError) as error:
            raise WayLostError(type(error).__name__) from None
        if "location" not in page.headers:
            raise WayLostError(f"the platform's page stayed: {page.status_code}")
        return str(page.headers["location"])

    async def come_back(self, callback: str) -> Back:
        """Open the address to which the stand-in sent the browser.

        Raises:
            WayLostError: Nobody answered.
        """
        try:
            answer = await self._http.get(callback, follow_redirects=True)
        except httpx2.HTTPError as error:
            raise WayLostError(type(error).__name__) from None
        return Back(answer.status_code, answer.text)

    async def _press(self, page: httpx2.Response, form: "_Form", fields: list[tuple[str, str]]) -> httpx2.Response:
        """Send a form, and follow redirects as long as they stay at the stand-in."""
        answer = await self._http.post(page.url.join(form.action), content=urlencode(fields), headers=_FORM)
        while answer.is_redirect and (target := page.url.join(answer.headers["location"])).port == page.url.port:
            answer = await self._http.get(target)
        return answer


class _Form(HTMLParser):
    """The form on a page of the stand-in."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.action = ""
        self.hidden: list[tuple[str, str]] = []
        self.passwords: list[tuple[str, str]] = []
        self.offered: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Read one element."""
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.action = given["action"]
        elif tag == "input" and "disabled" not in given:
            pair = (given.get("name", ""), given.get("value", ""))
            match given.get("type"):
                case "hidden":
                    self.hidden.append(pair)
                case "password":
                    self.passwords.append(pair)
                case "checkbox" | "radio" if pair[0] == "organisation":
                    self.offered.add(pair[1])
