"""The inputs and results of listing: what a sign-in reaches, the profiles of it, and what each organisation is."""

from uuid import UUID

from contracts.payload import Payload
from contracts.words.runs import Verdict


class ListOrganisationsInput(Payload):
    """Ask the provider which organisations a consent reaches, and add them to the run's list."""

    run_id: str
    consent_id: UUID
    grant_id: UUID


class ListedOrganisations(Payload):
    """How far the run's list goes now: positions ``first`` (inclusive) to ``end`` (exclusive) are new to it.

    ``allowed`` are ids of what this sign-in allowed, where the run expects organisations by name; else it is empty.
    """

    first: int
    end: int
    allowed: tuple[str, ...] = ()


class ReadProfilesInput(Payload):
    """Read the profiles of the run's organisations at positions ``first`` to ``end`` (exclusive)."""

    run_id: str
    first: int
    end: int


class ReadProfilesResult(Payload):
    """How many profiles were read, not needed, or could not be read; a missing one does not stop the listing."""

    read: int
    not_needed: int
    unreadable: int


class JudgeOrganisationsInput(Payload):
    """Give every organisation of the run its verdict, and open the selection.

    Attributes:
        run_id: The run.
        consent_id: The sign-in that has just been listed; None in a history of before.
        allowed: Ids of what it allowed, where the run expects organisations by name.
    """

    run_id: str
    consent_id: UUID | None = None
    allowed: tuple[str, ...] = ()


class JudgedOrganisations(Payload):
    """How many organisations of the run got which verdict; nothing has been created yet.

    ``message`` says which of the organisations that the run expects came; None where it expects none by name.
    """

    verdicts: dict[Verdict, int]
    message: str | None = None

    @property
    def total(self) -> int:
        """All organisations of the run."""
        return sum(self.verdicts.values())
