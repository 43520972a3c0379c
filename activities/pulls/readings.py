"""What a pull is to read of a connection, and the rows or errors that came back; kept in memory only."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Self
from uuid import UUID

from activities.pulls.last_answers import last_answers
from contracts.payloads.sync_client import PullClientInput
from contracts.words.causes import Cause
from contracts.words.lists import PROFILE, ListName, Lists
from contracts.words.standard_information import OrganisationProfile, Row, profile_of
from models.connections.receipts import BeforePull
from models.connections.settings import chosen_lists
from models.connections.tables import Connection
from models.lists.stagings import Place, takes
from models.lists.tables import Staging
from providers.port.errors import NeedsPerson, ProviderError
from providers.port.feeds import FeedGroup, Feeds
from providers.port.provider import LastAnswer, Page
from rules.lists.increments import LastPull, changes_since, latest_turn, resting


@dataclass(frozen=True, slots=True)
class StagedLists:
    """Lists that are read together and whose rows are all staged.

    Attributes:
        place: Where.
        numbers: How many rows each of the lists has.
    """

    place: Place
    numbers: Mapping[ListName, int]


@dataclass(slots=True)
class Besides:
    """What is told of lists besides their rows.

    Attributes:
        refused: Lists among them whose own feed is refused while the others are read, with the refusal.
        deleted: Keys of records that are deleted.
        resting: Lists among them whose own feed was not asked.
        answer: The fingerprint of the answer that has all of them.
        is_same: Whether that is the answer of which the stored rows are; then there are no rows.
    """

    refused: dict[Lists, NeedsPerson] = field(default_factory=dict)
    deleted: set[str] = field(default_factory=set)
    resting: set[ListName] = field(default_factory=set)
    answer: bytes | None = None
    is_same: bool = False

    def clear(self) -> None:
        """Forget it, before all is read once more."""
        self.refused.clear()
        self.deleted.clear()
        self.resting.clear()
        self.answer, self.is_same = None, False

    def take(self, page: Page) -> None:
        """Take what a page tells; of the answer, it is what the last page says."""
        self.deleted.update(page.deleted)
        self.answer = page.fingerprint
        self.is_same = page.is_unmodified and page.fingerprint is not None


@dataclass(frozen=True, slots=True)
class Claimed:
    """A connection on which this pull holds the lease, and what to read of it.

    Attributes:
        connection: The connection, as it was claimed.
        groups: The lists that are left to read, with their feeds.
        grant_id: The login to read with.
        pull_id: The pull.
        profile: The profile that the run read while listing, if it has one; it is not read again.
        since: Since when to read lists in part; the others are read completely.
        held: How many rows each list has in the database; lists that were never pulled are missing.
        telling: Of all lists that the settings choose, those that can be read in part.
        resting: Lists that are left out because their turn has not come, with their feeds.
        staged: What earlier tries have staged of its lists, by the first of those that are read together.
        answers: At night, of lists whose one feed is fingerprinted, what is known of its last answer.
    """

    connection: Connection
    groups: tuple[FeedGroup, ...]
    grant_id: UUID
    pull_id: str
    profile: OrganisationProfile | None = None
    since: Mapping[Lists, datetime] = field(default_factory=dict)
    held: Mapping[ListName, int] = field(default_factory=dict)
    telling: tuple[Lists, ...] = ()
    resting: tuple[FeedGroup, ...] = ()
    staged: Mapping[str, Staging] = field(default_factory=dict)
    answers: Mapping[Lists, LastAnswer] = field(default_factory=dict)

    def last_answer(self, lists: Lists) -> LastAnswer | None:
        """What is known of the last answer of the feed that fills lists; None where only changes are asked for."""
        return None if lists in self.since else self.answers.get(lists)

    def woken(self, names: Collection[ListName]) -> Self | None:
        """The same connection with those of its resting lists that are to be read after all; None without any."""
        groups = tuple(group for group in self.resting if not set(group.lists).isdisjoint(names))
        return replace(self, groups=groups, since={}, resting=()) if groups else None


@dataclass(slots=True)
class Readings:
    """What reading gave: rows or an error for all lists that are read together, and whether to tell of new suppliers.

    Attributes:
        rows: The rows that were read, by the lists that they are of.
        errors: Why lists could not be read; of lists without rows of their own these may be lists of ``rows`` too.
        warns_of_new_suppliers: Whether the connection's settings say so.
        partial: The lists of which some feed was asked for changes only.
        deleted: Keys of records that the provider says are deleted, of lists of which changes only were asked for.
        telling: All lists that would have to be read completely for nothing to be left out.
        staged: The lists whose rows are staged, and not among ``rows``.
        is_taken_over: Whether a newer try goes on with this pull, so that this one must store nothing.
        resting: Lists among ``partial`` of which nothing was asked: their receipts stay as old as they are.
        answers: Fingerprints of the answers that the rows are made of, where one answer has all of a list.
        same: Lists whose answer was the one of which the stored rows are; they have no rows here.
    """

    rows: dict[Lists, Sequence[Row]] = field(default_factory=dict)
    errors: dict[Lists, ProviderError] = field(default_factory=dict)
    warns_of_new_suppliers: bool = False
    partial: frozenset[Lists] = frozenset()
    deleted: dict[Lists, set[str]] = field(default_factory=dict)
    telling: tuple[Lists, ...] = ()
    staged: dict[Lists, StagedLists] = field(default_factory=dict)
    is_taken_over: bool = False
    resting: set[ListName] = field(default_factory=set)
    answers: dict[Lists, bytes] = field(default_factory=dict)
    same: set[Lists] = field(default_factory=set)

    @property
    def is_complete(self) -> bool:
        """Whether every list that is usually read in part was now read completely."""
        read = {*self.rows, *self.staged, *self.own_states}
        return all(lists in read and lists not in self.partial for lists in self.telling)

    @property
    def own_states(self) -> Mapping[Lists, ProviderError]:
        """Lists that plan or role do not offer: their own state, of which the pull is none the worse."""
        return {lists: error for lists, error in self.errors.items() if error.cause.is_of_list and lists != PROFILE}

    @property
    def refused(self) -> Collection[ListName]:
        """Lists whose own feed was refused, while other lists of their group were read."""
        read = {name for lists in self.rows for name in lists}
        return {name for lists in self.errors if lists not in self.rows for name in lists if name in read}

    @property
    def worst(self) -> ProviderError | None:
        """The error that decides the outcome: one that needs a person, else the limit that lasts longest, else any."""
        own = self.own_states
        errors = [error for lists, error in self.errors.items() if lists not in own]
        for error in errors:
            if isinstance(error, NeedsPerson):
                return error
        limited = [error for error in errors if error.retry_at is not None]
        return max(limited, key=_lifts_at, default=next(iter(errors), None))

    @property
    def name(self) -> str | None:
        """The organisation's name in its profile; None when the profile was not read."""
        profile = next(iter(self.rows.get(PROFILE, ())), None)
        return profile.name if isinstance(profile, OrganisationProfile) else None

    @property
    def are_of_other_books(self) -> bool:
        """Whether the profile was another organisation's; then none of the lists may be stored."""
        error = self.errors.get(PROFILE)
        return error is not None and error.cause is Cause.WRONG_ORGANISATION

    @property
    def given_up(self) -> Collection[ListName]:
        """The lists of which nobody goes on with what is staged: a person has to mend something first."""
        if self.are_of_other_books:
            return tuple(ListName)
        refused = (lists for lists, error in self.errors.items() if isinstance(error, NeedsPerson))
        return [name for lists in refused if takes(lists) for name in lists]

    @property
    def news(self) -> Sequence[Row]:
        """Every row that was read and is not staged, but for the profile."""
        return [row for lists, rows in self.rows.items() if lists != PROFILE for row in rows]

    def add(self, other: "Readings") -> None:
        """Add what was read of further lists."""
        self.rows |= other.rows
        self.errors |= other.errors
        self.staged |= other.staged
        self.answers |= other.answers
        self.same |= other.same
        self.is_taken_over |= other.is_taken_over

    @property
    def unchanged(self) -> Sequence[ListName]:
        """The lists of which changes were asked for, and there were none; and those of which all is as it was."""
        partial = self.partial - self.deleted.keys()
        lists = (one for one, rows in self.rows.items() if one in self.same or (one in partial and not rows))
        return [name for one in lists for name in one if name not in self.resting]

    def deleted_beside(self, rows: Mapping[Lists, Sequence[Row]]) -> Mapping[Lists, set[str]]:
        """Keys of deleted records, of the lists whose rows these are."""
        return {lists: keys for lists, keys in self.deleted.items() if lists in rows}

    def by_completeness(self) -> Iterator[tuple[bool, Mapping[Lists, Sequence[Row]]]]:
        """The rows of the lists that were read completely (True), then of those with changes (False), if any."""
        whole = {lists: rows for lists, rows in self.rows.items() if lists not in self.partial | self.same}
        without = set(self.unchanged)
        partial = {lists: rows for lists, rows in self.rows.items() if lists in self.partial}
        changed = {lists: rows for lists, rows in partial.items() if without.isdisjoint(lists)}
        yield True, whole
        if changed:
            yield False, changed


def _lifts_at(error: ProviderError) -> float:
    return error.retry_at.timestamp() if error.retry_at else 0.0


def asked_for(asked: PullClientInput, connection: Connection, feeds: Feeds) -> tuple[FeedGroup, ...]:
    """What the pull is to read of a connection: all that its settings choose, or some of it."""
    chosen = set(chosen_lists(connection))
    if asked.sources:
        named = {name for kind in asked.sources for name in kind.lists}
        chosen = chosen & named or named  # all of it may have been left out since it was asked for
    return tuple(group for group in feeds.groups if not chosen.isdisjoint(group.lists))


def claimed_of(
    asked: PullClientInput,
    connection: Connection,
    feeds: Feeds,
    before: BeforePull,
    kept_profile: Mapping[str, object] | None = None,
    *,
    known: Mapping[ListName, LastPull],
    staged: Mapping[str, Staging],
    at: datetime,
) -> Claimed:
    """What is left to read of a connection on which the pull holds the lease.

    Args:
        asked: The pull.
        connection: The connection.
        feeds: Its provider's.
        before: What its receipts say for this pull.
        kept_profile: Its profile, where the run has read it while listing.
        known: Its receipts, for a refresh that reads in part what it can; none for one that reads everything.
        staged: What is staged of its lists.
        at: This moment.
    """
    wanted, done = {group.lists for group in asked_for(asked, connection, feeds)}, set(before.stored)
    takes_over = asked.grant_id not in {None, connection.grant_id}
    if takes_over:  # by reading the profile: whoever stored that before had another login
        done -= set(PROFILE)
        wanted.add(PROFILE)
    turn = latest_turn(connection.id, at)
    rests = resting_of(asked, connection, feeds, known, turn)
    left = [group for group in feeds.groups if group.lists in wanted and not done.issuperset(group.lists)]
    return Claimed(
        connection,
        tuple(group for group in left if group.lists not in rests),
        asked.grant_id or connection.grant_id,
        asked.pull_id,
        profile=profile_of(kept_profile) if kept_profile and not takes_over else None,
        since=changes_since(telling_of(connection, feeds), known, connection.contacts_complete_at, turn),
        held=before.rows,
        telling=telling_of(connection, feeds),
        resting=tuple(group for group in left if group.lists in rests),
        staged=staged,
        answers=last_answers(connection, left, known) if asked.is_incremental else {},
    )


def telling_of(connection: Connection, feeds: Feeds) -> tuple[Lists, ...]:
    """Of the lists that a connection's settings choose, those of which the provider can be asked for changes only."""
    chosen = set(chosen_lists(connection))
    return tuple(group.lists for group in feeds.groups if group.tells_changes and not chosen.isdisjoint(group.lists))


def resting_of(
    asked: PullClientInput, connection: Connection, feeds: Feeds, receipts: Mapping[ListName, LastPull], turn: datetime
) -> set[Lists]:
    """The lists of a connection that this pull may leave out: of those that work, where not each list was asked for."""
    is_well = connection.cause is None and connection.look_cause is None
    if not asked.is_incremental or asked.sources or asked.grant_id is not None or not is_well:
        return set()
    slow = (group.lists for group in asked_for(asked, connection, feeds) if not group.tells_changes)
    return resting(slow, receipts, turn)
