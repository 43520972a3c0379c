"""The colleague who asks for an operation; every operation is limited to the actor's practice."""

from dataclasses import dataclass
from datetime import datetime, tzinfo
from uuid import UUID
from zoneinfo import ZoneInfo

from contracts.words.access import EVERYTHING, Scope, listed
from contracts.words.practices import Role
from contracts.words.refusals import RefusalCode, Refused


@dataclass(frozen=True, slots=True)
class Actor:
    """A colleague of a practice, as operations take it.

    Attributes:
        colleague_id: The colleague.
        colleague_name: For people.
        role: What they may do.
        practice_id: The practice; what belongs to another one does not exist for the actor.
        practice_name: For people.
        practice_slug: For ids.
        time_zone_name: The practice's, such as ``Europe/London``.
        session_id: The browser's session in which they act; None for programs and commands, which have no browser.
        scopes: What the token may be used for; everything for people without a token.
        token_ends_at: When the token ends; None without one.
        may_add_clients: Whether pages offer it; ``starter.people.may_add_clients`` decides when it is done.
    """

    colleague_id: UUID
    colleague_name: str
    role: Role
    practice_id: UUID
    practice_name: str
    practice_slug: str
    time_zone_name: str
    session_id: UUID | None = None
    scopes: frozenset[Scope] = EVERYTHING
    token_ends_at: datetime | None = None
    may_add_clients: bool = True

    @property
    def time_zone(self) -> tzinfo:
        """The practice's time zone."""
        return ZoneInfo(self.time_zone_name)

    def check(self, *any_of: Scope) -> None:
        """Check that the actor's token has one of these scopes.

        Raises:
            Refused: ``FORBIDDEN``.
        """
        if self.scopes.isdisjoint(any_of):
            needed = " or ".join(scope.value for scope in any_of)
            has = listed(self.scopes) or "none"
            raise Refused(RefusalCode.FORBIDDEN, f"This takes a token with the scope {needed}; this one has: {has}.")
