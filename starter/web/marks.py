"""The mark that a browser keeps while somebody is at a provider by a sign-in link: only this browser can finish it.

Without it, whoever had agreed for themselves could send the provider's address on, and the next person would let
in a practice that they were never told of.
"""

import re
import secrets
from datetime import timedelta
from enum import StrEnum

from fastapi import Request, Response

KEPT_FOR = timedelta(days=1)
"""Longer than any sign-in may take."""

_ONE = re.compile(r"[\w-]{43}")


class Cookie(StrEnum):
    """The cookie's names; with the prefix, browsers themselves hold it to HTTPS and to this very host."""

    PLAIN = "clientsync-sign-in"
    SECURE = "__Host-clientsync-sign-in"


def _cookie(request: Request) -> Cookie:
    return Cookie.SECURE if request.app.state.is_secure else Cookie.PLAIN


def new() -> str:
    """256 random bits."""
    return secrets.token_urlsafe(32)


def of(request: Request) -> str | None:
    """The browser's mark, if it has one: of an earlier click, which may be the one that is gone on with."""
    found = request.cookies.get(_cookie(request))
    return found if found and _ONE.fullmatch(found) else None


def keep(request: Request, response: Response, mark: str) -> None:
    """Let the browser keep its mark. Lax, since it comes back from the provider's site."""
    response.set_cookie(
        _cookie(request),
        mark,
        max_age=int(KEPT_FOR.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=request.app.state.is_secure,
    )
