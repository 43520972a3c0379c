"""One night of many practices, second by second: their calls against the apps' windows and the workers' CPU time.

The hours, the sizes and the app's windows are the product's own. What is simplified: a group takes a second at least;
groups that workers take are taken practice by practice, as Temporal's fairness does, and share the calls that there
are evenly; a worker process has one core, and all of its time is what ``make bench-due`` measured for a call.
"""

from collections import defaultdict, deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from activities.registry import GROUPS_AT_ONCE
from bench.capacity.portfolio import CLIENTS_OF_A_LOGIN, PracticeOfMany
from workflows.plans.sizes import NIGHT_GROUP_WEIGHS, NIGHT_GROUPS_AT_ONCE

MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)

ANSWER_SECONDS = 0.3
"""Until a platform answers: an assumption, on the slow side of what is seen at Xero."""

CALLS_OF_A_LOGIN = 2
"""A refresh and one list; the refresh counts against no window of Xero's, but is as much work."""


@dataclass(frozen=True, slots=True)
class Platform:
    """What limits one platform's calls.

    Attributes:
        calls: Of a client that is due, on average.
        worker_ms: CPU milliseconds of a worker for one client.
        a_minute: Calls of the whole app in a minute of the clock; None without such a window.
        at_once: Calls of the whole app at once; None without such a limit.
        weight: What a client counts in its group, on average (``workflows.plans.due_clients.weight_of``).
    """

    calls: float
    worker_ms: float
    a_minute: int | None = None
    at_once: int | None = None
    weight: float = 2.0


@dataclass(slots=True)
class _Group:
    """Clients of one practice and platform that are pulled together; ``left``: calls that are still to be made."""

    practice: int
    platform: str
    left: float


@dataclass(slots=True)
class _Night:
    """A practice's night under way."""

    waiting: deque[list[_Group]]
    open: list[list[_Group]] = field(default_factory=list)

    @property
    def is_over(self) -> bool:
        return not self.waiting and not self.open


@dataclass(frozen=True, slots=True)
class Simulated:
    """What came of a night.

    Attributes:
        ended_at: When each practice's night ended (aware, UTC).
        most_calls: Of each platform, the most calls in a minute of the clock.
        calls: Of each platform, all calls.
        busy: Seconds in which some practice's night was under way.
    """

    ended_at: Mapping[int, datetime]
    most_calls: Mapping[str, float]
    calls: Mapping[str, float]
    busy: int


def simulated(
    practices: Sequence[PracticeOfMany], platforms: Mapping[str, Platform], *, due: float, workers: int
) -> Simulated:
    """Let a night pass.

    Args:
        practices: Who has clients.
        platforms: By name.
        due: The share of clients whose lists are due.
        workers: How many worker processes there are.
    """
    to_come = deque(sorted(practices, key=lambda one: one.begins_at))
    nights: dict[int, _Night] = {}
    ended: dict[int, datetime] = {}
    in_minute: dict[str, dict[datetime, float]] = {name: defaultdict(float) for name in platforms}
    now, busy = to_come[0].begins_at.replace(microsecond=0), 0
    while to_come or nights:
        while to_come and to_come[0].begins_at <= now:
            practice = to_come.popleft()
            nights[practice.number] = _Night(deque(_groups(practice, platforms, due)))
        if not nights:
            now = to_come[0].begins_at.replace(microsecond=0) + SECOND
            continue
        busy += 1
        for night in nights.values():
            while night.waiting and len(night.open) < NIGHT_GROUPS_AT_ONCE:
                night.open.append(night.waiting.popleft())
        minute, cpu_ms = now.replace(second=0), workers * 1000.0
        for name, platform in platforms.items():
            running = _in_turn(nights, name, workers * GROUPS_AT_ONCE)
            most = cpu_ms / (platform.worker_ms / platform.calls)
            if platform.a_minute is not None:
                most = min(most, platform.a_minute - in_minute[name][minute])
            if platform.at_once is not None:
                most = min(most, platform.at_once / ANSWER_SECONDS)
            made = _shared(running, max(most, 0.0))
            in_minute[name][minute] += made
            cpu_ms -= made * platform.worker_ms / platform.calls
        now += SECOND
        for number, night in list(nights.items()):
            night.open = [groups for groups in night.open if any(group.left > 0 for group in groups)]
            if night.is_over:
                ended[number] = now
                del nights[number]
    return Simulated(
        ended,
        {name: max(minutes.values(), default=0.0) for name, minutes in in_minute.items()},
        {name: sum(minutes.values()) for name, minutes in in_minute.items()},
        busy,
    )


def _groups(practice: PracticeOfMany, platforms: Mapping[str, Platform], due: float) -> Iterator[list[_Group]]:
    """A practice's groups in order: first its logins, then clients whose lists are due, mixed as they are."""
    logins = max(1.0, practice.size / CLIENTS_OF_A_LOGIN)
    first = max(practice.clients, key=lambda name: practice.clients[name])
    yield [_Group(practice.number, first, logins * CALLS_OF_A_LOGIN)]
    clients = practice.size * due
    shares = {name: count / practice.size for name, count in practice.clients.items() if count}
    while clients > 0:
        together = min(
            clients, NIGHT_GROUP_WEIGHS / sum(platforms[name].weight * share for name, share in shares.items())
        )
        yield [
            _Group(practice.number, name, together * share * platforms[name].calls) for name, share in shares.items()
        ]
        clients -= together


def _in_turn(nights: Mapping[int, _Night], platform: str, slots: int) -> list[_Group]:
    """The groups of a platform that workers have taken: practice by practice, one group each, until none is free."""
    lanes = [
        [group for groups in night.open for group in groups if group.platform == platform and group.left > 0]
        for night in nights.values()
    ]
    taken: list[_Group] = []
    for place in range(NIGHT_GROUPS_AT_ONCE):
        for lane in lanes:
            if place < len(lane):
                if len(taken) == slots:
                    return taken
                taken.append(lane[place])
    return taken


def _shared(groups: Sequence[_Group], most: float) -> float:
    """Let groups make ``most`` calls, each as many as the others or as it needs; gives how many were made."""
    made, waiting = 0.0, sorted(groups, key=lambda group: group.left)
    for place, group in enumerate(waiting):
        calls = min(group.left, (most - made) / (len(waiting) - place))
        group.left = 0.0 if group.left - calls < 1e-9 else group.left - calls  # what rounding leaves
        made += calls
    return made
