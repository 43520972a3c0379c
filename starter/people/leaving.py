"""What deactivating a colleague does, in words."""

from dataclasses import dataclass

from models.practices.reads import ColleagueView


@dataclass(frozen=True, slots=True)
class Deactivation:
    """What deactivating a colleague would do, or has done.

    Attributes:
        found: The colleague, and what depends on them.
        message: The same as a text for people, with what to do next.
    """

    found: ColleagueView
    message: str


def explained(found: ColleagueView) -> Deactivation:
    """What deactivating a colleague would do, or has done, in words."""
    said = [
        f"{found.name} cannot sign in here any more, and their tokens have ended."
        if found.deactivated_at is not None
        else f"{found.name} could not sign in here any more, and their tokens would end."
    ]
    said.append("Nothing is disconnected.")
    if found.connections:
        one = found.connections == 1
        others = f", {found.for_others} of them for clients of colleagues" if found.for_others else ""
        said.append(
            f"{found.connections} {'connection works' if one else 'connections work'} through the login of "
            f"{found.name}{others}; {'it goes' if one else 'they go'} on until that login ends in the accounting "
            "software."
        )
    if found.runs:
        said.append(f"{_count(found.runs, 'run')} under way {'goes' if found.runs == 1 else 'go'} on.")
    if found.own_views and found.deactivated_at is None:
        ends = "that only they have would be deleted"
        said.append(f"{_count(found.own_views, 'saved view')} of the client list {ends}; those that they share stay.")
    said.append(
        f"{found.name} looks after {_count(found.clients, 'client')}: hand them over to a colleague next."
        if found.clients
        else f"{found.name} looks after no client."
    )
    return Deactivation(found, " ".join(said))


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
