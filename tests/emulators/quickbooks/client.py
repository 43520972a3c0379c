"""What a client application of QuickBooks and its user do, over HTTP."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2

from emulators.quickbooks import SANDBOX_CLIENT_ID, SANDBOX_CLIENT_SECRET, SANDBOX_PASSWORD
from tests.emulators.standing_in import Form

REDIRECT_URI = "http://127.0.0.1:5999/connect/back"
JSON = {"Accept": "application/json"}
CLIENT = (SANDBOX_CLIENT_ID, SANDBOX_CLIENT_SECRET)
ACCOUNTING = "com.intuit.quickbooks.accounting"
SCOPE = f"{ACCOUNTING} openid profile email phone address"
Shown = dict[str, Any]


@dataclass
class Tokens:
    """One answer of the token endpoint, and the company that came with the code."""

    body: Shown
    realm: str = ""

    @property
    def access(self) -> str:
        return str(self.body["access_token"])

    @property
    def refresh(self) -> str:
        return str(self.body["refresh_token"])


@dataclass
class App:
    """One client application with its user's browser."""

    http: httpx2.Client
    companies: list[Shown] = field(default_factory=list)

    # The sign-in, as a person does it.

    def authorize(self, **asked: str | None) -> httpx2.Response:
        usual: dict[str, str | None] = {
            "client_id": SANDBOX_CLIENT_ID,
            "response_type": "code",
            "redirect_uri": REDIRECT_URI,
            "scope": SCOPE,
            "state": "the-state",
        }
        sent = {name: value for name, value in (usual | asked).items() if value is not None}
        return self.http.get("/connect/oauth2", params=sent)

    def sign_in(self, page: httpx2.Response, person: int = 0) -> httpx2.Response:
        """What the person sees next, be it the app's address."""
        form = Form(page.text)
        answers = form.hidden | {"person": form.choices["person"][person], "password": SANDBOX_PASSWORD}
        went = self.http.post(form.action, data=answers | {"action": "sign_in"})
        onward = went.headers.get("location", "")
        return self.http.get(onward) if onward.startswith("/") else went

    def press(self, page: httpx2.Response, action: str, realm: str | None = None) -> httpx2.Response:
        form = Form(page.text)
        chosen = {"organisation": realm} if realm else {}
        return self.http.post(form.action, data=form.hidden | chosen | {"action": action})

    def came_back(self, realm: str, person: int = 0, **asked: str | None) -> dict[str, str]:
        """Sign in, choose a company, take it over where somebody else has it, and come back."""
        page = self.press(self.sign_in(self.authorize(**asked), person), "allow", realm)
        return returned(page if page.status_code == 303 else self.press(page, "take_over"))

    # The app's own calls.

    def token(self, *, headers: dict[str, str] | None = None, **form: str) -> httpx2.Response:
        return self.http.post("/oauth2/v1/tokens/bearer", data=form, headers=JSON | (headers or {}), auth=CLIENT)

    def exchange(self, code: str, *, headers: dict[str, str] | None = None, **more: str) -> httpx2.Response:
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT_URI}
        return self.token(headers=headers, **(form | more))

    def connect(self, realm: str, person: int = 0, **asked: str | None) -> Tokens:
        """The whole round."""
        came = self.came_back(realm, person, **asked)
        answer = self.exchange(came["code"])
        assert answer.status_code == 200, answer.text
        return Tokens(answer.json(), came["realmId"])

    def refresh(self, token: str, *, headers: dict[str, str] | None = None) -> httpx2.Response:
        return self.token(headers=headers, grant_type="refresh_token", refresh_token=token)

    def revoke(self, token: str) -> httpx2.Response:
        return self.http.post("/v2/oauth2/tokens/revoke", json={"token": token}, headers=JSON, auth=CLIENT)

    def read(
        self, tokens: Tokens, path: str, /, headers: dict[str, str] | None = None, **query: str
    ) -> httpx2.Response:
        sent = JSON | {"Authorization": f"Bearer {tokens.access}"}
        return self.http.get(f"/v3/company/{tokens.realm}/{path}", params=query, headers=sent)

    def query(self, tokens: Tokens, statement: str) -> httpx2.Response:
        return self.read(tokens, "query", query=statement)

    def found(self, tokens: Tokens, statement: str) -> Shown:
        answer = self.query(tokens, statement)
        assert answer.status_code == 200, answer.text
        found: Shown = answer.json()["QueryResponse"]
        return found

    def rows(self, tokens: Tokens, statement: str) -> list[Shown]:
        """The rows of one page."""
        found = self.found(tokens, statement)
        return next((value for value in found.values() if isinstance(value, list)), [])

    def count(self, tokens: Tokens, entity: str, where: str = "") -> int:
        statement = f"SELECT COUNT(*) FROM {entity} {where}"  # noqa: S608  # no SQL
        return int(self.found(tokens, statement)["totalCount"])

    def batch(self, tokens: Tokens, items: list[Shown]) -> httpx2.Response:
        headers = JSON | {"Authorization": f"Bearer {tokens.access}"}
        return self.http.post(f"/v3/company/{tokens.realm}/batch", json={"BatchItemRequest": items}, headers=headers)

    # Control.

    def control(self, call: str, /, **words: object) -> Shown:
        answer = self.http.post(f"/sandbox/api/{call}", json=words)
        assert answer.status_code == 200, answer.text
        found: Shown = answer.json()
        return found

    def fault(self, kind: str, **words: object) -> None:
        self.control("faults", kind=kind, **words)

    def record(self, realm: str, entity: str, **words: object) -> Shown:
        found: Shown = self.control(f"organisations/{realm}/records", list=entity, **words)["record"]
        return found

    def state(self) -> Shown:
        found: Shown = self.http.get("/sandbox/api/state").json()
        return found

    def calls(self) -> Shown:
        found: Shown = self.http.get("/sandbox/api/calls").json()
        return found

    def metered(self) -> int:
        return sum(self.http.get("/sandbox/api/meter").json()["by_month"].values())

    def realm(self, index: int) -> str:
        """The company at a place of the scenario."""
        return str(self.companies[index]["organisation_id"])

    def advance(self, seconds: float) -> None:
        self.control("clock", advance_seconds=seconds)


def returned(answer: httpx2.Response) -> dict[str, str]:
    """What the browser brings back to the app."""
    assert answer.status_code == 303, answer.text
    location = answer.headers["location"]
    assert location.startswith(REDIRECT_URI + "?"), location
    return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}


def refused(answer: httpx2.Response) -> tuple[int, str]:
    """Status and code of a refused call, in either shape."""
    assert answer.headers["intuit_tid"]
    told = answer.json()
    if "Fault" in told:
        [error] = told["Fault"]["Error"]
        return answer.status_code, error["code"]
    [error] = told["fault"]["error"]
    assert set(error) == {"message", "detail", "code", "element"}
    assert told["warnings"] is None
    return answer.status_code, error["code"]
