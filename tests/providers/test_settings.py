"""Each provider's own settings: its variables, on by its client id, off without, and refused in plain words."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from uuid import UUID

import pytest
from pydantic import SecretStr

from providers import registry
from providers.port.call_budget import Counter
from providers.port.shared import AnswerKey, Shared
from providers.sage.settings import SageSettings
from providers.xero.settings import XeroSettings


class NoBudget:
    """Nothing is called here."""

    async def take(self, counter: Counter, begins: datetime, calls: int, limit: int) -> int:
        raise AssertionError(f"{counter} called")

    async def hold(
        self, counter: Counter, holder: UUID, *, in_use: int, wanted: int, limit: int, seconds: float
    ) -> int:
        raise AssertionError(f"{counter} called")


class NoAnswers:
    """Nothing is asked here."""

    async def known(self, key: AnswerKey) -> tuple[str, datetime] | None:
        raise AssertionError(f"{key} asked for")

    async def keep(self, key: AnswerKey, answer: str, at: datetime) -> None:
        raise AssertionError(f"{key} kept")


NOTHING_SHARED = Shared(NoBudget(), NoAnswers())


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Neither variables nor a ``.env`` of whoever runs the tests play a part."""
    for one in registry.all_of({}):
        for field in type(one).model_fields:
            monkeypatch.delenv(one.variable(field), raising=False)
    monkeypatch.chdir(tmp_path)


def xero() -> XeroSettings:
    return XeroSettings.among(registry.read())


def test_each_variable_is_the_providers_name_and_the_field(monkeypatch: pytest.MonkeyPatch):
    variables: Mapping[str, str] = {
        "CLIENTSYNC_XERO_CLIENT_ID": "an-app",
        "CLIENTSYNC_XERO_CLIENT_SECRET": "hush",
        "CLIENTSYNC_XERO_IDENTITY_URL": "https://identity.example/",
        "CLIENTSYNC_XERO_API_URL": "https://api.example",
        "CLIENTSYNC_XERO_BULK_CONNECT": "false",
        "CLIENTSYNC_XERO_CALLS_PER_MINUTE": "7",
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert xero() == XeroSettings(
        _env_file=None,
        client_id="an-app",
        client_secret=SecretStr("hush"),
        identity_url="https://identity.example",
        api_url="https://api.example",
        bulk_connect=False,
        calls_per_minute=7,
    )


async def test_env_file_is_read_the_environment_wins_and_empty_means_unset(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    lines = (
        "CLIENTSYNC_XERO_CLIENT_ID=from-file",
        "CLIENTSYNC_XERO_CLIENT_SECRET=",
        "CLIENTSYNC_XERO_API_URL=http://x",
    )
    (tmp_path / ".env").write_text("\n".join(lines))
    monkeypatch.setenv("CLIENTSYNC_XERO_API_URL", "http://y")
    assert (xero().client_id, xero().client_secret, xero().api_url) == ("from-file", None, "http://y")


async def test_a_provider_is_on_when_its_client_id_is_set(monkeypatch: pytest.MonkeyPatch):
    assert registry.those_on(registry.read()) == []
    assert registry.build(registry.read(), NOTHING_SHARED) == {}
    monkeypatch.setenv("CLIENTSYNC_XERO_CLIENT_ID", "an-app")
    monkeypatch.setenv("CLIENTSYNC_XERO_CLIENT_SECRET", "hush")
    assert [one.name for one in registry.those_on(registry.read())] == ["xero"]
    built = registry.build(registry.read(), NOTHING_SHARED)
    assert [(name, one.name, one.title) for name, one in built.items()] == [("xero", "xero", "Xero")]
    await built["xero"].close()


def test_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch):
    found = " or ".join(f"CLIENTSYNC_{name}_CLIENT_ID" for name in ("XERO", "SAGE", "QUICKBOOKS"))
    assert registry.first_unset(registry.read()) == found
    monkeypatch.setenv("CLIENTSYNC_XERO_CLIENT_ID", "an-app")
    assert registry.first_unset(registry.read()) == "CLIENTSYNC_XERO_CLIENT_SECRET"
    monkeypatch.setenv("CLIENTSYNC_XERO_CLIENT_SECRET", "hush")
    assert registry.first_unset(registry.read()) is None


@pytest.mark.parametrize(
    ("words", "back", "doubts"),
    [
        ({}, "https://ours.test/back", 0),
        ({}, "http://localhost:8080/back", 0),
        ({}, "http://ours.test/back", 1),
        ({"authorize_url": "http://127.0.0.1:8911/sign-in"}, "http://127.0.0.1/back", 0),
        ({"client_id": "only-one-half"}, "https://ours.test/back", 1),
        ({"client_id": "only-one-half", "calls_at_once": 151}, "http://ours.test/back", 3),
    ],
)
def test_what_cannot_be_right_about_an_app_is_told(words: Mapping[str, object], back: str, doubts: int):
    sage = SageSettings(**{"client_id": "one/two", "client_secret": "hush", **words})  # type: ignore[arg-type]  # told apart by the model
    found = sage.doubts(back)
    assert len(found) == doubts
    assert all(doubt.said and doubt.what_to_do.endswith(".") for doubt in found)
    assert xero().doubts(back) == ()


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("CLIENTSYNC_XERO_CALLS_PER_MINUTE", "0"),
        ("CLIENTSYNC_XERO_API_URL", "api.example.com"),
        ("CLIENTSYNC_XERO_BULK_CONNECT", "perhaps"),
    ],
)
def test_a_value_that_makes_no_sense_is_refused_and_not_shown(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str
):
    monkeypatch.setenv(variable, value)
    with pytest.raises(registry.UnusableProviderSettingError, match=f"^{variable} cannot be used$") as refused:
        registry.read()
    assert refused.value.variable == variable


@pytest.mark.parametrize("name", registry.NAMES)
def test_every_provider_has_a_folder_a_stand_in_and_variables_of_its_own(name: str):
    root = Path(__file__).parents[2]
    (own,) = [one for one in registry.all_of({}) if one.name == name]
    assert (root / "providers" / name / "settings.py").is_file()
    assert (root / "emulators" / name / "__main__.py").is_file()
    assert own.variable("client_id") == f"CLIENTSYNC_{name.upper()}_CLIENT_ID"
    stand_in = own.at_stand_in("http://127.0.0.1:1")
    assert (stand_in.is_on, stand_in.unset()) == (True, ())
    assert stand_in.sign_in_address.startswith("http://127.0.0.1:1")
