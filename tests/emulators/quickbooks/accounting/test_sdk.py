"""Intuit's own Python client for OAuth and the public library python-quickbooks against the sandbox."""

from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from intuitlib.client import AuthClient
from intuitlib.enums import Scopes
from intuitlib.exceptions import AuthClientError
from quickbooks import QuickBooks
from quickbooks.cdc import change_data_capture
from quickbooks.exceptions import (
    AuthorizationException,
    ObjectNotFoundException,
    QuickbooksException,
    SevereException,
    ValidationException,
)
from quickbooks.objects import (
    Account,
    CompanyInfo,
    Customer,
    Department,
    Item,
    Preferences,
    TaxAgency,
    TaxCode,
    TaxRate,
    Vendor,
)
from quickbooks.objects.companycurrency import CompanyCurrency
from quickbooks.objects.trackingclass import Class

from emulators.quickbooks import SANDBOX_CLIENT_ID, SANDBOX_CLIENT_SECRET
from emulators.quickbooks.config import SANDBOX_WEBHOOK_TOKEN
from emulators.quickbooks.control.webhooks import signature
from tests.emulators.quickbooks.client import REDIRECT_URI, App, returned

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

SCOPES = [Scopes.ACCOUNTING, Scopes.OPENID, Scopes.EMAIL, Scopes.PROFILE]


@pytest.fixture
def oauth(app: App, address: str) -> Iterator[AuthClient]:
    """Intuit's client, which finds everything by discovery."""
    found = f"{address}/.well-known/openid_sandbox_configuration/"
    with AuthClient(SANDBOX_CLIENT_ID, SANDBOX_CLIENT_SECRET, REDIRECT_URI, found) as client:
        yield client


def connected(app: App, oauth: AuthClient, realm: str) -> AuthClient:
    asked = parse_qs(urlsplit(oauth.get_authorization_url(SCOPES)).query)
    page = app.authorize(**{name: values[0] for name, values in asked.items()})
    came = returned(app.press(app.sign_in(page), "allow", realm))
    assert came["state"] == oauth.state_token
    oauth.get_bearer_token(came["code"], realm_id=came["realmId"])
    return oauth


@pytest.fixture
def company(app: App, address: str, oauth: AuthClient, monkeypatch: pytest.MonkeyPatch) -> Iterator[QuickBooks]:
    """The library, in front of the company with very many contacts."""
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    monkeypatch.setattr(QuickBooks, "api_url_v3", f"{address}/v3")
    client = connected(app, oauth, app.realm(7))
    company = QuickBooks(auth_client=client, company_id=client.realm_id, minorversion=75)
    yield company
    company.session.close()


def test_intuits_client_signs_in_refreshes_and_revokes(app: App, oauth: AuthClient) -> None:
    client = connected(app, oauth, app.realm(4))
    assert client.id_token, "which it checks against the keys"
    assert client.x_refresh_token_expires_in == 8_726_400
    told = client.get_user_info().json()
    assert (told["sub"], told["emailVerified"]) == (app.state()["people"][0]["id"], True)
    first = client.refresh_token
    client.refresh()
    assert client.refresh_token == first
    app.advance(86_400)
    client.refresh()
    assert client.refresh_token != first
    with pytest.raises(AuthClientError) as refused:
        client.refresh(first)
    assert (refused.value.status_code, refused.value.intuit_tid is not None) == (400, True)
    assert client.revoke()
    with pytest.raises(AuthClientError) as again:
        client.revoke()
    assert again.value.status_code == 400


def test_the_library_reads_every_list(app: App, company: QuickBooks) -> None:
    info = CompanyInfo.get(1, qb=company)
    assert (info.CompanyName, info.Id) == (app.companies[7]["name"], "1")
    assert Preferences.get(qb=company).CurrencyPrefs.HomeCurrency.value == "GBP"
    for kind in (Account, Class, Department, Item, Vendor, Customer, TaxCode, TaxRate):
        rows = kind.where("Active IN (true, false)", max_results=1000, qb=company)
        assert rows
        assert len(rows) == min(kind.count("Active IN (true, false)", qb=company), 1000)
        assert all(row.Id for row in rows)
    assert TaxAgency.all(qb=company)[0].TaxRegistrationNumber == app.companies[7]["tax_number"]
    assert len(Vendor.all(qb=company)) == 100
    rest = Vendor.where(start_position=1001, max_results=1000, qb=company)
    assert len(rest) == Vendor.count(qb=company) - 1000
    named = Vendor.filter(DisplayName=rest[0].DisplayName, qb=company)
    assert [row.Id for row in named] == [rest[0].Id] == [Vendor.get(rest[0].Id, qb=company).Id]


def test_the_library_reads_changes(app: App, company: QuickBooks) -> None:
    row = Vendor.all(qb=company)[0]
    since = datetime.fromtimestamp(app.state()["clock"]["now"] - 60, UTC).isoformat()
    app.record(company.company_id, "Vendor", id=row.Id, fields={"DisplayName": "Renamed"})
    told = change_data_capture([Vendor, Account], since, qb=company)
    assert [one.DisplayName for one in told.Vendor] == ["Renamed"]
    assert not hasattr(told, "Account")


def test_the_library_understands_refusals(app: App, company: QuickBooks) -> None:
    with pytest.raises(ValidationException) as unparsed:
        company.query("SELECT * FROM Account ORDER BY Name")
    assert unparsed.value.error_code == 4000
    with pytest.raises(ObjectNotFoundException):
        Vendor.get("999999", qb=company)
    app.fault("fault_in_200", times=1)
    with pytest.raises(SevereException):
        Vendor.all(qb=company)
    app.fault("not_on_plan", times=1)
    with pytest.raises(QuickbooksException) as missing:
        CompanyCurrency.all(qb=company)
    assert missing.value.error_code == 5030
    app.fault("access_expired")
    with pytest.raises(AuthorizationException):
        Vendor.all(qb=company)


def test_the_library_accepts_a_webhook(company: QuickBooks) -> None:
    body = '[{"specversion": "1.0"}]'
    good = signature(body.encode(), SANDBOX_WEBHOOK_TOKEN)
    assert company.validate_webhook_signature(body, good, SANDBOX_WEBHOOK_TOKEN)
    assert not company.validate_webhook_signature(f"{body} ", good, SANDBOX_WEBHOOK_TOKEN)
