"""Sage, for the contract suite: its client, and how its stand-in is asked for what goes wrong."""

from collections.abc import Mapping
from functools import cached_property
from typing import ClassVar
from urllib.parse import parse_qsl, urlsplit

import httpx2
from pydantic import SecretStr

from emulators.books.library import Record
from emulators.kit.app import StandIn
from emulators.kit.faults.faults import DISCONNECTED
from emulators.sage import SANDBOX_CLIENT_ID, SANDBOX_CLIENT_SECRET, SANDBOX_PASSWORD, Config, create_app
from emulators.sage.control.control import Control
from emulators.sage.faults import Kind
from emulators.sage.identity.policies import PATHS
from emulators.sage.records.practice import MANY_CONTACTS_INDEX
from providers.kit.http import http_client
from providers.port.feeds import Feed
from providers.port.provider import Provider
from providers.port.shared import Shared
from providers.sage.feeds import BANK_ACCOUNTS, CONTACTS, ORGANISATION, STOCK_ITEMS
from providers.sage.fields import reference
from providers.sage.provider import Sage
from providers.sage.settings import SageSettings
from tests.contract.subject import REDIRECT, SignIn, Subject, Wrong
from tests.emulators.standing_in import Form
from tests.journeys.browser import fresh
from tests.providers.conftest import Allowance, Answers


class SageSubject(Subject):
    """Sage, where a sign-in brings all that the person reaches: what is "chosen" is what they reach then."""

    wrong: ClassVar[Mapping[Wrong, Mapping[str, object]]] = {
        Wrong.REFUSED: {"kind": Kind.ACCESS_REMOVED},
        Wrong.OUT_OF_CALLS_UNSAID: {"kind": Kind.RATE_LIMITED},
        Wrong.CUT: {"kind": Kind.MALFORMED_BODY},
    }
    lists: ClassVar[Mapping[str, str]] = {
        name: name
        for name in (
            *("ledger_accounts", "bank_accounts", "tax_rates", "analysis_types", "products", "services"),
            *("stock_items", "contacts", "currencies"),
        )
    }
    listing = "/v3.1/businesses"
    token = PATHS.token
    long = MANY_CONTACTS_INDEX

    @cached_property
    def answers(self) -> Answers:
        """What this process keeps for others."""
        return Answers()

    def make_provider(self) -> Provider:
        settings = SageSettings(
            client_id=SANDBOX_CLIENT_ID,
            client_secret=SecretStr(SANDBOX_CLIENT_SECRET),
            authorize_url=f"{self.base}{PATHS.authorize}",
            token_url=f"{self.base}{PATHS.token}",
            api_url=f"{self.base}/v3.1",
        )
        return Sage(settings, http_client(), Shared(Allowance(), self.answers), self.now)

    @property
    def ids(self) -> list[str]:
        return list(self.world.library.organisations)

    def happens(self, kind: str, **words: object) -> None:
        super().happens(Kind.ACCESS_REMOVED if kind == DISCONNECTED else kind, **words)

    async def went(self, *places: int, action: str = "allow", expected: str | None = None) -> SignIn:
        """Choose the country of the first of them, sign in, and agree where Sage asks."""
        self.world.library.change_access(self._person, [self.ids[place] for place in places])
        country = self.world.library.organisations[self.ids[places[0]]].country.code
        begun = await self.provider.begin_sign_in(state="the-state", redirect_uri=REDIRECT, expected=expected)
        async with fresh() as browser:
            page = await browser.get(begun.address)
            page = await self._send(browser, page, region=country)
            page = await browser.get(page.url.join(page.headers["location"]))
            page = await self._send(browser, page, person=self._person, password=SANDBOX_PASSWORD, action="sign_in")
            while not page.headers.get("location", "").startswith(REDIRECT):
                if "location" in page.headers:
                    page = await browser.get(page.url.join(page.headers["location"]), follow_redirects=False)
                else:
                    page = await self._send(browser, page, action=action)
        address = page.headers["location"]
        return SignIn(begun, dict(parse_qsl(urlsplit(address).query, keep_blank_values=True)))

    async def _send(self, browser: httpx2.AsyncClient, page: httpx2.Response, **words: str) -> httpx2.Response:
        form = Form(page.text)
        return await browser.post(page.url.join(form.action), data=form.hidden | words, follow_redirects=False)

    def kept(self, place: int, feed: Feed) -> list[str]:
        if feed == ORGANISATION:
            return [self.ids[place]]
        if feed == BANK_ACCOUNTS:  # under the id of the account of the chart
            return [str(reference(record["ledger_account"])) for record in self._records(place, feed)]
        return [str(record["id"]) for record in self._records(place, feed)]

    def _records(self, place: int, feed: Feed) -> list[Record]:
        """What Sage gives out: no deleted records, none of the system's own contacts, no inactive stock."""
        return [
            record
            for record in self.world.library.records(self.ids[place], self.lists[feed.name])
            if not record.get("deleted_at")
            and not (feed == CONTACTS and record["system"])
            and not (feed == STOCK_ITEMS and not record["active"])
        ]


def stand_in() -> tuple[StandIn, Control]:
    """The stand-in, and what can be done to it."""
    app = create_app(Config(organisations=12))
    return app, Control(app.world)
