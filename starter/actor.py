"""Who is asking: every operation is scoped by the actor's practice."""

from dataclasses import dataclass
from datetime import tzinfo
from uuid import UUID
from zoneinfo import ZoneInfo

from contracts.runs import Role


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
    """

    colleague_id: UUID
    colleague_name: str
    role: Role
    practice_id: UUID
    practice_name: str
    practice_slug: str
    time_zone_name: str

    @property
    def time_zone(self) -> tzinfo:
        """The practice's time zone."""
        return ZoneInfo(self.time_zone_name)
