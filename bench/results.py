"""What a run gives and what several give together: plain values and arithmetic, no I/O."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median


@dataclass(frozen=True, slots=True)
class Calls:
    """What the stand-in for Xero counted.

    Attributes:
        api: Calls of its APIs, signing in not among them.
        too_many: Those answered 429.
    """

    api: int
    too_many: int


@dataclass(frozen=True, slots=True)
class Usage:
    """What processes used between two moments.

    Attributes:
        cpu_seconds: CPU time by process, its children's with it.
        others_cpu_seconds: CPU time of everything else on the machine: how noisy it was.
        peak_bytes: The most resident memory that each process ever had.
    """

    cpu_seconds: Mapping[str, float]
    others_cpu_seconds: float
    peak_bytes: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class History:
    """What a run left in Temporal.

    Attributes:
        events: Over all executions of the run, should it have begun a new history.
        bytes: Likewise.
        task_seconds: Of each workflow task of the last execution, from its schedule to its completion.
    """

    events: int
    bytes: int
    task_seconds: Sequence[float] = ()


@dataclass(frozen=True, slots=True)
class Timing:
    """One run, timed.

    Attributes:
        listing: Seconds from the browser's return with a code to the list with its profiles.
        adding: Seconds from the choice to the last row stored.
        rows: Rows by table.
        calls: Over both phases.
        usage: Over both phases.
        history: Of runs that have one.
        minutes: Calls in each minute that lay in the run from its start to its end.
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
    """Our runs beside the bare script's, taken in turn.

    Attributes:
        organisations: How many were added in each run.
        latency_ms: Mean wait of a provider call, give or take half.
        bare: The bare script's runs.
        ours: Ours.
    """

    organisations: int
    latency_ms: int
    bare: Sequence[Timing] = field(default_factory=tuple)
    ours: Sequence[Timing] = field(default_factory=tuple)

    def ratio(self, phase: str = "total") -> float:
        """Ours ÷ bare by the medians of a phase: ``listing``, ``adding`` or ``total``."""
        return middle(self.ours, phase) / middle(self.bare, phase)

    def noise(self) -> float:
        """The part of the CPU time of all runs that went to something else on the machine, 0 to 1."""
        runs = [*self.bare, *self.ours]
        others = sum(run.usage.others_cpu_seconds for run in runs)
        return others / (others + sum(sum(run.usage.cpu_seconds.values()) for run in runs))

    def differing_tables(self) -> dict[str, tuple[int, int]]:
        """Tables in which the two did not store equally many rows: bare's rows and ours."""
        runs = [*self.bare, *self.ours]
        tables = dict.fromkeys(table for run in runs for table in run.rows)
        return {
            table: (min(run.rows.get(table, 0) for run in self.bare), min(run.rows.get(table, 0) for run in self.ours))
            for table in tables
            if len({run.rows.get(table, 0) for run in runs}) > 1
        }


@dataclass(frozen=True, slots=True)
class Run:
    """One run of one contender: ``bare``, ``ours, 1`` or ``ours, 2`` (workers)."""

    contender: str
    timing: Timing


@dataclass(frozen=True, slots=True)
class Size:
    """All runs with so many organisations.

    Attributes:
        organisations: How many.
        runs: All contenders' runs.
        has_limits: Whether the stand-in kept Xero's limits, and we planned for them.
    """

    organisations: int
    runs: Sequence[Run]
    has_limits: bool = True

    def of(self, contender: str) -> list[Timing]:
        """The runs of one contender."""
        return [run.timing for run in self.runs if run.contender == contender]

    @property
    def title(self) -> str:
        """How this size is headed."""
        return f"{self.organisations:,}{'' if self.has_limits else ' unlimited'}"

    @property
    def contenders(self) -> list[str]:
        """Who ran, in order."""
        return list(dict.fromkeys(run.contender for run in self.runs))


@dataclass(frozen=True, slots=True)
class Fairness:
    """Seconds from the choice to the end of a small practice's run, medians.

    Attributes:
        alone: With nothing else to do.
        beside: While another practice's clients are pulled.
    """

    alone: float
    beside: float


@dataclass(frozen=True, slots=True)
class Whole:
    """Everything that ``make bench`` measures.

    Attributes:
        latency_ms: Mean wait of a provider call, give or take half.
        sizes: By number of organisations.
        one_by_one: Seconds for an organisation with the official SDK.
        fairness: Whether a small practice waits for a big one, if that was measured.
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
