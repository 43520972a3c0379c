"""Which organisations an *Add clients* expects by name where each sign-in brings one, and which of them came; pure.

Nobody knows their ids before they come, and a platform's own name need not be the one that the practice uses. So an
organisation counts as the expected one if it is the same client, or has nearly the same name; a person may say so of
any other. Nothing is decided by it but what is still to do: what becomes a client is chosen as ever.
"""

from collections.abc import Collection, Sequence
from typing import NamedTuple
from uuid import UUID

from contracts.words.runs import SignInState
from rules.clients.names import are_alike

MOST = 500
"""Organisations that a run may expect."""

LONGEST = 255
"""Characters of a name."""


class Wanted(NamedTuple):
    """An organisation that a run expects.

    Attributes:
        position: Its place in the queue.
        name: As the practice calls it.
        client_id: The client without a connection that it is, where it is one.
        state: Whether its sign-in is still to do, done, or left out on purpose.
        organisation_id: The provider's id of what came for it; None before that.
    """

    position: int
    name: str
    client_id: UUID | None = None
    state: SignInState = SignInState.TO_DO
    organisation_id: str | None = None


class Came(NamedTuple):
    """An organisation that a sign-in has brought.

    Attributes:
        organisation_id: The provider's id.
        name: Its name there.
        client_id: The client that it is or looks like, if any.
        is_client: Whether it is that client's already.
        is_own: Whether it looks like the practice's own books.
    """

    organisation_id: str
    name: str
    client_id: UUID | None = None
    is_client: bool = False
    is_own: bool = False


class Arrival(NamedTuple):
    """What one finished sign-in changes in the queue.

    Attributes:
        done: Which organisation came for which place in the queue.
        missed: The place of the one that the sign-in was for, if another one came.
        came_instead: What came instead, by name; None where the expected one came.
        to_do: How many are still to do.
        message: All of it in a sentence or two, for people.
    """

    done: dict[int, str]
    missed: int | None
    came_instead: str | None
    to_do: int
    message: str


def names_in(text: str) -> list[str]:
    """The names in a pasted text, one a line, each once; the rest of a line after a tab, as of a sheet, is left out."""
    names: dict[str, str] = {}
    for line in text.splitlines():
        if name := " ".join(line.split("\t")[0].split())[:LONGEST].strip():
            names.setdefault(name.casefold(), name)
    return list(names.values())


def to_do_of(queue: Sequence[Wanted]) -> list[Wanted]:
    """Those that are still to do, in order."""
    return [one for one in queue if one.state is SignInState.TO_DO]


def arrived(queue: Sequence[Wanted], expected: int | None, came: Sequence[Came]) -> Arrival:
    """Work out what one finished sign-in changes in the queue; a repeat gives the same.

    Args:
        queue: The run's, in order.
        expected: The place of the one that the sign-in was for; None if it was for none.
        came: What was allowed in this sign-in.
    """
    done: dict[int, str] = {}
    strangers = list[Came]()
    for organisation in came:
        place = _place_of(organisation, queue, expected, done)
        if place is None:
            strangers.append(organisation)
        else:
            done[place] = organisation.organisation_id
    left = [one for one in to_do_of(queue) if one.position not in done]
    missed = next((one for one in left if one.position == expected), None)
    if missed is None:
        instead = None
        sentences = [f"{one.name} is there." for one in queue if one.position in done]
        sentences += [f"{_picked(one)} It is not on your list." for one in strangers]
    else:
        instead = ", ".join(one.name for one in came)
        sentences = [_of_wrong_pick(one, is_on_list=one not in strangers) for one in came] or [NOTHING_CAME]
        sentences.append(f"{missed.name} is still to do.")
    sentences.append(_what_is_left(left, missed))
    return Arrival(done, missed and missed.position, instead, len(left), " ".join(filter(None, sentences)))


NOTHING_CAME = "This sign-in brought no organisation."


def _place_of(organisation: Came, queue: Sequence[Wanted], expected: int | None, taken: Collection[int]) -> int | None:
    """The place in the queue that an organisation fills; the one that was expected first."""
    before = next((one for one in queue if one.organisation_id == organisation.organisation_id), None)
    if before is not None:
        return before.position
    free = [one for one in to_do_of(queue) if one.position not in taken]
    for one in sorted(free, key=lambda one: one.position != expected):
        if one.client_id is not None and organisation.client_id is not None:
            if one.client_id == organisation.client_id:
                return one.position
        elif are_alike(one.name, organisation.name):
            return one.position
    return None


def _of_wrong_pick(one: Came, *, is_on_list: bool) -> str:
    return f"{_picked(one)} It is on your list too, and done." if is_on_list else _picked(one)


def _picked(one: Came) -> str:
    if one.is_own:
        return f"You chose {one.name}, which looks like your own firm's books."
    if one.is_client:
        return f"You chose {one.name}, which is your client already."
    return f"You chose {one.name}."


def _what_is_left(left: Sequence[Wanted], missed: Wanted | None) -> str:
    if not left:
        return "Your list is done: choose which become clients."
    if missed is not None:
        return f"{len(left)} organisations are left." if len(left) > 1 else ""
    return f"{len(left)} {'organisation is' if len(left) == 1 else 'organisations are'} left; {left[0].name} is next."
