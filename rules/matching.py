"""Tells new organisations from known ones: the dry run's verdicts, as a pure function.

Identity is the provider's id. A *looks like* verdict is only ever a suggestion, made from a company or tax number or
a near name among the practice's clients that have no connection, and from the same company number or name among those
that have one: the same books under another id, after a reset, a restarted trial or a conversion.
"""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from rapidfuzz import fuzz, process

from contracts.words.runs import Verdict
from contracts.words.standard_information import NAMELESS


class Candidate(NamedTuple):
    """An organisation to be judged, with what its profile told (None where it could not be read)."""

    organisation_id: str
    name: str
    registration_number: str | None
    tax_number: str | None
    is_demo: bool
    is_trial: bool


class Judgement(NamedTuple):
    """The verdict on one organisation; ``client_id`` is the client that it is or looks like."""

    organisation_id: str
    verdict: Verdict
    message: str | None
    client_id: UUID | None


class UnconnectedClient(NamedTuple):
    """A client with no living connection: one that an organisation may turn out to be."""

    id: UUID
    name: str
    company_number: str | None
    tax_number: str | None
    code: str = ""


class KnownOrganisation(NamedTuple):
    """An organisation that a client has or had; it is taken while the client has it, or can go back to it."""

    organisation_id: str
    connection_id: UUID
    client_id: UUID
    client_name: str
    owner_name: str
    is_taken: bool


class ConnectedClient(NamedTuple):
    """A client with a living connection, by what its books may be recognised.

    Attributes:
        id: The client.
        name: Its name.
        organisation_name: Of the organisation that it is connected to.
        company_number: Written down when it was added.
        registration_number: In the organisation's profile, as pulled last.
    """

    id: UUID
    name: str
    organisation_name: str
    company_number: str | None
    registration_number: str | None


NEAR_ENOUGH = 90
"""Out of 100 by RapidFuzz's token sort ratio: "Smith & Sons Ltd" and "Smith and Sons Limited" are near, "Smith Ltd"
and "Smyth & Co" are not."""

_LEGAL_FORMS = frozenset(
    {"ltd", "limited", "llp", "plc", "inc", "llc", "pty", "corp", "corporation", "co", "company", "the"}
)


def judge(
    candidates: Sequence[Candidate],
    known: Mapping[str, KnownOrganisation],
    unconnected: Sequence[UnconnectedClient],
    room: int,
    connected: Sequence[ConnectedClient] = (),
) -> list[Judgement]:
    """Give every organisation its verdict.

    Args:
        candidates: In the run's order: the allowance is given out in it.
        known: Organisations that are clients already, by organisation id.
        unconnected: Clients that an organisation may turn out to be; each is suggested once.
        room: How many more clients the practice's allowance holds.
        connected: Clients whose books an organisation may be under another id.

    Returns:
        A judgement for each candidate, in the same order.
    """
    unknown = [candidate for candidate in candidates if candidate.organisation_id not in known]
    lookalikes = _lookalikes(unknown, unconnected)
    twins = _Twins(connected)
    judged = []
    for candidate in candidates:
        judgement = _judge_one(candidate, known.get(candidate.organisation_id), lookalikes, twins, room)
        room -= judgement.verdict is Verdict.NEW
        judged.append(judgement)
    return judged


def _judge_one(
    candidate: Candidate,
    known: KnownOrganisation | None,
    lookalikes: "Mapping[str, _Lookalike]",
    twins: "_Twins",
    room: int,
) -> Judgement:
    organisation_id = candidate.organisation_id
    if known is not None and known.is_taken:
        message = f"Already your client {known.client_name}, looked after by {known.owner_name}."
        return Judgement(organisation_id, Verdict.ALREADY_CLIENT, message, known.client_id)
    if known is not None:
        message = f"Was connected to your client {known.client_name} before; adding it connects that client again."
        return Judgement(organisation_id, Verdict.LOOKS_LIKE_CLIENT, message, known.client_id)
    if lookalike := lookalikes.get(organisation_id):
        client, why = lookalike
        return Judgement(organisation_id, Verdict.LOOKS_LIKE_CLIENT, f"Looks like {client.name}: {why}.", client.id)
    if twin := twins.of(candidate):
        connected, why = twin
        message = (
            f"{why} as your client {connected.name[:120]}, which is connected to another organisation. If these are "
            "its new books, change that client's connection; add it here only as a second client."
        )
        return Judgement(organisation_id, Verdict.LOOKS_LIKE_CLIENT, message, connected.id)
    if candidate.is_demo or candidate.is_trial:
        kind = "demo company" if candidate.is_demo else "trial organisation"
        return Judgement(organisation_id, Verdict.DEMO_OR_TRIAL, f"This is a {kind}.", None)
    if room <= 0:
        message = "Your allowance of clients is used up; raise it to add this organisation too."
        return Judgement(organisation_id, Verdict.OVER_ALLOWANCE, message, None)
    return Judgement(organisation_id, Verdict.NEW, None, None)


class _Lookalike(NamedTuple):
    client: UnconnectedClient
    why: str


class _Twins:
    """Finds the connected client of which an organisation may be the new books; several may be one's."""

    def __init__(self, clients: Sequence[ConnectedClient]) -> None:
        self._by_number: dict[str, ConnectedClient] = {}
        self._by_name: dict[str, ConnectedClient] = {}
        for client in clients:
            for number in filter(None, map(plain_number, (client.company_number, client.registration_number))):
                self._by_number.setdefault(number, client)
            for name in {client.name, client.organisation_name} - {NAMELESS}:
                self._by_name.setdefault(plain_name(name), client)

    def of(self, candidate: Candidate) -> tuple[ConnectedClient, str] | None:
        if client := self._by_number.get(plain_number(candidate.registration_number)):
            return client, "Same company number"
        if candidate.name != NAMELESS and (client := self._by_name.get(plain_name(candidate.name))):
            return client, "Same name"
        return None


def _lookalikes(candidates: Sequence[Candidate], clients: Sequence[UnconnectedClient]) -> dict[str, _Lookalike]:
    """The client that each organisation looks like, by organisation id.

    Numbers are given out over the whole list before names are looked at, so that a near name early in the list cannot
    take the client that a later organisation's company number tells.
    """
    found: dict[str, _Lookalike] = {}
    left = {client.id: client for client in clients}
    for kind, ours, theirs in (
        ("company number", "company_number", "registration_number"),
        ("tax number", "tax_number", "tax_number"),
    ):
        numbered = {plain: one for one in reversed(left.values()) if (plain := plain_number(getattr(one, ours)))}
        for candidate in candidates:
            client = numbered.get(plain_number(getattr(candidate, theirs)))
            if client is not None and client.id in left and candidate.organisation_id not in found:
                found[candidate.organisation_id] = _Lookalike(left.pop(client.id), f"same {kind}")
    names = {identity: plain_name(client.name) for identity, client in left.items()}
    for candidate in candidates:
        if candidate.organisation_id in found:
            continue
        near = process.extractOne(
            plain_name(candidate.name), names, scorer=fuzz.token_sort_ratio, score_cutoff=NEAR_ENOUGH
        )
        if near is not None:
            del names[near[2]]
            client = left[near[2]]
            is_same = client.name.casefold() == candidate.name.casefold()
            found[candidate.organisation_id] = _Lookalike(client, "same name" if is_same else "nearly the same name")
    return found


def plain_number(number: str | None) -> str:
    """A company or tax number without spaces, punctuation and a leading country code; empty when too short to tell."""
    plain = re.sub(r"[^0-9A-Z]", "", (number or "").upper())
    plain = re.sub(r"^(GB|IE|NZ|AU)(?=\d)", "", plain)
    return plain if len(plain) >= 5 else ""


def plain_name(name: str) -> str:
    """A name without punctuation, legal forms and case, so that only the telling words are compared."""
    words = re.findall(r"\w+", name.casefold().replace("&", " and "))
    return " ".join(word for word in words if word not in _LEGAL_FORMS) or " ".join(words)
