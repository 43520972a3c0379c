"""Everything that one running stand-in knows, in one place, and the way back to its beginning."""

from dataclasses import replace
from typing import ClassVar

from emulators.books.library import Library
from emulators.books.organisations import Organisation
from emulators.books.people import Person
from emulators.kit.calls import Calls
from emulators.kit.clock import Clock
from emulators.kit.config import Config
from emulators.kit.faults.faults import Catalogue, Faults
from emulators.kit.handed_out import HandedOut
from emulators.kit.limits import Limits, Window
from emulators.kit.oauth.connections import Connections
from emulators.kit.oauth.grants import Grants
from emulators.kit.oauth.policies import ClientIn, Policies
from emulators.kit.saving import StateFile
from emulators.kit.signing import SigningKey


class World:
    """One stand-in's state. A platform says what is in the class attributes, and makes books and limits.

    Args:
        config: What it is started with.
        clock: Its time.
        key: Signs its tokens, unless a saved state has another one; a new key otherwise.

    Attributes:
        platform: Whose stand-in it is, as its pages say.
        policies: Of the identity server.
        catalogue: The faults that it knows.
    """

    platform: ClassVar[str]
    policies: ClassVar[Policies]
    catalogue: ClassVar[Catalogue]

    library: Library
    connections: Connections
    grants: Grants
    faults: Faults
    limits: Limits
    calls: Calls
    handed_out: HandedOut

    def __init__(self, config: Config, clock: Clock | None = None, key: SigningKey | None = None) -> None:
        self.config = config
        self.clock = clock or Clock()
        self.begin()
        self._file = self._state_file()
        restored = self._file.load(self.connections, self.grants) if self._file else None
        for connection in self.connections.all():  # what control changed is not kept: another id was one of it
            if connection.organisation_id not in self.library.organisations:
                self.connections.remove(connection)
        self.key = restored or key or SigningKey()

    def make_library(self) -> Library:
        """The books, as this platform has them."""
        raise NotImplementedError

    def windows(self) -> tuple[Window, ...]:
        """The usual limits."""
        raise NotImplementedError

    def begin(self) -> None:
        """Forget everything but the configuration, the clock and the key."""
        config = self.config
        self.library = self.make_library()
        self.connections = Connections(self.clock)
        self.grants = Grants(self.clock, self.policies)
        self.faults = Faults(self.catalogue, config.seed, config.latency_ms / 1000)
        self.limits = Limits(self.clock, self.windows(), enforced=config.limits)
        self.calls = Calls()
        self.handed_out = HandedOut()

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
        self.begin()
        self._file = self._state_file()
        self.save()

    def save(self) -> None:
        """Keep tokens and connections for after a restart, if the stand-in was told to."""
        if self._file:
            self._file.save(self.connections, self.grants, self.key)

    def _state_file(self) -> StateFile | None:
        config = self.config
        if config.state_file is None:
            return None
        return StateFile(config.state_file, (config.seed, config.organisations, config.people, config.scenario))

    def may_connect(self, person: Person) -> list[Organisation]:
        """The organisations that a person may connect."""
        roles, connecting = self.library.roles, self.policies.connecting_roles
        return [
            organisation
            for organisation in self.library.organisations.values()
            if roles.get((person.person_id, organisation.organisation_id)) in connecting
            and not self.faults.hides(person.person_id, organisation.organisation_id)
        ]

    def first_choice(self, person: Person) -> str | None:  # noqa: ARG002  # a platform may have one
        """The id of the organisation that is offered first, as a person's own; None for none."""
        return None

    def contacts(self, organisation_id: str) -> list[tuple[str, str]]:  # noqa: ARG002  # a platform has some
        """Names and e-mail addresses of an organisation's contacts, as its records have them."""
        return []

    def plan_of(self, organisation: Organisation) -> str:
        """What an organisation pays for, in the platform's word."""
        return organisation.plan

    def switches(self) -> dict[str, object]:
        """What control may switch, and how it is."""
        return {}

    def is_known_in(self, person: Person, region: str) -> bool:  # noqa: ARG002  # a platform may look
        """Whether a person can sign in for a region."""
        return True

    # What a platform does not document is switched by control, where it may be.

    @property
    def continue_restamps(self) -> bool:
        """Whether a pass with nothing new stamps the person's existing connections as of this pass."""
        return False

    @property
    def connection_cap(self) -> int | None:
        """Most connections of the app; None for no cap."""
        return None

    @property
    def withheld_scopes(self) -> tuple[str, ...]:
        """What token answers leave out of the scopes that were asked for."""
        return ()

    @property
    def client_in(self) -> frozenset[ClientIn]:
        """Where an app's credentials may stand."""
        return self.policies.client_in

    @property
    def revokes_known_only(self) -> bool:
        """Whether revoking an unknown token is refused."""
        return self.policies.revocation.known_only

    @property
    def repeats_state(self) -> bool:
        """Whether an app that is told of an error gets its state back."""
        return True

    @property
    def grants_are_regional(self) -> bool:
        """Whether a person's grants for several regions stand beside each other."""
        return False
