"""What a client application of Sage and its user do, over HTTP."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2

from emulators.sage import SANDBOX_CLIENT_ID, SANDBOX_CLIENT_SECRET, SANDBOX_PASSWORD
from tests.emulators.standing_in import Form

REDIRECT_URI = "http://127.0.0.1:5999/connect/back"
JSON = {"Accept": "application/json"}
Shown = dict[str, Any]


@dataclass
class Tokens:
    """One answer of the token endpoint."""

    body: Shown

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
    businesses: list[Shown] = field(default_factory=list)

    # The sign-in, as a person does it.

    def authorize(self, **asked: str | None) -> httpx2.Response:
        usual: dict[str, str | None] = {
            "filter": "apiv3.1",
            "client_id": SANDBOX_CLIENT_ID,
            "response_type": "code",
            "redirect_uri": REDIRECT_URI,
            "scope": "readonly",
            "state": "the-state",
            "country": "gb",
        }
        sent = {name: value for name, value in (usual | asked).items() if value is not None}
        return self.http.get("/oauth2/auth/central", params=sent)

    def choose_country(self, page: httpx2.Response, country: str) -> httpx2.Response:
        form = Form(page.text)
        return self.http.post(form.action, data=form.hidden | {"region": country}, follow_redirects=True)

    def sign_in(self, page: httpx2.Response, person: int = 0) -> httpx2.Response:
        """What the person sees next, be it the app's address."""
        form = Form(page.text)
        answers = form.hidden | {"person": form.choices["person"][person], "password": SANDBOX_PASSWORD}
        went = self.http.post(form.action, data=answers | {"action": "sign_in"})
        onward = went.headers.get("location", "")
        return self.http.get(onward) if onward.startswith("/") else went

    def press(self, page: httpx2.Response, action: str) -> httpx2.Response:
        form = Form(page.text)
        return self.http.post(form.action, data=form.hidden | {"action": action})

    def came_back(self, person: int = 0, **asked: str | None) -> dict[str, str]:
        """Sign in, agree where somebody asks, and come back."""
        page = self.sign_in(self.authorize(**asked), person)
        return returned(page if page.status_code == 303 else self.press(page, "allow"))

    # The app's own calls.

    def token(self, **form: str) -> httpx2.Response:
        client = {"client_id": SANDBOX_CLIENT_ID, "client_secret": SANDBOX_CLIENT_SECRET}
        return self.http.post("/token", data=client | form, headers=JSON)

    def exchange(self, code: str, **more: str) -> httpx2.Response:
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT_URI}
        return self.token(**(form | more))

    def connect(self, person: int = 0, **asked: str | None) -> Tokens:
        """The whole round."""
        answer = self.exchange(self.came_back(person, **asked)["code"])
        assert answer.status_code == 200, answer.text
        return Tokens(answer.json())

    def refresh(self, tokens: Tokens) -> httpx2.Response:
        return self.token(grant_type="refresh_token", refresh_token=tokens.refresh)

    def revoke(self, token: str) -> httpx2.Response:
        client = {"client_id": SANDBOX_CLIENT_ID, "client_secret": SANDBOX_CLIENT_SECRET}
        return self.http.post("/revoke", data=client | {"token": token}, headers=JSON)

    def read(self, tokens: Tokens, path: str, business: str | None = None, /, **query: str) -> httpx2.Response:
        named = {"X-Business": business} if business else {}
        sent = JSON | named | {"Authorization": f"Bearer {tokens.access}"}
        return self.http.get(f"/v3.1/{path}", params=query, headers=sent)

    def rows(self, tokens: Tokens, path: str, business: str, /, **query: str) -> list[Shown]:
        """All rows of a list, from all of its pages, with all of their fields."""
        found: list[Shown] = []
        for number in range(1, 100):
            asked = {"attributes": "all", "items_per_page": "200", "page": str(number)} | query
            answer = self.read(tokens, path, business, **asked)
            assert answer.status_code == 200, answer.text
            found += answer.json()["$items"]
            if answer.json()["$next"] is None:
                return found
        raise AssertionError("there is always one more page")

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

    def id_of(self, index: int) -> str:
        """The business at a place of the scenario."""
        return str(self.businesses[index]["organisation_id"])

    def advance(self, seconds: float) -> None:
        self.control("clock", advance_seconds=seconds)


def returned(answer: httpx2.Response) -> dict[str, str]:
    """What the browser brings back to the app."""
    assert answer.status_code == 303, answer.text
    location = answer.headers["location"]
    assert location.startswith(REDIRECT_URI + "?"), location
    return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}


def error_of(answer: httpx2.Response) -> tuple[int, str]:
    """Status and ``$dataCode`` of a refused call."""
    [error] = answer.json()
    assert set(error) == {"$severity", "$dataCode", "$message", "$source"}
    return answer.status_code, error["$dataCode"]
