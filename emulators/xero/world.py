"""Everything that one running stand-in for Xero knows."""

from dataclasses import asdict, dataclass
from typing import ClassVar

from emulators.books.library import Library
from emulators.books.organisations import Organisation
from emulators.kit.faults.faults import Catalogue
from emulators.kit.limits import Window
from emulators.kit.oauth.policies import Policies
from emulators.kit.world import World as AnyWorld
from emulators.xero.config import Config
from emulators.xero.faults import CATALOGUE
from emulators.xero.identity.policies import POLICIES
from emulators.xero.limits import windows
from emulators.xero.records.lists import library
from emulators.xero.records.practice import plan_class


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


class World(AnyWorld):
    """One sandbox's state."""

    platform: ClassVar[str] = "Xero"
    policies: ClassVar[Policies] = POLICIES
    catalogue: ClassVar[Catalogue] = CATALOGUE

    config: Config
    settings: Settings

    def make_library(self) -> Library:
        """The books, as Xero has them."""
        config = self.config
        return library(
            config.seed, config.organisations, config.people, config.scenario, kept_bytes=config.kept_mb << 20
        )

    def windows(self) -> tuple[Window, ...]:
        """Xero's limits, with the day of the app's tier."""
        return windows(self.config.day_limit)

    def begin(self) -> None:
        """Forget everything but the configuration, the clock and the key."""
        super().begin()
        self.settings = Settings()

    def contacts(self, organisation_id: str) -> list[tuple[str, str]]:
        """Names and e-mail addresses of an organisation's contacts, as its records have them."""
        records = self.library.records(organisation_id, "Contacts")
        return [(str(record["Name"]), str(record.get("EmailAddress") or "")) for record in records]

    def plan_of(self, organisation: Organisation) -> str:
        """Xero's ``Class``."""
        return plan_class(organisation)

    def switches(self) -> dict[str, object]:
        """What control may switch, and how it is."""
        return asdict(self.settings)

    @property
    def continue_restamps(self) -> bool:
        """As control set it."""
        return self.settings.continue_restamps

    @property
    def connection_cap(self) -> int | None:
        """As control set it."""
        return self.settings.connection_cap

    @property
    def withheld_scopes(self) -> tuple[str, ...]:
        """As control set it."""
        return self.settings.withheld_scopes
