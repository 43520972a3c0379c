"""From the app's link and back: country, consent that is asked once, codes, and what comes back instead."""

import base64
import hashlib
from urllib.parse import urlsplit

import pytest

from tests.emulators.sage.client import REDIRECT_URI, App, returned
from tests.emulators.standing_in import Form

VERIFIER = "a-verifier-of-the-right-length-for-proof-key-exchange"
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
BRITISH, IRISH, CANADIAN = "GB", "IE", "CA"


def test_without_a_country_the_person_is_asked_for_it(app: App) -> None:
    page = app.authorize(country=None)
    assert Form(page.text).choices["region"] == [BRITISH, IRISH, CANADIAN]
    page = app.sign_in(app.choose_country(page, CANADIAN))
    assert returned(app.press(page, "allow"))["country"] == CANADIAN


@pytest.mark.thorough
@pytest.mark.parametrize("country", ["gb", "GB", "ie", "CA"])
def test_a_country_in_the_link_is_not_asked_for(app: App, country: str) -> None:
    came = app.came_back(country=country)
    assert came["country"] == country.upper()
    assert came["code"].startswith(f"{country.upper()}/")
    assert came["state"] == "the-state"
    assert app.exchange(came["code"]).status_code == 200


@pytest.mark.thorough
def test_the_slash_of_the_code_is_encoded_once(app: App) -> None:
    page = app.press(app.sign_in(app.authorize()), "allow")
    assert "code=GB%2F" in urlsplit(page.headers["location"]).query


def test_consent_is_asked_once_and_reaches_everything(app: App) -> None:
    page = app.sign_in(app.authorize())
    assert "24 organisations" in page.text
    assert "organisation" not in Form(page.text).choices, "nothing can be picked"
    app.exchange(returned(app.press(page, "allow"))["code"])
    again = app.sign_in(app.authorize())
    assert again.status_code == 303, "straight back"
    assert "code" in returned(again)
    wider = app.sign_in(app.authorize(scope="full_access"))
    assert wider.status_code == 200, "more than was allowed is asked for"
    app.exchange(returned(app.press(wider, "allow"))["code"])
    assert app.sign_in(app.authorize(scope="readonly")).status_code == 303, "less is not"


@pytest.mark.thorough
@pytest.mark.parametrize("by", ["revocation", "person"])
def test_it_is_asked_again_after_it_was_withdrawn(app: App, by: str) -> None:
    tokens = app.connect()
    if by == "person":
        app.control("faults", kind="revoke_person", person_id=app.state()["people"][0]["id"])
    else:
        app.revoke(tokens.refresh)
    assert app.sign_in(app.authorize()).status_code == 200


@pytest.mark.thorough
def test_a_person_may_refuse(app: App) -> None:
    assert returned(app.press(app.sign_in(app.authorize()), "cancel")) == {
        "error": "access_denied",
        "state": "the-state",
    }
    assert returned(app.press(app.authorize(), "cancel"))["error"] == "access_denied"


@pytest.mark.thorough
@pytest.mark.parametrize("has_state", [True, False])
def test_a_login_without_a_business_in_that_country_is_told_so(app: App, has_state: bool) -> None:
    person = app.state()["people"][1]["id"]
    british = [one["organisation_id"] for one in app.businesses if one["country"] == BRITISH]
    app.control(f"people/{person}", organisation_ids=british)
    app.control("settings", state_on_errors=has_state)
    refused = app.sign_in(app.authorize(country="ca"), person=1)
    assert "error=Invalid+request&reason=Email+already+in+use" in refused.headers["location"]
    assert returned(refused).get("state") == ("the-state" if has_state else None)
    assert "code" in app.came_back(1, country="gb")


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ({"scope": "everything"}, "invalid_scope"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"code_challenge": CHALLENGE, "code_challenge_method": "S512"}, "invalid_request"),
    ],
)
def test_an_app_hears_what_is_wrong_with_its_request(app: App, asked: dict[str, str], error: str) -> None:
    came = returned(app.authorize(**asked))
    assert (came["error"], came["state"]) == (error, "the-state")


@pytest.mark.thorough
@pytest.mark.parametrize("asked", [{"client_id": "somebody/else"}, {"redirect_uri": "https://elsewhere.example/cb"}])
def test_an_unknown_app_or_address_ends_on_a_page(app: App, asked: dict[str, str]) -> None:
    assert app.authorize(**asked).headers["location"].startswith("/identity/error")


@pytest.mark.thorough
def test_sage_may_be_busy(app: App) -> None:
    app.control("faults", kind="sign_in_refused", problem="temporarily_unavailable", times=1)
    assert returned(app.sign_in(app.authorize()))["error"] == "temporarily_unavailable"
    assert "code" in app.came_back()


@pytest.mark.thorough
def test_without_a_scope_everything_is_meant(app: App) -> None:
    assert app.connect(scope=None).body["scope"] == "full_access"


@pytest.mark.thorough
def test_a_code_is_good_once_for_a_minute_and_for_its_address(app: App) -> None:
    code = app.came_back()["code"]
    assert app.exchange(code).status_code == 200
    assert app.exchange(code).json() == {"error": "invalid_grant"}
    late = app.came_back()["code"]
    app.advance(59)
    early = app.came_back()["code"]
    app.advance(1)
    assert app.exchange(late).status_code == 400
    assert app.exchange(early, redirect_uri=f"{REDIRECT_URI}/").json() == {"error": "invalid_grant"}


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("challenge", "method", "verifier", "status"),
    [
        (CHALLENGE, "S256", VERIFIER, 200),
        (CHALLENGE, "S256", None, 400),
        (CHALLENGE, "S256", VERIFIER[::-1], 400),
        (VERIFIER, "plain", VERIFIER, 200),
        (VERIFIER, None, VERIFIER, 200),
        (None, None, None, 200),
    ],
)
def test_a_proof_key_is_optional_and_then_needed(
    app: App, challenge: str | None, method: str | None, verifier: str | None, status: int
) -> None:
    code = app.came_back(code_challenge=challenge, code_challenge_method=method)["code"]
    more = {} if verifier is None else {"code_verifier": verifier}
    assert app.exchange(code, **more).status_code == status


@pytest.mark.thorough
def test_the_country_may_be_missing_beside_the_code(app: App) -> None:
    app.control("settings", country_in_callback=False)
    assert set(app.came_back()) == {"code", "state"}
