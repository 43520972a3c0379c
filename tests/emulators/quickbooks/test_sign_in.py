"""From the app's link and back: the company picker, what comes back, takeover, and who somebody is."""

import httpx2
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from tests.emulators.quickbooks.client import ACCOUNTING, CLIENT, JSON, REDIRECT_URI, App, Tokens, returned
from tests.emulators.standing_in import Form

DISCOVERY = "/.well-known/openid_sandbox_configuration"


@pytest.mark.thorough
def test_the_firms_own_books_are_the_first_of_the_companies_and_one_can_be_chosen(app: App) -> None:
    page = app.sign_in(app.authorize())
    form = Form(page.text)
    assert form.choices["organisation"][0] == app.realm(0)
    assert len(form.choices["organisation"]) == len(app.companies)
    assert form.types["organisation"] == "radio"
    assert "your firm" in page.text


def test_the_company_comes_back_beside_code_and_state(app: App) -> None:
    came = app.came_back(app.realm(4))
    assert set(came) == {"code", "state", "realmId"}
    assert (came["state"], came["realmId"]) == ("the-state", app.realm(4))
    assert len(came["code"]) <= 512
    assert {len(one["organisation_id"]) for one in app.companies} >= {16, 19}
    assert all(one["organisation_id"].isdigit() for one in app.companies)


@pytest.mark.thorough
def test_only_who_administers_a_company_may_connect_it(app: App) -> None:
    offered = Form(app.sign_in(app.authorize(), person=1).text).choices["organisation"]
    people = app.state()["people"]
    assert set(offered) == set(people[1]["organisation_ids"])
    assert len(offered) < len(app.companies)


@pytest.mark.thorough
def test_without_the_accounting_scope_no_company_comes_back(app: App) -> None:
    came = returned(app.sign_in(app.authorize(scope="openid email")))
    assert set(came) == {"code", "state"}
    tokens = Tokens(app.exchange(came["code"]).json(), app.realm(0))
    answer = app.read(tokens, "companyinfo/1")
    assert (answer.status_code, answer.json()["fault"]["error"][0]["code"]) == (403, "3100")
    assert "sufficient scope" in answer.json()["fault"]["error"][0]["detail"]


@pytest.mark.thorough
def test_a_person_may_refuse(app: App) -> None:
    assert returned(app.press(app.sign_in(app.authorize()), "cancel")) == {
        "error": "access_denied",
        "state": "the-state",
    }


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ({"scope": "everything"}, "invalid_scope"),
        ({"scope": None}, "invalid_scope"),
        ({"response_type": "token"}, "unsupported_response_type"),
    ],
)
def test_an_app_hears_what_is_wrong_with_its_request(app: App, asked: dict[str, str | None], error: str) -> None:
    came = returned(app.authorize(**asked))
    assert (came["error"], came["state"]) == (error, "the-state")
    assert "realmId" not in came


@pytest.mark.thorough
@pytest.mark.parametrize("asked", [{"client_id": "another"}, {"redirect_uri": "https://elsewhere.example/cb"}])
def test_an_unknown_app_or_address_ends_on_a_page(app: App, asked: dict[str, str]) -> None:
    assert app.authorize(**asked).headers["location"].startswith("/identity/error")


@pytest.mark.thorough
def test_a_proof_key_changes_nothing(app: App) -> None:
    came = app.came_back(app.realm(4), code_challenge="x" * 43, code_challenge_method="S256")
    assert app.exchange(came["code"]).status_code == 200


@pytest.mark.thorough
def test_a_company_is_taken_over_from_a_colleague_only_by_confirming(app: App) -> None:
    realm = next(one for one in app.state()["people"][1]["organisation_ids"] if one != app.realm(0))
    first = app.connect(realm, person=1)
    page = app.press(app.sign_in(app.authorize()), "allow", realm)
    assert page.status_code == 200
    assert app.state()["people"][1]["name"] in page.text
    assert app.refresh(first.refresh).status_code == 200, "nothing has happened yet"
    came = returned(app.press(page, "take_over"))
    assert app.refresh(first.refresh).status_code == 200, "not before the code is exchanged"
    second = Tokens(app.exchange(came["code"]).json(), realm)
    assert app.refresh(first.refresh).json()["error"] == "invalid_grant"
    assert app.read(first, "companyinfo/1").status_code == 200, "an access token lives out its hour"
    assert app.read(second, "companyinfo/1").status_code == 200


@pytest.mark.thorough
def test_a_takeover_may_end_access_at_once(app: App) -> None:
    realm = next(one for one in app.state()["people"][1]["organisation_ids"] if one != app.realm(0))
    app.control("settings", takeover_ends_access=True)
    first = app.connect(realm, person=1)
    app.connect(realm)
    assert app.read(first, "companyinfo/1").status_code == 401


@pytest.mark.thorough
def test_grants_of_companies_are_apart(app: App) -> None:
    one, two = app.connect(app.realm(1)), app.connect(app.realm(2))
    assert app.revoke(one.refresh).status_code == 200
    assert app.refresh(one.refresh).status_code == 400
    assert app.refresh(two.refresh).status_code == 200
    assert [row["organisation_id"] for row in app.state()["connections"]] == [two.realm]


@pytest.mark.thorough
def test_the_discovery_document_leads_to_everything(app: App, http: httpx2.Client) -> None:
    answer = http.get(DISCOVERY)
    found = answer.json()
    assert answer.headers["intuit_tid"]
    assert found["issuer"].endswith("/op/v1")
    assert "code_challenge_methods_supported" not in found
    assert "offline_access" not in found["scopes_supported"]
    assert ACCOUNTING not in found["scopes_supported"]
    assert set(found["token_endpoint_auth_methods_supported"]) == {"client_secret_basic", "client_secret_post"}
    for name in ("authorization_endpoint", "token_endpoint", "revocation_endpoint", "userinfo_endpoint", "jwks_uri"):
        assert found[name].startswith("http://127.0.0.1")


def test_an_id_token_says_who_and_for_which_company(app: App, http: httpx2.Client) -> None:
    came = app.came_back(app.realm(4), nonce="once")
    token = app.exchange(came["code"]).json()["id_token"]
    keys = http.get(http.get(DISCOVERY).json()["jwks_uri"]).json()
    claims = jwt.decode(token, KeySet.import_key_set(keys)).claims
    assert claims["aud"] == [CLIENT[0]]
    assert (claims["realmid"], claims["nonce"]) == (app.realm(4), "once")
    assert claims["iss"] == http.get(DISCOVERY).json()["issuer"]
    assert not {"email", "given_name", "name"} & set(claims)
    app.control("settings", realm_in_id_token=False)
    again = app.exchange(app.came_back(app.realm(4))["code"]).json()["id_token"]
    assert "realmid" not in jwt.decode(again, KeySet.import_key_set(keys)).claims


@pytest.mark.thorough
def test_without_openid_there_is_no_id_token(app: App) -> None:
    assert "id_token" not in app.connect(app.realm(4), scope=ACCOUNTING).body


@pytest.mark.thorough
def test_user_info_has_names_of_its_own(app: App, http: httpx2.Client, own: Tokens) -> None:
    headers = JSON | {"Authorization": f"Bearer {own.access}"}
    answer = http.get("/v1/openid_connect/userinfo", headers=headers)
    told, person = answer.json(), app.state()["people"][0]
    assert told["sub"] == person["id"]
    assert (told["email"], told["emailVerified"]) == (person["email"], True)
    assert f"{told['givenName']} {told['familyName']}" == person["name"]
    assert told["address"]["streetAddress"]
    assert answer.headers["intuit_tid"]
    only = app.connect(app.realm(1), scope=f"{ACCOUNTING} openid email")
    told = http.get("/v1/openid_connect/userinfo", headers={"Authorization": f"Bearer {only.access}"}).json()
    assert set(told) == {"sub", "email", "emailVerified"}
    none = app.connect(app.realm(1), scope=ACCOUNTING)
    headers = {"Authorization": f"Bearer {none.access}"}
    assert http.get("/v1/openid_connect/userinfo", headers=headers).status_code == 403


@pytest.mark.thorough
def test_intuit_may_refuse_a_sign_in(app: App) -> None:
    app.fault("sign_in_refused", problem="temporarily_unavailable", times=1)
    assert returned(app.sign_in(app.authorize()))["error"] == "temporarily_unavailable"


@pytest.mark.thorough
def test_a_code_is_good_once_for_ten_minutes_and_for_its_address(app: App) -> None:
    code = app.came_back(app.realm(4))["code"]
    assert app.exchange(code).status_code == 200
    assert app.exchange(code).json()["error"] == "invalid_grant"
    late, other = app.came_back(app.realm(4))["code"], app.came_back(app.realm(4))["code"]
    assert app.exchange(other, redirect_uri=f"{REDIRECT_URI}/").json()["error"] == "invalid_grant"
    app.advance(600)
    assert app.exchange(late).status_code == 400
