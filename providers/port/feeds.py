"""What there is to read at a provider: its feeds, and which of our lists each of them fills, as data.

A list may be filled by several feeds, a feed may fill several lists, and a list that no feed fills is one that the
provider does not have. What follows from the arrangement is worked out here once, so that nobody else asks which call
of a provider brings what.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from contracts.words.lists import KIND_OF, PROFILE, ListName, Lists


@dataclass(frozen=True, slots=True)
class Feed:
    """One thing that is read of an organisation, in one call or in several.

    Its rows are all of one type, and each says itself in which of the lists it is. A row's key is unique over all feeds
    whose rows are of that type, unless it is the same record.

    Attributes:
        name: The provider's own word for it; no other feed of the provider has the same.
        fills: The lists that its rows are of.
        tells_changes: Whether it can be asked for only what changed since a moment. Records that were deleted are not
            among that, unless its pages say which.
        enriches: Whether an earlier feed of one of its lists has all of its records too, with less. Where it is
            refused, that list is poorer, but nothing is missing.
        fingerprinted: Whether an answer that is all of it gets a fingerprint, by which it is known again.
        role: What a login needs in the accounting software to read it, as its own pages call it, after *have the login
            given*; empty where any login may, or where the provider does not say.
    """

    name: str
    fills: Lists
    tells_changes: bool = False
    enriches: bool = False
    fingerprinted: bool = False
    role: str = ""


@dataclass(frozen=True, slots=True)
class FeedGroup:
    """Lists that are read together and stored together or not at all, because they have feeds in common.

    Attributes:
        lists: The lists, in the product's order.
        feeds: All feeds that fill them. Where several bring the same record, the last one has it fullest and counts.
    """

    lists: Lists
    feeds: tuple[Feed, ...]

    def lost_without(self, refused: Feed) -> Lists:
        """The lists that cannot be stored where the software refuses a feed, and the earlier ones were read."""
        return self.its_own(refused) if refused.enriches else self.lists

    def its_own(self, feed: Feed) -> Lists:
        """The lists that a feed fills and no earlier one does."""
        earlier = self.feeds[: self.feeds.index(feed)]
        return tuple(name for name in feed.fills if not any(name in one.fills for one in earlier))

    def rests(self, feed: Feed) -> bool:
        """Whether a reading of changes leaves a feed out until an earlier feed has brought some.

        That is so for a feed that only enriches the earlier one's records and cannot say which have changed.
        """
        return self.tells_changes and feed.enriches and not feed.tells_changes

    @property
    def resting(self) -> Lists:
        """The lists that a night may leave out, because their own changes cannot be asked for."""
        if not self.tells_changes:
            return self.lists
        return tuple(name for feed in self.feeds if self.rests(feed) for name in self.its_own(feed))

    @property
    def tells_changes(self) -> bool:
        """Whether some of its feeds can be asked for changes only; the others are read completely all the same."""
        return any(feed.tells_changes for feed in self.feeds)


class Feeds:
    """All feeds of one provider.

    Args:
        feeds: The feeds. Of those that bring the same records, the one that has them fullest comes last.

    Attributes:
        groups: The feeds by the lists that they fill together, in the product's order; each list is in one at most.
        profile: The feed that brings the organisation's profile.

    Raises:
        ValueError: The feeds contradict each other or what lists are.
    """

    def __init__(self, *feeds: Feed) -> None:
        self._feeds = feeds
        for problem in _problems(feeds):
            raise ValueError(problem)
        (self.profile,) = (feed for feed in feeds if feed.fills == PROFILE)
        self.groups = tuple(_grouped(feeds))
        for group in self.groups:
            asked = [feed.tells_changes for feed in group.feeds]
            if asked != sorted(asked, reverse=True):
                # Otherwise a record that has not changed would come from the poorer feed alone, and replace the fuller.
                raise ValueError(f"of {group.lists}, feeds that tell changes come before those that do not")

    def role_for(self, name: ListName) -> str:
        """What a login needs in the accounting software to read a list; empty where that is not known."""
        return next((feed.role for feed in self._feeds if name in feed.fills and feed.role), "")

    def __iter__(self) -> Iterator[Feed]:
        return iter(self._feeds)


def _problems(feeds: Collection[Feed]) -> Iterator[str]:
    if len({feed.name for feed in feeds}) < len(feeds):
        yield "two feeds have the same name"
    if sum(ListName.ORGANISATION in feed.fills for feed in feeds) != 1:
        yield "one feed brings the organisation's profile"
    for feed in feeds:
        if len({KIND_OF[name] for name in feed.fills}) != 1:
            yield f"{feed.name} fills lists whose rows are of different types, or none"
        if ListName.BANK_ACCOUNTS in feed.fills and ListName.ACCOUNTS not in feed.fills:
            yield f"{feed.name} fills bank accounts, and every bank account is in the chart of accounts as well"


def _grouped(feeds: Collection[Feed]) -> Iterator[FeedGroup]:
    joined: list[set[ListName]] = []
    for feed in feeds:
        touched = [lists for lists in joined if not _apart(lists, feed.fills)]
        joined = [lists for lists in joined if lists not in touched]
        joined.append(set(feed.fills).union(*touched))
    for lists in sorted((tuple(name for name in ListName if name in lists) for lists in joined), key=_place):
        yield FeedGroup(lists, tuple(feed for feed in feeds if not _apart(feed.fills, lists)))


def _place(lists: Lists) -> int:
    return list(ListName).index(lists[0])


def _apart(lists: Collection[ListName], others: Collection[ListName]) -> bool:
    return set(lists).isdisjoint(others)
