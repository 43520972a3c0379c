"""How a run ended: one sentence that says what happened, and the one step that is sensible next. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple

from contracts.words.causes import Cause
from contracts.words.lists import ListName
from contracts.words.runs import Outcome, Result, RunKind

DONE: Final = (Outcome.CREATED, Outcome.LINKED, Outcome.REPAIRED, Outcome.REASSIGNED)
"""What a run has done for a client."""
STUCK: Final = (Outcome.FAILED, Outcome.UNREACHABLE, Outcome.CHANGED_MEANWHILE)
"""What is not done, and is not tried again by itself."""


class LackingList(NamedTuple):
    """A list that added clients lack for a reason of the list's own: their plan, or the login's role.

    Attributes:
        list_name: The list.
        cause: Why.
        clients: How many lack it.
    """

    list_name: ListName
    cause: Cause
    clients: int


class NextStep(StrEnum):
    """What is sensible after a run."""

    RETRY = "retry"
    SEE_STUCK = "see_stuck"
    SEE_CLIENTS = "see_clients"


@dataclass(frozen=True, slots=True)
class Ending:
    """How a run ended.

    Attributes:
        sentence: What happened.
        step: What is sensible next.
        stuck: How many are not done and are not tried again by themselves.
    """

    sentence: str
    step: NextStep
    stuck: int


def ending_of(
    kind: RunKind,
    result: Result | None,
    outcomes: Mapping[Outcome, int],
    *,
    causes: Collection[Cause | None] = (),
    taker: str | None = None,
    message: str | None = None,
    lacking: Sequence[LackingList] = (),
) -> Ending:
    """How a run of *Add clients*, *Reconnect all* or *Reassign clients* ended.

    Args:
        kind: Which.
        result: How it ended.
        outcomes: Numbers by outcome.
        causes: Why some have failed; None among them where no reason is known.
        taker: Reassigning: the name of the colleague who has the clients now; None for the one who reads it.
        message: What a run that was not completed says of its end.
        lacking: Adding: the lists that some of the added clients lack.
    """
    done = sum(outcomes.get(outcome, 0) for outcome in DONE)
    stuck = sum(outcomes.get(outcome, 0) for outcome in STUCK)
    tried = outcomes.get(Outcome.RETRYING, 0)
    words = _words(kind, taker, but_for(lacking, done))
    if result in {Result.CANCELLED, Result.EXPIRED, Result.FAILED}:
        sentence = _early(words, done, stuck, tried, message)
    elif not done + stuck + tried:
        sentence = _nothing(kind, outcomes)
    elif done == 1 and not stuck + tried:
        sentence = f"1 client {words.one}."
    elif not stuck + tried:
        sentence = f"{_all(done)} clients {words.many}."
    else:
        of = done + stuck + tried
        rest = _rest(words, stuck, tried)
        sentence = f"{_share(words, done, of)}; {f'it {rest[2:]}' if of == 1 else rest}."
    return Ending(sentence, _step(kind, outcomes, causes, stuck), stuck)


@dataclass(frozen=True, slots=True)
class _Words:
    one: str
    many: str
    none: str
    stuck_one: str = "needs another step"
    stuck_many: str = "need another step"


def but_for(lacking: Sequence[LackingList], clients: int) -> str:
    """What added clients lack and why, to go on behind what they have; empty where they lack nothing.

    Args:
        lacking: The lists, such as bank accounts of two clients.
        clients: How many were added.

    Returns:
        Such as `` but for bank accounts of 2 (the login's role is too low)``.
    """
    by_cause: dict[Cause, list[str]] = {}
    for one in lacking:
        heading = one.list_name.heading
        of = f" of {one.clients:,}" if clients > 1 else ""
        by_cause.setdefault(one.cause, []).append(f"{heading[:1].lower()}{heading[1:]}{of}")
    said = [f"{_listed(lists)} ({cause.label[:1].lower()}{cause.label[1:]})" for cause, lists in by_cause.items()]
    return f" but for {_listed(said)}" if said else ""


def _listed(parts: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(parts[:-1]), parts[-1])))


def _words(kind: RunKind, taker: str | None, but: str) -> _Words:
    match kind:
        case RunKind.ADD_CLIENTS:
            one = f"is added, with its standard information{but}"
            many = f"are added, with their standard information{but}"
            return _Words(one, many, "is complete yet")
        case RunKind.RECONNECT_ALL:
            return _Words("is connected again", "are connected again", "is connected again yet")
        case _:
            one, many = (f"belongs to {taker} now", f"belong to {taker} now") if taker else ("is yours now",) * 2
            many = many.replace("is yours", "are yours")
            none = f"belongs to {taker} yet" if taker else "is yours yet"
            return _Words(one, many, none, "stays where it was", "stay where they were")


def _all(count: int) -> str:
    return "Both" if count == 2 else f"All {count:,}"


def _share(words: _Words, done: int, of: int) -> str:
    if not done:
        none = "Neither" if of == 2 else "None"
        return f"The client {_not(words.none)}" if of == 1 else f"{none} of the {of:,} clients {words.none}"
    return f"{done:,} of {of:,} clients {words.one if done == 1 else words.many}"


def _not(said: str) -> str:
    verb, _, rest = said.partition(" ")
    return f"is not {rest}" if verb == "is" else f"does not belong {rest}"


def _rest(words: _Words, stuck: int, tried: int) -> str:
    said = []
    if stuck:
        said.append(f"{stuck:,} {words.stuck_one if stuck == 1 else words.stuck_many}")
    if tried:
        said.append(f"{tried:,} {'is' if tried == 1 else 'are'} tried again automatically")
    return " and ".join(said)


def _early(words: _Words, done: int, stuck: int, tried: int, message: str | None) -> str:
    if not done + stuck + tried:
        return message or "The run ended early. Nothing was changed."
    # What an account was to be pulled may not have been: it is not said to be there.
    worked = words.one.partition(",")[0] if done == 1 else words.many.partition(",")[0]
    said = [f"{done:,} {'client' if done == 1 else 'clients'} {worked}"] if done else []
    said += [_rest(words, stuck, tried)] if stuck + tried else []
    return f"The run ended early: {', '.join(said)}."


def _nothing(kind: RunKind, outcomes: Mapping[Outcome, int]) -> str:
    healthy, there = outcomes.get(Outcome.HEALTHY, 0), outcomes.get(Outcome.ALREADY_CLIENT, 0)
    if kind is RunKind.RECONNECT_ALL:
        works = {0: "", 1: "The connection works: "}.get(healthy, f"{_all(healthy)} connections work: ")
        return f"{works}{'t' if works else 'T'}here was nothing to repair."
    if kind is RunKind.ADD_CLIENTS and there and there == sum(outcomes.values()):
        return (
            "It is your client already: nothing was changed."
            if there == 1
            else (f"{_all(there)} organisations are your clients already: nothing was changed.")
        )
    return "Nothing was chosen, so nothing was changed."


def _step(kind: RunKind, outcomes: Mapping[Outcome, int], causes: Collection[Cause | None], stuck: int) -> NextStep:
    if not stuck:
        return NextStep.SEE_CLIENTS
    is_for_a_person = any(cause is not None and not cause.is_transient for cause in causes)
    may_retry = kind is RunKind.ADD_CLIENTS and bool(outcomes.get(Outcome.FAILED))
    return NextStep.RETRY if may_retry and not is_for_a_person else NextStep.SEE_STUCK
