"""What has to be known of our app at a provider: one model a provider, which stands in that provider's folder.

A provider is on when its client id is set. The variables are ``CLIENTSYNC_<PROVIDER>_<FIELD>``, in the environment or
in ``.env``, as for all settings. ``providers/registry.py`` reads them.
"""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, ClassVar, NamedTuple, Self

from pydantic import BeforeValidator, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


def _without_slash(value: object) -> object:
    """Remove a trailing slash, because paths are appended to base addresses."""
    return value.rstrip("/") if isinstance(value, str) else value


BaseUrl = Annotated[str, BeforeValidator(_without_slash), Field(pattern=r"^https?://[^\s/]+")]


@dataclass(frozen=True, slots=True)
class App:
    """Our app at a platform, and where that serves OAuth.

    Attributes:
        client_id: The app's id.
        client_secret: Its secret; hidden in ``repr``.
        authorize_url: The page to which browsers are sent.
        token_url: Where codes and refresh tokens are exchanged.
        revoke_url: Where grants are ended.
    """

    client_id: str
    client_secret: str = field(repr=False)
    authorize_url: str
    token_url: str
    revoke_url: str


class Doubt(NamedTuple):
    """Something about settings that cannot be right, and what to do about it; both for whoever set them."""

    said: str
    what_to_do: str


class Meter(NamedTuple):
    """A month's budget of calls of our app, which all practices share.

    Attributes:
        budget: How many calls it is.
        tier: The provider's word for what our app has booked.
        is_refused_beyond: Whether calls beyond it are refused until the next month; otherwise they are paid for.
    """

    budget: int
    tier: str
    is_refused_beyond: bool


class ProviderSettings(BaseSettings):
    """Our app at one provider. Each provider's own model adds its addresses and what the app may do there.

    Attributes:
        name: The provider's name in paths, tables and variables.
        title: Its name for people.
        organisation: Its own word for an organisation, which its users know.
        sign_in_field: The field with the address that must answer for a sign-in to begin.
        client_id: The app's id; the provider is off without one.
        client_secret: The app's secret.
    """

    model_config = SettingsConfigDict(env_file=".env", env_ignore_empty=True, frozen=True, extra="ignore")

    name: ClassVar[str]
    title: ClassVar[str]
    organisation: ClassVar[str]
    sign_in_field: ClassVar[str]

    client_id: str | None = None
    client_secret: SecretStr | None = None

    @classmethod
    def variable(cls, field: str) -> str:
        """The environment variable behind a field: the prefix of the provider, and its name in capitals."""
        return f"{cls.model_config.get('env_prefix', '')}{field}".upper()

    @classmethod
    def among(cls, providers: Mapping[str, BaseSettings]) -> Self:
        """This provider's settings among those of all providers.

        Raises:
            LookupError: It is not there.
            TypeError: It is another one.
        """
        found = providers[cls.name]
        if not isinstance(found, cls):
            raise TypeError(f"these are no settings of {cls.title}")
        return found

    @property
    def is_on(self) -> bool:
        """Whether this installation uses the provider."""
        return self.client_id is not None

    @property
    def sign_in_address(self) -> str:
        """The address at which sign-ins begin, or from which that address is read."""
        return str(getattr(self, self.sign_in_field))

    def unset(self) -> tuple[str, ...]:
        """The variables that the provider needs and that are not set."""
        needed = {"client_id": self.client_id, "client_secret": self.client_secret}
        return tuple(self.variable(field) for field, value in needed.items() if value is None)

    def doubts(self, redirect_uri: str) -> Sequence[Doubt]:  # noqa: ARG002  # for those who have some
        """What cannot be right about what is set, as far as it can be told without asking anybody.

        Args:
            redirect_uri: Where sign-ins come back to.
        """
        return ()

    def meter(self) -> Meter | None:
        """The month's budget of calls; None where there is none."""
        return None

    def secret(self) -> str:
        """The app's secret, revealed.

        Raises:
            LookupError: It is not set.
        """
        if self.client_secret is None:
            raise LookupError(f"{self.variable('client_secret')} is not set")
        return self.client_secret.get_secret_value()

    def app_at(self, authorize_url: str, token_url: str, revoke_url: str) -> App:
        """Our app, with its secret, where the provider serves OAuth.

        Raises:
            LookupError: Its id or secret is not set.
        """
        if self.client_id is None:
            raise LookupError(f"{self.variable('client_id')} is not set")
        return App(self.client_id, self.secret(), authorize_url, token_url, revoke_url)

    def as_app(self, client_id: str, client_secret: str, addresses: Mapping[str, str]) -> Self:
        """The same settings for another app, at other addresses, each by its field."""
        app = {"client_id": client_id, "client_secret": SecretStr(client_secret)}
        return self.model_copy(update={**app, **addresses})

    def too_many(self, field: str, allowed: int, whose: str) -> Sequence[Doubt]:
        """The doubt about more calls at once than the provider allows, if they are more.

        Args:
            field: The field that says how many.
            allowed: How many the provider allows.
            whose: Who allows it, and to whom.
        """
        if getattr(self, field) <= allowed:
            return ()
        said = f"{self.variable(field)} is more than the {allowed} that {whose}"
        return (Doubt(said, f"Set it to {allowed}, or leave it out."),)

    @abstractmethod
    def at_stand_in(self, url: str) -> Self:
        """The same settings for the app that this provider's stand-in knows.

        Args:
            url: Address of the stand-in, without a final slash.
        """
