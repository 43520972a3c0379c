"""Tells new organisations from known ones: the dry run's verdicts, as a pure function.

Identity is the provider's id. A *looks like* verdict is only ever a suggestion, made from a company or tax number or
a near name, among the practice's clients that have no connection.
"""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from rapidfuzz import fuzz, process

from contracts.runs import Verdict
from models.clients import KnownOrganisation, UnconnectedClient
from models.runs import Judgement

NEAR_ENOUGH = 90
"""Out of 100 by RapidFuzz's token sort ratio: "Smith & Sons Ltd" and "Smith and Sons Limited" are near, "Smith Ltd"
and "Smyth & Co" are not."""

_LEGAL_FORMS = frozenset(
    {"ltd", "limited", "llp", "plc", "inc", "llc", "pty", "corp", "corporation", "co", "company", "the"}
)


class Candidate(NamedTuple):
    """An organisation to be judged, with what its profile told (None where it could not be read)."""

    organisation_id: str
    name: str
    registration_number: str | None
    tax_number: str | None
    is_demo: bool
    is_trial: bool


def judge(
    candidates: Sequence[Candidate],
    known: Mapping[str, KnownOrganisation],
    unconnected: Sequence[UnconnectedClient],
    room: int,
) -> list[Judgement]:
    """Give every organisation its verdict.

    Args:
        candidates: In the run's order: the allowance is given out in it.
        known: Organisations that are clients already, by organisation id.
        unconnected: Clients that an organisation may turn out to be; each is suggested once.
        room: How many more clients the practice's allowance holds.

    Returns:
        A judgement for each candidate, in the same order.
    """
    finder = _Lookalikes(unconnected)
    judged = []
    for candidate in candidates:
        judgement = _judge_one(candidate, known.get(candidate.organisation_id), finder, room)
        room -= judgement.verdict is Verdict.NEW
        judged.append(judgement)
    return judged


def _judge_one(candidate: Candidate, known: KnownOrganisation | None, finder: "_Lookalikes", room: int) -> Judgement:
    organisation_id = candidate.organisation_id
    if known is not None and known.is_living:
        message = f"Already your client {known.client_name}, looked after by {known.owner_name}."
        return Judgement(organisation_id, Verdict.ALREADY_CLIENT, message, known.client_id)
    if known is not None:
        message = f"Was connected to your client {known.client_name} before; adding it connects that client again."
        return Judgement(organisation_id, Verdict.LOOKS_LIKE_CLIENT, message, known.client_id)
    if lookalike := finder.find(candidate):
        client, why = lookalike
        return Judgement(organisation_id, Verdict.LOOKS_LIKE_CLIENT, f"Looks like {client.name}: {why}.", client.id)
    if candidate.is_demo or candidate.is_trial:
        kind = "demo company" if candidate.is_demo else "trial organisation"
        return Judgement(organisation_id, Verdict.DEMO_OR_TRIAL, f"This is a {kind}.", None)
    if room <= 0:
        message = "Your allowance of clients is used up; raise it to add this organisation too."
        return Judgement(organisation_id, Verdict.OVER_ALLOWANCE, message, None)
    return Judgement(organisation_id, Verdict.NEW, None, None)


class _Lookalikes:
    """The unconnected clients, indexed by what an organisation may share with one."""

    def __init__(self, clients: Sequence[UnconnectedClient]) -> None:
        self._left = {client.id: client for client in clients}
        self._by_number = {
            (kind, plain): client
            for client in reversed(clients)
            for kind, number in (("company number", client.company_number), ("tax number", client.tax_number))
            if (plain := plain_number(number))
        }
        self._names = {client.id: plain_name(client.name) for client in clients}

    def find(self, candidate: Candidate) -> tuple[UnconnectedClient, str] | None:
        """The client that the organisation looks like, and why; each client is given out once."""
        for kind, number in (
            ("company number", candidate.registration_number),
            ("tax number", candidate.tax_number),
        ):
            client = self._by_number.get((kind, plain_number(number)))
            if client is not None and client.id in self._left:
                return self._take(client), f"same {kind}"
        near = process.extractOne(
            plain_name(candidate.name), self._names, scorer=fuzz.token_sort_ratio, score_cutoff=NEAR_ENOUGH
        )
        if near is None:
            return None
        return self._take(self._left[near[2]]), "nearly the same name"

    def _take(self, client: UnconnectedClient) -> UnconnectedClient:
        del self._left[client.id], self._names[client.id]
        return client


def plain_number(number: str | None) -> str:
    """A company or tax number without spaces, punctuation and a leading country code; empty when too short to tell."""
    plain = re.sub(r"[^0-9A-Z]", "", (number or "").upper())
    plain = re.sub(r"^(GB|IE|NZ|AU)(?=\d)", "", plain)
    return plain if len(plain) >= 5 else ""


def plain_name(name: str) -> str:
    """A name without punctuation, legal forms and case, so that only the telling words are compared."""
    words = re.findall(r"\w+", name.casefold().replace("&", " and "))
    return " ".join(word for word in words if word not in _LEGAL_FORMS) or " ".join(words)
