"""Secrets that a browser keeps besides its session, by which it is recognised as the same browser.

With the first, a sign-in at a provider can be finished only where it was begun. Otherwise somebody could agree to a
sign-in and send the provider's address on, and the next person would give access to a practice that they were never
told of. With the second, a browser in which somebody has signed in is known, so that strangers who try passwords
elsewhere do not lock that person out of it. With the third, a passkey's answer is accepted only from the browser that
was asked.
"""

import re
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from fastapi import Request, Response

_ONE = re.compile(r"[\w-]{43}")


def new() -> str:
    """A new secret of 256 random bits."""
    return secrets.token_urlsafe(32)


@dataclass(frozen=True, slots=True)
class SecretCookie:
    """One kind of such a secret, kept in a cookie.

    Attributes:
        name: The cookie's name; with TLS it gets a prefix by which browsers limit it to HTTPS and this host.
        kept_for: How long browsers keep it.
        same_site: Whether browsers send it with links from other sites.
    """

    name: str
    kept_for: timedelta
    same_site: Literal["lax", "strict"]

    def _cookie(self, request: Request) -> str:
        return f"__Host-{self.name}" if request.app.state.is_secure else self.name

    def of(self, request: Request) -> str | None:
        """The browser's secret; None if it has none."""
        found = request.cookies.get(self._cookie(request))
        return found if found and _ONE.fullmatch(found) else None

    def keep(self, request: Request, response: Response, mark: str) -> None:
        """Set the cookie."""
        response.set_cookie(
            self._cookie(request),
            mark,
            max_age=int(self.kept_for.total_seconds()),
            httponly=True,
            samesite=self.same_site,
            secure=request.app.state.is_secure,
        )


AT_PROVIDER = SecretCookie("clientsync-sign-in", timedelta(days=1), "lax")
"""While somebody is at a provider by a sign-in link; longer than any sign-in may take. It comes back from there."""

PASSKEY = SecretCookie("clientsync-passkey", timedelta(minutes=10), "strict")
"""Somebody signs in with a passkey, who is nobody until it answers."""

KNOWN = SecretCookie("clientsync-known", timedelta(days=365), "strict")
"""Somebody has signed in here before."""
