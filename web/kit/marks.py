"""Secrets that a browser keeps beside its session: who has them is the same browser as before.

By the first, a sign-in at a provider is finished where it was begun: whoever had agreed for themselves could else send
the provider's address on, and the next person would let in a practice that they were never told of. By the second, a
browser in which somebody has signed in is known again: strangers who try passwords lock nobody out of it. By the third,
a passkey's answer is taken from the browser alone that was asked for it.
"""

import re
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from fastapi import Request, Response

_ONE = re.compile(r"[\w-]{43}")


def new() -> str:
    """256 random bits."""
    return secrets.token_urlsafe(32)


@dataclass(frozen=True, slots=True)
class Mark:
    """One such secret.

    Attributes:
        name: The cookie's; behind TLS it has a prefix by which browsers themselves hold it to HTTPS and this very host.
        kept_for: How long browsers keep it.
        same_site: Whether it comes along from other sites' links.
    """

    name: str
    kept_for: timedelta
    same_site: Literal["lax", "strict"]

    def _cookie(self, request: Request) -> str:
        return f"__Host-{self.name}" if request.app.state.is_secure else self.name

    def of(self, request: Request) -> str | None:
        """The browser's, if it has one."""
        found = request.cookies.get(self._cookie(request))
        return found if found and _ONE.fullmatch(found) else None

    def keep(self, request: Request, response: Response, mark: str) -> None:
        """Let the browser keep it."""
        response.set_cookie(
            self._cookie(request),
            mark,
            max_age=int(self.kept_for.total_seconds()),
            httponly=True,
            samesite=self.same_site,
            secure=request.app.state.is_secure,
        )


AT_PROVIDER = Mark("clientsync-sign-in", timedelta(days=1), "lax")
"""While somebody is at a provider by a sign-in link; longer than any sign-in may take. It comes back from there."""

PASSKEY = Mark("clientsync-passkey", timedelta(minutes=10), "strict")
"""Somebody signs in with a passkey, who is nobody until it answers."""

KNOWN = Mark("clientsync-known", timedelta(days=365), "strict")
"""Somebody has signed in here before."""
