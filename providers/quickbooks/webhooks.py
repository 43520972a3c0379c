"""Intuit's webhooks: which lists of which companies have changed. Pure.

Source: Intuit's pages on webhooks, and its notice of November 2025 on their form: an array of CloudEvents, of several
companies, signed over the raw body with the app's verifier token. They tell ids only, and neither of a disconnect nor
of a subscription.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

import orjson

from contracts.words.lists import PROFILE, ListName, Lists
from providers.port.webhook import ToldChange, UnusableDelivery

MOST_EVENTS: Final = 2_000
"""Of one delivery; what is beyond is left out, since polling finds it."""

LONGEST_ID: Final = 100

_LISTS: Final[Mapping[str, Lists]] = {
    "preferences": PROFILE,
    "account": (ListName.ACCOUNTS, ListName.BANK_ACCOUNTS),
    "taxagency": (ListName.TAX_RATES,),
    "class": (ListName.TRACKING_CATEGORIES,),
    "department": (ListName.TRACKING_CATEGORIES,),
    "item": (ListName.ITEMS,),
    "vendor": (ListName.SUPPLIERS,),
    "customer": (ListName.CUSTOMERS,),
    "currency": (ListName.CURRENCIES,),
}
"""By Intuit's word in an event's type. All other events, such as those of invoices, are about nothing that we read."""


class QuickBooksWebhook:
    """See ``Webhook``.

    Args:
        verifier_token: The app's; None where none is set, so that nothing is taken.
    """

    header = "intuit-signature"

    def __init__(self, verifier_token: str | None) -> None:
        self._token = verifier_token

    def changes(self, body: bytes, signature: str | None) -> Sequence[ToldChange]:
        """See ``Webhook.changes``."""
        self._verify(body, signature)
        try:
            told = orjson.loads(body)
        except orjson.JSONDecodeError:
            raise UnusableDelivery("the body is no JSON") from None
        if not isinstance(told, list):
            raise UnusableDelivery("the body is no array of events")
        found = (_change(one) for one in told[:MOST_EVENTS])
        return [one for one in found if one is not None]

    def _verify(self, body: bytes, signature: str | None) -> None:
        if not self._token:
            raise UnusableDelivery("no verifier token is set")
        expected = hmac.new(self._token.encode(), body, hashlib.sha256).digest()
        try:
            given = base64.b64decode(signature or "", validate=True)
        except (binascii.Error, ValueError):
            raise UnusableDelivery("the signature cannot be read") from None
        if not hmac.compare_digest(given, expected):
            raise UnusableDelivery("the signature is not that of this body")


def _change(event: object) -> ToldChange | None:
    """What one event tells; None where it is of no use, such as one of a later form."""
    if not isinstance(event, dict):
        return None
    identity, realm, kind, moment = (event.get(name) for name in ("id", "intuitaccountid", "type", "time"))
    if not (isinstance(identity, str) and isinstance(realm, str) and isinstance(kind, str) and isinstance(moment, str)):
        return None
    words = kind.split(".")
    lists = _LISTS.get(words[1].lower()) if len(words) >= 3 and words[0] == "qbo" else None
    at = _moment(moment)
    if lists is None or at is None or not _is_id(identity) or not (realm.isascii() and realm.isdigit()):
        return None
    return ToldChange(identity, realm, at, lists) if len(realm) <= LONGEST_ID else None


def _is_id(identity: str) -> bool:
    return 0 < len(identity) <= LONGEST_ID and identity.isprintable()


def _moment(written: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(written)
        return None if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
