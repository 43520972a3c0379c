"""The app's calls a minute are as many as the setting says, for the worker and for commands."""

from collections.abc import Callable

import pytest

from models.budgets.calls import SharedCallBudget
from models.kit.database import Database
from providers.port.errors import ProviderError, RateLimited
from providers.port.provider import Provider
from providers.registry import build as built
from runtime.settings.settings import Settings
from starter.bootstrap import build_provider
from tests.journeys.scene import Scene


class OldTokens:
    """Access tokens that the provider does not know."""

    practice_id = None

    async def access_token(self, rejected: str | None = None) -> str:
        """Another one each time would be no better."""
        return rejected or "unknown"

    async def granted_scope(self) -> tuple[str, ...]:
        return ()


def of_the_worker(settings: Settings, database: Database) -> Provider:
    (provider,) = built(settings, SharedCallBudget(database)).values()
    return provider


@pytest.mark.parametrize("build", [build_provider, of_the_worker])
async def test_a_setting_lowers_it(scene: Scene, build: Callable[[Settings, Database], Provider]) -> None:
    settings = scene.settings.model_copy(update={"xero_calls_per_minute": 1, "xero_client_id": build.__name__})
    provider = build(settings, scene.database)
    refused: list[ProviderError] = []
    for _ in range(2):  # each makes two calls, and one minute may end between them
        with pytest.raises(ProviderError) as error:
            await provider.organisations(OldTokens())
        refused.append(error.value)
    await provider.close()
    assert "app_minute" in {error.limit for error in refused if isinstance(error, RateLimited)}
