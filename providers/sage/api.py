"""Makes one call to Sage's API, and classifies the answer.

Every call about a business names it, since without the header Sage answers about another one, without a word. Every
answer about one names it too, but for ``/businesses`` and ``/user`` (Sage's best practices): an answer that names
another business is never read. One that names none is read: a server in front of Sage may drop the header, the profile
that every pull reads is compared by its own id, and the business that was asked for is what Sage answers about.
"""

from collections.abc import AsyncIterator, Mapping

from contracts.words.causes import Cause
from providers.kit.api_calls import ApiCalls, Refusals
from providers.kit.bounds import Bound
from providers.kit.http import fields_of
from providers.kit.json_values import Record
from providers.port.credential import CredentialSource
from providers.port.errors import NeedsPerson
from providers.sage.errors import classify, refuses_token
from providers.sage.feeds import PAGE
from providers.sage.walk import Walk, envelope

BUSINESS = "x-business"


class Calls(ApiCalls):
    """Makes calls."""

    # Each newer token may use up a refresh token, and a business that is reached no more may be answered 401 as well:
    # one tells.
    refusals = Refusals(classify, refuses_token, tokens_replaced=1)

    async def get(
        self,
        path: str,
        tokens: CredentialSource,
        bound: Bound,
        *,
        business_id: str | None = None,
        params: Mapping[str, str] | None = None,
    ) -> bytes:
        """Make a GET call.

        Args:
            path: Under the API's base address.
            tokens: Gives the credential.
            bound: How large the answer may be, and how long the call may take.
            business_id: The business to read; None for a call about none.
            params: Query parameters.

        Raises:
            ProviderError: Classified by cause.
        """
        sent = {} if business_id is None else {BUSINESS: business_id}
        answer = await self.send("GET", path, tokens, bound, organisation_id=business_id, headers=sent, params=params)
        echo = fields_of(answer).get(BUSINESS)
        if business_id is not None and echo is not None and echo.strip().lower() != business_id.lower():
            raise NeedsPerson(Cause.WRONG_ORGANISATION, f"{path}: the answer is about another business")
        return answer.content

    async def pages(
        self, walk: Walk, tokens: CredentialSource, business_id: str | None = None
    ) -> AsyncIterator[tuple[list[Record], bool]]:
        """The new records of each page of a list, and whether it is the last."""
        is_last, where = False, walk.where
        while not is_last:
            body = await self.get(where.path, tokens, PAGE, business_id=business_id, params=walk.params)
            fresh, is_last = walk.take(envelope(body, has_decimals=where.has_decimals))
            yield fresh, is_last

    async def whole(self, walk: Walk, tokens: CredentialSource, business_id: str | None = None) -> list[Record]:
        """All records of a list."""
        return [record async for records, _ in self.pages(walk, tokens, business_id) for record in records]
