"""Signing in at Sage: what its page is asked for, and what comes back. Source: Sage's guide on authentication.

A used refresh token is dead at once, and so is every earlier one of the same person.
"""

import re
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta

import httpx2

from providers.kit.clock import Clock
from providers.kit.json_values import text
from providers.kit.oauth.code_flow import CodeFlow, Lifetime
from providers.kit.oauth.token_sets import BegunFlow, packed
from providers.port.credential import Credential
from providers.port.errors import ConsentDenied, ConsentFailed, OtherRegion, Unavailable
from providers.port.provider import BegunSignIn
from providers.sage.errors import classify_identity
from providers.sage.settings import SageSettings

SCOPE = "readonly"
"""Nothing is written."""

ACCESS, REFRESH = Lifetime(usual=300, longest=86_400), Lifetime(usual=2_678_400, longest=366 * 86_400)
"""Five minutes, and 31 days."""

NOBODY = "Sage user"
"""Stands for a person whose name is not known."""

_COUNTRY = re.compile(r"[A-Za-z]{2}")

_RETRY_LATER = timedelta(minutes=10)
"""What Sage asks to wait for when it is temporarily unavailable."""

_REFUSALS = {
    "server_error": "Sage had an error of its own",
    "invalid_request": "Sage could not read the request",
    "invalid_scope": "Sage does not know what was asked for",
    "unauthorized_client": "Sage does not let this app ask",
    "unsupported_response_type": "Sage does not let this app ask for a code",
}


class SignIn(CodeFlow):
    """Begins and finishes sign-ins, and refreshes and ends what they gave."""

    def __init__(self, settings: SageSettings, http: httpx2.AsyncClient, now: Clock) -> None:
        super().__init__(settings.app(), ACCESS, REFRESH, classify_identity, http, now)

    async def begin(self, *, state: str, redirect_uri: str, region: str | None = None) -> BegunSignIn:
        """Begin a sign-in in a country. Without one in the address, Sage itself asks for it first."""
        kept = BegunFlow(secrets.token_urlsafe(48), region=region)
        asked = {
            # The country has to be that of the business; the filter only leaves others out of Sage's own question.
            **({"country": region.lower()} if region else {"filter": "apiv3.1"}),
            "redirect_uri": redirect_uri,
            "scope": SCOPE,
            "state": state,
        }
        return BegunSignIn(self.address(kept.code_verifier, asked), kept.packed())

    def came_back(self, params: Mapping[str, str]) -> str:
        """See ``code_in``."""
        return code_in(params, self._now())

    async def finish(self, params: Mapping[str, str], kept: bytes, *, redirect_uri: str) -> Credential:
        """Exchange the code that came back; the person is None where the answer does not name them.

        Raises:
            ConsentDenied: The person said no.
            OtherRegion: The login has no business in the country.
            ConsentFailed: Another error came back, or no code, or the code was refused.
            ProviderError: Sage could not be reached, or refuses the app.
        """
        code, begun = self.came_back(params), BegunFlow.unpacked(kept)
        got = await self.exchange(code, begun.code_verifier, redirect_uri=redirect_uri)
        person = text(got.said.get("requested_by_id"))
        return Credential(
            account_key=person or "",
            person=person,
            label=NOBODY,
            secret=packed(got.tokens),
            access_expires_at=got.access_expires_at,
            refresh_expires_at=got.refresh_expires_at,
            region=country_of(params, code) or begun.region,
        )


def code_in(params: Mapping[str, str], now: datetime) -> str:
    """The code that came back, whole: with the country before its slash.

    Raises:
        ConsentDenied: The person said no.
        OtherRegion: The login has no business in the country.
        ConsentFailed: Another error came back, or no code.
        Unavailable: Sage asks to try again later.
    """
    error, reason, code = params.get("error"), params.get("reason", ""), params.get("code")
    if error == "access_denied":
        raise ConsentDenied("access_denied")
    if "already in use" in reason.lower():
        raise OtherRegion("the login has no business in the chosen country")
    if error == "temporarily_unavailable":
        raise Unavailable("Sage cannot sign anybody in at present", retry_at=now + _RETRY_LATER)
    if error:
        raise ConsentFailed(_REFUSALS.get(error, "an error came back that Sage's documents do not name"))
    if not code:
        raise ConsentFailed("no code came back")
    return code


def country_of(params: Mapping[str, str], code: str) -> str | None:
    """The country of an authorisation, in capitals: beside the code, or else before the code's slash."""
    before, slash, _ = code.partition("/")
    for said in (params.get("country", ""), before if slash else ""):
        if _COUNTRY.fullmatch(said):
            return said.upper()
    return None
