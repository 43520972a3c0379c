"""Turns templates into pages: one environment, and every value is escaped.

No page is built elsewhere. Besides its own values, a template gets ``viewer`` (who is signed in, or None), ``said``
(what was just done), ``path``, and the functions ``static``, ``csrf_field``, ``form_key``, ``software``,
``may_add_clients``, and ``filled`` for rows of long lists; and ``NUMBERS`` of ``web.kit.wording``.
"""

import hashlib
import re
import secrets
from collections.abc import Callable, Hashable, Iterable, Sequence
from datetime import UTC, tzinfo
from functools import cache
from http import HTTPStatus
from importlib.resources import files
from operator import itemgetter
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup, escape

from starter.access.sessions import SignedIn
from starter.answers.allow_words import AllowWords
from starter.answers.views import now
from starter.operations import Operations
from starter.software import Software
from web.kit.confirmations import PARAMETER, said
from web.kit.surroundings import Surroundings, current, surrounded
from web.kit.wording import FILTERS, NUMBERS, standing

CSRF_FIELD = "csrf"
FORM_KEY = "key"
_STATIC = files("web") / "static"
_MARK = secrets.token_hex(12)
"""Stands in a shape where a text belongs, followed by the text's number; no text can hold it, since nobody knows it."""

_MARKED = re.compile(rf"{_MARK}(\d+)\.")
_BETWEEN = "\x00"
"""Stands between texts that are escaped together; the database takes none."""

Row = tuple[Hashable, Sequence[str | None]]
"""The shape, which may hold anything that can be compared, and a NamedTuple of texts, none of which is markup."""


@cache
def static(name: str) -> str:
    """The address of a file in ``static/``, which changes with its content, so that browsers may cache it for ever."""
    return f"/static/{name}?v={hashlib.sha256((_STATIC / name).read_bytes()).hexdigest()[:12]}"


def csrf_field() -> Markup:
    """The hidden field with the session's secret, for every form of a signed-in colleague."""
    return Markup('<input type="hidden" name="{}" value="{}">').format(CSRF_FIELD, current().csrf)


def new_form_key() -> str:
    """A key that no other form has."""
    return secrets.token_urlsafe(18)


def form_key() -> Markup:
    """The hidden field of a form that starts something; the same form sent twice starts it once."""
    return Markup(f'<input type="hidden" name="{FORM_KEY}" value="{new_form_key()}">')  # noqa: S704  # ours, and nothing in it to escape


def software() -> Software:
    """The accounting software that there is, for sentences and buttons that name it."""
    found = current().software
    assert found is not None  # noqa: S101  # a piece of a page that names one belongs on the whole page
    return found


def may_add_clients() -> bool:
    """Whether the viewer may add clients; who may not is offered no button, and told why."""
    return current().may_add_clients


def filled(macro: Callable[[Any, Any], str], rows: Iterable[Row]) -> Markup:
    """All rows of a long list as HTML: the macro runs once for each shape, and every row fills a shape with its texts.

    A list of thousands of rows has few shapes, such as *new and ticked*. What differs otherwise is text, which is only
    escaped and put in its places: that takes a fraction of the time that the macro takes.

    Args:
        macro: A template's, called with a shape and the texts. Of a text it may only ask whether there is one, and
            insert it as it is, between tags or in an attribute's quotes.
        rows: What is shown.
    """
    forms: dict[tuple[Hashable, tuple[bool, ...]], _Form] = {}
    used: list[_Form] = []
    raw: list[str] = []
    for shape, texts in rows:
        key = shape, tuple(map(bool, texts))
        form = forms.get(key)
        if form is None:
            form = forms[key] = _Form(macro, shape, texts)
        used.append(form)
        raw += form.shown(texts)
    escaped = str(escape(_BETWEEN.join(raw))).split(_BETWEEN)  # at once: each call costs more than a text does
    if len(escaped) != len(raw):  # a form was sent with what stands between them, or no text is used
        escaped = [str(escape(one)) for one in raw]
    done: list[str] = []
    start = 0
    for form in used:
        end = start + form.count
        done += form.placed((*escaped[start:end], *form.constants))
        start = end
    return Markup("".join(done))  # noqa: S704  # what the macro has made, and texts that are escaped


class _Form:
    """What all rows of a shape have in common.

    Args:
        macro: The template's macro.
        shape: The shape.
        texts: Those of its first row: which of them are there, they have in common as well.

    Attributes:
        constants: The HTML around the places of texts.
        count: How many texts it shows, each in one place or several.
        shown: Gives those of a row's texts that it shows; only such as are there.
        placed: Gives the row's HTML in pieces, of the texts that ``shown`` has given and the constants after them.
    """

    def __init__(self, macro: Callable[[Any, Any], str], shape: Hashable, texts: Sequence[str | None]) -> None:
        marked = type(texts)(*(f"{_MARK}{place}." if one else one for place, one in enumerate(texts)))
        self.constants, places = _taken_apart(str(macro(shape, marked)))
        used = list(dict.fromkeys(places))
        self.count = len(used)
        self.shown = _items(used)
        around = range(self.count, self.count + len(self.constants))
        between = [used.index(place) for place in places]
        self.placed = _items([one for pair in zip(around, between, strict=False) for one in pair] + [around[-1]])


def _items(places: Sequence[int]) -> Callable[[Sequence[Any]], tuple[Any, ...]]:
    """A function that gives what stands at these places of a sequence."""
    if len(places) > 1:
        return itemgetter(*places)
    return lambda of: tuple(of[place] for place in places)


def _taken_apart(html: str) -> tuple[list[str], list[int]]:
    pieces = _MARKED.split(html)
    return pieces[::2], [int(place) for place in pieces[1::2]]


def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("web"),
        autoescape=select_autoescape(),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(FILTERS)
    made.globals.update(static=static, csrf_field=csrf_field, form_key=form_key, software=software, standing=standing)
    made.globals.update(may_add_clients=may_add_clients, filled=filled, **NUMBERS)
    return made


PAGES = _environment()


def viewer_of(request: Request) -> SignedIn | None:
    """Who is signed in, if the route has asked for it before; None otherwise."""
    found = getattr(request.state, "viewer", None)
    return found if isinstance(found, SignedIn) else None


def rendered(viewer: SignedIn | None, template: str, /, *, at: Software | None = None, **values: object) -> str:
    """A template as text: a whole page, or a piece that a script inserts.

    Args:
        viewer: Who looks at it.
        template: Its name in ``templates/``.
        at: The accounting software that there is, for a template that names it.
        values: What the template gets, besides ``viewer``.
    """
    zone: tzinfo = viewer.actor.time_zone if viewer else UTC
    may_add, csrf = (viewer.actor.may_add_clients, viewer.csrf) if viewer else (False, None)
    with surrounded(Surroundings(zone=zone, now=now(), csrf=csrf, software=at, may_add_clients=may_add)):
        return PAGES.get_template(template).render(viewer=viewer, **values)


def render(
    request: Request,
    template: str,
    /,
    *,
    status: int = HTTPStatus.OK,
    referrer: str = "same-origin",
    is_over: bool = False,
    is_well: bool = True,
    **values: object,
) -> HTMLResponse:
    """A template as an answer.

    Args:
        request: The request that is answered.
        template: Its name in ``templates/``.
        status: HTTP status.
        referrer: Whom the browser may tell the page's address; ``no-referrer`` for pages whose address is a secret.
        is_over: Whether what was begun on this page has ended; the sentence about it then tells the result.
        is_well: Whether it succeeded.
        values: What the template gets.
    """
    done = said(request.query_params.get(PARAMETER))
    operations: Operations = request.app.state.operations
    sentence = operations.software.named(done.sentence_once(is_over=is_over, is_well=is_well)) if done else None
    around = {
        "said": done,
        "said_sentence": sentence,
        "is_said_later": done is not None and done.is_begun and not is_over,
        "path": request.url.path,
        "has_outbox": request.app.state.has_outbox,
    }
    page = rendered(viewer_of(request), template, at=operations.software, **around | values)
    # Without a referrer, browsers send forms with ``Origin: null``, and nobody could tell ours from others'.
    return HTMLResponse(page, status_code=status, headers={"Referrer-Policy": referrer})


def leave(
    request: Request,
    address: str,
    whither: str,
    allow: AllowWords | None = None,
    to_allow: Sequence[str] = (),
) -> HTMLResponse:
    """The answer to a POST that leads to a sign-in at an accounting software or an identity provider.

    Chromium applies ``form-action 'self'`` to the redirects of a form, and providers redirect to origins that we cannot
    list. So this is a page that goes on by itself, and has a link; no policy stops that.

    Args:
        request: The POST.
        address: The provider's address.
        whither: The provider's name for people.
        allow: What a person does there; None at an identity provider, where nothing is allowed to us.
        to_allow: Names of organisations that were removed there; the page then waits until people have read them.
    """
    return render(
        request,
        "to_provider.html",
        referrer="no-referrer",
        address=address,
        whither=whither,
        to_allow=to_allow,
        allow=allow,
    )
