"""A browser without a screen: opens pages, follows redirects, keeps cookies, fills in forms and presses buttons.

It sends what a browser would send for the page, and nothing that is not on the page. It reads the controls of sign-in
pages (input and button) and runs no scripts. It never logs an address, because addresses hold codes.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from types import TracebackType
from typing import Self
from urllib.parse import urlencode

import httpx2

CHOICES = frozenset({"checkbox", "radio"})
PRESSED = frozenset({"submit", "button", "image", "reset"})


class NoSuchControlError(Exception):
    """The page has no such field, box or button."""


@dataclass(frozen=True, slots=True)
class Control:
    """A field of a form; ``is_on`` says whether a box is ticked, and is true for other fields."""

    name: str
    value: str
    kind: str
    is_on: bool


@dataclass(slots=True)
class Button:
    """A button that sends a form."""

    name: str
    value: str
    label: str = ""


@dataclass(slots=True)
class Form:
    """A form of a page."""

    action: str
    method: str
    controls: list[Control] = field(default_factory=list)
    buttons: list[Button] = field(default_factory=list)

    def values(self, name: str) -> list[str]:
        """The values that can be chosen for a name."""
        return [control.value for control in self.controls if control.name == name]

    def filled(
        self, button: Button, fill: Mapping[str, str], choose: Mapping[str, Iterable[str]]
    ) -> list[tuple[str, str]]:
        """The names and values that are sent.

        Args:
            button: The button that is pressed.
            fill: Texts for fields, by name.
            choose: Values of boxes to tick, by name; boxes of other names stay as they are.

        Raises:
            NoSuchControlError: The form has no such field or box.
        """
        chosen = {name: set(values) for name, values in choose.items()}
        for name, values in chosen.items():
            if missing := values.difference(self.values(name)):
                raise NoSuchControlError(f"the page offers no {name} {missing.pop()}")
        if missing := set(fill).difference(control.name for control in self.controls):
            raise NoSuchControlError(f"the page has no field {missing.pop()}")
        sent = []
        for control in self.controls:
            if control.kind in CHOICES:
                is_on = control.value in chosen[control.name] if control.name in chosen else control.is_on
                sent += [(control.name, control.value)] if is_on else []
            else:
                sent.append((control.name, fill.get(control.name, control.value)))
        return [*sent, (button.name, button.value)] if button.name else sent


@dataclass(frozen=True, slots=True)
class ShownPage:
    """An opened page.

    Attributes:
        url: Its address after redirects.
        status: HTTP status.
        heading: Its first heading.
        alert: Its error message; None without one.
        forms: Its forms.
        leads_to: The address to which it goes on by itself; None when it stays.
    """

    url: httpx2.URL = field(repr=False)
    status: int
    heading: str
    alert: str
    forms: tuple[Form, ...]
    leads_to: str | None = field(default=None, repr=False)

    def button(self, label: str) -> tuple[Form, Button]:
        """The button whose label begins with ``label``, and its form.

        Raises:
            NoSuchControlError: There is none.
        """
        for form in self.forms:
            for button in form.buttons:
                if button.label.startswith(label):
                    return form, button
        raise NoSuchControlError(f"the page {self.heading!r} has no button {label!r}")

    def has(self, label: str) -> bool:
        """Whether there is such a button."""
        return any(button.label.startswith(label) for form in self.forms for button in form.buttons)


class Browser:
    """One person's browser; an async context manager."""

    def __init__(self) -> None:
        # Long enough for a consent page with thousands of organisations on a busy machine.
        self._http = httpx2.AsyncClient(follow_redirects=True, timeout=60)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._http.aclose()

    async def open(self, url: str) -> ShownPage:
        """Open an address."""
        return await self._arrived(await self._http.get(url))

    async def press(
        self,
        page: ShownPage,
        label: str,
        *,
        fill: Mapping[str, str] | None = None,
        choose: Mapping[str, Iterable[str]] | None = None,
    ) -> ShownPage:
        """Fill in a form, press the button whose label begins with ``label``, and return the next page.

        Raises:
            NoSuchControlError: The page does not have it.
        """
        form, button = page.button(label)
        sent = form.filled(button, fill or {}, choose or {})
        target = page.url.join(form.action)
        if form.method == "get":
            return _page(await self._http.get(target, params=urlencode(sent)))
        origin = f"{page.url.scheme}://{page.url.netloc.decode()}"
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Origin": origin}
        return await self._arrived(await self._http.post(target, content=urlencode(sent), headers=headers))

    async def _arrived(self, response: httpx2.Response) -> ShownPage:
        """The page; or the page to which it goes on by itself."""
        page = _page(response)
        return page if page.leads_to is None else await self.open(page.leads_to)


def _page(response: httpx2.Response) -> ShownPage:
    reader = _Reader()
    reader.feed(response.text)
    reader.close()
    return ShownPage(
        response.url,
        response.status_code,
        reader.text("h1"),
        reader.text("alert"),
        tuple(reader.forms),
        reader.leads_to,
    )


class _Reader(HTMLParser):
    """Finds forms, headings and alerts in a page."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.leads_to: str | None = None
        self._form: Form | None = None
        self._button: Button | None = None
        self._reading: tuple[str, str] | None = None
        self._texts: dict[str, list[str]] = {}

    def text(self, name: str) -> str:
        return " ".join("".join(self._texts.get(name, [])).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._form = Form(attributes.get("action", ""), attributes.get("method", "get").lower())
            self.forms.append(self._form)
        elif tag == "button" and self._form is not None and "disabled" not in attributes:
            self._button = Button(attributes.get("name", ""), attributes.get("value", ""))
            self._form.buttons.append(self._button)
        elif tag == "input" and self._form is not None and "disabled" not in attributes:
            self._input(self._form, attributes)
        elif tag == "h1" and "h1" not in self._texts:
            self._reading = ("h1", tag)
        elif tag == "meta" and attributes.get("http-equiv") == "refresh":
            self.leads_to = attributes.get("content", "").partition("url=")[2] or None
        elif attributes.get("role") == "alert":
            self._reading = ("alert", tag)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "button":
            self._button = None
        elif self._reading is not None and tag == self._reading[1]:
            self._reading = None

    def handle_data(self, data: str) -> None:
        if self._button is not None:
            self._button.label = " ".join(f"{self._button.label}{data}".split())
        elif self._reading is not None:
            self._texts.setdefault(self._reading[0], []).append(data)

    @staticmethod
    def _input(form: Form, attributes: Mapping[str, str]) -> None:
        kind, name = attributes.get("type", "text").lower(), attributes.get("name", "")
        if kind in PRESSED:
            if kind == "submit":
                form.buttons.append(Button(name, attributes.get("value", ""), attributes.get("value", "")))
        elif name:
            is_choice = kind in CHOICES
            value = attributes.get("value", "on" if is_choice else "")
            form.controls.append(Control(name, value, kind, not is_choice or "checked" in attributes))
