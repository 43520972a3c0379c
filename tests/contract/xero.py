"""Xero, for the contract suite: its client, and how its stand-in is asked for what goes wrong."""

from collections.abc import Mapping
from typing import ClassVar

from emulators.kit.app import StandIn
from emulators.xero import SANDBOX_CLIENT_ID, SANDBOX_CLIENT_SECRET, Config, create_app
from emulators.xero.control.control import Control
from emulators.xero.faults import Kind
from emulators.xero.identity.policies import PATHS
from emulators.xero.records.practice import MANY_CONTACTS_INDEX
from providers.kit.http import http_client
from providers.port.provider import Provider
from providers.xero.provider import Xero
from providers.xero.settings import XeroConfig
from tests.contract.subject import Subject, Wrong
from tests.providers.conftest import Allowance


class XeroSubject(Subject):
    """Xero with bulk approval."""

    wrong: ClassVar[Mapping[Wrong, Mapping[str, object]]] = {
        Wrong.REFUSED: {"kind": Kind.ACCESS_REFUSED},
        Wrong.OUT_OF_CALLS_UNSAID: {"kind": Kind.RATE_LIMITED, "problem": "concurrent"},
        Wrong.CUT: {"kind": Kind.MALFORMED_BODY},
    }
    lists: ClassVar[Mapping[str, str]] = {
        "organisation": "Organisation",
        "accounts": "Accounts",
        "tax_rates": "TaxRates",
        "tracking_categories": "TrackingCategories",
        "items": "Items",
        "contacts": "Contacts",
        "currencies": "Currencies",
    }
    listing = "/connections"
    token = PATHS.token
    long = MANY_CONTACTS_INDEX

    def make_provider(self) -> Provider:
        config = XeroConfig(SANDBOX_CLIENT_ID, SANDBOX_CLIENT_SECRET, self.base, self.base)
        return Xero(config, http_client(), Allowance(), self.now)


def stand_in() -> tuple[StandIn, Control]:
    """The stand-in, and what can be done to it."""
    app = create_app(Config(organisations=12))
    return app, Control(app.world)
