"""The identity provider at which colleagues sign in: its settings, what the doctor says, and whose word counts."""

from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from providers.identity.sign_in import GOOGLE, _is_theirs, _steps
from runtime.settings.cannot_start import CannotStartError
from runtime.settings.settings import Settings
from starter.bootstrap import open_sign_in
from starter.examination import _sign_in
from tests.identity_provider import CLIENT, SECRET, identity_provider


def settings(issuer: str, **more: Any) -> Settings:
    return Settings(_env_file=None, public_url="https://sync.example", sign_in_issuer=issuer, **more)


async def test_the_doctor_reads_what_a_sign_in_needs():
    app: dict[str, Any] = {"sign_in_client_id": CLIENT, "sign_in_client_secret": SecretStr(SECRET)}
    async with identity_provider() as provider:
        assert (await _sign_in(settings(provider.issuer, **app))).ok
        lacking = await _sign_in(settings(provider.issuer))
        assert (lacking.ok, lacking.said) == (False, "CLIENTSYNC_SIGN_IN_CLIENT_ID is not set")
        other = await _sign_in(settings(f"{provider.issuer}/realms/other", **app))
        assert (other.ok, "HTTP 404" in other.said, "SIGN_IN_ISSUER" in other.what_to_do) == (False, True, True)
        provider.metadata = {"issuer": "https://login.example.com/{tenantid}/v2.0"}  # of many tenants
        assert "not its own" in (await _sign_in(settings(provider.issuer, **app))).said
    assert "ConnectError" in (await _sign_in(settings(provider.issuer, **app))).said


async def test_without_our_app_nothing_starts():
    with pytest.raises(CannotStartError, match="CLIENTSYNC_SIGN_IN_CLIENT_SECRET"):
        async with open_sign_in(settings("https://id.example.com", sign_in_client_id="x")):
            pass
    async with open_sign_in(Settings(_env_file=None)) as nothing:
        assert nothing is None


@pytest.mark.parametrize("issuer", ["http://id.example.com", "id.example.com", "https://"])
def test_an_issuer_has_tls(issuer: str):
    with pytest.raises(ValidationError):
        settings(issuer)


@pytest.mark.parametrize(
    ("issuer", "claims", "theirs"),
    [
        ("https://id.example.com", {}, None),
        ("https://id.example.com", {"email_verified": True}, True),
        ("https://id.example.com", {"email_verified": False, "xms_edov": True}, False),
        ("https://id.example.com", {"xms_edov": 1}, True),
        ("https://id.example.com", {"xms_edov": "0"}, False),
        ("https://id.example.com", {"email_verified": ["true"]}, False),
        (GOOGLE, {"email_verified": True, "email": "ada@harbour.example", "hd": "harbour.example"}, True),
        (GOOGLE, {"email_verified": True, "email": "ada@gmail.com"}, True),
        (GOOGLE, {"email_verified": True, "email": "ada@harbour.example"}, False),
        (GOOGLE, {"email_verified": True, "email": "ada@notgmail.com"}, False),
    ],
)
def test_whose_word_on_an_address_counts(issuer: str, claims: dict[str, Any], theirs: bool | None):
    assert _is_theirs(issuer, claims) is theirs


def test_steps_are_words_alone():
    assert _steps({"amr": ["pwd", 1, "mfa"], "acr": "gold"}) == {"pwd", "mfa", "gold"}
    assert _steps({"amr": "mfa", "acr": 1}) == frozenset()
