"""Everything that one running sandbox knows, in one place, and the way back to its beginning."""

from dataclasses import dataclass, replace

from emulators.books.library import Library
from emulators.books.organisations import Organisation
from emulators.books.people import Person
from emulators.kit.calls import Calls
from emulators.kit.clock import Clock
from emulators.kit.handed_out import HandedOut
from emulators.kit.signing import SigningKey
from emulators.xero.config import Config
from emulators.xero.connections import Connections
from emulators.xero.faults import Faults
from emulators.xero.identity.grants import Grants
from emulators.xero.limits import Allowances, Limits
from emulators.xero.records.lists import library
from emulators.xero.records.practice import CONNECTING_ROLES
from emulators.xero.saving import StateFile


@dataclass(slots=True)
class Settings:
    """Behaviour that Xero does not document, switchable by control.

    Attributes:
        continue_restamps: Whether a pass with nothing new stamps the person's existing connections as of this pass.
        connection_cap: Most connections of the app; None for no cap.
        withheld_scopes: What token answers leave out of the scopes that were asked for, as for a sign-in that was
            given before the app asked for them.
        most_contacts: With more contacts than this, an organisation's are given only in pages, and filtered or in an
            order that is ready.
    """

    continue_restamps: bool = False
    connection_cap: int | None = None
    withheld_scopes: tuple[str, ...] = ()
    most_contacts: int = 100_000


class World:
    """One sandbox's state.

    Args:
        config: What it is started with.
        clock: Its time.
        key: Signs its tokens, unless a saved state has another one; a new key otherwise.
    """

    library: Library
    connections: Connections
    grants: Grants
    faults: Faults
    limits: Limits
    calls: Calls
    handed_out: HandedOut
    settings: Settings

    def __init__(self, config: Config, clock: Clock | None = None, key: SigningKey | None = None) -> None:
        self.config = config
        self.clock = clock or Clock()
        self._begin()
        self._file = self._state_file()
        restored = self._file.load(self.connections, self.grants) if self._file else None
        for connection in self.connections.all():  # what control changed is not kept: a new tenant id was one of it
            if connection.organisation_id not in self.library.organisations:
                self.connections.remove(connection)
        self.key = restored or key or SigningKey()

    def reset(
        self,
        *,
        seed: int | None = None,
        organisations: int | None = None,
        people: int | None = None,
        scenario: str | None = None,
    ) -> None:
        """Begin anew: no connections, tokens, faults or counts, and real time; the signing key stays.

        What is None stays as it was.
        """
        self.config = replace(
            self.config,
            seed=self.config.seed if seed is None else seed,
            organisations=self.config.organisations if organisations is None else organisations,
            people=self.config.people if people is None else people,
            scenario=self.config.scenario if scenario is None else scenario,
        )
        self.clock.reset()
        self._begin()
        self._file = self._state_file()
        self.save()

    def save(self) -> None:
        """Keep tokens and connections for after a restart, if the sandbox was told to."""
        if self._file:
            self._file.save(self.connections, self.grants, self.key)

    def _state_file(self) -> StateFile | None:
        config = self.config
        if config.state_file is None:
            return None
        return StateFile(config.state_file, (config.seed, config.organisations, config.people, config.scenario))

    def _begin(self) -> None:
        config = self.config
        self.library = library(
            config.seed, config.organisations, config.people, config.scenario, kept_bytes=config.kept_mb << 20
        )
        self.connections = Connections(self.clock)
        self.grants = Grants(self.clock)
        self.faults = Faults(config.seed, config.latency_ms / 1000)
        allowances = Allowances(day=config.day_limit) if config.limits else Allowances.unlimited()
        self.limits = Limits(self.clock, allowances)
        self.calls = Calls()
        self.handed_out = HandedOut()
        self.settings = Settings()

    def may_connect(self, person: Person) -> list[Organisation]:
        """The organisations where a person is Standard or Adviser."""
        roles = self.library.roles
        return [
            organisation
            for organisation in self.library.organisations.values()
            if roles.get((person.person_id, organisation.organisation_id)) in CONNECTING_ROLES
            and not self.faults.hides(person.person_id, organisation.organisation_id)
        ]
