"""The one place that says whether somebody may add clients, whichever way they come.

By hand, by an import, out of an *Add clients* run, or back from the archive: all ask here, in the transaction that adds
them. Tokens and commands act as their person.
"""

from collections.abc import Sequence

from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.words.refusals import RefusalCode, Refused
from models.practices.reads import may_add_clients, names_of_admins
from rules.clients.adding import why_not_add
from starter.actor import Actor


async def why_not(session: AsyncSession, actor: Actor) -> str | None:
    """Why the actor may not add clients, and who can allow it; None where they may."""
    may_add = await may_add_clients(session, actor.colleague_id)
    admins: Sequence[str] = () if may_add else await names_of_admins(session, actor.practice_id)
    return why_not_add(may_add=may_add, admins=admins)


async def check_may_add(session: AsyncSession, actor: Actor) -> None:
    """Check that the actor may add clients.

    Raises:
        Refused: ``FORBIDDEN``, with who can allow it.
    """
    if (reason := await why_not(session, actor)) is not None:
        raise Refused(RefusalCode.FORBIDDEN, reason)
