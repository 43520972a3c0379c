"""Everything that one running stand-in for QuickBooks knows."""

from dataclasses import asdict, dataclass, replace
from typing import ClassVar

from emulators.books.library import Library
from emulators.books.organisations import Organisation
from emulators.books.people import Person
from emulators.kit.faults.faults import Catalogue
from emulators.kit.limits import Window
from emulators.kit.oauth.policies import Policies, Reuse
from emulators.kit.world import World as AnyWorld
from emulators.quickbooks.config import Config
from emulators.quickbooks.faults import CATALOGUE
from emulators.quickbooks.identity.policies import POLICIES
from emulators.quickbooks.limits import WINDOWS
from emulators.quickbooks.meter import Meter
from emulators.quickbooks.records.lists import library
from emulators.quickbooks.records.practice import OWN_INDEX, plan_name
from emulators.quickbooks.settings import Settings


@dataclass(frozen=True, slots=True)
class Change:
    """What a webhook tells of.

    Attributes:
        realm: The company.
        entity: What kind of record, as queries name it.
        identity: The record's id.
        operation: ``created``, ``updated`` or ``deleted``.
        at: Seconds since the epoch.
    """

    realm: str
    entity: str
    identity: str
    operation: str
    at: float


class World(AnyWorld):
    """One sandbox's state."""

    platform: ClassVar[str] = "QuickBooks"
    policies: ClassVar[Policies] = POLICIES
    catalogue: ClassVar[Catalogue] = CATALOGUE

    config: Config
    settings: Settings
    meter: Meter
    untold: list[Change]

    def make_library(self) -> Library:
        """The books, as QuickBooks has them."""
        config = self.config
        return library(
            config.seed, config.organisations, config.people, config.scenario, kept_bytes=config.kept_mb << 20
        )

    def windows(self) -> tuple[Window, ...]:
        """Intuit's limits."""
        return WINDOWS

    def begin(self) -> None:
        """Forget everything but the configuration, the clock and the key."""
        super().begin()
        config = self.config
        self.settings = Settings(config.disconnect_url, config.reconnect_url, config.webhook_url, config.webhook_token)
        self.meter = Meter(self.clock)
        self.untold = []

    def apply_settings(self) -> None:
        """Let the grants go by the switches that are about them."""
        settings = self.settings
        refresh = replace(
            self.policies.refresh,
            grace=settings.superseded_seconds,
            reuse=Reuse.ENDS_GRANT if settings.reuse_ends_grant else Reuse.REFUSED,
        )
        self.grants.policies = replace(
            self.policies, refresh=refresh, ends_superseded_access=settings.takeover_ends_access
        )

    def disconnect(self, realm: str) -> None:
        """End the app's connection to a company, as somebody does in QuickBooks: its tokens are dead at once."""
        self.grants.revoke_owner(realm)
        self.connections.remove_matching(organisation_id=realm)
        self.save()

    def first_choice(self, person: Person) -> str | None:  # noqa: ARG002  # as the kit calls it
        """The firm's own books, which an accountant's login is offered first."""
        found = (one for one in self.library.organisations.values() if one.index == OWN_INDEX)
        return next((one.organisation_id for one in found), None)

    def contacts(self, organisation_id: str) -> list[tuple[str, str]]:
        """Names and e-mail addresses of a company's suppliers and customers, as its records have them."""
        found = []
        for name in ("Vendor", "Customer"):
            for record in self.library.records(organisation_id, name):
                email = record.get("PrimaryEmailAddr")
                address = email.get("Address") if isinstance(email, dict) else ""
                found.append((str(record.get("DisplayName", "")), str(address or "")))
        return found

    def plan_of(self, organisation: Organisation) -> str:
        """The plan's name."""
        return plan_name(organisation)

    def switches(self) -> dict[str, object]:
        """What control may switch, and how it is; without the token that signs webhooks."""
        found = asdict(self.settings)
        del found["webhook_token"]
        return found

    @property
    def revokes_known_only(self) -> bool:
        """Whether revoking an unknown token is refused."""
        return self.settings.dead_revocation_refused
