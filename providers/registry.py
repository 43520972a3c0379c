"""The list of providers; reads their settings and builds them for worker, web backend and commands.

A new provider needs a line in ``_KNOWN`` and a function that builds it. Code that only reads settings imports no
provider.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from pydantic import ValidationError
from pydantic_settings import BaseSettings

from providers.port.feeds import Feeds
from providers.port.provider import Provider, Providers
from providers.port.settings import ProviderSettings
from providers.port.shared import Shared
from providers.quickbooks.feeds import FEEDS as QUICKBOOKS_FEEDS
from providers.quickbooks.settings import QuickBooksSettings
from providers.sage.feeds import FEEDS as SAGE_FEEDS
from providers.sage.settings import SageSettings
from providers.xero.feeds import FEEDS as XERO_FEEDS
from providers.xero.settings import XeroSettings

Own = TypeVar("Own", bound=ProviderSettings)
SettingsOfProviders = Mapping[str, BaseSettings]
"""The providers' own models by the providers' names, as the settings of a process hold them."""


def _xero(settings: XeroSettings, shared: Shared) -> Provider:
    from providers.kit.http import http_client  # what reads settings alone starts without a provider
    from providers.xero.provider import Xero  # likewise
    from providers.xero.settings import config_of  # likewise

    return Xero(config_of(settings), http_client(), shared.budget)


def _sage(settings: SageSettings, shared: Shared) -> Provider:
    from providers.kit.http import http_client  # what reads settings alone starts without a provider
    from providers.sage.provider import Sage  # likewise

    return Sage(settings, http_client(), shared)


def _quickbooks(settings: QuickBooksSettings, shared: Shared) -> Provider:
    from providers.kit.http import http_client  # what reads settings alone starts without a provider
    from providers.quickbooks.provider import QuickBooks  # likewise

    return QuickBooks(settings, http_client(), shared.budget)


@dataclass(frozen=True, slots=True)
class _Known(Generic[Own]):
    """A provider that this release can speak to.

    Attributes:
        settings: The class of its settings.
        feeds: What there is to read at it.
        build: Builds it from its settings, with what processes share.
    """

    settings: type[Own]
    feeds: Feeds
    build: Callable[[Own, Shared], Provider]

    def built(self, providers: SettingsOfProviders, shared: Shared) -> Provider:
        return self.build(self.settings.among(providers), shared)


_KNOWN: Mapping[str, _Known[Any]] = {
    one.settings.name: one
    for one in (
        _Known(XeroSettings, XERO_FEEDS, _xero),
        _Known(SageSettings, SAGE_FEEDS, _sage),
        _Known(QuickBooksSettings, QUICKBOOKS_FEEDS, _quickbooks),
    )
}

NAMES = tuple(_KNOWN)
"""Of all providers that this release can speak to, in the order in which people see them. Where none is set up, people
are told of all, and their stand-ins run."""

TITLES: Mapping[str, str] = {name: one.settings.title for name, one in _KNOWN.items()}
"""The providers' names for people."""

FEEDS: Mapping[str, Feeds] = {name: one.feeds for name, one in _KNOWN.items()}
"""What there is to read at each of them, also at one that is off."""


class UnusableProviderSettingError(ValueError):
    """A value of a provider's settings cannot be used.

    Attributes:
        variable: The environment variable's name.
        error: What is wrong with it; may hold the value.
    """

    def __init__(self, variable: str, error: ValidationError) -> None:
        super().__init__(f"{variable} cannot be used")
        self.variable, self.error = variable, error


def read(env_file: Path | str | None = ".env") -> Mapping[str, ProviderSettings]:
    """The settings of every provider, also of those that are off.

    Args:
        env_file: A file to read; the environment has priority.

    Raises:
        UnusableProviderSettingError: A value cannot be used.
    """
    return {name: _read(one.settings, env_file) for name, one in _KNOWN.items()}


def _read(model: type[ProviderSettings], env_file: Path | str | None) -> ProviderSettings:
    try:
        return model(_env_file=env_file)
    except ValidationError as error:
        field = str(error.errors(include_input=False, include_url=False)[0]["loc"][0])
        raise UnusableProviderSettingError(model.variable(field), error) from None


def all_of(providers: SettingsOfProviders) -> Iterator[ProviderSettings]:
    """The settings of all providers that this release knows; one without settings is off."""
    for name, one in _KNOWN.items():
        yield one.settings.among(providers) if name in providers else one.settings.model_construct()


def those_on(providers: SettingsOfProviders) -> list[ProviderSettings]:
    """The settings of the providers that are on."""
    return [one for one in all_of(providers) if one.is_on]


def first_unset(providers: SettingsOfProviders) -> str | None:
    """The variable without which no provider, or one that is on, can work; None when nothing is missing."""
    on = those_on(providers)
    if not on:
        return " or ".join(one.variable("client_id") for one in all_of(providers))
    return next((variable for one in on for variable in one.unset()), None)


def build(providers: SettingsOfProviders, shared: Shared) -> Providers:
    """Build the providers that are on, by name; the caller closes each.

    Args:
        providers: The settings; ``first_unset`` must return None for them.
        shared: What they share with other processes: calls, and answers that are the same for all.

    Raises:
        UnusableNetworkError: The way out is set so that it cannot be used.
    """
    return {one.name: _KNOWN[one.name].built(providers, shared) for one in those_on(providers)}
