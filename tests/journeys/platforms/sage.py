"""Sage's stand-in, as journeys need it."""

from typing import Any

from contracts.words.causes import Cause
from contracts.words.lists import ListName
from emulators.books.countries import UNITED_KINGDOM
from emulators.books.people import Role
from emulators.kit.app import StandIn
from emulators.kit.signing import SigningKey
from emulators.sage.app import create_app
from emulators.sage.config import Config
from emulators.sage.control.control import Control
from emulators.sage.faults import Kind
from emulators.sage.identity.policies import PATHS
from tests.journeys.platforms.platform import Platform

PLAN = "PLUS"
"""Of all businesses, so that each has every list."""


def stand_in(key: SigningKey, **words: Any) -> tuple[StandIn, Control]:
    """See ``Platform.stand_in``.

    No list is missing because a business pays for less, or because the login may not read it; all are in one country,
    in which everybody signs in, and none is the practice's own.
    """
    app = create_app(Config(**words), key=key)
    library = app.world.library
    for identity in library.organisations:
        library.change_organisation(identity, plan=PLAN, country=UNITED_KINGDOM)
    for person in library.people:
        roles = {one: library.roles.get((person, one)) for one in library.organisations}
        library.change_access(person, [one for one, role in roles.items() if role in (Role.ADVISER, Role.STANDARD)])
    app.world.settings.has_lead = False
    return app, Control(app.world)


SAGE = Platform(
    name="sage",
    title="Sage",
    stand_in=stand_in,
    region="GB",
    picks=False,
    brings_one=False,
    ends_alone=False,
    listing="/v3.1/businesses",
    counted_listing="/v3.1/businesses",
    token=PATHS.token,
    revocation=PATHS.revocation,
    profile="/financial_settings",  # what is read beside it: no fault of a business reaches its own record
    accounts="/ledger_accounts",
    contacts="/contacts",
    items="/products",
    of_contacts=frozenset({ListName.SUPPLIERS, ListName.CUSTOMERS}),
    books={"accounts": "ledger_accounts", "contacts": "contacts", "items": "services"},
    supplier=lambda name: {
        "name": name,
        "displayed_as": name,
        "system": False,
        "is_active": True,
        "contact_types": [{"id": "VENDOR", "displayed_as": "Supplier"}],
    },
    item=lambda name: {"item_code": "NEW", "description": name, "displayed_as": name, "active": True},
    account=lambda code, name: {
        "nominal_code": code,
        "name": name,
        "displayed_as": f"{name} ({code:04d})",
        "display_formatted": f"{name} ({code:04d})",
        "included_in_chart": True,
    },
    record_id=str,
    offline={"kind": Kind.SERVER_ERROR, "status": 503},
    refused={"kind": Kind.ACCESS_REMOVED},
    removed={"kind": Kind.ACCESS_REMOVED},
    removed_cause=Cause.ACCESS_LOST,
    forbidden={"kind": Kind.ROLE_TOO_LOW},
    calls={"profile": 2, "accounts": 2, "items": 4, "all": 10},
    tells_deleted=True,
    unmodified=0,
    asks_again=3,
    forbidden_cause=Cause.ROLE_TOO_LOW,
    role="Contacts, Sales and Purchases (Read Only is enough)",
    at_once={"kind": Kind.RATE_LIMITED, "problem": "concurrent"},
    of_day={},
    of_minute={},
    of_app={"kind": Kind.RATE_LIMITED},
)
