"""Plans which colleague is told of which clients, and writes the mail; pure.

The owner of a client in trouble is told. Admins (of its team, or else of the practice) are told instead when the owner
has left, and as well when the trouble has lasted for three days. A deactivated colleague is never written to.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from types import MappingProxyType
from typing import NamedTuple
from uuid import UUID

from contracts.naming.software import named
from contracts.naming.spans import span
from contracts.words.causes import Cause


class ClientToTellOf(NamedTuple):
    """A client with a connection that somebody may have to be told of; ``cause`` is None when it works again."""

    connection_id: UUID
    client_id: UUID
    name: str
    code: str
    owner_id: UUID
    team_id: UUID | None
    cause: Cause | None
    last_good_at: datetime | None
    trouble_since: datetime | None
    told_at: datetime | None
    provider: str = ""


class Recipient(NamedTuple):
    """An active colleague."""

    name: str
    is_admin: bool


class Staff(NamedTuple):
    """The people of a practice who may be told.

    Attributes:
        people: The practice's active colleagues by id.
        teams: Ids of the members of each team, active or not.
    """

    people: Mapping[UUID, Recipient]
    teams: Mapping[UUID, Collection[UUID]]


REMINDER_AFTER = timedelta(days=3)
PATIENCE = timedelta(hours=20)
"""A cause that may pass by itself is retried for so long before anybody is told."""

_NOBODYS = frozenset({Cause.RATE_LIMITED, Cause.APP_REFUSED, Cause.OUR_OUTAGE})
"""What colleagues are not written to about, however long it lasts: none of them can do anything."""

SHOWN = 50
"""Clients named under one cause; a mail is no list of a thousand."""


@dataclass(slots=True)
class Digest:
    """What one colleague is told.

    Attributes:
        own: Their own clients that need somebody to act.
        others: Clients of others that need somebody to act: of a colleague who has left, or unrepaired for days.
        repaired: Clients of which they were told and that work again.
    """

    own: list[ClientToTellOf] = field(default_factory=list)
    others: list[ClientToTellOf] = field(default_factory=list)
    repaired: list[ClientToTellOf] = field(default_factory=list)


class DigestPlan(NamedTuple):
    """What each colleague is told, and the connections to be marked as told."""

    digests: dict[UUID, Digest]
    told: list[ClientToTellOf]
    closed: list[ClientToTellOf]


class Letter(NamedTuple):
    """Subject and text of a digest as a mail."""

    subject: str
    body: str


def plan(clients: Sequence[ClientToTellOf], staff: Staff, now: datetime) -> DigestPlan:
    """Decide which colleague is told of which clients.

    Args:
        clients: Clients in trouble, and clients that work again after somebody was told.
        staff: The people of the practice.
        now: This moment.
    """
    digests: defaultdict[UUID, Digest] = defaultdict(Digest)
    told, closed = [], []
    for client in clients:
        if client.cause is None:
            closed.append(client)
            for colleague_id in responsible(client, staff):
                digests[colleague_id].repaired.append(client)
            continue
        owner, admins = _to_tell(client, client.cause, staff, now)
        if owner:
            digests[client.owner_id].own.append(client)
        for colleague_id in admins:
            digests[colleague_id].others.append(client)
        if owner or admins:
            told.append(client)
    return DigestPlan(dict(digests), told, closed)


def _to_tell(client: ClientToTellOf, cause: Cause, staff: Staff, now: datetime) -> tuple[bool, list[UUID]]:
    """Whether the owner is told now, and which admins."""
    since = client.trouble_since or now
    if not cause.needs_person and (cause in _NOBODYS or now - since < PATIENCE):
        return False, []
    is_new = client.told_at is None or client.told_at < since
    is_long = now - since >= REMINDER_AFTER
    is_reminded = client.told_at is not None and client.told_at >= since + REMINDER_AFTER
    has_owner = client.owner_id in staff.people
    admins = _admins(client, staff) if (is_new and not has_owner) or (is_long and not is_reminded) else []
    tells_owner = is_new and has_owner
    return tells_owner, [admin for admin in admins if not (tells_owner and admin == client.owner_id)]


def responsible(client: ClientToTellOf, staff: Staff) -> list[UUID]:
    """The client's owner, or the admins who stand in for one who has left."""
    return [client.owner_id] if client.owner_id in staff.people else _admins(client, staff)


def _admins(client: ClientToTellOf, staff: Staff) -> list[UUID]:
    """The admins of the client's team, or else of the practice."""
    admins = [colleague_id for colleague_id, person in staff.people.items() if person.is_admin]
    members = staff.teams.get(client.team_id, ()) if client.team_id else ()
    return [admin for admin in admins if admin in members] or admins


def write(
    digest: Digest, name: str, zone: tzinfo, link: str | None, titles: Mapping[str, str] = MappingProxyType({})
) -> Letter:
    """Write the digest as a mail.

    Args:
        digest: What to tell; not empty.
        name: The colleague's name.
        zone: The practice's time zone.
        link: Address of the page with all connections; None where it is not known.
        titles: Names of the accounting software, by their words; of one without a name, none is said.
    """
    own, others = ([one for one in some if not _passes(one)] for some in (digest.own, digest.others))
    waiting = [one for one in (*digest.own, *digest.others) if _passes(one)]
    wanting = len(own) + len(others)
    subject = _count(wanting, "client needs", "clients need", "you") if wanting else ""
    parts = [f"Hello {name},"]
    if own:
        parts.append(f"{_count(len(own), 'client of yours needs', 'clients of yours need', 'somebody')}.")
        parts += _by_cause(own, zone, titles)
    if others:
        parts.append(f"Not repaired for {span(REMINDER_AFTER)}, or their owner has left:")
        parts += _by_cause(others, zone, titles)
    if waiting:
        unread = _count(len(waiting), "client", "clients", "could not be read for most of a day")
        subject = subject or unread
        parts.append(f"{unread}, so what you see of {'it' if len(waiting) == 1 else 'them'} is as old as that.")
        parts += _by_cause(waiting, zone, titles)
    if digest.repaired:
        names = _names(digest.repaired)
        subject = subject or _count(len(digest.repaired), "client works", "clients work", "again")
        parts.append(f"Works again, nothing to do: {names}.")
    parts.append(f"All connections: {link}" if link else "All connections are in Clientsync, under Connections.")
    return Letter(subject, "\n\n".join(parts) + "\n")


def _passes(client: ClientToTellOf) -> bool:
    """Whether nobody has to do anything about it, so that nobody is asked to."""
    return client.cause is not None and client.cause.is_transient


def _by_cause(clients: Iterable[ClientToTellOf], zone: tzinfo, titles: Mapping[str, str]) -> list[str]:
    """One paragraph for each cause and accounting software: its name, what happened, what to do, and which clients."""
    by_cause: defaultdict[tuple[Cause, str], list[ClientToTellOf]] = defaultdict(list)
    for client in clients:
        if client.cause is not None:
            by_cause[client.cause, client.provider].append(client)
    paragraphs = []
    for (cause, provider), theirs in by_cause.items():
        lines = [named(text, titles.get(provider)) for text in (cause.label, f"{cause.sentence} {cause.next_step}")]
        lines += [f"  - {client.name} ({client.code}), {_last_good(client, zone)}" for client in theirs[:SHOWN]]
        if len(theirs) > SHOWN:
            lines.append(f"  and {len(theirs) - SHOWN} more")
        paragraphs.append("\n".join(lines))
    return paragraphs


def _last_good(client: ClientToTellOf, zone: tzinfo) -> str:
    if client.last_good_at is None:
        return "never worked yet"
    at = client.last_good_at.astimezone(zone)
    return f"last read on {at.day} {at:%B %Y at %H:%M}"


def _names(clients: Sequence[ClientToTellOf]) -> str:
    shown = ", ".join(f"{client.name} ({client.code})" for client in clients[:SHOWN])
    return f"{shown} and {len(clients) - SHOWN} more" if len(clients) > SHOWN else shown


def _count(number: int, one: str, many: str, rest: str) -> str:
    return f"{number} {one if number == 1 else many} {rest}"
