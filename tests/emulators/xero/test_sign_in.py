"""From the app's link to its first tokens."""

from collections.abc import Callable

import httpx2
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from emulators.xero import SANDBOX_CLIENT_ID, Config, create_app
from emulators.xero.config import SANDBOX_CLIENT_SECRET
from tests.emulators.standing_in import Form
from tests.emulators.xero.client import REDIRECT_URI, App, Tokens, challenge_of, claims_of, returned


def error_words(app: App, answer: httpx2.Response) -> str:
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/identity/error?errorId=")
    page = app.http.get(answer.headers["location"])
    assert page.status_code == 500
    assert "Sorry, something went wrong" in page.text
    return page.text


def test_the_whole_round_gives_verifiable_tokens(app: App) -> None:
    discovery = app.http.get("/.well-known/openid-configuration").json()
    back = app.consent(2)
    assert back["state"] == "the-state"
    body = app.exchange(back["code"]).json()
    assert set(body) == {"id_token", "access_token", "expires_in", "token_type", "refresh_token", "scope"}
    assert (body["expires_in"], body["token_type"]) == (1800, "Bearer")
    keys = KeySet.import_key_set(app.http.get(discovery["jwks_uri"]).json())
    access = jwt.decode(body["access_token"], keys, algorithms=["RS256"])
    identity = jwt.decode(body["id_token"], keys, algorithms=["RS256"])
    person = app.people[0]
    assert access.header["kid"] == keys.keys[0].kid
    assert access.claims["iss"] == discovery["issuer"]
    assert access.claims["aud"] == f"{discovery['issuer']}/resources"
    assert access.claims["xero_userid"] == identity.claims["xero_userid"] == person["id"]
    assert access.claims["scope"] == body["scope"].split()
    assert access.claims["exp"] - access.claims["nbf"] == 1800
    assert "authentication_event_id" in access.claims
    assert "authentication_event_id" not in identity.claims
    assert identity.claims["aud"] == SANDBOX_CLIENT_ID
    assert identity.claims["nonce"] == "the-nonce"
    assert (identity.claims["email"], identity.claims["name"]) == (person["email"], person["name"])


@pytest.mark.thorough
def test_the_client_may_authenticate_in_the_body(app: App) -> None:
    code = app.consent(1)["code"]
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT_URI}
    verifier = "a-verifier-of-the-right-length-for-proof-key-exchange"
    assert app.token_without_header(SANDBOX_CLIENT_SECRET, code_verifier=verifier, **form).status_code == 200


@pytest.mark.thorough
@pytest.mark.parametrize("ask", [App.token_as, App.token_without_header])
def test_a_wrong_secret_is_an_invalid_client(app: App, ask: Callable[..., httpx2.Response]) -> None:
    answer = ask(app, "wrong", grant_type="refresh_token", refresh_token="x")
    assert (answer.status_code, answer.json()) == (400, {"error": "invalid_client"})


@pytest.mark.thorough
@pytest.mark.parametrize(
    "changes",
    [
        {"code_verifier": "another-verifier-that-was-never-hashed-into-a-challenge"},
        {"redirect_uri": "http://127.0.0.1:5999/elsewhere"},
        {"code": "never-issued"},
    ],
    ids=["verifier", "redirect", "code"],
)
def test_a_code_is_good_only_for_who_asked_for_it(app: App, changes: dict[str, str]) -> None:
    answer = app.exchange(**({"code": app.consent(1)["code"]} | changes))
    assert (answer.status_code, answer.json()) == (400, {"error": "invalid_grant"})


def test_a_code_without_its_verifier_is_refused(app: App) -> None:
    form = {"grant_type": "authorization_code", "code": app.consent(1)["code"], "redirect_uri": REDIRECT_URI}
    assert app.token(**form).json() == {"error": "invalid_grant"}


def test_a_code_works_once(app: App) -> None:
    code = app.consent(1)["code"]
    assert app.exchange(code).status_code == 200
    assert app.exchange(code).json() == {"error": "invalid_grant"}


@pytest.mark.thorough
def test_a_code_lives_five_minutes(app: App) -> None:
    app.control("clock", stopped=True)
    young, old = app.consent(1)["code"], app.consent(1)["code"]
    app.control("clock", advance_seconds=299)
    assert app.exchange(young).status_code == 200
    app.control("clock", advance_seconds=1)
    assert app.exchange(old).json() == {"error": "invalid_grant"}


@pytest.mark.thorough
def test_tokens_follow_the_scopes(app: App) -> None:
    plain = app.connect(1, scope="accounting.settings.read", nonce=None).body
    assert "refresh_token" not in plain
    assert "id_token" not in plain
    no_names = app.connect(1, scope="openid accounting.settings.read").body
    assert not {"email", "name"} & set(claims_of(no_names["id_token"]))


@pytest.mark.thorough
def test_only_identity_scopes_skip_the_choice_of_organisations(app: App) -> None:
    page = app.authorize(scope="openid profile email")
    form = Form(page.text)
    answers = form.hidden | {"person": form.choices["person"][1], "password": "sandbox"}
    consent = app.http.post(form.action, data=answers)
    back = returned(app.http.get(consent.headers["location"]))
    tokens = Tokens(app.exchange(back["code"]).json())
    assert claims_of(tokens.access)["xero_userid"] == app.people[1]["id"]
    assert app.connections(tokens).json() == []


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"redirect_uri": "https://evil.example.com/callback"}, "unauthorized_client : Invalid redirect_uri"),
        ({"client_id": "F" * 32}, "unauthorized_client : Unknown client"),
        ({"scope": "openid paymentservices"}, "unauthorized_client : Invalid scope for client"),
        ({"scope": "accounting.transactions.read"}, "unauthorized_client : Invalid scope for client"),
        ({"scope": ""}, "invalid_scope"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
    ],
)
def test_a_wrong_request_never_reaches_the_app(app: App, asked: dict[str, str], words: str) -> None:
    assert words in error_words(app, app.authorize(**asked))


@pytest.mark.thorough
def test_unknown_parameters_are_accepted(app: App) -> None:
    assert app.authorize(prompt="consent", login_hint="x", max_age="1").status_code == 200


@pytest.mark.thorough
def test_denying_comes_back_with_the_state(app: App) -> None:
    page = app.consent_page()
    assert returned(app.press(page, "cancel")) == {"error": "access_denied", "state": "the-state"}
    assert app.press(page, "allow").headers["location"].startswith("/identity/error")
    assert returned(app.press(app.authorize(), "cancel"))["error"] == "access_denied"


@pytest.mark.thorough
def test_signing_in_needs_a_known_person_and_the_shown_password(app: App) -> None:
    page = app.authorize()
    assert "<code>sandbox</code>" in page.text
    form = Form(page.text)
    wrong = app.http.post(form.action, data=form.hidden | {"email": "nobody@example.com", "password": "sandbox"})
    assert wrong.status_code == 401
    email = str(app.people[2]["email"]).upper()
    wrong = app.http.post(form.action, data=form.hidden | {"email": email, "password": "guess"})
    assert wrong.status_code == 401
    right = app.http.post(form.action, data=form.hidden | {"email": email, "password": "sandbox"})
    assert str(app.people[2]["name"]) in app.http.get(right.headers["location"]).text


@pytest.mark.thorough
def test_the_consent_page_needs_a_sign_in(app: App) -> None:
    request = Form(app.authorize().text).hidden["request"]
    assert "This sign-in is over" in error_words(app, app.http.get(f"/identity/consent?request={request}"))


@pytest.mark.thorough
def test_pages_say_what_they_are_and_refuse_framing(app: App) -> None:
    for page in (app.authorize(), app.consent_page()):
        assert "It is not Xero" in page.text
        assert page.headers["x-frame-options"] == "DENY"
        assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
        assert "<script" not in page.text


@pytest.mark.thorough
def test_names_are_escaped(app: App) -> None:
    organisation = app.state()["organisations"][0]["organisation_id"]
    app.control(f"organisations/{organisation}", name="<script>alert('x')</script> & Sons")
    page = app.consent_page()
    assert "<script>" not in page.text
    assert "&lt;script&gt;" in page.text


@pytest.mark.thorough
async def test_given_redirect_uris_match_exactly() -> None:
    sandbox = create_app(Config(organisations=1, redirect_uris=("https://app.example.com/callback",)))
    transport = httpx2.ASGITransport(sandbox)
    async with httpx2.AsyncClient(transport=transport, base_url="http://sandbox.test") as http:
        asked = {
            "response_type": "code",
            "client_id": SANDBOX_CLIENT_ID,
            "scope": "openid",
            "code_challenge": challenge_of("x" * 43),
            "code_challenge_method": "S256",
        }
        for uri, status in (
            ("https://app.example.com/callback", 200),
            ("https://app.example.com/callback/", 303),
            ("http://localhost/callback", 303),
        ):
            answer = await http.get("/identity/connect/authorize", params=asked | {"redirect_uri": uri})
            assert answer.status_code == status, uri
