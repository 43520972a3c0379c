"""``/user`` and ``/businesses``: who a token belongs to, and what it reaches. Neither needs ``X-Business``."""

import orjson

from emulators.kit.oauth.grants import Access
from emulators.sage.accounting.reading import Paging, asked, page
from emulators.sage.answers import NOT_FOUND, Error
from emulators.sage.faults import Kind
from emulators.sage.identity.identity_wire import requester_id
from emulators.sage.records.profile import business, business_row, user, user_id
from emulators.sage.records.record import Record
from emulators.sage.world import World

EVERYTHING = 2_147_483_647
"""Rows in a page, where one page has all."""

LARGEST_PAGE = 500
LEAD = "lead"


def who(world: World, access: Access) -> bytes:
    """The person."""
    person = world.library.people[access.person_id or ""]
    same = world.settings.user_is_requester
    return orjson.dumps(user(person, requester_id(person.person_id) if same else user_id(person)))


def listed(world: World, access: Access, query: bytes, here: str) -> bytes:
    """The businesses that a token reaches, with no more than label and path."""
    parameters, settings = asked(query), world.settings
    rows = [] if world.faults.take(Kind.NO_BUSINESSES) else world.businesses(access)
    if parameters.get("active_only") == "true":
        rows = [one for one in rows if not one.is_lapsed]
    if wanted := parameters.get("name", "").lower():
        rows = [one for one in rows if wanted in one.name.lower()]
    size = settings.businesses_per_page or EVERYTHING
    if (said := parameters.get("items_per_page", "")).isascii() and said.isdigit():
        size = min(max(1, int(said[:9])), LARGEST_PAGE)
    by_id = {one.organisation_id: one for one in rows}

    def shown(row: Record) -> Record:
        if not settings.businesses_with_attributes or "attributes" not in parameters:
            return row
        whole, names = business(by_id[str(row["id"])], settings.plus), parameters["attributes"]
        return whole if names == "all" else row | {one: whole[one] for one in names.split(",") if one in whole}

    return page(
        [business_row(one) for one in rows],
        size,
        parameters,
        Paging("/businesses", here if settings.absolute_next else "", "$items_per_page"),
        shown,
    )


def one(world: World, access: Access, identity: str) -> bytes | Error:
    """One business in full, also while its subscription has ended; ``lead`` names the person's first one."""
    reached = world.businesses(access)
    has_lead = bool(reached) and world.settings.has_lead
    wanted = reached[0].organisation_id if identity == LEAD and has_lead else identity
    found = next((row for row in reached if row.organisation_id == wanted), None)
    return NOT_FOUND if found is None else orjson.dumps(business(found, world.settings.plus))
