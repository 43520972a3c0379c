"""Gives each listed organisation its verdict, such as *new* or *already a client*; nothing is created; pure.

Only the provider's id identifies an organisation. *Looks like* is a suggestion. It comes from a company number, a tax
number or a similar name of a client without a connection. It also comes from the same number or name of a client with
one: these may be the same books under another id, after a reset, a restarted trial or a conversion, above all where the
connection to the old ones is gone. A tax number that several share is a VAT group's and distinguishes none of them. A
name does not count when the numbers differ, nor a near one with another number in it: 14 Mill Road is not 12 Mill Road.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from rapidfuzz import fuzz, process

from contracts.words.causes import Cause
from contracts.words.runs import Verdict
from contracts.words.standard_information import NAMELESS
from rules.clients.names import NEAR_ENOUGH, are_alike, digits, plain_name
from rules.clients.registration_numbers import Keys, Numbers


class Candidate(NamedTuple):
    """An organisation that needs a verdict, with facts from its profile (None where the profile could not be read)."""

    organisation_id: str
    name: str
    registration_number: str | None
    tax_number: str | None
    is_demo: bool
    is_trial: bool
    is_lead: bool = False
    is_ended: bool = False


class Judgement(NamedTuple):
    """The verdict on one organisation; ``client_id`` is the client that it is or looks like."""

    organisation_id: str
    verdict: Verdict
    message: str | None
    client_id: UUID | None


class UnconnectedClient(NamedTuple):
    """A client without a living connection; an organisation may turn out to be this client."""

    id: UUID
    name: str
    company_number: str | None
    tax_number: str | None
    code: str = ""


class KnownOrganisation(NamedTuple):
    """An organisation that a client has, or had and can go back to; until then no other client can have it."""

    organisation_id: str
    connection_id: UUID
    client_id: UUID
    client_name: str
    owner_name: str
    is_taken: bool
    is_archived: bool = False


class ConnectedClient(NamedTuple):
    """A client with a living connection, and the facts by which its organisation can be recognised.

    Attributes:
        id: The client.
        name: Its name.
        organisation_name: Name of the organisation that it is connected to.
        company_number: The number that was recorded when the client was added.
        registration_number: The number in the organisation's profile at the last pull.
        tax_number: The number that was recorded when the client was added.
        profile_tax_number: The number in the organisation's profile at the last pull.
        code: The client's code.
        cause: Why the connection is not healthy.
        is_missed: Whether its own login does not list the organisation any more.
    """

    id: UUID
    name: str
    organisation_name: str
    company_number: str | None
    registration_number: str | None
    tax_number: str | None = None
    profile_tax_number: str | None = None
    code: str = ""
    cause: Cause | None = None
    is_missed: bool = False

    @property
    def is_gone(self) -> bool:
        """Whether its organisation may be there no more under its id, so that it can have come back under another."""
        return self.is_missed or self.cause in GONE


GONE = frozenset(
    {Cause.ACCESS_LOST, Cause.DISCONNECTED_AT_PROVIDER, Cause.SUBSCRIPTION_ENDED, Cause.WRONG_ORGANISATION}
)
"""What a reset, an ended trial or a conversion looks like from here; a login that ended says nothing of the kind."""

_OWN = "Named like your practice: probably your own books."
_USUALLY_OWN = "The first organisation of this login, which is usually the practice's own."
_ENDED = "Its subscription has ended: nothing of it can be read before it is renewed."
_ENDED_AND_READ = "Its subscription has ended: it can still be read, and is not kept up to date there."


def judge(
    candidates: Sequence[Candidate],
    known: Mapping[str, KnownOrganisation],
    unconnected: Sequence[UnconnectedClient],
    room: int,
    connected: Sequence[ConnectedClient] = (),
    reads_ended: bool = False,  # with the other facts
    practice_name: str = NAMELESS,
) -> list[Judgement]:
    """Give every organisation its verdict.

    Args:
        candidates: In the run's order: earlier ones use up the allowance first.
        known: Organisations that are clients already, by the provider's id.
        unconnected: Clients without a connection; each is suggested for one organisation at most.
        room: How many more clients the practice's allowance holds.
        connected: Clients with a connection; an organisation may be one's books under another id.
        reads_ended: Whether an organisation whose subscription has ended can still be read.
        practice_name: The practice's own name, by which its own books are recognised.

    Returns:
        A judgement for each candidate, in the same order.
    """
    unknown = [candidate for candidate in candidates if candidate.organisation_id not in known]
    listed = [_Listed(one, Numbers.of(company=(one.registration_number,), tax=(one.tax_number,))) for one in unknown]
    groups = _shared(one.numbers.tax for one in listed)
    lookalikes = _lookalikes(listed, unconnected, groups)
    twins = _Twins(connected, groups)
    numbers = {one.candidate.organisation_id: one.numbers for one in listed}
    judged, ended = [], _ENDED_AND_READ if reads_ended else _ENDED
    for candidate in candidates:
        organisation_id = candidate.organisation_id
        twin = twins.of(candidate, numbers[organisation_id]) if organisation_id in numbers else None
        if len(candidates) == 1:  # a login that reaches nothing else is not a practice's
            candidate = candidate._replace(is_lead=False)
        own = _OWN if are_alike(candidate.name, practice_name) else _USUALLY_OWN if candidate.is_lead else None
        judgement = _judge_one(candidate, known.get(organisation_id), lookalikes.get(organisation_id), twin, room, own)
        judgement = _with_end(candidate, judgement, ended)
        room -= judgement.verdict is Verdict.NEW
        judged.append(judgement)
    return judged


def _judge_one(
    candidate: Candidate,
    known: KnownOrganisation | None,
    lookalike: "_Lookalike | None",
    twin: "_Twin | None",
    room: int,
    own: str | None,
) -> Judgement:
    organisation_id = candidate.organisation_id
    if known is not None and known.is_taken:
        message = f"Already your client {known.client_name}, looked after by {known.owner_name}."
        return Judgement(organisation_id, Verdict.ALREADY_CLIENT, message, known.client_id)
    if known is not None:
        was = "archived " if known.is_archived else ""
        will = "restores that client and connects it" if known.is_archived else "connects that client"
        message = f"Was connected to your {was}client {known.client_name} before; adding it {will} again."
        return Judgement(organisation_id, Verdict.LOOKS_LIKE_CLIENT, message, known.client_id)
    if lookalike is not None and lookalike.is_likely:
        message = f"Looks like {called(lookalike.client)}: {lookalike.why}."
        return Judgement(organisation_id, Verdict.LOOKS_LIKE_CLIENT, message, lookalike.client.id)
    if twin is not None:
        return Judgement(organisation_id, Verdict.LOOKS_LIKE_CLIENT, _of_twin(twin), twin.client.id)
    if candidate.is_demo or candidate.is_trial:
        kind = "demo" if candidate.is_demo else "trial"
        return Judgement(organisation_id, Verdict.DEMO_OR_TRIAL, f"This is a {kind} organisation.", None)
    if own is not None:
        return Judgement(organisation_id, Verdict.PRACTICES_OWN, own, None)
    if candidate.is_ended:
        return Judgement(organisation_id, Verdict.SUBSCRIPTION_ENDED, None, None)
    if room <= 0:
        message = "Your allowance of clients is used up; raise it to add this organisation too."
        return Judgement(organisation_id, Verdict.OVER_ALLOWANCE, message, None)
    if lookalike is not None:
        message = f"Same name as your client {called(lookalike.client)}, which has another company or tax number."
        return Judgement(organisation_id, Verdict.NEW, message, None)
    return Judgement(organisation_id, Verdict.NEW, None, None)


def _with_end(candidate: Candidate, judgement: Judgement, ended: str) -> Judgement:
    """The judgement, which says of an organisation that has ended that it has, unless it is a client's already."""
    if not candidate.is_ended or judgement.verdict is Verdict.ALREADY_CLIENT:
        return judgement
    return judgement._replace(message=f"{judgement.message} {ended}" if judgement.message else ended)


def _of_twin(twin: "_Twin") -> str:
    who, books = called(twin.client), f"to {_short(twin.client.organisation_name)}"
    if not twin.is_likely:
        what = f"Same name as your client {who}, which is connected {books} and has another company or tax number."
    elif twin.client.is_gone:
        what = f"Looks like {who} ({twin.why}), whose connection {books} is gone."
    else:
        what = f"Looks like {who} ({twin.why}), which is connected {books}."
    new = "If these are its new books, change that client's connection; add it here only as a second client."
    return f"{what} {new}"


def called(client: UnconnectedClient | ConnectedClient) -> str:
    """A client's code and name, for sentences."""
    return f"{client.code} {_short(client.name)}".strip()


def apart(client: UnconnectedClient) -> str:
    """A client's name with what tells it from another of that name: its code, and its number where it has one."""
    number = client.company_number or client.tax_number
    return f"{client.name} ({', '.join(filter(None, (client.code, number)))})"


def _short(name: str) -> str:
    """A name that leaves a sentence room for another one."""
    return name if len(name) <= 40 else f"{name[:39]}…"


class _Listed(NamedTuple):
    candidate: Candidate
    numbers: Numbers


class _Lookalike(NamedTuple):
    """A client without a connection that may be the organisation's; unlikely where its numbers say that it is not."""

    client: UnconnectedClient
    why: str
    is_likely: bool = True


class _Twin(NamedTuple):
    """A connected client that something says is the same company; unlikely where its numbers say that it is not."""

    client: ConnectedClient
    why: str
    is_likely: bool = True


class _Twins:
    """Finds the connected client of which an organisation may be the new books; several may be one's.

    Args:
        clients: Those to be found.
        groups: Keys of tax numbers that tell nobody apart.
    """

    def __init__(self, clients: Sequence[ConnectedClient], groups: Keys) -> None:
        self._numbers = {
            one.id: Numbers.of(
                company=(one.company_number, one.registration_number), tax=(one.tax_number, one.profile_tax_number)
            )
            for one in clients
        }
        self._groups = groups | _shared(numbers.tax for numbers in self._numbers.values())
        self._by_number: dict[str, list[ConnectedClient]] = defaultdict(list)
        self._by_name: dict[str, list[ConnectedClient]] = defaultdict(list)
        for client in sorted(clients, key=lambda one: not one.is_gone):  # one that is gone may have come back
            for key in self._numbers[client.id].all - self._groups:
                self._by_number[key].append(client)
            for name in {plain_name(name) for name in (client.name, client.organisation_name) if name != NAMELESS}:
                self._by_name[name].append(client)

    def of(self, candidate: Candidate, numbers: Numbers) -> _Twin | None:
        for kind, keys in (("company", numbers.company), ("tax", numbers.tax)):
            for key in sorted(keys - self._groups):
                if (client := self._likely(self._by_number.get(key, ()), numbers)) is not None:
                    return _Twin(client, f"same {kind} number")
        namesakes = () if candidate.name == NAMELESS else self._by_name.get(plain_name(candidate.name), ())
        if (client := self._likely(namesakes, numbers)) is not None:
            return _Twin(client, "same name")
        return _Twin(namesakes[0], "same name", is_likely=False) if namesakes else None

    def _likely(self, clients: Sequence[ConnectedClient], numbers: Numbers) -> ConnectedClient | None:
        return next((one for one in clients if not numbers.differ_from(self._numbers[one.id])), None)


def _shared(tax_numbers: Iterable[Keys]) -> Keys:
    """Keys that several have: the number of a VAT group."""
    counted = Counter(key for keys in tax_numbers for key in keys)
    return frozenset(key for key, count in counted.items() if count > 1)


def _lookalikes(listed: Sequence[_Listed], clients: Sequence[UnconnectedClient], groups: Keys) -> dict[str, _Lookalike]:
    """The client that each organisation looks like, by organisation id.

    Numbers are given out over the whole list before names are looked at, so that a near name early in the list cannot
    take the client that a later organisation's company number tells.
    """
    numbers = {one.id: Numbers.of(company=(one.company_number,), tax=(one.tax_number,)) for one in clients}
    groups |= _shared(one.tax for one in numbers.values())
    found: dict[str, _Lookalike] = {}
    left = {client.id: client for client in clients}
    numbered = {key: one for one in reversed(clients) for key in numbers[one.id].all - groups}
    for kind in ("company", "tax"):
        for candidate, theirs in listed:
            for key in sorted(getattr(theirs, kind) - groups):
                client = numbered.get(key)
                is_free = client is not None and client.id in left and candidate.organisation_id not in found
                if client is not None and is_free and not theirs.differ_from(numbers[client.id]):
                    found[candidate.organisation_id] = _Lookalike(left.pop(client.id), f"same {kind} number")
    names = {identity: plain_name(client.name) for identity, client in left.items()}
    namesakes = {name: left[identity] for identity, name in names.items()}
    for candidate, theirs in listed:
        if candidate.organisation_id not in found and (near := _nearest(candidate, theirs, names, numbers)):
            del names[near]
            client = left[near]
            is_same = client.name.casefold() == candidate.name.casefold()
            found[candidate.organisation_id] = _Lookalike(client, "same name" if is_same else "nearly the same name")
    for candidate, theirs in listed:
        namesake = namesakes.get(plain_name(candidate.name))
        if candidate.organisation_id not in found and namesake and theirs.differ_from(numbers[namesake.id]):
            found[candidate.organisation_id] = _Lookalike(namesake, "same name", is_likely=False)
    return found


def _nearest(
    candidate: Candidate, theirs: Numbers, names: Mapping[UUID, str], numbers: Mapping[UUID, Numbers]
) -> UUID | None:
    """Whose name is nearest, of those that are near enough, with the same numbers in it, and not known by others."""
    sought, compared = plain_name(candidate.name), names
    while near := process.extractOne(sought, compared, scorer=fuzz.token_sort_ratio, score_cutoff=NEAR_ENOUGH):
        identity: UUID = near[2]
        if not theirs.differ_from(numbers[identity]) and digits(sought) == digits(names[identity]):
            return identity
        compared = {other: name for other, name in compared.items() if other != identity}
    return None
