"""What a client application and its user do, over HTTP: forms as a browser fills them in, tokens as an app asks."""

import base64
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2

from emulators.xero import SANDBOX_CLIENT_ID, SANDBOX_CLIENT_SECRET, SANDBOX_PASSWORD
from tests.emulators.standing_in import Form

REDIRECT_URI = "http://127.0.0.1:5999/connect/xero/callback"
VERIFIER = "a-verifier-of-the-right-length-for-proof-key-exchange"
SCOPE = "openid profile email offline_access accounting.settings.read accounting.contacts.read"


def challenge_of(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def claims_of(token: str) -> dict[str, object]:
    payload = token.split(".")[1]
    found: dict[str, object] = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return found


@dataclass
class Tokens:
    """One answer of the token endpoint."""

    body: dict[str, str]

    @property
    def access(self) -> str:
        return self.body["access_token"]

    @property
    def refresh(self) -> str:
        return self.body["refresh_token"]

    @property
    def event_id(self) -> str:
        return str(claims_of(self.access)["authentication_event_id"])


Shown = dict[str, Any]
"""JSON of the controls, whose shape the tests look at."""


@dataclass
class App:
    """One client application with its user's browser."""

    http: httpx2.Client
    people: list[Shown] = field(default_factory=list)

    # The sign-in, as a person does it.

    def authorize(self, **asked: str | None) -> httpx2.Response:
        usual: dict[str, str | None] = {
            "response_type": "code",
            "client_id": SANDBOX_CLIENT_ID,
            "redirect_uri": REDIRECT_URI,
            "scope": SCOPE,
            "state": "the-state",
            "nonce": "the-nonce",
            "code_challenge": challenge_of(VERIFIER),
            "code_challenge_method": "S256",
            "acr_values": "bulk_connect:true",
        }
        sent = {name: value for name, value in (usual | asked).items() if value is not None}
        return self.http.get("/identity/connect/authorize", params=sent)

    def sign_in(self, page: httpx2.Response, person: int = 0) -> httpx2.Response:
        form = Form(page.text)
        answers = form.hidden | {"person": form.choices["person"][person], "password": SANDBOX_PASSWORD}
        return self.http.post(form.action, data=answers | {"action": "sign_in"}, follow_redirects=True)

    def press(self, page: httpx2.Response, action: str, chosen: Iterable[str] = (), **more: str) -> httpx2.Response:
        form = Form(page.text)
        data = form.hidden | more | {"action": action, "organisation": list(chosen)}
        return self.http.post(form.action, data=data)

    def consent_page(self, person: int = 0, **asked: str | None) -> httpx2.Response:
        return self.sign_in(self.authorize(**asked), person)

    def consent(self, count: int | None = None, person: int = 0, **asked: str | None) -> dict[str, str]:
        """Allow the first ``count`` organisations (None: all); what came back to the app."""
        page = self.consent_page(person, **asked)
        offered = Form(page.text).choices.get("organisation", [])
        return returned(self.press(page, "allow", offered[:count]))

    # The app's own calls.

    def token(self, **form: str) -> httpx2.Response:
        return self.token_as(SANDBOX_CLIENT_SECRET, **form)

    def token_as(self, secret: str, /, **form: str) -> httpx2.Response:
        return self.http.post("/connect/token", data=form, auth=(SANDBOX_CLIENT_ID, secret))

    def token_without_header(self, secret: str, /, **form: str) -> httpx2.Response:
        """The client authenticates in the form itself."""
        client = {"client_id": SANDBOX_CLIENT_ID, "client_secret": secret}
        return self.http.post("/connect/token", data=form | client)

    def exchange(self, code: str, **changes: str) -> httpx2.Response:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": REDIRECT_URI,
            "code_verifier": VERIFIER,
        }
        return self.token(**(form | changes))

    def connect(self, count: int | None = None, person: int = 0, **asked: str | None) -> Tokens:
        """The whole round."""
        answer = self.exchange(self.consent(count, person, **asked)["code"])
        assert answer.status_code == 200, answer.text
        return Tokens(answer.json())

    def refresh(self, refresh_token: str, **more: str) -> httpx2.Response:
        return self.token(grant_type="refresh_token", refresh_token=refresh_token, **more)

    def revoke(self, refresh_token: str) -> httpx2.Response:
        client = (SANDBOX_CLIENT_ID, SANDBOX_CLIENT_SECRET)
        return self.http.post("/connect/revocation", data={"token": refresh_token}, auth=client)

    def connections(self, tokens: Tokens, **query: str) -> httpx2.Response:
        return self.http.get("/connections", params=query, headers=bearer(tokens))

    def tenants(self, tokens: Tokens) -> list[str]:
        return [row["tenantId"] for row in self.connections(tokens).json()]

    def read(
        self, tokens: Tokens, tenant: str, path: str, headers: dict[str, str] | None = None, /, **query: str
    ) -> httpx2.Response:
        sent = bearer(tokens) | {"xero-tenant-id": tenant, "Accept": "application/json"} | (headers or {})
        return self.http.get(f"/api.xro/2.0/{path}", params=query, headers=sent)

    # Control.

    def control(self, call: str, /, **words: object) -> Shown:
        answer = self.http.post(f"/sandbox/api/{call}", json=words)
        assert answer.status_code == 200, answer.text
        found: Shown = answer.json()
        return found

    def state(self) -> Shown:
        found: Shown = self.http.get("/sandbox/api/state").json()
        return found

    def calls(self) -> Shown:
        found: Shown = self.http.get("/sandbox/api/calls").json()
        return found


def returned(answer: httpx2.Response) -> dict[str, str]:
    """What the browser brings back to the app."""
    assert answer.status_code == 303, answer.text
    location = answer.headers["location"]
    assert location.startswith(REDIRECT_URI + "?"), location
    return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}


def bearer(tokens: Tokens) -> dict[str, str]:
    return {"Authorization": f"Bearer {tokens.access}"}
