"""What QuickBooks tells the app by itself: webhooks, and the browser of whoever disconnects it."""

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from emulators.quickbooks.config import SANDBOX_WEBHOOK_TOKEN
from tests.emulators.quickbooks.client import App, Tokens, refused
from tests.emulators.standing_in import Form

pytestmark = pytest.mark.thorough


DISCONNECTED = "http://127.0.0.1:5999/connect/quickbooks/disconnected"


class Receiver(HTTPServer):
    """The app's end of webhooks."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Delivered)
        self.deliveries: list[tuple[str | None, bytes]] = []

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/hooks"


class Delivered(BaseHTTPRequestHandler):
    """One delivery."""

    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.deliveries.append((self.headers["intuit-signature"], body))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Nothing is logged."""


@pytest.fixture
def receiver(app: App) -> Iterator[Receiver]:
    """Where the app receives webhooks."""
    server = Receiver()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    app.control("settings", webhook_url=server.address)
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def signed(body: bytes, token: str = SANDBOX_WEBHOOK_TOKEN) -> str:
    return base64.b64encode(hmac.digest(token.encode(), body, hashlib.sha256)).decode()


def test_one_delivery_tells_of_several_companies_and_is_signed(
    app: App, receiver: Receiver, large: Tokens, own: Tokens
) -> None:
    row = app.rows(large, "SELECT * FROM Vendor MAXRESULTS 1")[0]
    app.record(large.realm, "Vendor", id=row["Id"], fields={"DisplayName": "Renamed"})
    added = app.record(own.realm, "Account", fields={"Name": "New", "AccountType": "Bank"})
    app.record(app.realm(3), "Account", fields={"Name": "Of a company that is not connected"})
    app.record(own.realm, "TaxCode", fields={"Name": "Of which there are no webhooks"})
    told = app.control("webhooks")
    assert told["answers"] == [200]
    [(signature, body)] = receiver.deliveries
    assert signature == signed(body)
    first, second = json.loads(body)
    assert set(first) == {
        "specversion",
        "id",
        "source",
        "type",
        "datacontenttype",
        "time",
        "intuitentityid",
        "intuitaccountid",
        "data",
    }
    assert (first["type"], first["intuitentityid"], first["intuitaccountid"]) == (
        "qbo.vendor.updated.v1",
        row["Id"],
        large.realm,
    )
    assert (second["type"], second["intuitentityid"], second["intuitaccountid"]) == (
        "qbo.account.created.v1",
        added["Id"],
        own.realm,
    )
    assert first["id"] != second["id"]
    assert app.control("webhooks")["events"] == [], "each is told once"


def test_deliveries_may_be_doubled_turned_round_and_signed_wrongly(app: App, receiver: Receiver, own: Tokens) -> None:
    also = [{"organisation_id": own.realm, "entity": "Item", "id": one} for one in ("1", "2")]
    app.control("webhooks", also=also, times=2, reversed=True)
    first, second = receiver.deliveries
    assert first == second
    assert [one["intuitentityid"] for one in json.loads(first[1])] == ["2", "1"]
    app.control("webhooks", also=also, signature="wrong")
    app.control("webhooks", also=also, signature="missing")
    (wrong, body), (missing, _) = receiver.deliveries[2:]
    assert wrong not in (None, signed(body))
    assert missing is None


def test_without_an_address_there_are_no_webhooks(app: App, own: Tokens) -> None:
    answer = app.http.post("/sandbox/api/webhooks", json={})
    assert (answer.status_code, answer.json()["error"]["field"]) == (404, "webhook_url")
    app.control("settings", webhook_url="http://127.0.0.1:9/hooks")
    wrong = {"organisation_id": own.realm, "entity": "TaxCode", "id": "1"}
    assert app.http.post("/sandbox/api/webhooks", json={"also": [wrong]}).json()["error"]["field"] == "entity"
    also = [wrong | {"entity": "Item", "operation": "deleted"}]
    told = app.control("webhooks", also=also)
    assert (told["answers"], told["events"][0]["type"]) == ([0], "qbo.item.deleted.v1")


def test_who_disconnects_in_quickbooks_is_sent_on_with_the_company(app: App, own: Tokens, large: Tokens) -> None:
    app.control("settings", disconnect_url=DISCONNECTED)
    page = app.http.get("/app/connected", params={"realmId": own.realm})
    assert app.state()["people"][0]["name"] in page.text
    form = Form(page.text)
    went = app.http.post(form.action, data=form.hidden)
    assert (went.status_code, went.headers["location"]) == (303, f"{DISCONNECTED}?realmId={own.realm}")
    assert refused(app.read(own, "preferences")) == (401, "3200")
    assert app.refresh(own.refresh).json()["error"] == "invalid_grant"
    assert app.read(large, "preferences").status_code == 200


def test_without_an_address_the_page_says_that_nothing_is_connected(app: App, own: Tokens) -> None:
    app.control("settings", reconnect_url="http://127.0.0.1:5999/again")
    form = Form(app.http.get("/app/connected", params={"realmId": own.realm}).text)
    after = app.http.post(form.action, data=form.hidden)
    assert "No app is connected" in after.text
    assert f"http://127.0.0.1:5999/again?realmId={own.realm}" in after.text
    assert app.http.get("/app/connected", params={"realmId": "1"}).status_code == 404
