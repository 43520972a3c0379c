"""QuickBooks, for the contract suite: its client, and how its stand-in is asked for what goes wrong."""

from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar
from urllib.parse import parse_qsl, urlsplit

from emulators.kit.app import StandIn
from emulators.kit.control.words import RecordWords
from emulators.quickbooks import Config, create_app
from emulators.quickbooks.control.control import Control
from emulators.quickbooks.faults import Kind
from emulators.quickbooks.identity.policies import PATHS
from emulators.quickbooks.records.practice import BRITISH_INDEX, MANY_CONTACTS_INDEX
from providers.kit.http import http_client
from providers.kit.json_values import nested
from providers.port.feeds import Feed
from providers.port.provider import Provider
from providers.quickbooks.feeds import COMPANY, CURRENCIES, CUSTOMERS, TAX_CODES, TRACKING, VENDORS
from providers.quickbooks.fields import reference
from providers.quickbooks.provider import QuickBooks
from providers.quickbooks.settings import QuickBooksSettings
from tests.contract.subject import REDIRECT, Held, SignIn, Subject, Wrong
from tests.journeys.browser import sign_in
from tests.providers.conftest import Allowance

MANY_CURRENCIES_INDEX = 1
"""A company with several currencies, as invented."""


class QuickBooksSubject(Subject):
    """QuickBooks, where a sign-in brings one company: for several of them, the person signs in for one after the other.

    A sign-in for several is one for the first.
    """

    wrong: ClassVar[Mapping[Wrong, Mapping[str, object]]] = {
        Wrong.REFUSED: {"kind": Kind.ACCESS_REFUSED},
        Wrong.OUT_OF_CALLS_UNSAID: {"kind": Kind.RATE_LIMITED},
        Wrong.CUT: {"kind": Kind.MALFORMED_BODY},
    }
    lists: ClassVar[Mapping[str, str]] = {
        "company": "CompanyInfo",
        "accounts": "Account",
        "tax_codes": "TaxCode",
        "tracking": "Class",
        "items": "Item",
        "vendors": "Vendor",
        "customers": "Customer",
        "currencies": "CompanyCurrency",
    }
    token = PATHS.token
    long = MANY_CONTACTS_INDEX

    def make_provider(self) -> Provider:
        settings = QuickBooksSettings().at_stand_in(self.base)
        return QuickBooks(settings, http_client(), Allowance(), self.now)

    @property
    def listing(self) -> str:  # type: ignore[override]  # of the first company
        return f"/v3/company/{self.ids[0]}/companyinfo/{self.ids[0]}"

    async def went(self, *places: int, action: str = "allow", expected: str | None = None) -> SignIn:
        begun = await self.provider.begin_sign_in(state="the-state", redirect_uri=REDIRECT, expected=expected)
        choose = [self.ids[places[0]]]
        back = await sign_in(begun.address, person=0, choose=choose, action=action, follows_back=False)
        address = back.headers["location"]
        assert address.startswith(REDIRECT)
        return SignIn(begun, dict(parse_qsl(urlsplit(address).query, keep_blank_values=True)))

    async def signed_in(self, *places: int) -> Held:
        first, *others = [
            Held(self.provider, (await self.finished(await self.went(place))).credential) for place in places
        ]
        return replace(first, beside=tuple(others))

    def kept(self, place: int, feed: Feed) -> list[str]:
        """What the client makes of it: two tax codes of its own in the United States, no folders of items."""
        records = self.world.library.records(self.ids[place], self.lists[feed.name])
        ids = [str(record["Id"]) for record in records]
        if feed == COMPANY:
            return [self.ids[place]]
        if feed == TAX_CODES:
            [info] = self.world.library.records(self.ids[place], "CompanyInfo")
            return sorted({*ids, *(("TAX", "NON") if info["Country"] == "US" else ())})
        if feed == TRACKING:
            return [name for name in ("Class", "Department") if self.world.library.records(self.ids[place], name)]
        if feed == CURRENCIES:
            [preferences] = self.world.library.records(self.ids[place], "Preferences")
            home = reference(nested(preferences["CurrencyPrefs"])["HomeCurrency"])
            return sorted({*(str(record["Code"]) for record in records), str(home)})
        if feed in {VENDORS, CUSTOMERS}:
            return [f"{feed.name.removesuffix('s')}-{key}" for key in ids]
        return [str(record["Id"]) for record in records if record.get("Type") != "Category"]

    def place_of(self, feed: Feed) -> int:
        return {TRACKING: BRITISH_INDEX, CURRENCIES: MANY_CURRENCIES_INDEX}.get(feed, 0)

    def changes(self, place: int, feed: Feed) -> str:
        name = self.lists[feed.name]
        record = self.world.library.records(self.ids[place], name)[-1]  # the first currency is the company's own
        self.control.change_record(self.ids[place], RecordWords(list=name, id=str(record["Id"]), touch=True))
        if feed == TRACKING:
            return name
        if feed == CURRENCIES:
            return str(record["Code"])
        return next(key for key in self.kept(place, feed) if key.rpartition("-")[2] == record["Id"])


def stand_in() -> tuple[StandIn, Control]:
    """The stand-in, and what can be done to it."""
    app = create_app(Config(organisations=12))
    return app, Control(app.world)
