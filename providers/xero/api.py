"""Makes one call to Xero's APIs: waits for admission by the limits, sends it once, and classifies the answer.

It does not retry and does not wait for a limit to end, because the caller's retries are durable. The only exception is
an access token that Xero refuses, which is replaced (``TOKENS_REPLACED``). Error texts show the path, and nothing that
was sent or received.
"""

from collections.abc import Mapping
from datetime import UTC, datetime

from providers.kit.api_calls import ApiCalls, Refusals
from providers.kit.bounds import Bound
from providers.kit.http import fields_of
from providers.kit.json_bodies import without_nul
from providers.port.credential import CredentialSource
from providers.port.errors import Unavailable
from providers.xero.bounds import NOTHING
from providers.xero.errors import classify, refuses_token

CORRELATION = "xero-correlation-id"
"""Carried by every answer to a call for an organisation (recorded live in 2026)."""

TOKENS_REPLACED = 2
"""How often a call replaces a token that was refused: the first newer one may be another call's, and as old as that."""


class Calls(ApiCalls):
    """Sends authorised calls."""

    refusals = Refusals(classify, refuses_token, TOKENS_REPLACED)

    async def get(
        self,
        path: str,
        tokens: CredentialSource,
        bound: Bound,
        *,
        organisation_id: str | None = None,
        params: Mapping[str, str] | None = None,
        modified_since: datetime | None = None,
    ) -> bytes | None:
        """Make a GET call.

        Args:
            path: Under the API's base address.
            tokens: Gives the credential.
            bound: How large the answer may be, and how long the call may take.
            organisation_id: The organisation to read, for the Accounting API.
            params: Query parameters; HTTP tools log them, so they hold no secret.
            modified_since: Ask only for changes since then; None for everything.

        Returns:
            The body, or None when Xero says, asked for changes, that there are none: by a 304, or by an empty body
            with its correlation id. An empty body of somebody in front of Xero has none, and is no answer.

        Raises:
            ProviderError: Classified by cause.
        """
        headers, fine = {}, frozenset({304})
        if organisation_id is not None:
            headers["xero-tenant-id"] = organisation_id
        if modified_since is not None:
            bound = bound.of_changes
            # To the second, without a zone: what Xero accepts.
            headers["if-modified-since"] = modified_since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")
        response = await self.send(
            "GET", path, tokens, bound, organisation_id=organisation_id, headers=headers, params=params, fine=fine
        )
        is_success, is_empty = response.status_code < 300, not response.content.strip()
        if modified_since is not None and (not is_success or (is_empty and CORRELATION in fields_of(response))):
            return None
        if not is_success:
            raise Unavailable(f"HTTP {response.status_code}, though nothing was asked to have changed")
        return without_nul(response.content)

    async def delete(self, path: str, tokens: CredentialSource) -> bool:
        """Make a DELETE call.

        Returns:
            Whether Xero says that it did (204). Otherwise there was nothing, or somebody in front of Xero answered:
            whoever asked has to look.

        Raises:
            ProviderError: Classified by cause.
        """
        response = await self.send("DELETE", path, tokens, NOTHING, fine=frozenset({404}))
        return response.status_code == 204
