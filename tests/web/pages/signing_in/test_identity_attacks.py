"""Attacks on signing in at the operator's identity provider, and what goes wrong there: nobody is let in by them."""

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey

from starter.access.identities import MOST_FROM_IP, VALID_FOR
from tests.identity_provider import CLIENT, SECRET
from tests.journeys.people import change
from tests.web.house import House, visitor
from tests.web.keys.at_provider import KEY, OTHER_KEY, PROVIDER, left, refused, signed_in, through
from tests.web.pages.signing_in.test_signing_in import Later, is_in


def unsigned(claims: dict[str, Any]) -> str:
    parts = (b'{"alg":"none"}', json.dumps(claims).encode(), b"")
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)


def by_secret(claims: dict[str, Any]) -> str:
    return jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(SECRET * 2))


def by_public_key(claims: dict[str, Any]) -> str:
    return jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(json.dumps(KEY.public())))


PAST = int((datetime.now(UTC) - timedelta(minutes=5)).timestamp())


WRONG: tuple[dict[str, Any], ...] = (
    {"iss": "https://evil.example.com"},
    {"aud": "another-app"},
    {"aud": "another-app", "azp": CLIENT},
    {"aud": [CLIENT, "another-app"]},  # without an authorised party
    {"azp": "another-app"},
    {"nonce": "of-another-sign-in"},
    {"nonce": None},
    {"exp": PAST},
    {"exp": None},
    {"iat": None},
    {"nbf": PAST + 3600},
    {"sub": None},
    {"sub": ""},
    {"at_hash": "x" * 22},
)


async def test_an_id_token_that_is_not_of_this_sign_in(seated: House, provider):
    taken = []
    for wrong in WRONG:
        provider.altered = wrong
        answer = await signed_in(visitor(seated.scene))
        if answer.status_code != 403 or "does not belong to this sign-in" not in answer.text:
            taken.append(wrong)
    assert taken == []


async def test_an_id_token_that_the_provider_did_not_sign(seated: House, provider):
    for signs in (unsigned, by_secret, by_public_key, OTHER_KEY.sign):
        provider.signs = signs
        assert "does not belong to this sign-in" in await refused(seated)


@pytest.mark.thorough
async def test_new_keys_are_found(seated: House, provider):
    assert (await signed_in(visitor(seated.scene))).status_code == 303
    provider.key = OTHER_KEY
    assert (await signed_in(visitor(seated.scene))).status_code == 303


async def test_a_sign_in_is_finished_once_in_the_browser_in_which_it_was_begun(seated: House, provider):
    http, other = visitor(seated.scene), visitor(seated.scene)
    await left(other)
    back = await through(await left(http))
    for stranger in (other, visitor(seated.scene)):
        answer = await stranger.get(back)
        assert (answer.status_code, "begun in another browser" in answer.text) == (403, True)
        assert not await is_in(stranger)
    made_up = await http.get(f"{PROVIDER}/callback?state=made-up&code=x")
    assert (made_up.status_code, "not known here" in made_up.text) == (404, True)
    assert (await http.get(f"{PROVIDER}/callback")).status_code == 404
    assert (await http.get(back)).status_code == 303
    assert (await http.get(back)).headers["location"] == "/"  # a reload
    http.cookies.delete("clientsync")
    again = await http.get(back)
    assert (again.status_code, "finished already" in again.text) == (409, True)
    query = {name: values[0] for name, values in parse_qs(urlsplit(back).query).items()}
    fresh = parse_qs(urlsplit(await left(http)).query)["state"][0]  # the same code in another sign-in
    replayed = await http.get(f"{PROVIDER}/callback", params=query | {"state": fresh})
    assert (replayed.status_code, "does not belong to this sign-in" in replayed.text) == (403, True)
    assert not await is_in(http)


@pytest.mark.thorough
async def test_a_code_of_somebody_else_s_sign_in_is_worth_nothing(seated: House, provider):
    """Code injection: a stolen code comes back with the thief's own state."""
    stolen = parse_qs(urlsplit(await through(await left(visitor(seated.scene)))).query)["code"][0]
    thief = visitor(seated.scene)
    state = parse_qs(urlsplit(await left(thief)).query)["state"][0]
    answer = await thief.get(f"{PROVIDER}/callback", params={"state": state, "code": stolen, "iss": provider.issuer})
    assert (answer.status_code, await is_in(thief)) == (403, False)


@pytest.mark.thorough
async def test_the_answer_of_another_issuer(seated: House, provider):
    for named in ("https://evil.example.com", None):
        provider.named = named
        assert "does not belong to this sign-in" in await refused(seated)
    assert len(provider.codes) == 2  # the codes were not given to anybody


@pytest.mark.thorough
async def test_a_provider_that_never_says_who_answers(seated: House, provider):
    provider.named, provider.metadata = None, {"authorization_response_iss_parameter_supported": None}
    provider.metadata["token_endpoint_auth_methods_supported"] = None  # and takes the secret in a header alone
    assert (await signed_in(visitor(seated.scene))).status_code == 303


@pytest.mark.thorough
async def test_a_provider_whose_discovery_is_wrong(seated: House, provider, rules):
    for metadata in (
        {"issuer": "https://evil.example.com"},
        {"authorization_endpoint": None},
        {"token_endpoint": "javascript:alert(1)"},
    ):
        provider.metadata = metadata
        rules()
        page = await visitor(seated.scene).post(PROVIDER)
        assert (page.status_code, "does not answer just now" in page.text) == (503, True)


@pytest.mark.thorough
async def test_what_goes_wrong_there_is_told_without_its_words(seated: House, provider, rules, caplog):
    provider.says_no = "access_denied"
    assert "without signing in there" in (page := await refused(seated))
    assert "not today" not in page
    provider.says_no = "server_error"
    assert "did not sign you in" in await refused(seated)
    provider.says_no, provider.is_down = None, True
    assert "does not answer just now" in await refused(seated)
    provider.is_down = False
    rules(secret="another secret")
    assert "refuses Clientsync itself" in await refused(seated)
    written = caplog.text
    assert "CLIENTSYNC_SIGN_IN" in written
    assert not any(word in written for word in ("another secret", seated.member.email, "eyJ", *provider.access))


@pytest.mark.thorough
async def test_it_leads_on_to_pages_of_ours_alone(seated: House):
    for address in ("//evil.example", "https://evil.example", "/\\evil.example", "/sign-out"):
        done = await signed_in(visitor(seated.scene), next=address)
        assert (done.status_code, done.headers["location"]) == (303, "/")


@pytest.mark.thorough
async def test_it_takes_a_while_and_no_more_and_is_bounded(seated: House, later: Later):
    http = visitor(seated.scene)
    back = await through(await left(http))
    later(VALID_FOR + timedelta(seconds=1))
    assert "took too long" in (await http.get(back)).text
    place = visitor(seated.scene, **{"X-Forwarded-For": "198.51.100.21"})
    assert await left(place)
    await change(
        seated.scene,
        "INSERT INTO identity_attempts SELECT gen_random_uuid(), sha256(n::text::bytea), '', '', '/', NULL, ip,"
        " created_at FROM identity_attempts, generate_series(2, :most) n WHERE ip = '198.51.100.21'",
        most=MOST_FROM_IP,
    )
    full = await place.post(PROVIDER)
    assert (full.status_code, "Too many sign-ins" in full.text) == (429, True)


@pytest.mark.thorough
async def test_nothing_is_kept_of_it_but_the_account(seated: House, provider):
    await signed_in(visitor(seated.scene))
    kept = str(await seated.scene.rows("SELECT t::text FROM identity_attempts t")) + str(
        await seated.scene.rows("SELECT t::text FROM identities t")
    )
    assert not any(secret in kept for secret in (*provider.access, "eyJ"))
