"""Who of support asks: an OpenID Connect token of the operator's own identity provider, checked in full.

Support staff are no colleagues of any practice. Their token is the one that Temporal's web interface got when they
signed in there; it must be of the one issuer, for the one audience, in date, and name the one group. Nothing of a token
ever stands in an error.
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
    """Whom the operator calls support.

    Attributes:
        issuer: The identity provider; its discovery document is below it.
        audience: Whom the tokens are made for: an API's name in access tokens, the client's id in id tokens.
        group: What the claim has to name.
        claim: The claim with the groups; a path with dots where it is inside another one.
    """

    issuer: str
    audience: str
    group: str
    claim: str = "groups"


@dataclass(frozen=True, slots=True)
class SupportPerson:
    """Somebody of support.

    Attributes:
        subject: The identity provider's id of them.
        name: For people.
    """

    subject: str
    name: str


class SupportIdentity:
    """Checks support's tokens.

    Args:
        group: Whom to let in.
        http: For the provider's documents.
        clock: Tells the time.
    """

    def __init__(self, group: SupportGroup, http: httpx2.AsyncClient, clock: Callable[[], datetime] = now) -> None:
        self._group = group
        self._issuer = Issuer(group.issuer, http, clock)

    async def person(self, *tokens: str) -> SupportPerson:
        """Who comes with these tokens: the first that is one of the provider's, for us, and names the group.

        Args:
            tokens: Such as an access token, and the id token that was sent beside it; empty ones are left out.

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
        claims: The token's.
        path: The claim's name as it stands there, dots and all, or else its path: ``realm_access.roles``.
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
