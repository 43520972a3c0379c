"""The registry of subjects: what holds a new provider to the contract is one entry here and its module beside it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from emulators.kit.app import StandIn
from emulators.kit.control.control import Control
from tests.contract import quickbooks, sage, xero
from tests.contract.subject import Subject


@dataclass(frozen=True, slots=True)
class Entry:
    """How a provider gets here.

    Attributes:
        stand_in: Makes its stand-in, and what can be done to it.
        subject: Its client in front of that, given the address at which it is served.
    """

    stand_in: Callable[[], tuple[StandIn, Control]]
    subject: Callable[[Control, str], Subject]


SUBJECTS: Mapping[str, Entry] = {
    "quickbooks": Entry(quickbooks.stand_in, quickbooks.QuickBooksSubject),
    "sage": Entry(sage.stand_in, sage.SageSubject),
    "xero": Entry(xero.stand_in, xero.XeroSubject),
}
"""By the provider's name."""
