"""The statuses of logins and connections, and the values that a connection's settings can have."""

from datetime import timedelta
from enum import StrEnum
from typing import Final

UNDO_WITHIN: Final = timedelta(days=30)
"""How long a change of books can be undone; as long nobody else can have the organisation that was left."""


class GrantStatus(StrEnum):
    """Whether a grant's token set still works."""

    ACTIVE = "active"
    SIGNED_OUT = "signed_out"


class ConnectionStatus(StrEnum):
    """Whether a client's connection works; a transient cause alone leaves it ``connected``.

    ``needs_reconnect`` is only what a new sign-in repairs; what needs somebody else, such as a client whose
    subscription has ended, is ``needs_client``.
    """

    CONNECTED = "connected"
    NEEDS_RECONNECT = "needs_reconnect"
    NEEDS_CLIENT = "needs_client"
    DISCONNECTING = "disconnecting"
    DISCONNECTED = "disconnected"

    @property
    def label(self) -> str:
        """Its name for people, such as ``Needs reconnect``."""
        return self.value.replace("_", " ").capitalize()

    @property
    def is_leaving(self) -> bool:
        """Whether somebody has ended the connection or is ending it: no list is read for it any more."""
        return self in LEAVING


LEAVING = frozenset({ConnectionStatus.DISCONNECTING, ConnectionStatus.DISCONNECTED})
LIVING = tuple(status for status in ConnectionStatus if status not in LEAVING)
"""Of connections that calls are made for."""


class Removal(StrEnum):
    """What becomes of a connection at its provider when its client is disconnected."""

    REMOVED = "removed"
    """It is removed there; others of its login go on."""
    SHARED = "shared"
    """It stays there: somebody else uses the same one."""
    KEPT = "kept"
    """It stays there for now: the provider ends the connections of a login together, with its last client."""
    WITH_LOGIN = "with_login"
    """Its login is ended there, since it is the last one of a login whose connections the provider ends together."""


class ContactsChoice(StrEnum):
    """Which contacts a client's lists hold."""

    BOTH = "both"
    SUPPLIERS = "suppliers"


class CostsDestination(StrEnum):
    """Where costs are published by default."""

    BILLS = "bills"
    SPEND_MONEY = "spend_money"


class SalesDestination(StrEnum):
    """Where sales are published by default."""

    INVOICES = "invoices"
    RECEIVE_MONEY = "receive_money"


class PublishStatus(StrEnum):
    """The status that documents are published with by default."""

    DRAFT = "draft"
    AWAITING_APPROVAL = "awaiting_approval"
    AWAITING_PAYMENT = "awaiting_payment"
