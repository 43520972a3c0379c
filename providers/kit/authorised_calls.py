"""Sends calls with a grant's credential: admitted by the limits, sent once, and with a newer token if one is refused.

It classifies no answer, does not retry, and does not wait for a limit to end, because the caller's retries are durable.
"""

from collections.abc import Callable
from uuid import UUID

import httpx2

from providers.kit.bounds import EXTENSION, Bound
from providers.kit.call_limits import CallLimits
from providers.kit.http import TooLargeError, fields_of
from providers.port.credential import CredentialSource
from providers.port.errors import TooLarge, Unavailable


class AuthorisedCalls:
    """Sends calls.

    Args:
        http: The client to send with.
        limits: Admit each call, and learn from its answer.
        tokens_replaced: How often a call replaces a token that was refused.
    """

    def __init__(self, http: httpx2.AsyncClient, limits: CallLimits, *, tokens_replaced: int) -> None:
        self._http, self._limits, self._tokens_replaced = http, limits, tokens_replaced

    async def send(
        self,
        tokens: CredentialSource,
        organisation_id: str | None,
        made: Callable[[bytes], httpx2.Request],
        refuses: Callable[[httpx2.Response], bool],
    ) -> httpx2.Response:
        """Send a call; gives its answer, whatever it is.

        Args:
            tokens: Gives the credential.
            organisation_id: The organisation that the call is about, whose limits count it; None for none.
            made: Makes the request with its bound, of the credential's secret.
            refuses: Whether an answer refuses the token, so that a newer one may help.

        Raises:
            Unavailable: There was no answer, or one that cannot be the platform's own.
            TooLarge: The answer about an organisation is larger than is taken in.
            ProviderError: The limits or the credential.
        """
        held = await tokens.credential()
        response = await self._once(made(held.secret), organisation_id, tokens.practice_id)
        for _ in range(self._tokens_replaced):
            if not refuses(response):
                break
            held = await tokens.credential(rejected=held)
            response = await self._once(made(held.secret), organisation_id, tokens.practice_id)
        return response

    async def _once(
        self, request: httpx2.Request, organisation_id: str | None, practice_id: UUID | None
    ) -> httpx2.Response:
        bound: Bound = request.extensions[EXTENSION]
        async with self._limits.call(organisation_id, practice_id, is_short=bound.is_short):
            try:
                response = await self._http.send(request)
            except TooLargeError as error:
                # No login reaches that many organisations, so that an answer to what is asked of none of them is not
                # the platform's own; one organisation's list may really be as large.
                raise (Unavailable if organisation_id is None else TooLarge)(str(error)) from None
            except httpx2.RequestError as error:
                raise Unavailable(f"no answer: {type(error).__name__}") from None
        self._limits.learn(organisation_id, fields_of(response))
        return response
