"""What the identity service, or somebody in front of it, may answer: only its own words are believed."""

from dataclasses import replace

import httpx2
import orjson
import pytest
from starlette.responses import JSONResponse, PlainTextResponse, Response

from providers.kit.oauth.token_sets import unpacked
from providers.port.errors import AppRefused, ConsentFailed, ProviderError, RateLimited, SignedOut, Unavailable
from providers.xero.provider import Xero
from providers.xero.settings import XeroConfig
from tests.providers.clock import HandClock
from tests.providers.conftest import Allowance, held
from tests.providers.stand_in import API, CLIENT_ID, IDENTITY, SECRET, StandIn
from tests.providers.xero.test_oauth import OLD, REDIRECT, TOKEN, finish, invalid


@pytest.mark.parametrize(
    "nothing", [{}, {"refresh_token": None}, {"refresh_token": ""}, {"refresh_token": " "}], ids=str
)
async def test_an_answer_without_a_new_refresh_token_keeps_the_old_one(
    xero: Xero, server: StandIn, clock: HandClock, nothing: dict[str, object]
) -> None:
    server.answer(TOKEN, {"access_token": "access-1", "scope": "", "expires_in": 1800, **nothing})
    tokens = unpacked((await xero.refresh(OLD)).secret)
    assert (tokens.access_token, tokens.refresh_token, tokens.scope) == ("access-1", "refresh-0", ("openid",))


@pytest.mark.parametrize("lifetime", [None, "", "soon", 0, -5, 10**30, 1e30, True, []], ids=str)
async def test_a_lifetime_that_cannot_be_is_the_usual_one(
    xero: Xero, server: StandIn, clock: HandClock, lifetime: object
) -> None:
    server.answer(TOKEN, {"access_token": "access-1", "refresh_token": "refresh-1", "expires_in": lifetime})
    assert ((await xero.refresh(OLD)).access_expires_at - clock()).total_seconds() == 1800


async def test_odd_characters_in_a_token_answer_cost_themselves(xero: Xero, server: StandIn, clock: HandClock) -> None:
    body = b'\xef\xbb\xbf{"access_token":"access-1","refresh_token":"refresh-1","note":"caf\xe9 \\ud83d"}'
    server.answer(TOKEN, Response(body, media_type="application/json"))
    assert unpacked((await xero.refresh(OLD)).secret).refresh_token == "refresh-1"


async def test_a_login_without_a_refresh_token_needs_a_new_sign_in(xero: Xero, clock: HandClock) -> None:
    with pytest.raises(SignedOut):
        await xero.refresh(held("access-0", ""))


KEPT_BEFORE = {"access_token": "access-0", "refresh_token": "refresh-0", "expires_at": "2026-03-02T12:00:00+00:00"}
"""What an earlier version sealed for a login, with its scopes and a spare."""


@pytest.mark.parametrize(("spare", "tried"), [("", ["refresh-0"]), ("refresh-9", ["refresh-0", "refresh-9"])])
async def test_what_an_earlier_version_kept_is_read_with_its_spare(
    xero: Xero, server: StandIn, spare: str, tried: list[str]
) -> None:
    kept = orjson.dumps(KEPT_BEFORE | {"scope": ["openid"], "spare_refresh_token": spare})
    dead = [invalid("invalid_grant")] * (len(tried) - 1)
    server.answer(TOKEN, *dead, {"access_token": "access-1", "refresh_token": "refresh-1", "expires_in": 1800})
    newer = unpacked((await xero.refresh(replace(OLD, secret=kept))).secret)
    assert (newer.access_token, newer.refresh_token, newer.scope) == ("access-1", "refresh-1", ("openid",))
    assert newer.spare_refresh_token == ""
    assert [call.form["refresh_token"] for call in server.seen(TOKEN)] == tried


async def test_a_login_that_was_ended_needs_a_new_sign_in(xero: Xero) -> None:
    with pytest.raises(SignedOut):
        await xero.refresh(replace(OLD, secret=b""))


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
    await xero.begin_sign_in(state="s", redirect_uri=REDIRECT)
    clock.move(13 * 3600)
    server.answer("/.well-known/openid-configuration", PlainTextResponse("<html>", 403))
    for _ in range(3):
        await xero.begin_sign_in(state="s", redirect_uri=REDIRECT)
    assert len(server.seen("/.well-known/openid-configuration")) == 2
    clock.move(301)
    del server.answers["/.well-known/openid-configuration"]
    await xero.begin_sign_in(state="s", redirect_uri=REDIRECT)
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
        await xero.revoke(OLD)


PAGE = "<html><head><title>Sorry</title></head></html>"


@pytest.mark.parametrize(
    "page",
    [
        *(PlainTextResponse(PAGE, status) for status in (200, 301, 400, 401, 403, 404, 413, 421)),
        PlainTextResponse("Sorry, something went wrong.", 403),
        PlainTextResponse("", 301),
        PlainTextResponse("", 401),
        JSONResponse({"statusCode": 401, "message": "Access denied due to invalid subscription key."}, 401),
    ],
    ids=lambda page: f"{page.status_code} {page.body[:20]!r}",
)
async def test_a_code_that_xero_has_not_seen_is_tried_once_more(xero: Xero, server: StandIn, page: Response) -> None:
    server.answer(TOKEN, page, server.tokens("the-nonce"))
    assert (await finish(xero)).credential.account_key == "user-1"
    first, second = server.seen(TOKEN)
    assert first.form == second.form
    assert second.form["code"] == "the-code"


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        *((PlainTextResponse(PAGE, status), Unavailable) for status in (408, 500, 502, 503, 504)),
        (PlainTextResponse(""), Unavailable),
        (PlainTextResponse('{"access_token": "acc'), Unavailable),
        (JSONResponse({"error": "temporarily_unavailable"}, 400), Unavailable),
        (JSONResponse({}), Unavailable),
        (PlainTextResponse(PAGE, 429), RateLimited),
        (invalid("invalid_grant"), ConsentFailed),
        (invalid("invalid_client", 401), AppRefused),
    ],
    ids=lambda case: f"{case.status_code} {case.body[:20]!r}" if isinstance(case, Response) else None,
)
async def test_a_code_that_xero_may_have_used_up_is_not_tried_again(
    xero: Xero, server: StandIn, answer: Response, expected: type[ProviderError]
) -> None:
    server.answer(TOKEN, answer, server.tokens("the-nonce"))
    with pytest.raises(expected):
        await finish(xero)
    assert len(server.seen(TOKEN)) == 1


async def test_a_code_is_not_tried_a_third_time_and_one_that_was_used_up_is_said(xero: Xero, server: StandIn) -> None:
    server.answer(TOKEN, PlainTextResponse(PAGE, 403))
    with pytest.raises(Unavailable):
        await finish(xero)
    assert len(server.seen(TOKEN)) == 2
    server.answer(TOKEN, PlainTextResponse(PAGE, 403), invalid("invalid_grant"))
    with pytest.raises(ConsentFailed):
        await finish(xero)


async def test_a_code_that_could_not_be_sent_is_tried_once_more(clock: HandClock, server: StandIn) -> None:
    refused: list[str] = []

    class NobodyThereAtFirst(httpx2.ASGITransport):
        async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
            if request.url.path == TOKEN and not refused:
                refused.append(request.url.path)
                raise httpx2.ConnectError("refused", request=request)
            return await super().handle_async_request(request)

    server.answer(TOKEN, server.tokens("the-nonce"))
    http = httpx2.AsyncClient(transport=NobodyThereAtFirst(server.app))
    xero = Xero(XeroConfig(CLIENT_ID, SECRET, IDENTITY, API), http, Allowance(), clock)
    assert (await finish(xero)).credential.account_key == "user-1"
    assert (refused, len(server.seen(TOKEN))) == ([TOKEN], 1)


@pytest.mark.parametrize("document", ["openid-configuration", "openid-configuration/jwks"])
async def test_a_page_in_place_of_a_document_costs_no_sign_in(xero: Xero, server: StandIn, document: str) -> None:
    path = f"/.well-known/{document}"

    def page_at_first(_: object) -> Response:
        del server.answers[path]
        return PlainTextResponse(PAGE, 403)

    server.answer(path, page_at_first)
    server.answer(TOKEN, server.tokens("the-nonce"))
    assert (await finish(xero)).credential.account_key == "user-1"
    assert len(server.seen(path)) == 2


async def test_a_code_is_not_used_up_while_the_keys_cannot_be_read(xero: Xero, server: StandIn) -> None:
    server.answer(TOKEN, server.tokens("the-nonce"))
    server.answer("/.well-known/openid-configuration/jwks", PlainTextResponse(PAGE, 403))
    with pytest.raises(Unavailable):
        await finish(xero)
    assert server.seen(TOKEN) == []
