"""What a portfolio takes in a night, on a Monday morning, in a month, and to keep: arithmetic on measured costs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bench.capacity.costs import Costs
from bench.capacity.portfolio import CLIENTS_OF_A_LOGIN, PracticeOfMany
from bench.due_nights import Measured

HOURS = 3600 * 1000.0
"""CPU milliseconds in an hour of one core."""

GB = 1e9
NIGHTS = 30.4
"""In a month."""

KEPT_DAYS = 30
"""For which Temporal keeps the histories of what has ended: an assumption."""

ACTIONS_OF_A_NIGHT = 8
"""Of a practice's night, besides its logins and groups: its schedule and start, what is due, notices, the tidying."""

IN_TURN = 1 / 7
"""Of the clients that are due, those that are read whole. ``make bench-due`` has as many of them in its nights."""

CHANGED = 0.5
"""Of the clients that are due, those of which something has changed: an assumption."""

DUE = 0.5
"""Of all clients, those that are due in one night where lists are refreshed every 48 hours, as they usually are."""


@dataclass(frozen=True, slots=True)
class Monday:
    """What people do between eight and ten on a Monday, in each practice: assumptions.

    Attributes:
        people: Who are at work.
        pages: That each of them opens.
        page_ms: CPU milliseconds of the web backend for a page: the dearest is 100 (``make bench-pages``).
        added: Clients that a practice adds, on average over all practices.
        hours: In which they do it.
    """

    people: float = 5.0
    pages: float = 40.0
    page_ms: float = 80.0
    added: float = 2.0
    hours: float = 2.0


@dataclass(frozen=True, slots=True)
class Needs:
    """What a portfolio needs.

    Attributes:
        night_core_hours: CPU time of one night, by process.
        monday_cores: Busy cores between eight and ten on a Monday where most practices are.
        actions: Temporal's, in a month of nights.
        history_gb: Kept by Temporal.
        database_gb: The database.
        calls: Of each platform in a month of nights.
        line_gb: From each platform in a month of nights: records that were read.
    """

    night_core_hours: Mapping[str, float]
    monday_cores: float
    actions: float
    history_gb: float
    database_gb: float
    calls: Mapping[str, float]
    line_gb: Mapping[str, float]


def night_pull(costs: Costs) -> Measured:
    """What a due client takes in a night, on average; a seventh in turn is in both kinds as they were measured."""
    return costs.mixed({"nothing changed": 1 - CHANGED, "2 % changed": CHANGED})


def needs(practices: Sequence[PracticeOfMany], costs: Mapping[str, Costs], monday: Monday, due: float = DUE) -> Needs:
    """Compute what these practices need.

    Args:
        practices: The practices.
        costs: Of each platform.
        monday: What people do.
        due: The share of clients that are due in a night.
    """
    clients = {name: sum(one.clients.get(name, 0) for one in practices) for name in costs}
    pulls = {name: night_pull(one) for name, one in costs.items()}
    hours: dict[str, float] = {}
    for name, pull in pulls.items():
        for process in ("worker", "PostgreSQL", "Temporal"):
            spent = clients[name] * due * pull.cpu_ms[process] / HOURS
            hours[process] = hours.get(process, 0.0) + spent
    logins = sum(clients.values()) / CLIENTS_OF_A_LOGIN
    actions_a_night = len(practices) * ACTIONS_OF_A_NIGHT + logins
    actions_a_night += sum(clients[name] * due * pull.actions for name, pull in pulls.items())
    history_a_night = sum(clients[name] * due * pull.history_bytes for name, pull in pulls.items())
    return Needs(
        night_core_hours=hours,
        monday_cores=_monday_cores(practices, costs, monday),
        actions=actions_a_night * NIGHTS,
        history_gb=history_a_night * KEPT_DAYS / GB,
        database_gb=sum(clients[name] * one.kept.database for name, one in costs.items()) / GB,
        calls={name: clients[name] * due * pull.calls * NIGHTS for name, pull in pulls.items()},
        line_gb={
            name: clients[name] * due * NIGHTS * (IN_TURN + CHANGED * 0.02) * one.kept.records / GB
            for name, one in costs.items()
        },
    )


def _monday_cores(practices: Sequence[PracticeOfMany], costs: Mapping[str, Costs], monday: Monday) -> float:
    """Busy cores where most practices are, of web, workers, PostgreSQL and Temporal together."""
    zones: dict[str, int] = {}
    for one in practices:
        zones[one.zone.key] = zones.get(one.zone.key, 0) + 1
    first = costs["xero"].pulls["first pull"].cpu_ms
    of_adding = sum(spent for process, spent in first.items() if process != "sandbox")
    of_one = monday.people * monday.pages * monday.page_ms + monday.added * of_adding
    return max(zones.values()) * of_one / (monday.hours * HOURS)
