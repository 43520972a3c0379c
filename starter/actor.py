"""Who is asking: every operation is scoped by the actor's practice."""

from dataclasses import dataclass
from datetime import datetime, tzinfo
from uuid import UUID
from zoneinfo import ZoneInfo

from contracts.words.access import EVERYTHING, Scope, listed
from contracts.words.practices import Role
from contracts.words.refusals import RefusalCode, Refused


@dataclass(frozen=True, slots=True)
class Actor:
    """A colleague at work, in their practice.

    Attributes:
        colleague_id: Who.
        colleague_name: For people.
        role: What they may do.
        practice_id: What they may see; everything else does not exist for them.
        practice_name: For people.
        practice_slug: For ids.
        time_zone_name: The practice's, such as ``Europe/London``.
        session_id: The browser's session in which they act; None for programs and commands, which have no browser.
        scopes: What the token that they came with may be used for; everything for people themselves.
        token_ends_at: When that token ends; None without one.
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

    @property
    def time_zone(self) -> tzinfo:
        """The practice's time zone."""
        return ZoneInfo(self.time_zone_name)

    def check(self, *any_of: Scope) -> None:
        """Let through whose token has one of these scopes.

        Raises:
            Refused: ``FORBIDDEN``.
        """
        if self.scopes.isdisjoint(any_of):
            needed = " or ".join(scope.value for scope in any_of)
            has = listed(self.scopes) or "none"
            raise Refused(RefusalCode.FORBIDDEN, f"This takes a token with the scope {needed}; this one has: {has}.")
