"""What a pull is to read of a connection, and the rows or errors that came back; kept in memory only."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from contracts.payloads.sync_client import PullClientInput
from contracts.words.causes import Cause
from contracts.words.lists import ListName, Source
from contracts.words.standard_information import OrganisationProfile, Row, profile_of
from models.connections.receipts import BeforePull
from models.connections.settings import chosen_sources
from models.connections.tables import Connection
from providers.port.errors import NeedsPerson, ProviderError, RateLimited


@dataclass(frozen=True, slots=True)
class Claimed:
    """A connection on which this pull holds the lease, and what to read of it.

    Attributes:
        connection: The connection, as it was claimed.
        sources: The sources that are left to read.
        grant_id: The login to read with.
        profile: The profile that the run read while listing, if it has one; it is not read again.
        since: Since when to read a source in part, by source; the others are read completely.
        held: How many rows each list has in the database; lists that were never pulled are missing.
    """

    connection: Connection
    sources: tuple[Source, ...]
    grant_id: UUID
    profile: OrganisationProfile | None = None
    since: Mapping[Source, datetime] = field(default_factory=dict)
    held: Mapping[ListName, int] = field(default_factory=dict)


@dataclass(slots=True)
class Readings:
    """What reading the sources gave: rows or an error for each, and whether to tell of new suppliers.

    ``partial`` are the sources of which only changes were read.
    """

    rows: dict[Source, Sequence[Row]] = field(default_factory=dict)
    errors: dict[Source, ProviderError] = field(default_factory=dict)
    warns_of_new_suppliers: bool = False
    partial: frozenset[Source] = frozenset()

    @property
    def worst(self) -> ProviderError | None:
        """The error that decides the outcome: one that needs a person, else the limit that lasts longest, else any."""
        for error in self.errors.values():
            if isinstance(error, NeedsPerson):
                return error
        limited = [error for error in self.errors.values() if error.retry_at is not None]
        return max(limited, key=_lifts_at, default=next(iter(self.errors.values()), None))

    @property
    def name(self) -> str | None:
        """The organisation's name in its profile; None when the profile was not read."""
        profile = next(iter(self.rows.get(Source.ORGANISATION, ())), None)
        return profile.name if isinstance(profile, OrganisationProfile) else None

    @property
    def are_of_other_books(self) -> bool:
        """Whether the profile was another organisation's; then none of the lists may be stored."""
        error = self.errors.get(Source.ORGANISATION)
        return error is not None and error.cause is Cause.WRONG_ORGANISATION

    def by_completeness(self) -> Iterator[tuple[bool, Mapping[Source, Sequence[Row]]]]:
        """The rows of the sources that were read completely (True), then of those read in part (False), if any."""
        whole = {source: rows for source, rows in self.rows.items() if source not in self.partial}
        changed = {source: rows for source, rows in self.rows.items() if source in self.partial}
        yield True, whole
        if changed:
            yield False, changed


def _lifts_at(error: ProviderError) -> float:
    return error.retry_at.timestamp() if error.retry_at else 0.0


def limit_of_app(read: Iterable[Readings]) -> RateLimited | None:
    """The limit of the whole app that is waited for, if one of the readings met it."""
    worst = (readings.worst for readings in read)
    limits = (limit for limit in worst if isinstance(limit, RateLimited) and limit.is_of_app)
    return next((limit for limit in limits if not limit.is_long), None)


def refusal_of(connection: Connection, at: datetime) -> ProviderError | None:
    """Why a connection must not be read now; None when it may be."""
    if connection.status.is_leaving:
        return NeedsPerson(Cause.DISCONNECTED_AT_PROVIDER, "disconnected here")
    if connection.limited_until is not None and connection.limited_until > at:
        return RateLimited("day", connection.limited_until, "still limited; no call was made")
    return None


def claimed_of(
    asked: PullClientInput,
    connection: Connection,
    before: BeforePull,
    kept_profile: Mapping[str, object] | None,
    since: Mapping[Source, datetime],
) -> Claimed:
    """What is left to read of a connection on which the pull holds the lease."""
    wanted, done = asked.sources or chosen_sources(connection), set(before.stored)
    takes_over = asked.grant_id not in {None, connection.grant_id}
    if takes_over:  # by reading the profile: whoever stored that before had another login
        done -= set(Source.ORGANISATION.lists)
        wanted = tuple(dict.fromkeys((Source.ORGANISATION, *wanted)))
    left = tuple(source for source in wanted if not done.issuperset(source.lists))
    profile = profile_of(kept_profile) if kept_profile and not takes_over else None
    return Claimed(connection, left, asked.grant_id or connection.grant_id, profile, since, before.rows)
