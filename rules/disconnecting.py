"""What disconnecting one client does at its provider, before anybody is asked; pure."""

from contracts.words.connections import Removal


def foreseen(*, ends_one_alone: bool, shares_books: bool, is_last: bool) -> Removal:
    """What becomes of the connection at the provider.

    Args:
        ends_one_alone: Whether the provider ends one connection of a login while others go on.
        shares_books: Whether another practice's client uses the same login for the same books.
        is_last: Whether nothing else uses the login.
    """
    if shares_books:
        return Removal.SHARED
    if ends_one_alone:
        return Removal.REMOVED
    return Removal.WITH_LOGIN if is_last else Removal.KEPT
