"""QuickBooks' stand-in, as journeys need it."""

from typing import Any

from contracts.words.causes import Cause
from contracts.words.lists import ListName
from emulators.books.countries import UNITED_STATES
from emulators.kit.app import StandIn
from emulators.kit.signing import SigningKey
from emulators.quickbooks.app import create_app
from emulators.quickbooks.config import Config
from emulators.quickbooks.control.control import Control
from emulators.quickbooks.faults import Kind
from emulators.quickbooks.identity.policies import PATHS
from tests.journeys.platforms.platform import Platform

PLAN = "PLUS"
"""Of all companies, so that each has every list."""


def stand_in(key: SigningKey, **words: Any) -> tuple[StandIn, Control]:
    """See ``Platform.stand_in``.

    No list is missing because a company pays for less; all are in one country. What is taken away is gone, as after a
    merge, and not only inactive.
    """
    app = create_app(Config(**words), key=key)
    library = app.world.library
    for identity in library.organisations:
        library.change_organisation(identity, plan=PLAN, country=UNITED_STATES)
    app.world.settings.deletes_records = True
    return app, Control(app.world)


QUICKBOOKS = Platform(
    name="quickbooks",
    title="QuickBooks",
    stand_in=stand_in,
    region=None,
    picks=True,
    brings_one=True,
    ends_alone=False,
    listing="/companyinfo/",
    counted_listing="/v3/company/{id}/companyinfo/{id}",
    token=PATHS.token,
    revocation=PATHS.revocation,
    profile="Preferences",
    accounts="Account",
    contacts="Vendor",
    items="Item",
    of_contacts=frozenset({ListName.SUPPLIERS}),
    books={"accounts": "Account", "contacts": "Vendor", "items": "Item"},
    supplier=lambda name: {"DisplayName": name, "CompanyName": name},
    item=lambda name: {"Name": name, "Sku": "NEW", "Type": "Service"},
    account=lambda code, name: {
        "AcctNum": str(code),
        "Name": name,
        "FullyQualifiedName": name,
        "AccountType": "Expense",
        "Classification": "Expense",
    },
    record_id=lambda key: key.removeprefix("vendor-").removeprefix("customer-"),
    offline={"kind": Kind.SERVER_ERROR, "status": 503},
    refused={"kind": Kind.ACCESS_REFUSED},
    removed={"kind": Kind.DISCONNECTED},
    removed_cause=Cause.SIGNED_OUT,
    forbidden={"kind": Kind.NOT_ON_PLAN, "problem": "5020"},
    calls={"profile": 1, "accounts": 1, "items": 2},
    tells_deleted=True,
    unmodified=0,
    asks_again=3,
    forbidden_cause=Cause.NOT_ON_PLAN,
    role="comes with the next refresh",
    at_once={"kind": Kind.RATE_LIMITED, "problem": "second", "seconds": 1},
    of_day={},  # the month's calls are all companies' together
    of_minute={},  # a minute is waited for in full
    of_app={"kind": Kind.RATE_LIMITED},
)
"""One company for each sign-in, whose grant is the company's. Lists are read in batches; a fault may name a list."""
