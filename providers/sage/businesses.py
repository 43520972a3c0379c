"""Lists the businesses that a login reaches, and finds out why one of them refuses a feed.

A refusal says the same of a right, of a plan and of a whole business, and with which status is not documented:
the business itself and the list of all of them say which it is.
"""

import asyncio
from urllib.parse import quote

from contracts.words.causes import Cause
from contracts.words.runs import Mark
from contracts.words.standard_information import listed_name
from providers.kit.json_bodies import read_object
from providers.kit.json_values import Record, flag, text
from providers.port.credential import CredentialSource
from providers.port.errors import NeedsPerson, ProviderError, Unavailable
from providers.port.feeds import Feed
from providers.port.provider import ReachableOrganisation
from providers.sage.api import Calls
from providers.sage.books import has_ended
from providers.sage.errors import TokenStaysRefused
from providers.sage.feeds import SINGLE, STOCK_ITEMS, Listed, lacks
from providers.sage.fields import key_of
from providers.sage.walk import Walk

_MAY_BE_OTHER = frozenset({Cause.ROLE_TOO_LOW, Cause.UNKNOWN, Cause.PROVIDER_UNAVAILABLE})
"""What a feed is refused with that the plan lacks, or whose business the login reaches no more: 403, 404, 401."""

_LIST = Listed("/businesses", page_size=None, has_all_fields=False)


class Businesses:
    """The businesses of logins."""

    def __init__(self, api: Calls) -> None:
        self._api = api

    async def reached(self, tokens: CredentialSource, *, is_to_choose: bool = False) -> list[ReachableOrganisation]:
        """All that a login reaches. The list has ids and labels; what else there is stands in each profile.

        Args:
            tokens: The login.
            is_to_choose: Whether to ask for the login's lead business too, and mark it.
        """
        records, lead = await asyncio.gather(
            self._api.whole(Walk(_LIST), tokens), self._lead(tokens, is_asked=is_to_choose)
        )
        return [
            ReachableOrganisation(
                key_of(record),
                listed_name(text(record.get("displayed_as"))),
                None,
                marks=marks_of(record) | ({Mark.LEAD} if key_of(record) == lead else set()),
            )
            for record in records
        ]

    async def profile(self, tokens: CredentialSource, business_id: str) -> Record:
        """A business's own record, which any login that reaches it may read."""
        path = f"/businesses/{quote(business_id, safe='')}"
        business = read_object(await self._api.get(path, tokens, SINGLE, business_id=business_id))
        if not (said := key_of(business)):
            raise Unavailable(f"{path}: the business has no id")
        if said.lower() != business_id.lower():
            raise NeedsPerson(Cause.WRONG_ORGANISATION, f"{path}: the answer is about another business")
        return business

    async def explained(
        self, tokens: CredentialSource, business_id: str, feed: Feed, refusal: NeedsPerson | TokenStaysRefused
    ) -> ProviderError:
        """The error that a refusal stands for: the plan lacks the feed, the business is out of reach, or itself.

        A feed that enriches another is read after that one was answered, so that it tells nothing of the business.

        Raises:
            ProviderError: Asking has failed for another reason.
        """
        if refusal.cause not in _MAY_BE_OTHER:
            return refusal
        lacking = NeedsPerson(Cause.NOT_ON_PLAN, refusal.detail)
        if feed.enriches:
            # Stock is of Plus alone, and a login that may read products may read stock.
            return lacking if feed == STOCK_ITEMS else refusal
        try:
            business = await self.profile(tokens, business_id)
        except (NeedsPerson, TokenStaysRefused) as error:
            if error.cause not in _MAY_BE_OTHER:
                return error
            is_reached = any(one.organisation_id == business_id for one in await self.reached(tokens))
            return refusal if is_reached else NeedsPerson(Cause.ACCESS_LOST, refusal.detail)
        return lacking if lacks(business, feed) else refusal

    async def _lead(self, tokens: CredentialSource, *, is_asked: bool) -> str | None:
        """The login's lead business; None where Sage does not say, since the list is as good without."""
        if not is_asked:
            return None
        try:
            return text(read_object(await self._api.get("/businesses/lead", tokens, SINGLE)).get("id"))
        except ProviderError:
            return None


def marks_of(business: Record) -> frozenset[Mark]:
    """What a business's record says that it is; nothing, where it has the three base fields only."""
    is_demo, is_ended = flag(business.get("is_demo")) is True, has_ended(business)
    return frozenset([Mark.DEMO] * is_demo + [Mark.ENDED] * is_ended)
