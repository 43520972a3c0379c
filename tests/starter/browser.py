"""A browser as far as a sign-in needs one: follows redirects, keeps cookies, fills forms in and presses a button."""

from html.parser import HTMLParser
from urllib.parse import urljoin

import httpx2

class Form(HTMLParser):
    """The first form of a page: where it goes, and what it would send as it stands."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.action, self.fields, self.buttons, self.boxes = "", [], [], []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            self.action = given["action"] or ""
        elif tag == "button":
            self.buttons.append((given.get("name") or "", given.get("value") or ""))
        elif tag == "input" and given.get("type") == "checkbox":
            if "disabled" not in given:
                self.boxes.append((given["name"], given["value"]))
        elif tag == "input" and given.get("type") == "radio":
            if "checked" in given:
                self.fields.append((given["name"], given["value"]))
        elif tag == "input" and given.get("name"):
            self.fields.append((given["name"], given.get("value") or ""))

class Browser:
    """One person's browser."""

    def __init__(self) -> None:
        self.http = httpx2.AsyncClient(follow_redirects=True, timeout=30)

    async def open(self, url: str) -> httpx2.Response:
        return await self.http.get(url)

    async def press(self, page: httpx2.Response, button: str, *more: tuple[str, str]) -> httpx2.Response:
        """Send the page's form with one of its buttons, and with ``more`` ticked."""
        form = Form(page.text)
        pressed = next(named for named in form.buttons if named[1] == button)
        fields = [*form.fields, *more, pressed]
        data: dict[str, list[str]] = {}
        for name, value in fields:
            data.setdefault(name or "", []).append(value or "")
        return await self.http.post(urljoin(str(page.url), form.action), data=data)

    async def sign_in(self, authorize_url: str, *, organisations: int | None = None) -> httpx2.Response:
        """Sign in and allow access; gives the page that the sign-in ends on.

        Args:
            authorize_url: Where to begin.
            organisations: How many to tick; all that can be when None.
        """
        consent = await self.press(await self.open(authorize_url), "sign_in")
        boxes = Form(consent.text).boxes

        return await self.press(consent, "allow", *boxes[:organisations])

    async def decline(self, authorize_url: str) -> httpx2.Response:
        """Sign in and do not allow access."""
        consent = await self.press(await self.open(authorize_url), "sign_in")

        return await self.press(consent, "cancel")
