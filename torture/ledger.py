"""What the run itself knows: what was done to the product, and what the product promised to people.

It is plain data for the checker.
"""

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from torture.faults.chaos import Act, Blow


@dataclass(frozen=True, slots=True)
class Dealt:
    """A blow that was carried out; moments are in seconds since the epoch."""

    blow: Blow
    began: float
    ended: float
    about: str | None = None


@dataclass(frozen=True, slots=True)
class Chosen:
    """A choice in a run that the product answered as accepted."""

    run_id: str
    organisations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Taken:
    """A mail that the mail server took.

    Attributes:
        mail_id: The part of its Message-ID that is ours.
        address: The recipient.
        at: When it came, in seconds since the epoch.
        is_answered: Whether the sender got the answer that it was taken.
    """

    mail_id: str
    address: str
    at: float
    is_answered: bool


@dataclass(slots=True)
class Ledger:
    """What is known from outside of the product.

    Attributes:
        dealt: Blows, in the order in which they were over.
        revoked: When somebody's logins were ended at the stand-in, by person.
        lost_consents: When a sign-in succeeded at the stand-in and the product did not answer with success, by person:
            its token set may have replaced the one that the product has.
        chosen: Accepted choices.
        keys: Runs by colleague and idempotency key.
        cancelled: Runs that the product promised to cancel.
        disconnected: When the product promised to disconnect a client, by client.
        wrong_answers: Answers that no caller should get, each with its call.
        asked: How many calls got which status; 0 stands for no answer.
        journeys: How many journeys of each kind were begun.
        mails: What the mail server took, in order.
    """

    dealt: list[Dealt] = field(default_factory=list)
    revoked: dict[str, list[float]] = field(default_factory=dict)
    lost_consents: dict[str, list[float]] = field(default_factory=dict)
    chosen: list[Chosen] = field(default_factory=list)
    keys: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    cancelled: set[str] = field(default_factory=set)
    disconnected: dict[str, float] = field(default_factory=dict)
    wrong_answers: list[str] = field(default_factory=list)
    asked: Counter[int] = field(default_factory=Counter)
    journeys: Counter[str] = field(default_factory=Counter)
    mails: Sequence[Taken] = ()

    def note(self, blow: Blow, began: float, about: str | None) -> None:
        """Record a blow that is over."""
        self.dealt.append(Dealt(blow, began, time.time(), about))

    def started(self, colleague: str, key: str, run_id: str) -> None:
        """Record which run an idempotency key gave."""
        self.keys.setdefault((colleague, key), set()).add(run_id)

    def met(self, *kinds: str) -> set[str]:
        """Ids of organisations that had one of these faults; ``*`` stands for all organisations."""
        return {
            one.about or "*" for one in self.dealt if one.blow.act is Act.FAULT and one.blow.words.get("kind") in kinds
        }

    def acts(self) -> Counter[str]:
        """How many blows of each kind there were, by target."""
        return Counter(
            str(one.blow.words["kind"])
            if one.blow.act is Act.FAULT
            else f"{one.blow.act.value} {one.blow.target.value}"
            for one in self.dealt
        )
