"""What a client costs, as ``make bench-due`` measured it: ``measured`` holds what it printed with ``--json``."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import orjson
from pydantic import TypeAdapter

from bench.due_nights import Kept, Measured

MEASURED = Path(__file__).with_name("measured")


@dataclass(frozen=True, slots=True)
class Costs:
    """Measured costs.

    Attributes:
        date: When they were measured.
        clients: With how many clients.
        workers: With how many worker processes.
        pulls: By what was pulled: ``first pull``, ``nothing changed``, ``2 % changed``, ``whole read of the week``.
        kept: Of a client.
    """

    date: date
    clients: int
    workers: int
    pulls: Mapping[str, Measured]
    kept: Kept

    def mixed(self, shares: Mapping[str, float]) -> Measured:
        """The mean pull, where each kind has a share of the clients."""
        parts = [(self.pulls[name], share) for name, share in shares.items()]
        return Measured(
            seconds=sum(pull.seconds * share for pull, share in parts),
            calls=sum(pull.calls * share for pull, share in parts),
            cpu_ms={
                process: sum(pull.cpu_ms[process] * share for pull, share in parts) for process in parts[0][0].cpu_ms
            },
            events=sum(pull.events * share for pull, share in parts),
            history_bytes=sum(pull.history_bytes * share for pull, share in parts),
            actions=sum(pull.actions * share for pull, share in parts),
        )


def measured(folder: Path = MEASURED) -> Mapping[str, Costs]:
    """What was measured, by platform."""
    adapter = TypeAdapter(Costs)
    return {path.stem: adapter.validate_python(orjson.loads(path.read_bytes())) for path in sorted(folder.glob("*"))}
