"""What a sign-in asks Sage for, and what is read out of what comes back; nothing is sent."""

import base64
import hashlib
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from pydantic import SecretStr

from providers.kit.oauth.token_sets import BegunFlow, TokenSet, packed, unpacked
from providers.port.errors import ConsentDenied, ConsentFailed, OtherRegion, Unavailable
from providers.sage.provider import label_of
from providers.sage.settings import SageSettings
from providers.sage.sign_in import SignIn, code_in, country_of

SETTINGS = SageSettings(client_id="one/two", client_secret=SecretStr("hush"))
NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


async def test_the_address_asks_for_pkce_and_encodes_the_slash_of_the_app() -> None:
    async with httpx2.AsyncClient() as http:
        begun = await SignIn(SETTINGS, http, lambda: NOW).begin(state="s", redirect_uri="https://us/back")
    assert begun.address.startswith("https://www.sageone.com/oauth2/auth/central?response_type=code&")
    assert "&client_id=one%2Ftwo&" in begun.address
    assert "&filter=apiv3.1&" in begun.address
    asked = {name: values[0] for name, values in parse_qs(urlsplit(begun.address).query).items()}
    verifier = BegunFlow.unpacked(begun.kept).code_verifier
    digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    assert (asked["code_challenge"], asked["code_challenge_method"]) == (digest, "S256")
    assert (asked["redirect_uri"], asked["state"], asked["scope"]) == ("https://us/back", "s", "readonly")
    assert "country" not in asked


async def test_the_address_names_the_country_that_was_chosen() -> None:
    async with httpx2.AsyncClient() as http:
        begun = await SignIn(SETTINGS, http, lambda: NOW).begin(state="s", redirect_uri="https://us/back", region="IE")
    asked = parse_qs(urlsplit(begun.address).query)
    assert asked["country"] == ["ie"]
    assert "filter" not in asked
    assert BegunFlow.unpacked(begun.kept).region == "IE"


def test_what_was_kept_before_there_were_countries_is_read() -> None:
    assert BegunFlow.unpacked(b'{"code_verifier": "v"}') == BegunFlow("v")


def test_secrets_are_kept_and_not_shown() -> None:
    tokens = TokenSet("access", "refresh")
    assert unpacked(packed(tokens)) == tokens
    assert unpacked(b"") == TokenSet("", "")
    assert "access" not in repr(tokens).replace("access_token", "")


def test_a_code_keeps_its_country_and_slash() -> None:
    assert code_in({"code": "GB/abc/def"}, NOW) == "GB/abc/def"


@pytest.mark.parametrize(
    ("params", "code", "country"),
    [
        ({"country": "GB"}, "GB/a", "GB"),
        ({}, "ie/a", "IE"),
        ({}, "a-code", None),
        ({"country": "<script>"}, "CA/a", "CA"),
        ({"country": ""}, "long/a", None),
    ],
)
def test_the_country_of_an_authorisation(params: dict[str, str], code: str, country: str | None) -> None:
    assert country_of(params, code) == country


@pytest.mark.parametrize(
    ("params", "kind", "words"),
    [
        ({"error": "access_denied"}, ConsentDenied, "access_denied"),
        (
            {"error": "Invalid request", "reason": "Email already in use"},
            OtherRegion,
            "no business in the chosen country",
        ),
        ({"error": "server_error", "code": "GB/a"}, ConsentFailed, "an error of its own"),
        ({"error": "<b>tomorrow</b>"}, ConsentFailed, "do not name"),
        ({"state": "s"}, ConsentFailed, "no code"),
        ({}, ConsentFailed, "no code"),
    ],
)
def test_what_came_back_instead_is_said_plainly(params: dict[str, str], kind: type[Exception], words: str) -> None:
    with pytest.raises(ConsentFailed, match=words) as caught:
        code_in(params, NOW)
    assert type(caught.value) is kind
    assert "<b>" not in str(caught.value)


def test_a_sage_that_cannot_sign_in_now_is_asked_again_later() -> None:
    with pytest.raises(Unavailable) as caught:
        code_in({"error": "temporarily_unavailable"}, NOW)
    assert caught.value.retry_at == NOW + timedelta(minutes=10)


@pytest.mark.parametrize(
    ("user", "label"),
    [
        ({"first_name": "Ada", "last_name": "Marsh"}, "Ada Marsh"),
        ({"first_name": "", "last_name": None, "displayed_as": "Ada"}, "Ada"),
        ({"displayed_as": "ada@example.com"}, "Sage user"),
        ({}, "Sage user"),
    ],
)
def test_a_label_is_no_address(user: dict[str, object], label: str) -> None:
    assert label_of(user) == label
