"""Results of runs, and arithmetic on them; no I/O."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median


@dataclass(frozen=True, slots=True)
class Calls:
    """Counters of the stand-in.

    Attributes:
        api: Calls of the API, without sign-ins.
        too_many: How many of them were answered with 429.
    """

    api: int
    too_many: int


@dataclass(frozen=True, slots=True)
class Usage:
    """What processes used between two moments.

    Attributes:
        cpu_seconds: CPU time by process, including its children.
        others_cpu_seconds: CPU time of everything else on the machine.
        peak_bytes: The greatest resident memory of each process, or of a child of it.
    """

    cpu_seconds: Mapping[str, float]
    others_cpu_seconds: float
    peak_bytes: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class History:
    """The size of a run's history in Temporal.

    Attributes:
        events: Events, over all executions of the run.
        bytes: Bytes, over all executions of the run.
        task_seconds: Seconds of each workflow task, from when it was scheduled to when it was completed.
        actions: Events for which Temporal's cloud charges, over all executions of the run.
    """

    events: int
    bytes: int
    task_seconds: Sequence[float] = ()
    actions: int = 0


@dataclass(frozen=True, slots=True)
class Timing:
    """The measurements of one run.

    Attributes:
        listing: Seconds from the browser's return with a code to the list with its profiles.
        adding: Seconds from the choice to the last row stored.
        rows: Numbers of rows, by table.
        calls: Calls over both phases.
        usage: CPU time and memory over both phases.
        history: The history; None for the bare script.
        minutes: Calls in each minute that lies completely in the run.
    """

    listing: float
    adding: float
    rows: Mapping[str, int]
    calls: Calls
    usage: Usage
    history: History | None = None
    minutes: Sequence[int] = ()

    @property
    def total(self) -> float:
        """Seconds of both phases."""
        return self.listing + self.adding


@dataclass(frozen=True, slots=True)
class Comparison:
    """Our runs and the bare script's, taken in turn.

    Attributes:
        organisations: How many were added in each run.
        latency_ms: Mean wait of a provider call, give or take half.
        bare: The bare script's runs.
        ours: Our runs.
    """

    organisations: int
    latency_ms: int
    bare: Sequence[Timing] = field(default_factory=tuple)
    ours: Sequence[Timing] = field(default_factory=tuple)

    def ratio(self, phase: str = "total") -> float:
        """Ours ÷ bare by the medians of a phase: ``listing``, ``adding`` or ``total``."""
        return middle(self.ours, phase) / middle(self.bare, phase)

    def noise(self) -> float:
        """The share of CPU time that went to something else on the machine, 0 to 1."""
        runs = [*self.bare, *self.ours]
        others = sum(run.usage.others_cpu_seconds for run in runs)
        return others / (others + sum(sum(run.usage.cpu_seconds.values()) for run in runs))

    def differing_tables(self) -> dict[str, tuple[int, int]]:
        """Tables in which the two stored different numbers of rows: bare's number and ours."""
        runs = [*self.bare, *self.ours]
        tables = dict.fromkeys(table for run in runs for table in run.rows)
        return {
            table: (min(run.rows.get(table, 0) for run in self.bare), min(run.rows.get(table, 0) for run in self.ours))
            for table in tables
            if len({run.rows.get(table, 0) for run in runs}) > 1
        }


@dataclass(frozen=True, slots=True)
class Run:
    """One run of one contender.

    It is ``ours, 1`` or ``ours, 2`` (processes that read for the worker), or ``bare, 1`` or ``bare, 2`` (with as many
    calls at once as these processes make).
    """

    contender: str
    timing: Timing


@dataclass(frozen=True, slots=True)
class Size:
    """All runs with the same number of organisations.

    Attributes:
        organisations: How many.
        runs: All contenders' runs.
        has_limits: Whether the stand-in enforced limits and the product planned for them.
    """

    organisations: int
    runs: Sequence[Run]
    has_limits: bool = True

    def of(self, contender: str) -> list[Timing]:
        """The runs of one contender."""
        return [run.timing for run in self.runs if run.contender == contender]

    @property
    def title(self) -> str:
        """The heading of this size."""
        return f"{self.organisations:,}{'' if self.has_limits else ' unlimited'}"

    @property
    def contenders(self) -> list[str]:
        """The names of those that ran, in order."""
        return list(dict.fromkeys(run.contender for run in self.runs))


@dataclass(frozen=True, slots=True)
class Fairness:
    """Median seconds from the choice to the end of a small practice's run.

    Attributes:
        alone: With nothing else running.
        beside: While another practice's clients are pulled.
    """

    alone: float
    beside: float


@dataclass(frozen=True, slots=True)
class Whole:
    """Everything that ``make bench`` measures.

    Attributes:
        latency_ms: Mean wait of a provider call, give or take half.
        sizes: The results, by number of organisations.
        one_by_one: Seconds for an organisation with the official SDK.
        fairness: The result on fairness; None if it was not measured.
    """

    latency_ms: int
    sizes: Sequence[Size]
    one_by_one: float
    fairness: Fairness | None


def middle(runs: Sequence[Timing], phase: str) -> float:
    """The median of a phase's seconds."""
    return median(float(getattr(run, phase)) for run in runs)


def middle_cpu(runs: Sequence[Timing]) -> dict[str, float]:
    """The median CPU seconds of each process."""
    names = dict.fromkeys(name for run in runs for name in run.usage.cpu_seconds)
    return {name: median(run.usage.cpu_seconds.get(name, 0.0) for run in runs) for name in names}
