"""Checks addresses that came from outside: where they may lead, and which part of them may be logged."""

import re
from typing import Final
from urllib.parse import urlencode, urlsplit

from starlette.types import Scope

from web.kit.confirmations import PARAMETER, Said

HOME: Final = "/"
_NOT_AGAIN = (
    "/sign-in",
    "/sign-out",
    "/invitation/",
    "/sign-in-link/",
    "/client-sign-in/",
    "/forgotten-password",
    "/connect/",
    "/api/",
    "/codec/",
    "/static/",
)


_RECONNECT: Final = re.compile(r"/connect/[a-z]{1,20}/reconnect")
"""Where a provider sends colleagues who are to sign in again: they may have to sign in here first."""

SECRET_PATHS: Final = ("/invitation/", "/sign-in-link/", "/client-sign-in/", "/forgotten-password/")
"""Where a link's secret stands: what follows in such a path is never logged."""


def logged_path(scope: Scope) -> str:
    """A request's path for the log, without its query, which may contain a code."""
    # As it came, percent-encoded: a decoded path could hold a line break.
    path = scope["raw_path"].partition(b"?")[0].decode("ascii", "replace")
    return next((f"{start}[hidden]" for start in SECRET_PATHS if path.startswith(start)), path)


def local(address: str | None) -> str:
    r"""The address if it is a path on this site that a person can open; otherwise the home page.

    Browsers treat ``//host`` and ``/\host`` as another site, and drop tabs and line breaks before they look.

    Args:
        address: Such as the ``next`` of the sign-in page.
    """
    if not address or not address.startswith("/") or address.startswith("//") or len(address) > 2000:
        return HOME
    if "\\" in address or any(not character.isprintable() or character.isspace() for character in address):
        return HOME
    try:
        parts = urlsplit(address)
    except ValueError:
        return HOME
    is_again = parts.path.startswith(_NOT_AGAIN) and not _RECONNECT.fullmatch(parts.path)
    return HOME if parts.scheme or parts.netloc or is_again else address


def behind(referrer: str | None, host: str | None) -> str:
    """The page from which a form was sent, as a local path; the home page when it is unknown or of another site.

    Args:
        referrer: The ``Referer`` header.
        host: The ``Host`` header.
    """
    try:
        parts = urlsplit(referrer or "")
    except ValueError:
        return HOME
    if not host or parts.netloc != host:
        return HOME
    return local(f"{parts.path}?{parts.query}" if parts.query else parts.path)


def is_own_origin(origin: str, host: str | None) -> bool:
    """Whether an ``Origin`` header names the host that was asked; ``null`` does not."""
    try:
        return bool(host) and urlsplit(origin).netloc == host
    except ValueError:
        return False


def sign_in_address(back: str, done: Said | None = None) -> str:
    """The sign-in page's address, such as ``/sign-in?next=/clients&said=session-over``.

    Args:
        back: The page to go to after signing in.
        done: The sentence to show on the page.
    """
    words = {}
    if (page := local(back)) != HOME:
        words["next"] = page
    if done is not None:
        words[PARAMETER] = done.value
    return f"/sign-in?{urlencode(words, safe='/')}" if words else "/sign-in"
