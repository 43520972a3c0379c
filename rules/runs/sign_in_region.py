"""Decides in which region a sign-in begins: what was said, else what is known of the client, else the latest one."""

from collections.abc import Collection


def region_of(codes: Collection[str], *known: str | None) -> str | None:
    """The region of a sign-in.

    Args:
        codes: The regions that there are to choose from; none where there is nothing to choose.
        known: Regions by how much each counts; one that there is not (any more) counts for nothing.

    Returns:
        One of the codes; None where none of them is known, and where there is nothing to choose.
    """
    return next((one for one in known if one in codes), None)


def said_region(codes: Collection[str], said: str | None) -> str | None:
    """The region that somebody has said, in capitals or not.

    Args:
        codes: The regions that there are to choose from.
        said: What they have said; None and an empty text say nothing.

    Returns:
        One of the codes; None where nothing was said.

    Raises:
        ValueError: There is no such region to choose.
    """
    word = (said or "").strip().upper()
    if not word:
        return None
    if word not in codes:
        raise ValueError(word)
    return word
