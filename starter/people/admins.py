"""Who may do what only admins may: the one check, and its refusal."""

from contracts.words.practices import Role
from contracts.words.refusals import RefusalCode, Refused
from starter.actor import Actor


def check_admin(actor: Actor, to_do: str = "deactivate a colleague") -> None:
    """Refuse actors who are not admins.

    Raises:
        Refused: The actor is a member.
    """
    if actor.role is not Role.ADMIN:
        raise not_an_admin(to_do)


def not_an_admin(to_do: str = "deactivate a colleague") -> Refused:
    """The refusal for actors who are not admins."""
    return Refused(RefusalCode.FORBIDDEN, f"Only an admin can {to_do}.")
