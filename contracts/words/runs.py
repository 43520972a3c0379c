"""What a run is: its kinds, stages, results, and what can become of an organisation in it."""

from enum import StrEnum


class RunKind(StrEnum):
    """Which bulk operation; the value is also the path segment of the call that starts it."""

    ADD_CLIENTS = "add-clients"
    RECONNECT_ALL = "reconnect-all"
    REASSIGN_CLIENTS = "reassign-clients"
    CHANGE_CONNECTION = "change-connection"

    @property
    def heading(self) -> str:
        """The operation as people read it."""
        return self.value.replace("-", " ").capitalize()


class Stage(StrEnum):
    """Where a run is."""

    AWAITING_CONSENT = "awaiting_consent"
    LISTING = "listing"
    AWAITING_SELECTION = "awaiting_selection"
    AWAITING_CONFIRMATION = "awaiting_confirmation"
    CREATING = "creating"
    REPAIRING = "repairing"
    REASSIGNING = "reassigning"
    PULLING = "pulling"
    FINISHED = "finished"

    @property
    def label(self) -> str:
        """Its name for people, such as ``Waits for a choice``."""
        return _STAGES.get(self) or self.value.capitalize()

    def may_follow(self, earlier: "Stage") -> bool:
        """Whether a run at the stage ``earlier`` may enter this one.

        Stages go forward; only between listing and the choice may a run go back. A late write, such as one of an
        activity that had been given up, therefore cannot set a run back.
        """
        return _ORDER[self] >= _ORDER[earlier] and earlier is not Stage.FINISHED

    @property
    def is_listing(self) -> bool:
        """Whether a run at this stage still adds the organisations of further sign-ins to its list."""
        return self in {Stage.AWAITING_CONSENT, Stage.LISTING, Stage.AWAITING_SELECTION}


_STAGES = {
    Stage.AWAITING_CONSENT: "Waits for the sign-in",
    Stage.AWAITING_SELECTION: "Waits for a choice",
    Stage.AWAITING_CONFIRMATION: "Waits for confirmation",
}

_ORDER = {
    Stage.AWAITING_CONSENT: 0,
    Stage.LISTING: 1,
    Stage.AWAITING_SELECTION: 1,  # while it waits, further sign-ins add to the list
    Stage.CREATING: 2,
    Stage.REPAIRING: 2,
    Stage.REASSIGNING: 2,
    Stage.PULLING: 3,
    Stage.AWAITING_CONFIRMATION: 4,  # of other books, whose lists were read
    Stage.FINISHED: 5,
}


class Result(StrEnum):
    """How a run ended."""

    COMPLETED = "completed"
    COMPLETED_WITH_FAILURES = "completed_with_failures"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    FAILED = "failed"


class Verdict(StrEnum):
    """What listing found an organisation to be, before anything was created (the dry run)."""

    NEW = "new"
    ALREADY_CLIENT = "already_client"
    LOOKS_LIKE_CLIENT = "looks_like_client"
    DEMO_OR_TRIAL = "demo_or_trial"
    PRACTICES_OWN = "practices_own"
    SUBSCRIPTION_ENDED = "subscription_ended"
    OVER_ALLOWANCE = "over_allowance"


class Mark(StrEnum):
    """What an organisation is besides, by which people leave it out of a choice."""

    DEMO = "demo"
    """Invented books, to look at."""
    LEAD = "lead"
    """The login's first organisation: usually the practice's own where it reaches others."""
    ENDED = "ended"
    """Its subscription to the accounting software has ended: nothing of it can be read."""


class Action(StrEnum):
    """What is to be done with an organisation; a selection in *Add clients* may ask for the first two."""

    CREATE = "create"
    LINK = "link"
    REPAIR = "repair"
    REASSIGN = "reassign"


class Outcome(StrEnum):
    """What became of one organisation or client in a run; outcomes add up to the whole."""

    CREATED = "created"
    LINKED = "linked"
    ALREADY_CLIENT = "already_client"
    FAILED = "failed"
    RETRYING = "retrying"
    SKIPPED = "skipped"
    REPAIRED = "repaired"
    HEALTHY = "healthy"
    UNREACHABLE = "unreachable"
    REASSIGNED = "reassigned"
    CHANGED_MEANWHILE = "changed_meanwhile"

    @property
    def label(self) -> str:
        """Its name for people, such as ``Still being tried``."""
        return _OUTCOMES.get(self) or self.value.replace("_", " ").capitalize()


_OUTCOMES = {
    Outcome.SKIPPED: "Not chosen",
    Outcome.UNREACHABLE: "Not reachable",
    Outcome.RETRYING: "Still being tried",
    Outcome.REASSIGNED: "Moved",
}


class SignInState(StrEnum):
    """Whether a sign-in that a run expects for one organisation is still to do."""

    TO_DO = "to_do"
    DONE = "done"
    DROPPED = "dropped"
