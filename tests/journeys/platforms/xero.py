"""Xero's stand-in, as journeys need it."""

from typing import Any

from contracts.words.causes import Cause
from contracts.words.lists import ListName
from emulators.kit.app import StandIn
from emulators.kit.signing import SigningKey
from emulators.xero.app import create_app
from emulators.xero.config import Config
from emulators.xero.control.control import Control
from emulators.xero.faults import Kind
from emulators.xero.identity.policies import PATHS
from tests.journeys.platforms.platform import Platform


def stand_in(key: SigningKey, **words: Any) -> tuple[StandIn, Control]:
    """See ``Platform.stand_in``."""
    app = create_app(Config(**words), key=key)
    return app, Control(app.world)


XERO = Platform(
    name="xero",
    title="Xero",
    stand_in=stand_in,
    region=None,
    picks=True,
    brings_one=False,
    ends_alone=True,
    listing="/connections",
    counted_listing="/connections",
    token=PATHS.token,
    revocation=PATHS.revocation,
    profile="/Organisation",
    accounts="/Accounts",
    contacts="/Contacts",
    items="/Items",
    of_contacts=frozenset({ListName.SUPPLIERS, ListName.CUSTOMERS}),
    books={"accounts": "Accounts", "contacts": "Contacts", "items": "Items"},
    supplier=lambda name: {"Name": name, "IsSupplier": True},
    item=lambda name: {"Code": "NEW", "Name": name},
    account=lambda code, name: {"Code": str(code), "Name": name},
    record_id=str,
    offline={"kind": Kind.ORGANISATION_OFFLINE},
    refused={"kind": Kind.ACCESS_REFUSED},
    removed={"kind": Kind.DISCONNECTED},
    removed_cause=Cause.ACCESS_LOST,
    forbidden={"kind": Kind.SCOPE_MISSING},
    calls={"profile": 1, "accounts": 1, "items": 1, "all": 7},
    tells_deleted=False,
    unmodified=2,
    asks_again=0,
    forbidden_cause=Cause.ROLE_TOO_LOW,
    role="higher role",
    at_once={"kind": Kind.RATE_LIMITED, "problem": "concurrent"},
    of_day={"kind": Kind.DAY_LIMIT_REACHED},
    of_minute={"kind": Kind.MINUTE_LIMIT_REACHED},
    of_app={"kind": Kind.RATE_LIMITED, "problem": "appminute"},
)
