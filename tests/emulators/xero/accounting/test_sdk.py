"""Xero's own Python SDK against the sandbox: every read, refresh, revoke and disconnect."""

from collections.abc import Iterator

import pytest
from xero_python.accounting import AccountingApi
from xero_python.api_client import ApiClient
from xero_python.api_client.configuration import Configuration
from xero_python.api_client.oauth2 import OAuth2Token, TokenApi
from xero_python.exceptions import AccountingBadRequestException, HTTPStatusException
from xero_python.identity import IdentityApi

from emulators.xero import SANDBOX_CLIENT_ID, SANDBOX_CLIENT_SECRET
from emulators.xero.records.practice import MANY_CONTACTS_INDEX
from tests.emulators.xero.client import App, Tokens


class Kept:
    """Where the SDK keeps its token."""

    def __init__(self, tokens: Tokens) -> None:
        self.token: dict[str, object] = dict(tokens.body) | {"scope": tokens.body["scope"].split()}

    def load(self) -> dict[str, object]:
        return self.token

    def save(self, token: dict[str, object]) -> None:
        self.token = token


@pytest.fixture
def kept(tokens: Tokens) -> Kept:
    return Kept(tokens)


@pytest.fixture
def sdk(address: str, kept: Kept, monkeypatch: pytest.MonkeyPatch) -> Iterator[ApiClient]:
    """The SDK, pointed at the sandbox."""
    monkeypatch.setattr(TokenApi, "refresh_token_url", f"{address}/connect/token")
    monkeypatch.setattr(TokenApi, "client_credentials_token_url", f"{address}/connect/token")
    monkeypatch.setattr(TokenApi, "revoke_token_url", f"{address}/connect/revocation")
    token = OAuth2Token(client_id=SANDBOX_CLIENT_ID, client_secret=SANDBOX_CLIENT_SECRET)
    client = ApiClient(Configuration(oauth2_token=token))
    client.oauth2_token_getter(kept.load)
    client.oauth2_token_saver(kept.save)
    yield client
    client.rest_client.pool_manager.clear()


@pytest.fixture
def accounting(address: str, sdk: ApiClient) -> AccountingApi:
    return AccountingApi(sdk, base_url=f"{address}/api.xro/2.0")


@pytest.fixture
def identity(address: str, sdk: ApiClient) -> IdentityApi:
    return IdentityApi(sdk, base_url=address)


def test_it_lists_and_disconnects(app: App, identity: IdentityApi, tokens: Tokens) -> None:
    rows = identity.get_connections()
    assert [row.tenant_id for row in rows] == app.tenants(tokens)
    assert rows[0].created_date_utc is not None
    mine = identity.get_connections(auth_event_id=rows[0].auth_event_id)
    assert len(mine) == len(rows)
    identity.delete_connection(id=rows[0].id)
    assert len(identity.get_connections()) == len(rows) - 1


def test_it_reads_every_list(app: App, accounting: AccountingApi) -> None:
    for organisation in app.state()["organisations"][:12]:
        tenant = str(organisation["organisation_id"])
        profile = accounting.get_organisations(tenant).organisations[0]
        assert (profile.organisation_id, profile.name) == (tenant, organisation["name"])
        assert profile.is_demo_company is organisation["is_demo"]
        assert accounting.get_accounts(tenant).accounts[0].account_id
        assert accounting.get_tax_rates(tenant).tax_rates[0].tax_components[0].name
        assert accounting.get_currencies(tenant).currencies[0].code
        assert len(accounting.get_tracking_categories(tenant).tracking_categories) <= 2
        assert len(accounting.get_items(tenant).items) == organisation["items"]
        assert accounting.get_users(tenant).users
        assert accounting.get_branding_themes(tenant).branding_themes
        assert accounting.get_contact_groups(tenant).contact_groups is not None
        contacts = accounting.get_contacts(tenant, page=1, page_size=1000, include_archived=True)
        assert contacts.pagination.item_count == organisation["contacts"]


def test_it_pages_through_contacts(app: App, accounting: AccountingApi) -> None:
    tenant = str(app.state()["organisations"][MANY_CONTACTS_INDEX]["organisation_id"])
    pages = [
        accounting.get_contacts(tenant, page=page, page_size=1000, include_archived=True).contacts for page in (1, 2, 3)
    ]
    assert len({row.contact_id for page in pages for row in page}) == 3000
    found = accounting.get_contacts(tenant, where='IsSupplier==true AND ContactStatus=="ACTIVE"', page=1)
    assert all(row.is_supplier for row in found.contacts)
    single = accounting.get_contact(tenant, found.contacts[0].contact_id).contacts[0]
    assert single.name == found.contacts[0].name


def test_it_gets_the_decimals_that_it_asks_for(app: App, accounting: AccountingApi, tenant: str) -> None:
    fields = {"Code": "KWH", "PurchaseDetails": {"UnitPrice": 0.0049}}
    app.control(f"organisations/{tenant}/records", list="Items", fields={"ItemID": tenant, **fields})
    for unit_dp, price in ((4, 0.0049), (2, 0.0)):
        listed = next(row for row in accounting.get_items(tenant, unitdp=unit_dp).items if row.code == "KWH")
        single = accounting.get_item(tenant, tenant, unitdp=unit_dp).items[0]
        assert [float(row.purchase_details.unit_price) for row in (listed, single)] == [price, price]


def test_it_gets_what_is_archived_when_it_asks(app: App, accounting: AccountingApi, tenant: str) -> None:
    options = [{"TrackingOptionID": tenant, "Name": "East", "Status": "ARCHIVED"}]
    fields = {"Name": "Region", "Status": "ACTIVE", "Options": options}
    app.control(f"organisations/{tenant}/records", list="TrackingCategories", fields=fields)
    for asked, names in ((True, ["East"]), (False, [])):
        found = accounting.get_tracking_categories(tenant, include_archived=asked).tracking_categories
        region = next(row for row in found if row.name == "Region")
        assert [option.name for option in region.options] == names


def test_it_refreshes(sdk: ApiClient, kept: Kept, accounting: AccountingApi, tenant: str) -> None:
    before = dict(kept.token)
    assert sdk.refresh_oauth2_token()["refresh_token"] == kept.token["refresh_token"] != before["refresh_token"]
    assert accounting.get_currencies(tenant).currencies


def test_it_revokes(app: App, sdk: ApiClient, tokens: Tokens) -> None:
    assert sdk.revoke_oauth2_token()
    assert app.refresh(tokens.refresh).json() == {"error": "invalid_grant"}
    assert app.state()["connections"] == []


def test_it_understands_refusals(app: App, accounting: AccountingApi, tenant: str) -> None:
    with pytest.raises(AccountingBadRequestException) as bad:
        accounting.get_accounts(tenant, where="Type===")
    assert bad.value.status == 400
    app.control("faults", kind="rate_limited", organisation_id=tenant, problem="concurrent")
    with pytest.raises(HTTPStatusException) as limited:
        accounting.get_accounts(tenant)
    assert limited.value.status == 429
