"""The sign-in: what the browser is sent with, what is believed of the answer, and that secrets stay inside."""

import asyncio
import base64
import hashlib
import logging
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from contracts.words.causes import Cause
from providers.kit.oauth.token_sets import BegunFlow, unpacked
from providers.port.errors import (
    AppRefused,
    ConsentDenied,
    ConsentFailed,
    NeedsPerson,
    ProviderError,
    RateLimited,
    SignedOut,
    Unavailable,
)
from providers.port.provider import FinishedSignIn, Provider
from providers.xero.provider import Xero
from providers.xero.settings import XeroConfig
from tests.providers.clock import HandClock
from tests.providers.conftest import Allowance, held
from tests.providers.stand_in import API, CLIENT_ID, IDENTITY, SECRET, StandIn, key_named

TOKEN = "/connect/token"
REDIRECT = "http://localhost/connect/xero/callback"


def invalid(error: str, status: int = 400) -> Response:
    return JSONResponse({"error": error, "error_description": "the-code"}, status)


KEPT = b'{"code_verifier":"the-verifier","nonce":"the-nonce"}'
"""What a sign-in that was begun keeps, as earlier versions wrote it too."""


async def finish(xero: Xero, **params: str) -> FinishedSignIn:
    came_back = {"code": "the-code", "state": "the-state", "session_state": "x", **params}
    return await xero.finish_sign_in(came_back, KEPT, redirect_uri=REDIRECT)


OLD = held("access-0", "refresh-0", ("openid",))


async def test_the_browser_is_sent_with_pkce_state_nonce_and_the_wish_for_many(xero: Xero) -> None:
    provider: Provider = xero
    begun = await provider.begin_sign_in(state="the-state", redirect_uri=REDIRECT)
    query = {k: v[0] for k, v in parse_qs(urlsplit(begun.address).query).items()}
    kept = BegunFlow.unpacked(begun.kept)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(kept.code_verifier.encode()).digest())
    assert begun.address.startswith("https://login.test/identity/connect/authorize?")
    assert query == {
        "response_type": "code",
        "client_id": CLIENT_ID,
        "redirect_uri": REDIRECT,
        "scope": "openid profile email offline_access accounting.settings.read accounting.contacts.read",
        "state": "the-state",
        "nonce": kept.nonce,
        "code_challenge": challenge.rstrip(b"=").decode(),
        "code_challenge_method": "S256",
        "acr_values": "bulk_connect:true",
    }
    assert len(kept.code_verifier) >= 43
    assert kept.code_verifier not in repr(begun) + repr(kept)
    again = BegunFlow.unpacked((await provider.begin_sign_in(state="the-state", redirect_uri=REDIRECT)).kept)
    assert again.code_verifier != kept.code_verifier
    assert again.nonce != kept.nonce


async def test_an_app_without_the_approval_does_not_ask_for_many(server: StandIn, clock: HandClock) -> None:
    config = XeroConfig(CLIENT_ID, SECRET, IDENTITY, API, bulk_connect=False)
    http = httpx2.AsyncClient(transport=httpx2.ASGITransport(server.app))
    url = (await Xero(config, http, Allowance(), clock).begin_sign_in(state="s", redirect_uri=REDIRECT)).address
    assert "acr_values" not in url


async def test_a_consent_names_the_person_and_the_event(xero: Xero, server: StandIn, clock: HandClock) -> None:
    server.answer(TOKEN, server.tokens("the-nonce"))
    consent = await finish(xero)
    given, tokens = consent.credential, unpacked(consent.credential.secret)
    assert (given.account_key, given.person, given.label) == ("user-1", "user-1", "Ada Marsh")
    assert consent.consent_ref == "event-1"
    assert tokens.refresh_token == "refresh-1"
    assert (given.access_expires_at, given.refresh_expires_at) == (
        clock() + timedelta(minutes=30),
        clock() + timedelta(days=60),
    )
    assert tokens.scope == ("openid", "offline_access", "accounting.settings.read")
    assert "refresh-1" not in repr(consent)
    (call,) = server.seen(TOKEN)
    assert call.form == {
        "grant_type": "authorization_code",
        "code": "the-code",
        "code_verifier": "the-verifier",
        "redirect_uri": REDIRECT,
    }
    assert call.headers["authorization"] == httpx2.BasicAuth(CLIENT_ID, SECRET)._auth_header


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"iss": "https://elsewhere.test"},
        {"aud": "another-app"},
        {"exp": 1_600_000_000},
        {"exp": None},
        {"at_hash": "AAAA"},
    ],
    ids=str,
)
async def test_an_identity_that_does_not_fit_is_refused(xero: Xero, server: StandIn, claims: dict[str, object]) -> None:
    server.answer(TOKEN, server.tokens("the-nonce", claims))
    with pytest.raises(ConsentFailed):
        await finish(xero)


async def test_a_token_signed_by_nobody_known_is_refused_after_one_look_for_key_nameds(
    xero: Xero, server: StandIn
) -> None:
    server.answer(TOKEN, server.tokens("the-nonce", key=key_named("stranger")))
    with pytest.raises(ConsentFailed):
        await finish(xero)
    assert len(server.seen("/.well-known/openid-configuration/jwks")) == 2


async def test_a_known_id_with_a_strange_key_is_refused(xero: Xero, server: StandIn) -> None:
    server.answer(TOKEN, server.tokens("the-nonce", key=key_named("first", "a stranger")))
    with pytest.raises(ConsentFailed):
        await finish(xero)


async def test_a_new_signing_key_is_found(xero: Xero, server: StandIn) -> None:
    server.answer(TOKEN, server.tokens("the-nonce"))
    await finish(xero)
    server.key = key_named("second")
    server.answer(TOKEN, server.tokens("the-nonce"))
    assert (await finish(xero)).consent_ref == "event-1"


async def test_discovery_and_keys_are_read_once_in_half_a_day(xero: Xero, server: StandIn, clock: HandClock) -> None:
    for _ in range(3):
        server.answer(TOKEN, server.tokens("the-nonce"))
        await finish(xero)
    assert len(server.seen("/.well-known/openid-configuration")) == 1
    assert len(server.seen("/.well-known/openid-configuration/jwks")) == 1
    clock.move(13 * 3600)
    await xero.begin_sign_in(state="s", redirect_uri=REDIRECT)
    assert len(server.seen("/.well-known/openid-configuration")) == 2


async def test_a_crowd_of_sign_ins_reads_the_discovery_once(xero: Xero, server: StandIn) -> None:
    await asyncio.gather(*(xero.begin_sign_in(state="s", redirect_uri=REDIRECT) for _ in range(20)))
    assert len(server.seen("/.well-known/openid-configuration")) == 1


async def test_discovery_refused_at_the_edge_is_worth_another_try(xero: Xero, server: StandIn) -> None:
    server.answer("/.well-known/openid-configuration", PlainTextResponse("<html>", 403))
    with pytest.raises(Unavailable):
        await xero.begin_sign_in(state="s", redirect_uri=REDIRECT)
    del server.answers["/.well-known/openid-configuration"]
    await xero.begin_sign_in(state="s", redirect_uri=REDIRECT)


async def test_the_person_may_stand_in_the_access_token_only(xero: Xero, server: StandIn) -> None:
    server.answer(TOKEN, server.tokens("the-nonce", {"xero_userid": None}, access={"xero_userid": "user-2"}))
    assert (await finish(xero)).credential.account_key == "user-2"


async def test_an_access_token_that_cannot_be_read_only_costs_the_event(xero: Xero, server: StandIn) -> None:
    answer = server.tokens("the-nonce", {"at_hash": None})
    answer["access_token"] = "opaque"
    server.answer(TOKEN, answer)
    assert (await finish(xero)).consent_ref is None


@pytest.mark.parametrize(
    ("claims", "name"),
    [
        ({"name": None, "given_name": "Ada", "family_name": "Marsh"}, "Ada Marsh"),
        ({"name": None, "given_name": "Ada"}, "Ada"),
        ({"name": "ada@example.test"}, "Xero user"),
        ({"name": None}, "Xero user"),
    ],
)
async def test_a_login_is_known_by_a_name_and_never_by_an_address(
    xero: Xero, server: StandIn, claims: dict[str, object], name: str
) -> None:
    server.answer(TOKEN, server.tokens("the-nonce", claims))
    assert (await finish(xero)).credential.label == name


async def test_a_refresh_gives_the_new_pair(xero: Xero, server: StandIn, clock: HandClock) -> None:
    server.answer(TOKEN, {"access_token": "access-1", "refresh_token": "refresh-1", "expires_in": 1800})
    newer = await xero.refresh(OLD)
    tokens = unpacked(newer.secret)
    assert newer == replace(
        OLD,
        secret=newer.secret,
        access_expires_at=clock() + timedelta(minutes=30),
        refresh_expires_at=clock() + timedelta(days=60),
    )
    assert (tokens.access_token, tokens.refresh_token, tokens.scope) == ("access-1", "refresh-1", ("openid",))
    (call,) = server.seen(TOKEN)
    assert call.form == {"grant_type": "refresh_token", "refresh_token": "refresh-0"}


def dropped(request: Request) -> Response:
    raise httpx2.ReadError("dropped")


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (invalid("invalid_grant"), SignedOut),
        (invalid("invalid_client", 401), AppRefused),
        (invalid("invalid_client"), AppRefused),
        (invalid("unauthorized_client"), AppRefused),
        (invalid("invalid_scope"), NeedsPerson),
        (invalid("refresh-0 is unknown"), Unavailable),
        (PlainTextResponse("bad", 400), Unavailable),
        (PlainTextResponse("<html>", 400), Unavailable),
        (PlainTextResponse("", 401), Unavailable),
        (PlainTextResponse("<html>invalid_grant", 403), Unavailable),
        (PlainTextResponse("", 301, {"location": "https://elsewhere.test"}), Unavailable),
        (PlainTextResponse("<html>", 200), Unavailable),
        (JSONResponse(5), Unavailable),
        (JSONResponse(["access_token"]), Unavailable),
        (JSONResponse({"access_token": ""}), Unavailable),
        (PlainTextResponse("busy", 429, {"retry-after": "7"}), RateLimited),
        (PlainTextResponse("down", 503), Unavailable),
        (JSONResponse({"error": "invalid_grant"}, 500), Unavailable),
        (PlainTextResponse("not json"), Unavailable),
        (JSONResponse({"token_type": "Bearer"}), Unavailable),
        (JSONResponse({"error": "odd"}), Unavailable),
        (dropped, Unavailable),
    ],
    ids=lambda value: getattr(value, "__name__", None) or str(getattr(value, "body", ""))[:40],
)
async def test_a_refresh_that_fails_says_why_and_no_secret(
    xero: Xero,
    server: StandIn,
    clock: HandClock,
    caplog: pytest.LogCaptureFixture,
    answer: object,
    expected: type[ProviderError],
) -> None:
    server.answer(TOKEN, answer)
    with caplog.at_level(logging.DEBUG), pytest.raises(expected) as caught:
        await xero.refresh(OLD)
    if expected is NeedsPerson:
        assert type(caught.value) is not SignedOut
        assert caught.value.cause is Cause.UNKNOWN
    told = str(caught.value) + repr(caught.value) + repr(caught.value.__cause__) + caplog.text
    assert "refresh-0" not in told
    assert SECRET not in told


async def test_a_code_that_is_refused_is_not_repeated(
    xero: Xero, server: StandIn, caplog: pytest.LogCaptureFixture
) -> None:
    server.answer(TOKEN, invalid("invalid_grant"))
    with caplog.at_level(logging.DEBUG), pytest.raises(ConsentFailed) as caught:
        await finish(xero)
    told = str(caught.value) + caught.value.detail + caplog.text
    assert "the-code" not in told
    assert "the-verifier" not in told
    assert "invalid_grant" in caught.value.detail


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"error": "access_denied"}, ConsentDenied),
        ({"error": "access_denied", "code": ""}, ConsentDenied),
        ({"error": "server_error"}, ConsentFailed),
        ({"error": "temporarily_unavailable", "error_description": "access_denied"}, ConsentFailed),
        ({"code": ""}, ConsentFailed),
    ],
    ids=str,
)
async def test_what_came_back_without_a_code_asks_nobody(
    xero: Xero, server: StandIn, params: dict[str, str], expected: type[ConsentFailed]
) -> None:
    with pytest.raises(ConsentFailed) as caught:
        await finish(xero, **params)
    assert type(caught.value) is expected
    assert server.calls == []


async def test_revoking_sends_the_refresh_token_as_the_app(xero: Xero, server: StandIn, clock: HandClock) -> None:
    server.answer("/connect/revocation", Response(status_code=200))
    await xero.revoke(OLD)
    (call,) = server.seen("/connect/revocation")
    assert call.form == {"token": "refresh-0"}
    assert call.headers["authorization"].startswith("Basic ")
    server.answer("/connect/revocation", PlainTextResponse("down", 503))
    with pytest.raises(Unavailable):
        await xero.revoke(OLD)


def test_the_secret_is_not_shown(config: XeroConfig) -> None:
    assert SECRET not in repr(config)
