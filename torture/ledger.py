"""What the run itself knows: what was done to the product, and what the product promised to people.

Plain data, handed to the checker in the end.
"""

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from torture.chaos import Act, Blow


@dataclass(frozen=True, slots=True)
class Dealt:
    """A blow that was dealt, with moments in seconds since the epoch."""

    blow: Blow
    began: float
    ended: float
    about: str | None = None


@dataclass(frozen=True, slots=True)
class Chosen:
    """A choice that was answered as accepted: what was chosen in a run."""

    run_id: str
    organisations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Taken:
    """A mail that the mail server took.

    Attributes:
        mail_id: The part of its Message-ID that is ours.
        address: Where it goes.
        at: When it came, in seconds since the epoch.
        is_answered: Whether the server said that it took it.
    """

    mail_id: str
    address: str
    at: float
    is_answered: bool


@dataclass(slots=True)
class Ledger:
    """All that is known from outside.

    Attributes:
        dealt: Blows, in the order of their ends.
        revoked: When somebody's logins were ended at the platform, by person.
        lost_consents: When a sign-in went through at the platform and was not answered with success here, by person:
            its token set may have taken the place of the one that we have.
        chosen: Accepted choices.
        keys: Runs by colleague and idempotency key.
        cancelled: Runs whose stopping was accepted.
        disconnected: When a client's disconnecting was accepted, by client.
        wrong_answers: Answers that no caller should get, each with what was asked.
        asked: How many calls were answered with which status, and how many not at all (0).
        journeys: How many of each kind were begun.
        mails: What the mail server took, in its order.
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
        """Write down a blow that is over."""
        self.dealt.append(Dealt(blow, began, time.time(), about))

    def started(self, colleague: str, key: str, run_id: str) -> None:
        """Write down which run a key gave."""
        self.keys.setdefault((colleague, key), set()).add(run_id)

    def met(self, *kinds: str) -> set[str]:
        """Organisations (and ``*`` for all of them) about which the platform was told to go wrong so."""
        return {
            one.about or "*" for one in self.dealt if one.blow.act is Act.FAULT and one.blow.words.get("kind") in kinds
        }

    def acts(self) -> Counter[str]:
        """How many blows of each kind, with whom they hit."""
        return Counter(
            str(one.blow.words["kind"])
            if one.blow.act is Act.FAULT
            else f"{one.blow.act.value} {one.blow.target.value}"
            for one in self.dealt
        )
