"""Checks support staff by OpenID Connect tokens of the operator's own identity provider.

Support staff are not colleagues of any practice. Temporal's web interface sends the token that it got when they signed
in there. The token must be from the configured issuer, for the configured audience, valid now, and name the configured
group. No error shows any part of a token.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

import httpx2

from contracts.words.refusals import RefusalCode, Refused
from models.kit.columns import now
from providers.identity import BadTokenError, Claims, Issuer
from providers.port.errors import Unavailable

LONGEST_TOKEN = 16_384
"""Characters."""

NOT_VALID = "This token is not one of a support sign-in, or it is over. Sign in to Temporal's web interface again."


@dataclass(frozen=True, slots=True)
class SupportGroup:
    """The operator's settings for who is support staff.

    Attributes:
        issuer: The identity provider; its discovery document is below it.
        audience: For whom tokens are made: an API's name in access tokens, the client's id in id tokens.
        group: The group that the claim must name.
        claim: The claim with the groups; a path with dots where it is inside another claim.
    """

    issuer: str
    audience: str
    group: str
    claim: str = "groups"


@dataclass(frozen=True, slots=True)
class SupportPerson:
    """A member of support staff.

    Attributes:
        subject: The person's id at the identity provider.
        name: The person's name.
    """

    subject: str
    name: str


class SupportIdentity:
    """Checks support's tokens.

    Args:
        group: The settings.
        http: Reads the provider's documents.
        clock: Tells the time.
    """

    def __init__(self, group: SupportGroup, http: httpx2.AsyncClient, clock: Callable[[], datetime] = now) -> None:
        self._group = group
        self._issuer = Issuer(group.issuer, http, clock)

    async def person(self, *tokens: str) -> SupportPerson:
        """The person to whom one of these tokens belongs: the first valid token that names the group decides.

        Args:
            tokens: Such as an access token, and the id token that was sent with it; empty ones are ignored.

        Raises:
            Refused: ``UNAUTHENTICATED``: none is valid. ``FORBIDDEN``: none names the group. ``UNAVAILABLE``: the
                identity provider does not answer.
        """
        is_somebody = False
        for token in tokens:
            if not token or len(token) > LONGEST_TOKEN:
                continue
            try:
                claims = await self._issuer.claims(token, audience=self._group.audience)
            except Unavailable as error:
                message = "The identity provider does not answer just now. Try again in a moment."
                raise Refused(RefusalCode.UNAVAILABLE, message) from error
            except BadTokenError:
                continue
            is_somebody = True
            if self._group.group in groups_in(claims, self._group.claim):
                return _person(claims)
        if is_somebody:
            raise Refused(RefusalCode.FORBIDDEN, "Only support staff may read what workflows hold.")
        raise Refused(RefusalCode.UNAUTHENTICATED, NOT_VALID)


def groups_in(claims: Claims, path: str) -> frozenset[str]:
    """The groups that a token names.

    Args:
        claims: The token's claims.
        path: The claim's name, which may contain dots, or else a path: ``realm_access.roles``.
    """
    found: object = claims.get(path)
    if found is None:
        found = claims
        for name in path.split("."):
            found = found.get(name) if isinstance(found, Mapping) else None
    if isinstance(found, str):
        return frozenset(found.split())
    return frozenset(one for one in found if isinstance(one, str)) if isinstance(found, list) else frozenset()


def _person(claims: Claims) -> SupportPerson:
    subject = str(claims["sub"])
    called = next((claims[name] for name in ("name", "email", "preferred_username") if claims.get(name)), subject)
    return SupportPerson(subject[:200], str(called)[:200])
