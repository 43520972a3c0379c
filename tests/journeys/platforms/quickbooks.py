"""QuickBooks' stand-in, as journeys need it."""

from typing import Any

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

    No list is missing because a company pays for less; all are in one country.
    """
    app = create_app(Config(**words), key=key)
    library = app.world.library
    for identity in library.organisations:
        library.change_organisation(identity, plan=PLAN, country=UNITED_STATES)
    return app, Control(app.world)


QUICKBOOKS = Platform(
    name="quickbooks",
    title="QuickBooks",
    stand_in=stand_in,
    region=None,
    picks=True,
    brings_one=True,
    ends_alone=False,
    listing="/v3/company/{id}/companyinfo/{id}",
    token=PATHS.token,
    revocation=PATHS.revocation,
    profile="/companyinfo/",
    accounts="/batch",
    contacts="/batch",
    items="/batch",
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
    offline={"kind": Kind.SERVER_ERROR, "status": 503},
    removed={"kind": Kind.DISCONNECTED},
    forbidden={"kind": Kind.SCOPE_MISSING},
    calls={"profile": 1, "accounts": 1, "items": 2},
    tells_deleted=False,
    unmodified=0,
    asks_again=3,
    role="higher role",
    of_day={"kind": Kind.MONTH_LIMIT_REACHED},
    of_app={"kind": Kind.RATE_LIMITED},
    limits_each=True,
)
"""One company for each sign-in, whose grant is the company's. Lists are read in batches, so that no path names one."""
