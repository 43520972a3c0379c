"""A run about one client, as that client's pages show it: what happened, and what to do next. Pure."""

from dataclasses import dataclass

from contracts.words.runs import Outcome, Result, RunKind, Stage
from starter.answers.views import ListedOrganisation, Run

_GOOD = frozenset({Outcome.REPAIRED, Outcome.HEALTHY})


@dataclass(frozen=True, slots=True)
class OneRun:
    """A reconnect of one client, or a change of its books.

    Attributes:
        run: The run.
        who: The colleague who started it.
        row: Reconnect: the run's row of the client's own organisation, once there is one.
    """

    run: Run
    who: str
    row: ListedOrganisation | None

    @property
    def is_change(self) -> bool:
        """Whether it changes the client's books."""
        return self.run.kind is RunKind.CHANGE_CONNECTION

    @property
    def is_over(self) -> bool:
        """Whether it has ended."""
        return self.run.stage is Stage.FINISHED

    @property
    def awaits_sign_in(self) -> bool:
        """Whether nobody has signed in yet."""
        return self.run.stage is Stage.AWAITING_CONSENT

    @property
    def tone(self) -> str:
        """The look of the note about it."""
        if not self.is_over:
            return "warn" if self.awaits_sign_in and self.run.message else "info"
        if self.row is not None and self.row.outcome is not None:
            if self.row.outcome in _GOOD:
                return "good"
            return "info" if self.row.outcome in {Outcome.RETRYING, Outcome.SKIPPED} else "bad"
        return {Result.COMPLETED: "good", Result.FAILED: "bad"}.get(self.run.result or Result.CANCELLED, "warn")

    @property
    def heading(self) -> str:
        """The note's heading, of a word or two."""
        if self.is_change:
            return "Changed" if self.run.result is Result.COMPLETED else "Not changed" if self.is_over else "Changing"
        if not self.is_over:
            return "Waiting for your sign-in" if self.awaits_sign_in else "Reconnecting"
        if self.row is not None and self.row.outcome in _GOOD:
            return "Reconnected"
        if self.row is not None and self.row.outcome is Outcome.RETRYING:
            return "Reconnecting"
        return "Not reconnected"

    @property
    def sentence(self) -> str:
        """What has happened, or is happening."""
        row = self.row
        if not self.is_over:
            if self.awaits_sign_in:
                return self.run.message or "Sign in with a login that can open this client's own organisation."
            return "You are signed in. The organisation is being read with this login."
        if row is None or row.outcome is None:
            return self.run.message or ""
        if row.outcome is Outcome.REPAIRED:
            return f"{row.name} is read with this login now, and its lists are up to date."
        if row.outcome is Outcome.HEALTHY:
            return row.message or f"{row.name} works already; there was nothing to repair."
        return row.message or (row.cause.sentence if row.cause else self.run.message or "")

    @property
    def next_step(self) -> str:
        """What the person can do; empty when there is nothing to do."""
        if self.is_over and self.row is not None and self.row.cause is not None and self.row.outcome not in _GOOD:
            return self.row.next_step or ""
        return ""
