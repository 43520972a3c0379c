"""The plan of which fault or kill comes when: a pure function of the seed, so that a run can be repeated.

Two runs of one seed have the same plan. How the processes react differs, because no plan can decide in which
microsecond a statement is running.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from random import Random

MEAN_GAP = 4.0
"""Seconds between two blows, on average."""

LEAST_PAUSE, LONGEST_PAUSE = 2.0, 60.0
"""Seconds for which a process is stopped, or a cable is cut."""

SHARE_OF_RUN = 0.12
"""No single pause is longer than this part of a run: otherwise a short run would show nothing but waiting."""

QUIET_END = 3.0
"""Seconds before the end in which no blow begins."""


class Act(StrEnum):
    """The kinds of faults and kills."""

    KILL = "kill"
    PAUSE = "pause"
    CUT = "cut"
    DEPLOY = "deploy"
    FAULT = "fault"
    SECRETS_EXPIRE = "access expires, answers are lost"


class Target(StrEnum):
    """What they can hit."""

    FIRST_WORKER = "worker-1"
    SECOND_WORKER = "worker-2"
    WEB = "web"
    TEMPORAL = "temporal"
    POSTGRES = "postgres"
    PLATFORM = "platform"


WORKERS = (Target.FIRST_WORKER, Target.SECOND_WORKER)
KILLED = (*WORKERS, *WORKERS, Target.WEB, Target.WEB, Target.TEMPORAL, Target.POSTGRES)
PAUSED = (*WORKERS, *WORKERS, Target.WEB, Target.TEMPORAL, Target.POSTGRES, Target.PLATFORM)


@dataclass(frozen=True, slots=True)
class Blow:
    """One fault or kill.

    Attributes:
        at: Seconds after the start of the run.
        act: Its kind.
        target: What it hits.
        seconds: How long the target is gone, stopped or cut off; for a fault, until it is ended.
        place: Number of the organisation or person that a fault concerns; None for all.
        words: The fault, as the stand-in is told.
    """

    at: float
    act: Act
    target: Target
    seconds: float = 0.0
    place: int | None = None
    words: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        """In one line, for people."""
        of = "" if self.place is None else f" of {self.place}"
        what = f"{self.words['kind']}{of}" if self.words else self.target.value
        return f"{self.at:6.1f} s  {self.act.value} {what} for {self.seconds:.1f} s"


def plan(seed: int, minutes: float, organisations: int, people: int) -> tuple[Blow, ...]:
    """All blows of a run, in order of time.

    Args:
        seed: The same one gives the same plan.
        minutes: How long people work.
        organisations: How many organisations the stand-in has.
        people: How many logins.
    """
    chance = Random(seed)  # noqa: S311  # a plan, no secret
    longest = max(LEAST_PAUSE * 2, min(LONGEST_PAUSE, 60 * minutes * SHARE_OF_RUN))
    blows: list[Blow] = []
    at = chance.uniform(1.0, MEAN_GAP)
    while at < 60 * minutes - QUIET_END:
        blows.append(_blow(chance, at, min(longest, 60 * minutes - at), organisations, people))
        at += chance.expovariate(1 / MEAN_GAP) + 0.2
    return tuple(blows)


def _blow(chance: Random, at: float, longest: float, organisations: int, people: int) -> Blow:
    act = chance.choices(list(Act), weights=(24, 11, 10, 5, 38, 12))[0]
    pause = round(chance.triangular(LEAST_PAUSE, max(longest, LEAST_PAUSE), LEAST_PAUSE), 1)
    match act:
        case Act.KILL:
            return Blow(at, act, chance.choice(KILLED), round(chance.choice((0.0, 0.0, chance.uniform(0, pause))), 1))
        case Act.PAUSE:
            return Blow(at, act, chance.choice(PAUSED), pause)
        case Act.CUT | Act.DEPLOY:
            return Blow(at, act, chance.choice(WORKERS), pause if act is Act.CUT else 0.0)
        case Act.SECRETS_EXPIRE:
            lost = chance.choice((0, 1, 1, 2))
            return Blow(at, act, Target.PLATFORM, pause, words={"kind": "drop_refresh_response", "times": lost})
        case _:
            words, is_of_person, is_everywhere = _FAULTS[chance.randrange(len(_FAULTS))](chance)
            place = None if is_everywhere else chance.randrange(people if is_of_person else organisations)
            return Blow(at, Act.FAULT, Target.PLATFORM, pause, place, words)


Fault = tuple[dict[str, object], bool, bool]
"""The platform's words; whether it is about a person, and not an organisation; and whether about everybody."""


def _of_organisation(kind: str, **words: object) -> Callable[[Random], Fault]:
    return lambda chance: ({"kind": kind, "times": chance.randint(1, 6), **words}, False, False)


def _everywhere(kind: str, **words: object) -> Callable[[Random], Fault]:
    return lambda chance: ({"kind": kind, "times": chance.randint(1, 4), **words}, False, True)


def _once(kind: str) -> Callable[[Random], Fault]:
    return lambda _: ({"kind": kind}, False, False)


_FAULTS: tuple[Callable[[Random], Fault], ...] = (
    _everywhere("latency", seconds=2.0),
    _of_organisation("rate_limited", problem="minute", seconds=5),
    _of_organisation("rate_limited", problem="concurrent"),
    _everywhere("rate_limited", problem="appminute", seconds=4, path="/api.xro/"),
    _once("minute_limit_reached"),
    _of_organisation("server_error", status=500),
    _everywhere("server_error", status=503, path="/connections"),
    _everywhere("server_error", status=502, path="/connect/token"),
    _of_organisation("timeout", seconds=20),
    _everywhere("timeout", seconds=40, path="/connect/token"),
    _of_organisation("drop_connection"),
    _everywhere("drop_connection", path="/connections"),
    _of_organisation("organisation_offline"),
    _once("access_removed"),
    _once("disconnected"),
    lambda _: ({"kind": "revoke_person"}, True, False),
    _of_organisation("subscription_ended"),
    _of_organisation("access_refused"),
    _of_organisation("precondition_failed"),
    _of_organisation("other_profile", path="/Organisation"),
    _of_organisation("scope_missing"),
    _of_organisation("slow_pages", seconds=4),
    _of_organisation("malformed_body"),
    _of_organisation("short_page", path="/Contacts"),
    _of_organisation("high_volume"),
    _of_organisation("empty_list"),
    _everywhere("edge_page", page="html"),
    _everywhere("edge_page", page="text", status=403, path="/connect/token"),
    _everywhere("edge_page", page="gateway", status=401),
    _of_organisation("odd_character", oddity="surrogate"),
    _once("listed_twice"),
    _everywhere("client_refused"),
    _everywhere("refresh_token_left_out"),
    _everywhere("no_connections"),
    _everywhere("connection_cap"),
)
"""Every kind of fault that the platform knows. What uses up an organisation's day is left out, since that organisation
would rightly be waited for until the day is over."""
