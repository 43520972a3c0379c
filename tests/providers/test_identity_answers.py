"""What the identity service, or somebody in front of it, may answer: only its own words are believed."""

from dataclasses import replace

import pytest
from starlette.responses import JSONResponse, PlainTextResponse, Response

from providers.errors import AppRefused, ConsentFailed, ProviderError, SignedOut, Unavailable
from providers.xero import Xero
from tests.providers.clock import HandClock
from tests.providers.stand_in import StandIn
from tests.providers.test_oauth import REDIRECT, TOKEN, finish, invalid, old_set


@pytest.mark.parametrize(
    "nothing", [{}, {"refresh_token": None}, {"refresh_token": ""}, {"refresh_token": " "}], ids=str
)
async def test_an_answer_without_a_new_refresh_token_keeps_the_old_one(
    xero: Xero, server: StandIn, clock: HandClock, nothing: dict[str, object]
) -> None:
    server.answer(TOKEN, {"access_token": "access-1", "scope": "", "expires_in": 1800, **nothing})
    tokens = await xero.refresh(old_set(clock))
    assert (tokens.access_token, tokens.refresh_token, tokens.scope) == ("access-1", "refresh-0", ("openid",))


@pytest.mark.parametrize("lifetime", [None, "", "soon", 0, -5, 10**30, 1e30, True, []], ids=str)
async def test_a_lifetime_that_cannot_be_is_the_usual_one(
    xero: Xero, server: StandIn, clock: HandClock, lifetime: object
) -> None:
    server.answer(TOKEN, {"access_token": "access-1", "refresh_token": "refresh-1", "expires_in": lifetime})
    assert ((await xero.refresh(old_set(clock))).expires_at - clock()).total_seconds() == 1800


async def test_odd_characters_in_a_token_answer_cost_themselves(xero: Xero, server: StandIn, clock: HandClock) -> None:
    body = b'\xef\xbb\xbf{"access_token":"access-1","refresh_token":"refresh-1","note":"caf\xe9 \\ud83d"}'
    server.answer(TOKEN, Response(body, media_type="application/json"))
    assert (await xero.refresh(old_set(clock))).refresh_token == "refresh-1"


async def test_a_login_without_a_refresh_token_needs_a_new_sign_in(xero: Xero, clock: HandClock) -> None:
    with pytest.raises(SignedOut):
        await xero.refresh(replace(old_set(clock), refresh_token=""))


async def test_the_apps_secret_is_tried_without_anybodys_login(xero: Xero, server: StandIn) -> None:
    server.answer(TOKEN, invalid("invalid_grant"))
    await xero.check_app()
    server.answer(TOKEN, invalid("invalid_client", 401))
    with pytest.raises(AppRefused):
        await xero.check_app()
    server.answer(TOKEN, PlainTextResponse("<html>", 401))
    with pytest.raises(Unavailable):
        await xero.check_app()


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (invalid("invalid_grant"), ConsentFailed),
        (invalid("invalid_request"), ConsentFailed),
        (invalid("invalid_client", 401), AppRefused),
        (PlainTextResponse("<html>", 400), Unavailable),
        (PlainTextResponse("", 401), Unavailable),
        (PlainTextResponse("", 301), Unavailable),
    ],
)
async def test_a_sign_in_is_finished_or_refused_by_the_standards_words_only(
    xero: Xero, server: StandIn, answer: Response, expected: type[ProviderError]
) -> None:
    server.answer(TOKEN, answer)
    with pytest.raises(expected):
        await finish(xero)


async def test_what_was_read_before_serves_while_the_edge_answers(
    xero: Xero, server: StandIn, clock: HandClock
) -> None:
    await xero.begin_consent(state="s", redirect_uri=REDIRECT)
    clock.move(13 * 3600)
    server.answer("/.well-known/openid-configuration", PlainTextResponse("<html>", 403))
    for _ in range(3):
        await xero.begin_consent(state="s", redirect_uri=REDIRECT)
    assert len(server.seen("/.well-known/openid-configuration")) == 2
    clock.move(301)
    del server.answers["/.well-known/openid-configuration"]
    await xero.begin_consent(state="s", redirect_uri=REDIRECT)
    assert len(server.seen("/.well-known/openid-configuration")) == 3


@pytest.mark.parametrize(
    "answer",
    [
        PlainTextResponse("<html>", 404),
        PlainTextResponse(""),
        PlainTextResponse("", 301),
        JSONResponse([]),
        JSONResponse({}),
        JSONResponse({"issuer": None, "keys": []}),
        JSONResponse({"keys": [{}]}),
    ],
)
async def test_neither_discovery_nor_keys_are_believed_without_their_own_words(
    xero: Xero, server: StandIn, answer: Response
) -> None:
    server.answer(TOKEN, server.tokens("the-nonce"))
    for document in ("/.well-known/openid-configuration", "/.well-known/openid-configuration/jwks"):
        server.answer(document, answer)
        with pytest.raises(Unavailable):
            await finish(xero)
        del server.answers[document]
    await finish(xero)


@pytest.mark.parametrize("status", [200, 301, 400, 401, 403, 404, 413, 421])
async def test_a_page_ends_no_grant(xero: Xero, server: StandIn, clock: HandClock, status: int) -> None:
    server.answer("/connect/revocation", PlainTextResponse("<html>", status))
    with pytest.raises(Unavailable):
        await xero.revoke(old_set(clock))
