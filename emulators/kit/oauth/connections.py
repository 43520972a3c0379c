"""Which person has connected which organisation to the app: one row for each pair, with its own id."""

from dataclasses import dataclass, replace
from uuid import uuid4

from emulators.kit.clock import Clock


@dataclass(slots=True)
class Connection:
    """One person's connection of one organisation.

    Attributes:
        connection_id: Of the pair; not the organisation's id.
        event_id: The authentication event that last allowed it.
        created_at: Seconds since the epoch; survives a renewal.
        updated_at: Seconds since the epoch; moves with every renewal.
    """

    connection_id: str
    person_id: str
    organisation_id: str
    event_id: str
    created_at: float
    updated_at: float


class Connections:
    """All connections to the one app."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._by_pair: dict[tuple[str, str], Connection] = {}
        self._by_id: dict[str, Connection] = {}

    def __len__(self) -> int:
        return len(self._by_pair)

    def all(self) -> list[Connection]:
        """Every connection, in no meaningful order."""
        return sorted(self._by_id.values(), key=lambda connection: connection.connection_id)

    def of_person(self, person_id: str) -> list[Connection]:
        """One person's, in no meaningful order."""
        return [connection for connection in self.all() if connection.person_id == person_id]

    def by_id(self, connection_id: str) -> Connection | None:
        """The connection with this id."""
        return self._by_id.get(connection_id)

    def exists(self, person_id: str, organisation_id: str) -> bool:
        """Whether this person has this organisation connected."""
        return (person_id, organisation_id) in self._by_pair

    def allow(self, person_id: str, organisation_id: str, event_id: str) -> None:
        """Connect an organisation, or renew its connection, and note the authentication event."""
        now = self._clock.now()
        known = self._by_pair.get((person_id, organisation_id))
        if known:
            known.event_id, known.updated_at = event_id, now
            return
        self.restore(Connection(str(uuid4()), person_id, organisation_id, event_id, now, now))

    def restore(self, connection: Connection) -> None:
        """Add a connection as it was saved."""
        self._by_pair[connection.person_id, connection.organisation_id] = connection
        self._by_id[connection.connection_id] = connection

    def remove(self, connection: Connection) -> None:
        """Remove one connection; if the pair is listed twice, the other one stays."""
        self._by_id.pop(connection.connection_id, None)
        pair = (connection.person_id, connection.organisation_id)
        twin = next((row for row in self._by_id.values() if (row.person_id, row.organisation_id) == pair), None)
        if twin:
            self._by_pair[pair] = twin
        else:
            self._by_pair.pop(pair, None)

    def list_twice(self, *, person_id: str | None = None, organisation_id: str | None = None) -> None:
        """Give every connection of this person and (or) this organisation a second id, as has been reported."""
        for pair, connection in list(self._by_pair.items()):
            if person_id in (None, pair[0]) and organisation_id in (None, pair[1]):
                twin = replace(connection, connection_id=str(uuid4()))
                self._by_id[twin.connection_id] = twin

    def remove_matching(self, *, person_id: str | None = None, organisation_id: str | None = None) -> None:
        """Remove every connection of this person and (or) this organisation."""
        for connection in self.all():
            if person_id in (None, connection.person_id) and organisation_id in (
                None,
                connection.organisation_id,
            ):
                self.remove(connection)
