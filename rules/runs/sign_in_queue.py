"""Which sign-ins a run still expects where each brings one organisation, and what came of the latest one; pure.

The organisation lock is not decided here: whatever was picked at the provider, a repair compares ids. A wrong pick only
leaves its sign-in to do.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from contracts.words.runs import SignInState
from rules.runs.surveying import LivingConnection

NAMED = 3
"""Organisations that a sentence names; more are counted."""


class Expected(NamedTuple):
    """A sign-in that a run expects.

    Attributes:
        organisation_id: The provider's id of the organisation that it is for.
        name: That organisation's name.
        state: Whether it is still to do, done, or left out on purpose.
    """

    organisation_id: str
    name: str
    state: SignInState


class CameBack(NamedTuple):
    """What one finished sign-in changes in the queue of expected sign-ins.

    Attributes:
        done: Ids of the organisations whose sign-ins are done now and were not before.
        came_instead: What was allowed instead of the expected organisation, by name, as far as the provider says; None
            where that one came.
        to_do: How many sign-ins are still to do.
        message: All of it in a sentence or two, for people.
    """

    done: tuple[str, ...]
    came_instead: str | None
    to_do: int
    message: str


def next_of(queue: Sequence[Expected]) -> Expected | None:
    """Return the first sign-in that is still to do; None when none is."""
    return next((one for one in queue if one.state is SignInState.TO_DO), None)


def came_back(
    queue: Sequence[Expected], expected_id: str | None, reached: Collection[str], allowed: Sequence[str]
) -> CameBack:
    """Work out what one finished sign-in changes in the queue.

    A sign-in that brought another organisation of the queue counts as done for that organisation.

    Args:
        queue: The run's, in order.
        expected_id: The organisation that the sign-in was for; None if none was named.
        reached: Ids of all organisations that its login reaches now.
        allowed: Names of those that were allowed in this sign-in, as far as the provider says.
    """
    to_do = [one for one in queue if one.state is SignInState.TO_DO]
    done = tuple(one.organisation_id for one in to_do if one.organisation_id in reached)
    after = [one._replace(state=SignInState.DONE) if one.organisation_id in done else one for one in queue]
    left = [one for one in after if one.state is SignInState.TO_DO]
    missed = next((one for one in left if one.organisation_id == expected_id), None)
    if missed is None:
        came_instead = None
        meant = done or {expected_id}.intersection(reached)  # a try before has marked it: what is said stays the same
        named = [one.name for one in after if one.organisation_id in meant and one.state is SignInState.DONE]
        said = f"{_names(named)} done." if named else ""
    else:
        came_instead = _names(allowed) if allowed else ""
        picked = f"You chose {came_instead}" if allowed else f"This sign-in did not allow {missed.name}"
        said = f"{picked}; {missed.name if allowed else 'it'} is still to do."
    return CameBack(done, came_instead, len(left), " ".join(filter(None, [said, _what_is_left(left, missed)])))


def _what_is_left(left: Sequence[Expected], missed: Expected | None) -> str:
    if not left:
        return "No more sign-ins are needed."
    if missed is not None:
        return f"{len(left)} sign-ins are left." if len(left) > 1 else ""
    return f"{len(left)} {'sign-in is' if len(left) == 1 else 'sign-ins are'} left; {left[0].name} is next."


def _names(names: Sequence[str]) -> str:
    shown = list(names[:NAMED])
    if len(names) > NAMED:
        shown.append(f"{len(names) - NAMED} more")
    return " and ".join(filter(None, [", ".join(shown[:-1]), shown[-1]]))


def login_for(connection: LivingConnection, reached: Mapping[UUID, Collection[str]]) -> UUID:
    """Choose, among several logins, the one that a connection is judged and repaired with.

    It is the connection's own login if that reaches its organisation, else the first that does. Where none does, it is
    the connection's own login if that is among them.

    Args:
        connection: The connection.
        reached: Ids of the organisations that each login reaches, in the order of the sign-ins; at least one.
    """
    reaching = [login for login, ids in reached.items() if connection.organisation_id in ids]
    for logins in (reaching, list(reached)):
        if connection.grant_id in logins:
            return connection.grant_id
        if reaching:
            return reaching[0]
    return next(iter(reached))
