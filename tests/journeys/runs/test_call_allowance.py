"""The app's calls a minute are as many as the setting says."""

from uuid import UUID

import pytest

from models.kit.columns import now
from providers.kit.oauth.token_sets import TokenSet, packed
from providers.port.credential import Credential
from providers.port.errors import ProviderError, RateLimited
from starter.bootstrap import build_providers
from tests.journeys.platforms.marks import OWN_LIMITS
from tests.journeys.scene import Scene

pytestmark = OWN_LIMITS


class OldTokens:
    """Access tokens that the provider does not know."""

    practice_id: UUID | None = None

    async def credential(self, rejected: Credential | None = None) -> Credential:
        """Another one each time would be no better."""
        return rejected or Credential("user-1", None, "Ada", packed(TokenSet("unknown", "unknown")), now())


async def test_a_setting_lowers_it(scene: Scene) -> None:
    settings = scene.settings.with_provider("xero", calls_per_minute=1, client_id="another app")
    (provider,) = build_providers(settings, scene.database).values()
    refused: list[ProviderError] = []
    for _ in range(2):  # each makes two calls, and one minute may end between them
        with pytest.raises(ProviderError) as error:
            await provider.organisations(OldTokens())
        refused.append(error.value)
    await provider.close()
    assert "app_minute" in {error.limit for error in refused if isinstance(error, RateLimited)}
