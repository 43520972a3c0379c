"""What the bare script asks Xero for: see ``Reads``."""

import asyncio
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from bench.baselines.bare_store import Found
from contracts.words.lists import KIND_OF
from providers.port.feeds import Feed
from providers.xero.feeds import COLLECTIONS, FEEDS, ORGANISATION, PAGE_SIZE

if TYPE_CHECKING:
    from bench.baselines.bare import Script

TOKEN_PATH = "/connect/token"  # noqa: S105  # an address
REGION = None
FORGET = "disconnected"
ONE_EACH = None
NAMES = ("Contacts", "ContactID", "Name")
STAND_IN: Sequence[str] = ()
CALLS_AT_ONCE = 192
MOST_AT_ONCE = None

IN_A_MINUTE = (10_000, 60)
_AT_ONCE_OF_ONE = 5
_UNLIMITED = asyncio.Semaphore(sys.maxsize)


async def found(script: "Script") -> Sequence[Found]:
    """See ``Reads.found``. The product asks twice, for what this consent chose and for all: so does the script."""
    connections, _ = await asyncio.gather(script.get("/connections"), script.get("/connections"))
    organisations = [Found(row["tenantId"], row["tenantName"], row["id"]) for row in connections]
    await asyncio.gather(*(_read(script, one, ORGANISATION, _UNLIMITED) for one in organisations))
    return organisations


async def pull(script: "Script", organisation: Found) -> None:
    """See ``Reads.pull``."""
    turns = asyncio.Semaphore(_AT_ONCE_OF_ONE)
    feeds = [feed for feed in FEEDS if feed is not ORGANISATION]
    await asyncio.gather(*(_read(script, organisation, feed, turns) for feed in feeds))


async def _read(script: "Script", organisation: Found, feed: Feed, turns: asyncio.Semaphore) -> None:
    where = COLLECTIONS[feed]
    headers = {"xero-tenant-id": organisation.organisation_id}

    async def page(number: int) -> Any:
        params = {**where.params, "page": str(number)} if where.is_paged else dict(where.params)
        async with turns:
            return await script.get(f"/api.xro/2.0{where.path}", params, headers)

    first = await page(1)
    records = first[where.plural]
    if where.is_paged:
        pages = -(-first["pagination"]["itemCount"] // PAGE_SIZE)
        for further in await asyncio.gather(*map(page, range(2, pages + 1))):
            records += further[where.plural]
    rows = [row for record in records if (row := where.parse(record)) is not None]
    organisation.rows[KIND_OF[feed.fills[0]]] = rows
