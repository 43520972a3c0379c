"""What a provider tells us by itself: requests to an address of ours, signed with a secret that both know."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from contracts.words.lists import Lists


class UnusableDelivery(Exception):
    """A request that is not signed as it has to be, or that is no delivery; nothing of it is used."""


@dataclass(frozen=True, slots=True)
class ToldChange:
    """A change that a provider told of.

    Attributes:
        event_id: The provider's id of the event; the same one may be delivered several times.
        organisation_id: The provider's id of the organisation.
        at: When it happened (aware, UTC); a later event may be delivered before it.
        lists: The lists that it may concern.
    """

    event_id: str
    organisation_id: str
    at: datetime
    lists: Lists


class Webhook(Protocol):
    """Reads deliveries of one provider."""

    header: str
    """The header that holds the signature."""

    def changes(self, body: bytes, signature: str | None) -> Sequence[ToldChange]:
        """The changes of a delivery; of several organisations, and also of some that nobody here knows.

        Args:
            body: The request's body, byte for byte.
            signature: What its header says.

        Raises:
            UnusableDelivery: The signature is missing or wrong, or the body is no delivery.
        """
        ...
