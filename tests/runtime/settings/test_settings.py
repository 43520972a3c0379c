"""Settings: read from the environment, refused with a clear error, documented."""

from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError

from providers import registry
from providers.xero.settings import XeroSettings
from runtime.embedded.stack import environment_of
from runtime.sealing.keyring import KeyRing
from runtime.settings.settings import MissingSettingError, Settings, variable_of

ROOT = Path(__file__).parents[3]
VARIABLES = sorted(
    [variable_of(name) for name in Settings.model_fields if name != "providers"]
    + [one.variable(field) for one in registry.all_of({}) for field in type(one).model_fields]
)


def read() -> Settings:
    """As every process of the product reads them."""
    return Settings(providers=registry.read())


@pytest.fixture(autouse=True)
def _clean(monkeypatch, tmp_path):
    """Neither variables nor a ``.env`` of whoever runs the tests play a part."""
    for variable in VARIABLES:
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.chdir(tmp_path)


def test_nothing_set_means_embedded_and_no_secret_by_default():
    settings = Settings()
    assert settings.database_url is None
    assert settings.temporal_address is None
    assert settings.encryption_keys is None
    assert settings.temporal_namespace == "clientsync"
    assert settings.web_host == "127.0.0.1"


def test_env_file_is_read_and_the_environment_wins(monkeypatch, tmp_path):
    (tmp_path / ".env").write_text("CLIENTSYNC_WEB_PORT=8100\nCLIENTSYNC_LOG_FORMAT=json\nCLIENTSYNC_DATABASE_URL=\n")
    monkeypatch.setenv("CLIENTSYNC_WEB_PORT", "8200")
    settings = Settings()
    assert (settings.web_port, settings.log_format) == (8200, "json")


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("90", timedelta(seconds=90)),
        ("0.5", timedelta(seconds=0.5)),
        ("PT2H", timedelta(hours=2)),
        ("P1D", timedelta(1)),
    ],
)
def test_deadlines_are_seconds_or_iso_durations(monkeypatch, text, meaning):
    monkeypatch.setenv("CLIENTSYNC_CONSENT_DEADLINE", text)
    assert Settings().consent_deadline == meaning


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("CLIENTSYNC_CONSENT_DEADLINE", "soon"),
        ("CLIENTSYNC_SELECTION_DEADLINE", "-1"),
        ("CLIENTSYNC_WEB_PORT", "0"),
        ("CLIENTSYNC_PUBLIC_URL", "clients.example.com"),
        ("CLIENTSYNC_TEMPORAL_ADDRESS", "https://temporal.example.com"),
        ("CLIENTSYNC_LOG_LEVEL", "LOUD"),
        ("CLIENTSYNC_PROVIDER_CONCURRENCY", "0"),
        ("CLIENTSYNC_READING_PROCESSES", "-1"),
    ],
)
def test_a_value_that_makes_no_sense_is_refused(monkeypatch, variable, value):
    monkeypatch.setenv(variable, value)
    with pytest.raises(ValidationError):
        Settings()


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+asyncpg"])
def test_any_postgres_url_becomes_one_for_our_driver(monkeypatch, scheme):
    monkeypatch.setenv("CLIENTSYNC_DATABASE_URL", f"{scheme}://u:p@db/x")
    assert Settings().required("database_url") == "postgresql+asyncpg://u:p@db/x"


def test_a_trailing_slash_of_a_base_url_goes(monkeypatch):
    monkeypatch.setenv("CLIENTSYNC_PUBLIC_URL", "https://clients.example.com/")
    assert Settings().public_url == "https://clients.example.com"


def test_what_is_missing_is_named():
    with pytest.raises(MissingSettingError, match="CLIENTSYNC_ENCRYPTION_KEYS is not set"):
        Settings().key_ring()


def test_settings_cannot_be_changed():
    with pytest.raises(ValidationError):
        Settings().web_port = 1  # type: ignore[misc]  # which is what it must not let anybody do


def test_secrets_are_not_shown(monkeypatch):
    key = KeyRing.generate_key()
    monkeypatch.setenv("CLIENTSYNC_ENCRYPTION_KEYS", f"a:{key}")
    monkeypatch.setenv("CLIENTSYNC_XERO_CLIENT_SECRET", "very-secret")
    monkeypatch.setenv("CLIENTSYNC_DATABASE_URL", "postgresql://u:hush-hush@db/x")
    shown = repr(read()) + str(read())
    assert not any(secret in shown for secret in (key, "very-secret", "hush-hush"))


def test_children_read_the_same_settings_from_the_environment(monkeypatch, tmp_path):
    settings = Settings(
        database_url="postgresql://u:p@db/x",
        providers={**registry.read(), "xero": XeroSettings(client_secret="very-secret", bulk_connect=False)},
        consent_deadline=timedelta(seconds=1234567.5),
        data_dir=tmp_path / "here",
    )
    for name, value in environment_of(settings).items():
        monkeypatch.setenv(name, value)
    assert read() == settings


@pytest.mark.parametrize("page", ["docs/operations.md", ".env.example"])
def test_every_setting_is_documented(page):
    text = (ROOT / page).read_text()
    missing = [variable for variable in VARIABLES if variable not in text]
    assert not missing, f"{page} does not mention {missing}: say there what they do and what their defaults are"
