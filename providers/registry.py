"""Which providers there are: built from the settings in one place, for worker, web backend and commands alike."""

from collections.abc import Mapping
from typing import Literal, Protocol

from providers.kit.http import http_client
from providers.port.provider import CallBudget, Provider
from providers.xero import Xero, XeroConfig


class ProviderSettings(Protocol):
    """What is to be known of our apps at the providers; names and meanings are those of the settings."""

    def required(self, name: Literal["xero_client_id", "xero_client_secret"]) -> str:
        """A setting that has to be there."""
        ...

    @property
    def xero_identity_url(self) -> str:
        """Base of the OpenID discovery document."""
        ...

    @property
    def xero_api_url(self) -> str:
        """Base of the API."""
        ...

    @property
    def xero_bulk_connect(self) -> bool:
        """Whether one consent may bring many organisations."""
        ...

    @property
    def xero_calls_per_minute(self) -> int:
        """Calls a minute for the whole app, over all processes."""
        ...


def build(settings: ProviderSettings, budget: CallBudget) -> Mapping[str, Provider]:
    """The providers by their names; each is to be closed.

    Args:
        settings: Of this process.
        budget: Shares the calls of a minute with other processes.

    Raises:
        MissingSettingError: An app's id or secret is not set.
        UnusableNetworkError: The way out is set so that it cannot be used.
    """
    config = XeroConfig(
        client_id=settings.required("xero_client_id"),
        client_secret=settings.required("xero_client_secret"),
        identity_url=settings.xero_identity_url,
        api_url=settings.xero_api_url,
        bulk_connect=settings.xero_bulk_connect,
        calls_per_minute=settings.xero_calls_per_minute,
    )
    xero = Xero(config, http_client(), budget)
    return {xero.name: xero}
