"""The settings: read once from the environment or ``.env``, then frozen and handed to whoever needs them.

Importing this module reads nothing, and no secret has a default. Code asks for a setting that a process cannot work
without by ``required``, whose error names the missing variable.
"""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from runtime.sealing.keyring import KeyRing
from runtime.settings.cannot_start import CannotStartError
from runtime.settings.processors import usable_processors

PREFIX = "CLIENTSYNC_"


class MissingSettingError(CannotStartError):
    """A setting that this process cannot work without is not set.

    Attributes:
        variable: The environment variable's name.
    """

    def __init__(self, variable: str) -> None:
        super().__init__(
            f"{variable} is not set. Set it in the environment or in .env; "
            f"docs/operations.md says what it means. `clientsync up` needs none: it runs everything embedded."
        )
        self.variable = variable


def variable_of(name: str) -> str:
    """The environment variable behind a setting: ``database_url`` gives ``CLIENTSYNC_DATABASE_URL``."""
    return PREFIX + name.upper()


def _seconds(value: object) -> object:
    """Let a plain number in the environment mean seconds, besides the ISO 8601 form (``PT1H``)."""
    if isinstance(value, str):
        try:
            return float(value)
        except ValueError:
            return value
    return value


def _one_for_each_processor() -> int:
    """As many as there are processors; four at most, because each takes memory and connections to the database."""
    return min(usable_processors(), 4)


def _asyncpg(value: object) -> object:
    """Lets people paste the URL that their database provider shows; our driver is always asyncpg."""
    if isinstance(value, str):
        for scheme in ("postgresql://", "postgres://"):
            if value.startswith(scheme):
                return "postgresql+asyncpg://" + value.removeprefix(scheme)
    return value


def _base_url(value: object) -> object:
    """Remove a trailing slash, because paths are appended to base URLs."""
    return value.rstrip("/") if isinstance(value, str) else value


def _mail_server(value: SecretStr) -> SecretStr:
    """Check the mail server's URL; an error does not show it, because it contains a password."""
    parts = urlsplit(value.get_secret_value())
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        raise ValueError("it must be smtp://host:port or smtps://host:port, with user:password@ before the host")
    return value


def _with_tls(value: str) -> str:
    """Require TLS, because secrets are sent there; only this machine's own addresses may do without."""
    parts = urlsplit(value)
    if parts.scheme != "https" and parts.hostname not in {"localhost", "127.0.0.1", "::1"}:
        raise ValueError("it must begin with https://")
    return value


Seconds = Annotated[timedelta, BeforeValidator(_seconds), Field(gt=timedelta(0))]
BaseUrl = Annotated[str, BeforeValidator(_base_url), Field(pattern=r"^https?://[^\s/]+")]
Words = Annotated[str, Field(pattern=r"^[^\s,]+(\s*,\s*[^\s,]+)*$")]
"""Some, with commas between them."""
Port = Annotated[int, Field(ge=1, le=65535)]

Required = Literal[
    "database_url",
    "temporal_address",
    "public_url",
    "encryption_keys",
    "mail_from",
    "support_audience",
    "support_group",
    "sign_in_client_id",
    "sign_in_client_secret",
]


class Settings(BaseSettings):
    """Everything that differs between one installation and another.

    Attributes:
        database_url: PostgreSQL; unset means the embedded one.
        temporal_address: ``host:port`` of Temporal's frontend; unset means the embedded one.
        temporal_namespace: The namespace that holds our runs.
        temporal_ui_url: Base of Temporal's web interface, for links, and as the origin that may call the codec.
        providers: The settings of our apps at accounting software, by the providers' names; each model is its
            provider's own and is handed in, so that nothing here knows a provider.
        public_url: Where browsers reach us; ``/connect/<provider>/callback`` below it is the redirect URI.
        encryption_keys: ``id:base64key`` of 32 bytes, comma-separated, the current one first.
        data_dir: Where the embedded parts keep their files.
        consent_deadline: How long a run waits for the sign-in.
        selection_deadline: How long a run waits for the choice of organisations.
        smtp_url: The mail server, ``smtp://user:password@host:587``; unset leaves mail in the outbox.
        mail_from: The address that mail comes from.
        support_issuer: The identity provider of support staff, who may read payloads in Temporal's web interface.
        support_audience: For whom its tokens are made (``aud``).
        support_group: The group whose members are support staff.
        support_group_claim: The claim that names groups; a path with dots where it is inside another one.
        sign_in_issuer: The identity provider at which colleagues sign in to our pages.
        sign_in_client_id: The id of our app there.
        sign_in_client_secret: Its secret.
        sign_in_title: That provider's name for people, shown on the button.
        sign_in_domains: Domains, separated by commas; an account is linked to a colleague only by an address of one of
            them.
        sign_in_trusts_addresses: Whether an address counts if the provider does not say whether it is verified.
        sign_in_second_steps: The provider's words (``amr``, ``acr``) that replace our second step, separated by commas.
        operator_email: Address of whoever runs this installation, for troubles that no colleague can repair.
        web_host: Address that the web process listens on.
        web_port: Port that the web process listens on.
        provider_concurrency: Provider activities that one worker runs at once, full groups of clients not counted.
        reading_processes: Processes that a worker starts to read full groups of clients; 0 means that it reads them
            itself.
        log_level: The lowest level that is logged.
        log_format: ``text`` for people, ``json`` for machines (one object a line).
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file=".env", env_ignore_empty=True, frozen=True, extra="ignore"
    )

    database_url: Annotated[SecretStr, BeforeValidator(_asyncpg)] | None = None
    temporal_address: Annotated[str, Field(pattern=r"^[^\s/]+:\d+$")] | None = None
    temporal_namespace: str = "clientsync"
    temporal_ui_url: BaseUrl | None = None
    providers: Mapping[str, BaseSettings] = Field(default_factory=dict)
    public_url: BaseUrl | None = None
    encryption_keys: SecretStr | None = None
    data_dir: Path = Path(".clientsync")
    consent_deadline: Seconds = timedelta(hours=1)
    selection_deadline: Seconds = timedelta(hours=24)
    smtp_url: Annotated[SecretStr, AfterValidator(_mail_server)] | None = None
    mail_from: Annotated[str, Field(pattern=r"^[^\r\n]*[^\s@]+@[^\s@]+$")] | None = None
    support_issuer: BaseUrl | None = None
    support_audience: str | None = None
    support_group: str | None = None
    support_group_claim: str = "groups"
    sign_in_issuer: Annotated[BaseUrl, AfterValidator(_with_tls), Field(max_length=500)] | None = None
    sign_in_client_id: str | None = None
    sign_in_client_secret: SecretStr | None = None
    sign_in_title: Annotated[str, Field(max_length=60)] = "single sign-on"
    sign_in_domains: Words | None = None
    sign_in_trusts_addresses: bool = False
    sign_in_second_steps: Words | None = None
    operator_email: Annotated[str, Field(pattern=r"^[^\s@]+@[^\s@]+$")] | None = None
    web_host: str = "127.0.0.1"
    web_port: Port = 8000
    provider_concurrency: Annotated[int, Field(ge=1, le=1000)] = 64
    reading_processes: Annotated[int, Field(ge=0, le=64)] = Field(default_factory=_one_for_each_processor)
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_format: Literal["text", "json"] = "text"

    def required(self, name: Required) -> str:
        """The value of a setting that this process cannot work without; secrets are revealed.

        Args:
            name: The setting's name.

        Raises:
            MissingSettingError: It is not set; the message names the variable.
        """
        value: str | SecretStr | None = getattr(self, name)
        if value is None:
            raise MissingSettingError(variable_of(name))
        return value.get_secret_value() if isinstance(value, SecretStr) else value

    def with_provider(self, name: str, **values: object) -> Self:
        """The same with some of a provider's settings set otherwise.

        Args:
            name: The provider's.
            values: By the names of its fields.
        """
        own = self.providers[name].model_copy(update=values)
        return self.model_copy(update={"providers": {**self.providers, name: own}})

    def key_ring(self) -> KeyRing:
        """The key ring of this installation.

        Raises:
            MissingSettingError: No keys are set.
            InvalidKeysError: The keys do not parse; the message shows none of them.
        """
        return KeyRing.parse(self.required("encryption_keys"))
