"""The country that is chosen before a sign-in leaves, where the accounting software has several."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.words.refusals import Choice, RefusalCode, Refused
from models.grants import regions
from providers.port.capabilities import Region
from providers.port.provider import Provider
from rules.runs.sign_in_region import region_of, said_region


@dataclass(frozen=True, slots=True)
class RegionChoice:
    """What to ask before a sign-in.

    Attributes:
        regions: The countries to choose from.
        usual: The code of the one that is meant unless another is chosen; None where nothing is known.
    """

    regions: Sequence[Region]
    usual: str | None


async def choice_of(
    session: AsyncSession, provider: Provider, practice_id: UUID, client_id: UUID | None = None
) -> RegionChoice | None:
    """What to ask before a sign-in.

    Args:
        session: Any session.
        provider: The accounting software.
        practice_id: Whose sign-in.
        client_id: The client that it is for, where it is for one.

    Returns:
        The choice; None where there is nothing to choose.
    """
    offered = provider.capabilities.regions
    if not offered:
        return None
    of_client = await regions.of_client(session, practice_id, client_id) if client_id else None
    remembered = await regions.remembered(session, practice_id, provider.name)
    return RegionChoice(offered, region_of([one.code for one in offered], of_client, remembered))


def checked(provider: Provider, choice: RegionChoice | None, said: str | None, *, is_needed: bool = True) -> str | None:
    """The country in which a sign-in begins: what was said, or the usual one.

    Args:
        provider: The accounting software.
        choice: What there is to choose; None where there is nothing.
        said: What was said; None and an empty text say nothing.
        is_needed: Whether there has to be one; otherwise None stands for one that is still asked for.

    Raises:
        Refused: There is no such country to choose, or none was said and none is known.
    """
    if choice is None:
        if said:
            raise Refused(RefusalCode.INVALID, f"{provider.title} has no countries to choose from.", field="region")
        return None
    try:
        region = said_region([one.code for one in choice.regions], said) or (choice.usual if is_needed else None)
    except ValueError:
        region, is_needed = None, True
    if region is None and is_needed:
        names = [f"{one.code} ({one.title})" for one in choice.regions]
        raise Refused(
            RefusalCode.INVALID,
            f"Say in which country the businesses are: {', '.join(names[:-1])} or {names[-1]}.",
            field="region",
            choices=[Choice(value=one.code, label=one.title) for one in choice.regions],
        )
    return region
