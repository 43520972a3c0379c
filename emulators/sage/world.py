"""Everything that one running stand-in for Sage knows."""

from dataclasses import asdict
from typing import ClassVar

from emulators.books.library import Library
from emulators.books.organisations import Organisation
from emulators.books.people import Person, Role
from emulators.kit.faults.faults import Catalogue
from emulators.kit.limits import Window
from emulators.kit.oauth.grants import Access
from emulators.kit.oauth.policies import ClientIn, Policies
from emulators.kit.world import World as AnyWorld
from emulators.sage.config import Config
from emulators.sage.faults import CATALOGUE
from emulators.sage.identity.policies import POLICIES
from emulators.sage.limits import WINDOWS
from emulators.sage.records.lists import library
from emulators.sage.records.practice import plan_name
from emulators.sage.settings import Settings


class World(AnyWorld):
    """One sandbox's state."""

    platform: ClassVar[str] = "Sage"
    policies: ClassVar[Policies] = POLICIES
    catalogue: ClassVar[Catalogue] = CATALOGUE

    config: Config
    settings: Settings

    def make_library(self) -> Library:
        """The books, as Sage has them."""
        config = self.config
        return library(
            config.seed, config.organisations, config.people, config.scenario, kept_bytes=config.kept_mb << 20
        )

    def windows(self) -> tuple[Window, ...]:
        """Sage's limits."""
        return WINDOWS

    def begin(self) -> None:
        """Forget everything but the configuration, the clock and the key."""
        super().begin()
        self.settings = Settings()

    def contacts(self, organisation_id: str) -> list[tuple[str, str]]:
        """Names and e-mail addresses of a business's contacts, as its records have them."""
        records = self.library.records(organisation_id, "contacts")
        return [(str(record["name"]), str(record.get("email") or "")) for record in records]

    def businesses(self, access: Access) -> list[Organisation]:
        """The businesses that a token reaches, the person's first one first."""
        person = self.library.people.get(access.person_id or "")
        if person is None:
            return []
        region = access.region if self.settings.country_only else None
        found = [one for one in self.may_connect(person) if region in (None, one.country.code)]
        return sorted(found, key=lambda one: one.index)

    def role(self, access: Access, organisation: Organisation) -> Role:
        """What the token's person is in a business that the token reaches."""
        return self.library.roles[access.person_id or "", organisation.organisation_id]

    def is_known_in(self, person: Person, region: str) -> bool:
        """Whether a person has a business in a country."""
        return any(one.country.code == region for one in self.may_connect(person))

    def plan_of(self, organisation: Organisation) -> str:
        """The plan's name."""
        return plan_name(organisation)

    def switches(self) -> dict[str, object]:
        """What control may switch, and how it is."""
        return asdict(self.settings)

    @property
    def client_in(self) -> frozenset[ClientIn]:
        """Where an app's credentials may stand."""
        return frozenset(ClientIn) if self.settings.basic_auth else self.policies.client_in

    @property
    def revokes_known_only(self) -> bool:
        """Whether revoking an unknown token is refused."""
        return self.settings.dead_revocation_refused

    @property
    def repeats_state(self) -> bool:
        """Whether an app that is told of an error gets its state back."""
        return self.settings.state_on_errors

    @property
    def grants_are_regional(self) -> bool:
        """Whether a person's grants for several countries stand beside each other."""
        return self.settings.grant_per_country
