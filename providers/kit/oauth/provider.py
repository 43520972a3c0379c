"""The half of a provider that is alike at all: its sign-in is a code flow, and what it holds is closed at the end."""

from collections.abc import Mapping
from typing import Generic, Protocol, TypeVar

import httpx2

from providers.kit.call_limits import CallLimits
from providers.port.credential import Credential
from providers.port.errors import ProviderError
from providers.port.provider import BegunSignIn
from providers.port.webhook import Webhook


class PlatformSignIns(Protocol):
    """A platform's sign-ins, and what becomes of the grants that they give."""

    async def begin(self, *, state: str, redirect_uri: str, region: str | None = None) -> BegunSignIn:
        """See ``Provider.begin_sign_in``."""
        ...

    def came_back(self, params: Mapping[str, str]) -> object:
        """What came back with the browser; raises a ``ProviderError`` where that is no sign-in."""
        ...

    async def check_app(self) -> None:
        """See ``Provider.check_app``."""
        ...

    async def refresh(self, credential: Credential) -> Credential:
        """See ``Provider.refresh``."""
        ...

    async def revoke(self, credential: Credential) -> None:
        """See ``Provider.revoke``."""
        ...


Own = TypeVar("Own", bound=PlatformSignIns)


class CodeFlowProvider(Generic[Own]):
    """Hands over to the sign-ins, and closes.

    Args:
        sign_in: The platform's.
        limits: Admit calls; closed by ``close``.
        http: The client to send with; closed likewise.

    Attributes:
        webhook: Reads what the platform tells by itself; None of most.
    """

    webhook: Webhook | None = None

    def __init__(self, sign_in: Own, limits: CallLimits, http: httpx2.AsyncClient) -> None:
        self._sign_in, self._limits, self._http = sign_in, limits, http

    async def begin_sign_in(
        self,
        *,
        state: str,
        redirect_uri: str,
        expected: str | None = None,  # noqa: ARG002  # no platform's page lets an organisation be named beforehand
        region: str | None = None,
    ) -> BegunSignIn:
        """See ``Provider.begin_sign_in``."""
        return await self._sign_in.begin(state=state, redirect_uri=redirect_uri, region=region)

    def refusal_in(self, params: Mapping[str, str]) -> ProviderError | None:
        """See ``Provider.refusal_in``."""
        try:
            self._sign_in.came_back(params)
        except ProviderError as error:
            return error
        return None

    async def check_app(self) -> None:
        """See ``Provider.check_app``."""
        await self._sign_in.check_app()

    async def refresh(self, credential: Credential) -> Credential:
        """See ``Provider.refresh``."""
        return await self._sign_in.refresh(credential)

    async def revoke(self, credential: Credential) -> None:
        """See ``Provider.revoke``."""
        await self._sign_in.revoke(credential)

    async def close(self) -> None:
        """See ``Provider.close``."""
        await self._limits.close()
        await self._http.aclose()
