"""What a running run is doing, in words and in numbers. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from contracts.naming.software import named
from contracts.words.runs import Outcome, RunKind, Stage
from models.runs.progress import RunSnapshot
from models.runs.reads import RunView
from models.runs.reports import HowFar, NamedRow
from rules.runs.endings import DONE, STUCK, Ending, LackingList, but_for, ending_of
from starter.answers.wording import number, plural

_DOING: dict[tuple[RunKind | None, Stage], str] = {
    (None, Stage.AWAITING_CONSENT): "Waiting for the sign-in",
    (None, Stage.LISTING): "Listing what your login reaches",
    (None, Stage.AWAITING_SELECTION): "Waiting for a choice",
    (None, Stage.AWAITING_CONFIRMATION): "Waiting for a confirmation",
    (None, Stage.CREATING): "Creating client accounts",
    (None, Stage.REPAIRING): "Repairing connections",
    (None, Stage.REASSIGNING): "Moving clients",
    (None, Stage.PULLING): "Pulling standard information",
    (None, Stage.FINISHED): "Finished",
    (RunKind.RECONNECT_ALL, Stage.LISTING): "Looking which connections your login can repair",
    (RunKind.REASSIGN_CLIENTS, Stage.LISTING): "Listing the clients that your login can take over",
}

PAUSED = "Waiting for the accounting software's limit of this minute. It goes on by itself."
PUT_OFF = "Waiting for the accounting software's limit for {which}. It goes on by itself as soon as that allows it."


@dataclass(frozen=True, slots=True)
class NamedClient:
    """A client, named while a run works.

    Attributes:
        key: Identifies it within the run.
        name: Its name.
        why: Why it is not done; None unless it could not be done.
    """

    key: str
    name: str
    why: str | None


@dataclass(frozen=True, slots=True)
class Names:
    """Clients with which a run has come equally far.

    Attributes:
        standing: How far.
        rows: Those that are named.
        more: How many more there are.
    """

    standing: HowFar
    rows: Sequence[NamedClient]
    more: int


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a running run has come.

    Attributes:
        doing: What it is doing, in words.
        done: How many are done.
        most: How many there are in all; None while that is not known.
        unit: What is counted, such as ``organisations read``.
        counts: Outcomes of the finished ones, without those that nobody chose or that were clients already.
        pause: Why nothing happens at present; None while something does.
        next_try_at: When it goes on, if that is more than about a minute away.
        gone_wrong: How many are not done, and are not tried again by themselves.
        tried_again: How many could not be done yet, and are tried again by themselves.
        names: Some of the clients, by how far the run has come with each, and how many more there are.
    """

    doing: str
    done: int
    most: int | None
    unit: str
    counts: dict[Outcome, int]
    pause: str | None = None
    next_try_at: datetime | None = None
    names: Sequence[Names] = ()
    gone_wrong: int = 0
    tried_again: int = 0

    @property
    def settled(self) -> int:
        """How many need nothing more of the run, whether they are done or not."""
        return self.done + self.gone_wrong + self.tried_again

    @property
    def besides(self) -> str:
        """What is not done, such as ``2 not done and 1 still being tried``; empty where there is nothing of it."""
        parts = ((self.gone_wrong, "not done"), (self.tried_again, _BECAME[Outcome.RETRYING]))
        return " and ".join(f"{number(count)} {became}" for count, became in parts if count)

    @property
    def sentence(self) -> str:
        """The progress as one text for screen readers."""
        if self.most is None:
            return f"{self.doing}."
        besides = f"; {self.besides}" if self.besides else ""
        how_far = f"{self.doing}: {number(self.done)} of {number(self.most)} {self.unit}{besides}."
        return f"{how_far} {self.pause}" if self.pause else how_far


def progress_of(
    kind: RunKind, snapshot: RunSnapshot, *, is_hand_over: bool = False, title: str | None = None
) -> Progress:
    """How far a run has come.

    Args:
        kind: The kind of run.
        snapshot: The run at this moment.
        is_hand_over: Whether an admin gives one colleague's clients to another, without a sign-in.
        title: The name of the accounting software; None where it is not known.
    """
    counts = dict(snapshot.counts)
    counts.pop(Outcome.SKIPPED, None)
    if kind is RunKind.ADD_CLIENTS:
        counts.pop(Outcome.ALREADY_CLIENT, None)
    doing = _DOING.get((kind, snapshot.stage)) or _DOING[None, snapshot.stage]
    if is_hand_over and snapshot.stage is Stage.LISTING:
        doing = "Listing the clients to hand over"
    match snapshot.stage:
        case Stage.LISTING if snapshot.total and kind is RunKind.ADD_CLIENTS:
            names = _names(snapshot, 0, title)
            return Progress(doing, snapshot.profiles_read, snapshot.total, "organisations read", {}, names=names)
        case Stage.CREATING:
            most, names = snapshot.chosen, _names(snapshot, snapshot.chosen, title)
            return Progress(doing, snapshot.with_client, most, "accounts created", counts, names=names)
        case Stage.REPAIRING | Stage.REASSIGNING | Stage.PULLING:
            unchosen = snapshot.total - snapshot.chosen  # all of it has its outcome since the choice
            settled = max(snapshot.settled - unchosen, 0)
            wrong, tried = snapshot.gone_wrong, snapshot.tried_again
            done = min(sum(counts.get(outcome, 0) for outcome in DONE), settled)
            needless = max(settled - done - wrong - tried, 0)  # such as those whose connections work
            most = snapshot.chosen - needless
            pause: str | None
            if snapshot.put_off and settled + snapshot.put_off == snapshot.chosen:
                pause = named(PUT_OFF.format(which="this client" if snapshot.put_off == 1 else "these clients"), title)
                again = snapshot.next_try_at
            else:
                pause, again = named(PAUSED, title) if snapshot.paused_until else None, None
            names = _names(snapshot, snapshot.chosen - settled, title)
            return Progress(doing, done, most, "clients done", counts, pause, again, names, wrong, tried)
        case _:
            return Progress(doing, 0, None, "", counts)


def _names(snapshot: RunSnapshot, to_come: int, title: str | None) -> Sequence[Names]:
    """The clients to name, of which ``to_come`` have nothing yet; all numbers are of the statement that names them."""
    count = snapshot.counts.get
    of = {
        HowFar.NOT_DONE: sum(count(outcome, 0) for outcome in (*STUCK, Outcome.RETRYING)),
        HowFar.DONE: sum(count(outcome, 0) for outcome in DONE),
        HowFar.TO_COME: to_come,
        HowFar.FOUND: snapshot.total,
    }
    rows = {standing: [_client(row, title) for row in snapshot.names if row.standing is standing] for standing in of}
    return [Names(standing, some, max(of[standing] - len(some), 0)) for standing, some in rows.items() if some]


def _client(row: NamedRow, title: str | None) -> NamedClient:
    label = row.cause.label if row.cause else row.outcome.label if row.outcome else ""
    return NamedClient(row.organisation_id, row.name, named(label, title) if row.standing is HowFar.NOT_DONE else None)


def outcomes_sum(counts: dict[Outcome, int]) -> str:
    """Outcomes as a text, such as ``36 created, 2 already clients and 1 failed``.

    Args:
        counts: By outcome.
    """
    said = [f"{number(count)} {_BECAME[outcome]}" for outcome, count in counts.items() if count]
    if len(said) < 2:
        return "".join(said) or plural(0, "organisation")
    return f"{', '.join(said[:-1])} and {said[-1]}"


def ending_of_run(view: RunView, taker: str | None = None, lacking: Sequence[LackingList] = ()) -> Ending:
    """How a run has ended, and what is sensible next.

    Args:
        view: The run.
        taker: Reassigning: the name of the colleague who has the clients now; None for the one who reads it.
        lacking: Adding: the lists that clients lack.
    """
    causes = [group.cause for group in view.groups if group.outcome is Outcome.FAILED]
    run = view.run
    return ending_of(
        run.kind, run.result, view.counts, causes=causes, taker=taker, message=run.message, lacking=lacking
    )


def means(counts: Mapping[Outcome, int], lacking: Sequence[LackingList]) -> dict[Outcome | None, str]:
    """What outcomes mean, where their rows give no reason of their own; new clients with what they lack.

    Args:
        counts: Numbers by outcome.
        lacking: Adding: the lists that clients lack.
    """
    but = but_for(lacking, sum(counts.get(outcome, 0) for outcome in DONE))
    return MEANS | {Outcome.CREATED: f"New clients, with their standard information{but}."}


def said_of_run(
    view: RunView, snapshot: RunSnapshot, title: str | None = None, lacking: Sequence[LackingList] = ()
) -> str | None:
    """A bulk run in one sentence: how far it has come, or how it has ended; None for a run of another kind.

    Args:
        view: The run.
        snapshot: The run at the same moment.
        title: The name of the accounting software; None where it is not known.
        lacking: Adding: the lists that clients lack.
    """
    run = view.run
    if snapshot.stage is not Stage.FINISHED:
        return progress_of(run.kind, snapshot, is_hand_over=run.is_hand_over, title=title).sentence
    return ending_of_run(view, lacking=lacking).sentence if run.kind is not RunKind.CHANGE_CONNECTION else None


def accounts_sum(made: int, complete: int, waiting: int, need_you: int) -> str:
    """Accounts as a text, such as ``32 accounts: 27 complete, 3 waiting, 2 need you``.

    Args:
        made: All of them.
        complete: Accounts with all of their lists.
        waiting: Accounts whose lists are still being tried.
        need_you: Accounts for which somebody has to act.
    """
    parts = [f"{number(complete)} complete"] if complete or not (waiting or need_you) else []
    parts += [f"{number(waiting)} waiting"] if waiting else []
    parts += [f"{number(need_you)} {'needs' if need_you == 1 else 'need'} you"] if need_you else []
    return f"{plural(made, 'account')}: {', '.join(parts)}"


_BECAME: dict[Outcome, str] = {
    Outcome.CREATED: "created",
    Outcome.LINKED: "linked",
    Outcome.REPAIRED: "repaired",
    Outcome.REASSIGNED: "moved",
    Outcome.HEALTHY: "healthy",
    Outcome.ALREADY_CLIENT: "clients already",
    Outcome.FAILED: "failed",
    Outcome.UNREACHABLE: "not reachable",
    Outcome.CHANGED_MEANWHILE: "changed meanwhile",
    Outcome.RETRYING: "still being tried",
    Outcome.SKIPPED: "not chosen",
}
TALLIED = tuple(_BECAME)
"""In the order of one line: what worked, what did not, what is still to come, what nobody chose."""

MEANS: dict[Outcome | None, str] = {
    None: "Nothing has become of it yet.",
    Outcome.CREATED: "New clients, with their standard information.",
    Outcome.LINKED: "Connected to clients that you had already.",
    Outcome.ALREADY_CLIENT: "Your clients already, so nothing was changed.",
    Outcome.FAILED: "It did not work for each of them; the list says why.",
    Outcome.RETRYING: "Tried again by itself; this page goes on showing what becomes of it.",
    Outcome.SKIPPED: "Not chosen, so nothing was done.",
    Outcome.REPAIRED: "Connected again, and their standard information is fresh.",
    Outcome.HEALTHY: "Nothing to repair.",
    Outcome.UNREACHABLE: "This login does not reach them; the list says whose could.",
    Outcome.REASSIGNED: "Moved, with their connections.",
    Outcome.CHANGED_MEANWHILE: "Somebody changed them meanwhile, so they were left alone.",
}
"""What an outcome means, where its rows give no reason of their own."""
