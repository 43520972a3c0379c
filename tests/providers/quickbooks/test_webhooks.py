"""Which deliveries are taken, and what is read in them."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from contracts.words.lists import ListName
from providers.port.webhook import ToldChange, UnusableDelivery
from providers.quickbooks.webhooks import MOST_EVENTS, QuickBooksWebhook

TOKEN = "a verifier token"
EVENT: dict[str, Any] = {
    "specversion": "1.0",
    "id": "e-1",
    "source": "intuit",
    "type": "qbo.vendor.updated.v1",
    "time": "2026-11-29T10:00:00.000-08:00",
    "intuitentityid": "33",
    "intuitaccountid": "9341453123456789012",
    "data": {},
}


def signed(body: bytes, token: str = TOKEN) -> str:
    return base64.b64encode(hmac.new(token.encode(), body, hashlib.sha256).digest()).decode()


def read(told: object) -> list[ToldChange]:
    body = json.dumps(told).encode()
    return list(QuickBooksWebhook(TOKEN).changes(body, signed(body)))


def test_what_an_event_tells():
    at = datetime(2026, 11, 29, 18, tzinfo=UTC)
    assert read([EVENT]) == [ToldChange("e-1", "9341453123456789012", at, (ListName.SUPPLIERS,))]


@pytest.mark.parametrize(
    "change",
    [
        {"type": "qbo.invoice.created.v1"},
        {"type": "qbo.vendor"},
        {"type": "vendor.updated.v1.x"},
        {"type": None},
        {"id": ""},
        {"id": 7},
        {"id": "x" * 101},
        {"id": "a\x00b"},
        {"time": "yesterday"},
        {"time": "2026-11-29T10:00:00"},
        {"intuitaccountid": "12/../34"},
        {"intuitaccountid": "9" * 101},
        {"intuitaccountid": 9341453123456789012},
    ],
)
def test_what_is_of_no_use_is_left_out_and_the_rest_taken(change: dict[str, Any]):
    assert [one.event_id for one in read([EVENT | change, "no event", EVENT | {"id": "e-2"}])] == ["e-2"]


def test_what_is_beyond_the_most_is_left_to_polling():
    assert len(read([EVENT | {"id": f"e-{number}"} for number in range(MOST_EVENTS + 5)])) == MOST_EVENTS


BODY = json.dumps([EVENT]).encode()


@pytest.mark.parametrize(
    ("token", "body", "signature"),
    [
        (TOKEN, BODY, None),
        (TOKEN, BODY, ""),
        (TOKEN, BODY, "no base64 \N{SNOWMAN}"),
        (TOKEN, BODY, signed(BODY, "another token")),
        (TOKEN, BODY + b" ", signed(BODY)),
        (None, BODY, signed(BODY, "")),
        ("", BODY, signed(BODY, "")),
        (TOKEN, b"{", signed(b"{")),
        (TOKEN, b"{}", signed(b"{}")),
    ],
)
def test_what_is_not_signed_or_no_delivery_is_refused(token: str | None, body: bytes, signature: str | None):
    with pytest.raises(UnusableDelivery):
        QuickBooksWebhook(token).changes(body, signature)
