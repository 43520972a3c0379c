"""What the token endpoint takes and gives, by policy; Authlib is the judge of what the standards say."""

from dataclasses import replace

import pytest
from authlib.integrations.base_client import OAuthError  # type: ignore[import-untyped]  # Authlib ships no types
from authlib.integrations.httpx_client import OAuth2Client  # type: ignore[import-untyped]  # likewise
from authlib.oidc.core import CodeIDToken  # type: ignore[import-untyped]  # likewise
from joserfc import jwt
from joserfc.jwk import KeySet

from emulators.kit.oauth.policies import Answered, ClientIn, Picker, Policies, RefreshTokens, Refusal, Revocation
from tests.emulators.kit.conftest import Starts
from tests.emulators.kit.nowhere import (
    CLIENT_ID,
    CLIENT_SECRET,
    DAY,
    HOUR,
    PATHS,
    POLICIES,
    REDIRECT_URI,
    Nowhere,
    of_organisations,
)

VERIFIER = "a-verifier-of-the-right-length-for-proof-key-exchange"
SCOPE = "openid profile email books"


def judge(nowhere: Nowhere, method: str = "client_secret_basic", **more: object) -> OAuth2Client:
    return OAuth2Client(
        CLIENT_ID,
        CLIENT_SECRET,
        token_endpoint_auth_method=method,
        scope=SCOPE,
        redirect_uri=REDIRECT_URI,
        code_challenge_method="S256",
        token_endpoint=f"{nowhere.address}{PATHS.token}",
        revocation_endpoint_auth_method=method,
        **more,
    )


def came_back(nowhere: Nowhere, client: OAuth2Client, **asked: str) -> tuple[str, str]:
    """The app's address as the browser opens it after a consent, and the state that Authlib kept."""
    address, state = client.create_authorization_url(
        f"{nowhere.address}{PATHS.authorize}", code_verifier=VERIFIER, **asked
    )
    page = nowhere.signed_in_at(nowhere.http.get(address))
    return nowhere.press(page, "allow", nowhere.organisations[0]).headers["location"], state


@pytest.mark.parametrize(
    ("client_in", "method"),
    [
        ({ClientIn.HEADER}, "client_secret_basic"),
        ({ClientIn.BODY}, "client_secret_post"),
        (set(ClientIn), "client_secret_basic"),
        (set(ClientIn), "client_secret_post"),
    ],
)
def test_authlib_goes_the_whole_way(starts: Starts, client_in: set[ClientIn], method: str) -> None:
    nowhere = starts(replace(POLICIES, client_in=frozenset(client_in)))
    kept: list[dict[str, object]] = []
    with judge(nowhere, method, update_token=lambda token, **_: kept.append(token)) as client:
        assert method in nowhere.http.get("/discovery").json()["token_endpoint_auth_methods_supported"]
        location, state = came_back(nowhere, client, nonce="the-nonce")
        token = client.fetch_token(authorization_response=location, state=state, code_verifier=VERIFIER)
        assert nowhere.whoami(token).status_code == 200
        renewed = client.refresh_token(f"{nowhere.address}{PATHS.token}", token["refresh_token"])
        assert renewed["refresh_token"] != token["refresh_token"]
        assert client.revoke_token(f"{nowhere.address}{PATHS.revocation}", renewed["refresh_token"]).status_code == 200
        with pytest.raises(OAuthError, match="invalid_grant"):
            client.refresh_token(f"{nowhere.address}{PATHS.token}", renewed["refresh_token"])
        assert nowhere.whoami(renewed).status_code == 401
    assert kept, "Authlib took the new pair for one to be kept"


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("client_in", "method"), [(ClientIn.BODY, "client_secret_basic"), (ClientIn.HEADER, "client_secret_post")]
)
def test_credentials_in_the_wrong_place_are_refused(starts: Starts, client_in: ClientIn, method: str) -> None:
    nowhere = starts(replace(POLICIES, client_in=frozenset({client_in})))
    with judge(nowhere, method) as client:
        location, state = came_back(nowhere, client)
        with pytest.raises(OAuthError, match="invalid_client"):
            client.fetch_token(authorization_response=location, state=state, code_verifier=VERIFIER)


def test_authlib_finds_the_id_token_in_order(starts: Starts) -> None:
    nowhere = starts(POLICIES)
    with judge(nowhere) as client:
        location, state = came_back(nowhere, client, nonce="the-nonce")
        token = client.fetch_token(authorization_response=location, state=state, code_verifier=VERIFIER)
    keys = KeySet.import_key_set(nowhere.http.get("/keys").json())
    decoded = jwt.decode(token["id_token"], keys, algorithms=["RS256"])
    claims = CodeIDToken(
        decoded.claims,
        decoded.header,
        options={"iss": {"value": nowhere.address}, "aud": {"value": CLIENT_ID}, "nonce": {"value": "the-nonce"}},
        params={"client_id": CLIENT_ID, "access_token": token["access_token"], "nonce": "the-nonce"},
    )
    claims.validate(now=int(nowhere.clock.now()))
    assert claims.validate_at_hash() is None
    person = nowhere.world.library.people[nowhere.people[0]]
    assert (claims["sub"], claims["email"], claims["name"]) == (person.person_id, person.email, person.name)


@pytest.mark.thorough
def test_lifetimes_are_told_as_they_are(starts: Starts) -> None:
    rules = RefreshTokens(idle=100 * DAY, hard_end=120 * DAY, stable=DAY)
    nowhere = starts(replace(POLICIES, refresh=rules, access_seconds=HOUR))
    tokens = nowhere.connect(nowhere.organisations[0])
    told = ("expires_in", "refresh_expires_in", "ends_in")
    assert [int(tokens[name]) for name in told] == [HOUR, 100 * DAY, 120 * DAY]
    nowhere.clock.advance(HOUR)
    assert nowhere.whoami(tokens).status_code == 401
    same = nowhere.refresh(tokens).json()
    assert same["refresh_token"] == tokens["refresh_token"], "stable for a day"
    nowhere.clock.advance(50 * DAY)
    newer = nowhere.refresh(same).json()
    assert newer["refresh_token"] != same["refresh_token"]
    assert newer["refresh_expires_in"] == newer["ends_in"] == 70 * DAY - HOUR


@pytest.mark.thorough
def test_the_end_may_be_told_to_who_asks_for_it(starts: Starts) -> None:
    rules = RefreshTokens(idle=100 * DAY, hard_end=120 * DAY, hard_end_header="x-tell-the-end", prefix="NW1-")
    nowhere = starts(replace(POLICIES, refresh=rules))
    tokens = nowhere.connect(nowhere.organisations[0])
    assert tokens["ends_in"] is None
    assert tokens["refresh_token"].startswith("NW1-")
    nowhere.http.headers["X-Tell-The-End"] = "true"
    told = nowhere.refresh(tokens).json()
    assert told["ends_in"] == 120 * DAY
    assert told["refresh_token"].startswith("NW1-")


@pytest.mark.thorough
def test_a_refresh_token_may_come_without_being_asked_for(starts: Starts) -> None:
    always = starts(POLICIES)
    assert "refresh_token" in always.connect(always.organisations[0])
    asked_for = starts(replace(POLICIES, refresh=replace(POLICIES.refresh, scope="offline_access")))
    assert "refresh_token" not in asked_for.connect(asked_for.organisations[0])
    assert "refresh_token" in asked_for.connect(asked_for.organisations[0], scope="books offline_access")


@pytest.mark.thorough
def test_refusals_are_in_the_platforms_words(starts: Starts) -> None:
    words = dict(POLICIES.refusals) | {Refusal.GRANT_DEAD: Answered(401, "invalid_grant", "Token invalid")}
    nowhere = starts(replace(POLICIES, refusals=words))
    answer = nowhere.refresh({"refresh_token": "never-issued"})
    assert answer.status_code == 401
    assert answer.json() == {"error": "invalid_grant", "error_description": "Token invalid"}


@pytest.mark.thorough
def test_a_refusal_may_have_no_body(starts: Starts) -> None:
    words = dict(POLICIES.refusals) | {Refusal.TOKEN_UNKNOWN: Answered(400, "")}
    nowhere = starts(replace(POLICIES, refusals=words, revocation=Revocation(known_only=True)))
    answer = nowhere.revoke("never-issued")
    assert (answer.status_code, answer.content) == (400, b"")


@pytest.mark.thorough
def test_an_app_has_tokens_of_its_own_only_where_there_are_any(starts: Starts) -> None:
    without = starts(POLICIES)
    assert without.token(grant_type="client_credentials").json() == {"error": "unsupported_grant_type"}
    nowhere = starts(replace(POLICIES, app_scope="app"))
    assert nowhere.whoami(nowhere.token(grant_type="client_credentials").json()).json()["person"] is None


@pytest.mark.thorough
@pytest.mark.parametrize("policies", [POLICIES, of_organisations(POLICIES, picker=Picker.ONE)])
def test_scopes_do_not_add_up_unless_they_do(starts: Starts, policies: Policies) -> None:
    nowhere = starts(policies)
    nowhere.connect(nowhere.organisations[0], scope="books sales")
    assert nowhere.connect(nowhere.organisations[0], scope="books")["scope"] == "books"


class TestRevocation:
    def test_access_tokens_may_live_out_their_time(self, starts: Starts) -> None:
        nowhere = starts(replace(POLICIES, revocation=Revocation(ends_access=False, ends_connections=False)))
        tokens = nowhere.connect(nowhere.organisations[0])
        assert nowhere.revoke(tokens["refresh_token"]).status_code == 200
        assert nowhere.refresh(tokens).status_code == 400
        assert nowhere.whoami(tokens).status_code == 200
        assert len(nowhere.world.connections) == 1
        nowhere.clock.advance(POLICIES.access_seconds)
        assert nowhere.whoami(tokens).status_code == 401

    def test_an_access_token_may_name_the_grant(self, starts: Starts) -> None:
        nowhere = starts(replace(POLICIES, revocation=Revocation(by_access_token=True)))
        tokens = nowhere.connect(nowhere.organisations[0])
        assert nowhere.revoke(tokens["access_token"]).status_code == 200
        assert nowhere.refresh(tokens).status_code == 400

    def test_or_be_nothing_that_can_be_revoked(self, starts: Starts) -> None:
        nowhere = starts(POLICIES)
        tokens = nowhere.connect(nowhere.organisations[0])
        assert nowhere.revoke(tokens["access_token"]).status_code == 200, "no error, as the standard says"
        assert nowhere.refresh(tokens).status_code == 200

    def test_only_the_organisation_goes_whose_grant_it_is(self, starts: Starts) -> None:
        nowhere = starts(of_organisations(POLICIES, picker=Picker.ONE))
        one, two, *_ = nowhere.organisations
        first, second = nowhere.connect(one), nowhere.connect(two)
        nowhere.revoke(first["refresh_token"])
        assert [row.organisation_id for row in nowhere.world.connections.all()] == [two]
        assert (nowhere.whoami(first).status_code, nowhere.whoami(second).status_code) == (401, 200)
        assert nowhere.refresh(second).status_code == 200

    def test_it_may_be_asked_for_in_json_and_refuse_what_it_does_not_know(self, starts: Starts) -> None:
        nowhere = starts(replace(POLICIES, revocation=Revocation(is_json=True, known_only=True)))
        tokens = nowhere.connect(nowhere.organisations[0])
        assert nowhere.revoke(tokens["refresh_token"], as_json=True).status_code == 200
        assert nowhere.revoke(tokens["refresh_token"], as_json=True).json() == {"error": "invalid_grant"}
        assert nowhere.revoke("in-a-form").json() == {"error": "invalid_request"}

    def test_one_connection_may_go_alone(self, starts: Starts) -> None:
        nowhere = starts(POLICIES)
        one, two, *_ = nowhere.organisations
        tokens = nowhere.connect(one, two)
        connections = nowhere.world.connections
        connections.remove(next(row for row in connections.all() if row.organisation_id == one))
        assert [row.organisation_id for row in connections.all()] == [two]
        assert nowhere.refresh(tokens).status_code == 200, "the grant and its siblings stay"
