"""Signing in at QuickBooks: what its page is asked for, and what comes back. Source: Intuit's pages on OAuth 2.0.

A sign-in brings one company, whose id stands unsigned beside the code; whoever takes it for the grant's owner has to
ask the company itself. A refresh token stays for about a day and is then replaced; the one before counts for nothing.
"""

import re
import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import NamedTuple

import httpx2

from providers.identity.issuer import BadTokenError, Claims, Issuer
from providers.kit.bounds import TOKENS
from providers.kit.clock import Clock
from providers.kit.json_bodies import read_if_json
from providers.kit.json_values import text
from providers.kit.oauth.code_flow import Answered, CodeFlow, Dialect, Lifetime, basic
from providers.kit.oauth.token_endpoint import once_more
from providers.kit.oauth.token_sets import BegunFlow, packed, unpacked
from providers.kit.refusals import noted
from providers.port.credential import Credential, person_label
from providers.port.errors import AppRefused, ConsentDenied, ConsentFailed, ProviderError, SignedOut, Unavailable
from providers.port.provider import BegunSignIn
from providers.quickbooks.errors import TOLD_BY, classify_identity, told
from providers.quickbooks.settings import QuickBooksSettings

SCOPE = "com.intuit.quickbooks.accounting openid profile"
"""There is no scope for reading alone; nothing is written. The other two say who signed in."""

ACCESS, REFRESH = Lifetime(usual=3600, longest=86_400), Lifetime(usual=8_640_000, longest=400 * 86_400)
"""An hour, and 100 days."""

ENDS_AFTER = timedelta(seconds=157_680_000)
"""A consent ends five years after it was given, however often it is refreshed (since January 2026)."""

DIALECT = Dialect(
    secret_in_header=True,
    has_pkce=False,  # no page of Intuit's has it
    headers={"x-include-refresh-token-hard-expires-in": "true"},
    refresh_life="x_refresh_token_expires_in",
    end="x_refresh_token_hard_expires_in",
)

NOBODY = "QuickBooks user"
"""Stands for a person whose name is not known."""

_REALM = re.compile(r"[0-9]{1,19}")
_OUR_FAULT = frozenset({"invalid_client", "unauthorized_client"})


class Returned(NamedTuple):
    """What a browser brings back.

    Attributes:
        code: The code.
        realm: The company's id: digits, more of them than a float holds.
    """

    code: str
    realm: str


class NamedCompany(NamedTuple):
    """Who has signed in, for which company.

    Attributes:
        credential: The credential.
        is_realm_signed: Whether the id_token names the company too.
    """

    credential: Credential
    is_realm_signed: bool


class SignIn(CodeFlow):
    """Begins and finishes sign-ins, and refreshes and ends what they gave."""

    def __init__(self, settings: QuickBooksSettings, http: httpx2.AsyncClient, now: Clock) -> None:
        super().__init__(settings.app(), ACCESS, REFRESH, classify_identity, http, now, DIALECT)
        self._userinfo = settings.userinfo_url
        self._issuer = Issuer(settings.discovery_url, http, now, is_document=True, id_header=TOLD_BY)

    async def begin(self, *, state: str, redirect_uri: str, region: str | None = None) -> BegunSignIn:  # noqa: ARG002  # Intuit has one for all countries
        """Begin a sign-in. No parameter names a company or a login beforehand."""
        kept = BegunFlow(code_verifier="", nonce=secrets.token_urlsafe(24))
        asked = {"scope": SCOPE, "redirect_uri": redirect_uri, "state": state, "nonce": kept.nonce}
        return BegunSignIn(self.address("", asked), kept.packed())

    def came_back(self, params: Mapping[str, str]) -> Returned:
        """See ``came_in``."""
        return came_in(params)

    async def finish(self, params: Mapping[str, str], kept: bytes, *, redirect_uri: str) -> NamedCompany:
        """Exchange the code that came back, and verify who signed in.

        Raises:
            ConsentDenied: The person said no.
            ConsentFailed: Another error came back, or no code or company, or what came was refused.
            ProviderError: Intuit could not be reached, or refuses the app.
        """
        came, nonce = came_in(params), BegunFlow.unpacked(kept).nonce
        await once_more(self._issuer.keys, Unavailable)  # a code whose id_token nobody can check is lost
        asked_at = self._now()
        got = await self.exchange(came.code, "", redirect_uri=redirect_uri)
        claims = await self._claims(got, nonce)
        signed = realm_of(claims)
        if signed is not None and signed != came.realm:
            raise ConsentFailed("the id_token names another company than the address")
        person = str(claims["sub"])
        credential = Credential(
            account_key=came.realm,
            person=person,
            label=await self._label(got.tokens.access_token, person),
            secret=packed(got.tokens),
            access_expires_at=got.access_expires_at,
            refresh_expires_at=got.refresh_expires_at,
            ends_at=got.ends_at or asked_at + ENDS_AFTER,
        )
        return NamedCompany(credential, is_realm_signed=signed is not None)

    async def revoke(self, credential: Credential) -> None:
        """End a grant; one that has ended already, which Intuit answers with a 400, counts as ended.

        Raises:
            AppRefused: Intuit refuses the app.
            ProviderError: Intuit could not be reached.
        """
        headers = {"accept": "application/json", "authorization": basic(self._app)}
        token = {"token": unpacked(credential.secret).refresh_token}
        request = self._http.build_request(
            "POST", self._app.revoke_url, json=token, headers=headers, extensions=TOKENS.asked
        )
        try:
            response = await self._http.send(request)
        except httpx2.RequestError as error:
            raise Unavailable(f"revocation endpoint: {type(error).__name__}") from None
        body, status = response.content.strip(), response.status_code
        detail = told(status, response.headers, None, of="revocation endpoint: ")
        if body[:1] == b"<" or not (200 <= status < 300 or status == 400):
            refused = classify_identity(status, response.headers, body, self._now())
            if not isinstance(refused, SignedOut):
                raise noted(Unavailable(detail) if status < 300 else refused, "POST", request.url.path)
        said = read_if_json(body)
        if status == 400 and isinstance(said, dict) and said.get("error") in _OUR_FAULT:
            raise noted(AppRefused(detail), "POST", request.url.path)

    async def _claims(self, got: Answered, nonce: str) -> Claims:
        id_token = got.said.get("id_token")
        if not isinstance(id_token, str):
            raise ConsentFailed("the tokens came without an id_token")
        try:
            return await self._issuer.id_token_claims(
                id_token,
                client_id=self._app.client_id,
                nonce=nonce,
                access_token=got.tokens.access_token,
                may_lack_nonce=True,  # Intuit's pages show none in it
            )
        except BadTokenError as error:
            raise ConsentFailed(f"id_token refused: {error}") from None

    async def _label(self, access_token: str, person: str) -> str:
        """The person's name; a sign-in is finished without it, since its code is used."""
        try:
            # Development keys have an address of their own for it, which the discovery document names.
            address = self._userinfo or (await self._issuer.metadata()).userinfo
            user = await self._issuer.document(address, bearer=access_token) if address else {}
        except ProviderError:
            return NOBODY
        return label_of(user) if user.get("sub") == person else NOBODY


def came_in(params: Mapping[str, str]) -> Returned:
    """What came back with the browser.

    Raises:
        ConsentDenied: The person said no.
        ConsentFailed: Another error came back, or no code, or no company.
    """
    error, code, realm = params.get("error"), params.get("code"), params.get("realmId", "")
    if error == "access_denied":
        raise ConsentDenied("access_denied")
    if error == "invalid_scope":
        raise ConsentFailed("Intuit does not let this app ask for what it asked for")
    if error or not code:
        raise ConsentFailed("an error came back" if error else "no code came back")
    if not _REALM.fullmatch(realm):
        raise ConsentFailed("no company came back")
    return Returned(code, realm)


def realm_of(claims: Claims) -> str | None:
    """The company that an id_token names, in small letters in Intuit's samples; None where it names none."""
    return next((text(value) for name, value in claims.items() if name.lower() == "realmid"), None)


def label_of(user: Mapping[str, object]) -> str:
    """The person's name, out of Intuit's own words for it."""
    names = " ".join(part.strip() for key in ("givenName", "familyName") if (part := text(user.get(key))))
    return person_label(names, NOBODY)
