"""What a sign-in asks Intuit for, what is believed of what comes back, and how a grant is refreshed and ended."""

import base64
import json
from collections.abc import Mapping
from contextlib import nullcontext
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from starlette.responses import JSONResponse, Response

from contracts.words.standard_information import NAMELESS
from providers.kit.oauth.token_sets import unpacked
from providers.port.errors import AppRefused, ConsentDenied, ConsentFailed, ProviderError, SignedOut, Unavailable
from providers.port.provider import BegunSignIn, FinishedSignIn
from providers.quickbooks.provider import QuickBooks
from providers.quickbooks.settings import QuickBooksSettings
from providers.quickbooks.sign_in import NOBODY, SCOPE, came_in, label_of
from tests.providers.clock import HandClock
from tests.providers.conftest import Allowance
from tests.providers.quickbooks.conftest import HOST, REALM, SETTINGS, USER_INFO, Intuit, held
from tests.providers.quickbooks.test_errors import PAGE

TOKEN, REVOKE = "/oauth2/v1/tokens/bearer", "/v2/oauth2/tokens/revoke"
INFO = f"/v3/company/{REALM}/companyinfo/{REALM}"
CAME = {"code": "a-code", "state": "s", "realmId": REALM}
BACK = "https://us.test/back"
DEAD = JSONResponse({"error": "invalid_grant", "error_description": "Incorrect or invalid refresh token"}, 400)


async def begun(quickbooks: QuickBooks) -> tuple[BegunSignIn, dict[str, str]]:
    one = await quickbooks.begin_sign_in(state="s", redirect_uri=BACK)
    return one, {name: values[0] for name, values in parse_qs(urlsplit(one.address).query).items()}


async def finished(quickbooks: QuickBooks, server: Intuit, **claims: object) -> FinishedSignIn:
    """A sign-in whose id_token has these claims; it repeats the nonce unless another is said."""
    one, asked = await begun(quickbooks)
    server.answer(TOKEN, server.tokens_of(**{"nonce": asked["nonce"], **claims}))
    return await quickbooks.finish_sign_in(CAME, one.kept, redirect_uri=BACK)


async def test_the_page_is_asked_for_the_books_and_for_who_signs_in(quickbooks: QuickBooks) -> None:
    _, asked = await begun(quickbooks)
    assert asked == {
        "response_type": "code",
        "client_id": "app-1",
        "scope": SCOPE,
        "redirect_uri": BACK,
        "state": "s",
        "nonce": asked["nonce"],
    }
    _, another = await begun(quickbooks)
    assert another["nonce"] != asked["nonce"]


async def test_a_sign_in_is_of_the_company_that_came_back(
    quickbooks: QuickBooks, server: Intuit, clock: HandClock
) -> None:
    done = await finished(quickbooks, server, realmid=REALM)
    credential = done.credential
    assert (credential.account_key, credential.person, credential.label) == (REALM, "person-1", "Ada Marsh")
    assert credential.access_expires_at == clock() + timedelta(hours=1)
    assert credential.refresh_expires_at == clock() + timedelta(days=101)
    assert credential.ends_at == clock() + timedelta(days=1825)
    assert unpacked(credential.secret).refresh_token == "RT1-1"
    assert [(one.organisation_id, one.name) for one in done.organisations] == [(REALM, "Alder & Finch")]
    [call] = server.seen(TOKEN)
    assert call.headers["authorization"] == f"Basic {base64.b64encode(b'app-1:hush').decode()}"
    assert call.headers["x-include-refresh-token-hard-expires-in"] == "true"
    assert call.form == {"grant_type": "authorization_code", "code": "a-code", "redirect_uri": BACK}


async def test_a_token_that_repeats_no_nonce_is_believed_and_one_with_another_is_not(
    quickbooks: QuickBooks, server: Intuit
) -> None:
    assert (await finished(quickbooks, server, nonce=None)).credential.account_key == REALM
    for wrong in ("another's", ""):
        with pytest.raises(ConsentFailed, match="id_token refused"):
            await finished(quickbooks, server, nonce=wrong)


@pytest.mark.parametrize(
    "claims", [{"iss": "https://intuit.test"}, {"aud": ["app-2"]}, {"exp": 1}, {"sub": None}, {"realmid": "123"}]
)
async def test_an_identity_that_is_not_for_this_sign_in_is_refused(
    quickbooks: QuickBooks, server: Intuit, claims: Mapping[str, object]
) -> None:
    with pytest.raises(ConsentFailed):
        await finished(quickbooks, server, **claims)


async def test_a_company_that_the_tokens_do_not_open_is_no_sign_in(quickbooks: QuickBooks, server: Intuit) -> None:
    """The id in the address is signed by nobody: another's company must not get this grant."""
    fault = {"fault": {"error": [{"code": "3100", "message": "message=ApplicationAuthorizationFailed"}]}}
    server.answer(INFO, JSONResponse(fault, 403))
    with pytest.raises(ConsentFailed, match="code 3100"):
        await finished(quickbooks, server)


async def test_a_company_that_does_not_answer_is_believed_only_where_it_is_signed(
    quickbooks: QuickBooks, server: Intuit
) -> None:
    server.answer(INFO, Response("We'll be back soon", 503))
    with pytest.raises(Unavailable):
        await finished(quickbooks, server)
    done = await finished(quickbooks, server, realmid=REALM)
    assert [(one.organisation_id, one.name) for one in done.organisations] == [(REALM, NAMELESS)]


async def test_a_name_that_is_another_s_or_does_not_come_keeps_nobody_out(
    quickbooks: QuickBooks, server: Intuit
) -> None:
    for answer in ({"sub": "person-2", "givenName": "Bea"}, Response("<html>", 502)):
        server.answer(USER_INFO, answer)
        assert (await finished(quickbooks, server)).credential.label == NOBODY


async def test_whose_name_it_is_is_asked_where_the_documents_or_the_settings_say(
    quickbooks: QuickBooks, server: Intuit, allowance: Allowance, clock: HandClock
) -> None:
    await finished(quickbooks, server)
    assert len(server.seen(USER_INFO)) == 1
    server.answer("/elsewhere", {"sub": "person-1", "givenName": "Ada"})
    http = httpx2.AsyncClient(transport=httpx2.ASGITransport(server.app))
    elsewhere = SETTINGS.model_copy(update={"userinfo_url": f"{HOST}/elsewhere"})
    other = QuickBooks(elsewhere, http, allowance, clock)
    assert (await finished(other, server)).credential.label == "Ada"
    await other.close()


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        (TOKEN, Response(PAGE)),
        (TOKEN, Response("{")),
        (TOKEN, JSONResponse(["tokens"])),
        (TOKEN, JSONResponse({"token_type": "bearer"})),
        (TOKEN, JSONResponse({"error": "invalid_grant"}, 400)),
        ("/.well-known/openid_configuration/", Response(PAGE)),
        ("/.well-known/openid-configuration/jwks", Response(PAGE, 502)),
        (USER_INFO, Response(PAGE, 502)),
    ],
)
async def test_what_the_identity_service_refuses_is_in_the_log_with_its_id(
    quickbooks: QuickBooks, server: Intuit, caplog: pytest.LogCaptureFixture, path: str, answer: Response
) -> None:
    caplog.set_level("INFO", "providers")
    one, asked = await begun(quickbooks)
    server.answer(TOKEN, server.tokens_of(nonce=asked["nonce"]))
    answer.headers["intuit_tid"] = "1-abc"
    server.answer(path, answer)
    with nullcontext() if "userinfo" in path else pytest.raises(ProviderError) as caught:
        await quickbooks.finish_sign_in(CAME, one.kept, redirect_uri=BACK)
    assert caught is None or "intuit_tid 1-abc" in caught.value.detail
    assert "intuit_tid 1-abc" in caplog.text
    assert path in caplog.text


@pytest.mark.parametrize(
    ("user", "label"),
    [
        ({"givenName": "Ada", "familyName": "Marsh"}, "Ada Marsh"),
        ({"givenName": "Ada", "familyName": ""}, "Ada"),
        ({"given_name": "Ada", "name": "Ada Marsh"}, NOBODY),
        ({"givenName": "ada@example.test"}, NOBODY),
        ({}, NOBODY),
    ],
)
def test_a_label_is_a_name_and_no_address(user: Mapping[str, object], label: str) -> None:
    assert label_of(user) == label


@pytest.mark.parametrize("realm", ["", "0x1", "\u0661\u0662", "12345678901234567890", "1/2", "1 ", "1?a=b"])
def test_a_company_s_id_is_at_most_nineteen_digits(realm: str) -> None:
    with pytest.raises(ConsentFailed, match="no company"):
        came_in({**CAME, "realmId": realm})
    assert came_in(CAME).realm == REALM


@pytest.mark.parametrize(
    ("params", "kind", "words"),
    [
        ({"error": "access_denied"}, ConsentDenied, "access_denied"),
        ({"error": "invalid_scope"}, ConsentFailed, "does not let this app"),
        ({"error": "<b>tomorrow</b>", "code": "c", "realmId": "1"}, ConsentFailed, "an error came back"),
        ({"state": "s"}, ConsentFailed, "no code"),
        ({"code": "c"}, ConsentFailed, "no company"),
    ],
)
def test_what_came_back_instead_is_said_plainly(params: dict[str, str], kind: type[Exception], words: str) -> None:
    with pytest.raises(ConsentFailed, match=words) as caught:
        came_in(params)
    assert type(caught.value) is kind
    assert "<b>" not in str(caught.value)


@pytest.mark.parametrize("newer", ["RT1-1", "RT1-2"])
async def test_a_refresh_keeps_what_came_whether_or_not_it_is_another(
    quickbooks: QuickBooks, server: Intuit, clock: HandClock, newer: str
) -> None:
    told = {"access_token": "access-2", "refresh_token": newer, "expires_in": 3600}
    server.answer(TOKEN, {**told, "x_refresh_token_expires_in": 8_640_000, "x_refresh_token_hard_expires_in": 86_400})
    before = held(clock)
    after = await quickbooks.refresh(before)
    tokens = unpacked(after.secret)
    assert (tokens.access_token, tokens.refresh_token) == ("access-2", newer)
    assert after.refresh_expires_at == clock() + timedelta(days=100)
    assert after.ends_at == clock() + timedelta(days=1)
    server.answer(TOKEN, told)
    assert (await quickbooks.refresh(before)).ends_at == before.ends_at


async def test_only_a_dead_grant_signs_out(quickbooks: QuickBooks, server: Intuit, clock: HandClock) -> None:
    server.answer(TOKEN, DEAD)
    with pytest.raises(SignedOut):
        await quickbooks.refresh(held(clock))
    await quickbooks.check_app()
    server.answer(TOKEN, JSONResponse({"error": "invalid_client"}, 401))
    for call in (quickbooks.refresh(held(clock)), quickbooks.check_app()):
        with pytest.raises(AppRefused):
            await call


@pytest.mark.parametrize("answer", [Response(""), Response("", 400), DEAD, JSONResponse({"error": "fault"}, 400)])
async def test_a_grant_is_ended_by_its_refresh_token_and_a_dead_one_is_ended(
    quickbooks: QuickBooks, server: Intuit, clock: HandClock, answer: Response
) -> None:
    server.answer(REVOKE, answer)
    await quickbooks.revoke(held(clock))
    [call] = server.seen(REVOKE)
    assert json.loads(server.bodies[-1]) == {"token": "RT1-1"}
    assert call.headers["content-type"] == "application/json"
    assert call.headers["authorization"].startswith("Basic ")


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (Response("<html>"), Unavailable),
        (Response("<html>", 400), Unavailable),
        (Response("", 503), Unavailable),
        (JSONResponse({"error": "invalid_client"}, 401), AppRefused),
        (JSONResponse({"error": "invalid_client"}, 400), AppRefused),
    ],
)
async def test_a_grant_that_may_go_on_is_not_called_ended(
    quickbooks: QuickBooks, server: Intuit, clock: HandClock, answer: Response, kind: type[Exception]
) -> None:
    server.answer(REVOKE, answer)
    with pytest.raises(kind):
        await quickbooks.revoke(held(clock))


def test_doubts_about_an_app() -> None:
    usual = QuickBooksSettings.model_construct(client_id="app-1")
    sandbox = "https://sandbox-quickbooks.api.intuit.com"
    documents = "https://developer.intuit.com/.well-known/openid_sandbox_configuration/"
    for changed, back, doubts in (
        ({}, "https://ours.test/back", 0),
        ({}, "http://ours.test/back", 1),
        ({}, "https://192.0.2.1/back", 1),
        ({}, "http://localhost:8080/back", 1),
        ({"api_url": sandbox, "discovery_url": documents}, "http://localhost:8080/back", 0),
        ({"api_url": sandbox}, "https://ours.test/back", 1),
        ({"calls_at_once": 11}, "https://ours.test/back", 1),
        ({"authorize_url": "http://127.0.0.1:8913/connect/oauth2"}, "http://127.0.0.1/back", 0),
    ):
        found = usual.model_copy(update=changed).doubts(back)
        assert len(found) == doubts, (changed, back)
        assert all(doubt.said and doubt.what_to_do.endswith(".") for doubt in found)


def test_a_credential_hides_its_tokens(clock: HandClock) -> None:
    assert "RT1" not in repr(held(clock))
