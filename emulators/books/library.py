"""The books of all organisations: generated at the first request, with changes by control calls on top.

Records are kept in the platform's form; the platform says which lists there are and how their records are made.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from emulators.books.organisations import Organisation
from emulators.books.people import Person, Role, role_of

Record = dict[str, object]
"""One record as a platform's JSON has it."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Member:
    """A person with a role in an organisation."""

    person: Person
    role: Role


@dataclass(frozen=True, slots=True)
class Listing:
    """One list that a platform has.

    Attributes:
        key: The field that identifies a record.
        generate: Makes an organisation's records, given the people who have a role in it.
        changed_at: Reads from a record when it was last changed, in seconds since the epoch; None where nobody asks.
    """

    key: str
    generate: Callable[[Organisation, Iterable[Member]], list[Record]]
    changed_at: Callable[[Record], float] | None = None


_KEPT_RECORDS = 60_000
_WORTH_KEEPING = 500
_ARRANGED = 4
"""Long lists that are kept in an order: those that somebody is just reading page by page."""


class Library:
    """All organisations, people, roles and records of one stand-in.

    Args:
        organisations: All of them.
        people: All who can sign in.
        listings: The platform's lists, by the names that it has for them.
        kept_bytes: How many bytes of answers are cached; the oldest are dropped first.
    """

    def __init__(
        self,
        organisations: Iterable[Organisation],
        people: Iterable[Person],
        listings: Mapping[str, Listing],
        *,
        kept_bytes: int,
    ) -> None:
        self.organisations = {organisation.organisation_id: organisation for organisation in organisations}
        self.people = {person.person_id: person for person in people}
        self.roles: dict[tuple[str, str], Role] = {}
        for person in self.people.values():
            for organisation in self.organisations.values():
                if role := role_of(person.index, organisation.index):
                    self.roles[person.person_id, organisation.organisation_id] = role
        self.listings = listings
        self._changes: dict[tuple[str, str], dict[str, Record | None]] = {}
        self._records: OrderedDict[tuple[str, str], list[Record]] = OrderedDict()
        self._records_kept = 0
        self._newest: dict[tuple[str, str], float] = {}
        self._arranged: OrderedDict[tuple[str, str, str], list[Any]] = OrderedDict()
        self._bodies: OrderedDict[tuple[str, str, str], bytes] = OrderedDict()
        self._bytes_kept, self._most_bytes = 0, kept_bytes

    def person_by_email(self, email: str) -> Person | None:
        """The person with this e-mail address, in any case."""
        wanted = email.strip().lower()
        return next((person for person in self.people.values() if person.email == wanted), None)

    def records(self, organisation_id: str, name: str) -> list[Record]:
        """The records of one list, newest state; not to be changed by the caller.

        Args:
            organisation_id: Whose.
            name: Of the list, as the platform names it.
        """
        key = (organisation_id, name)
        found = self._records.get(key)
        if found is None:
            found = self._generate(organisation_id, name)
            if len(found) < _WORTH_KEEPING:
                return found
            self._records[key] = found
            self._records_kept += len(found)
            while self._records_kept > _KEPT_RECORDS and len(self._records) > 1:
                self._records_kept -= len(self._records.popitem(last=False)[1])
        else:
            self._records.move_to_end(key)
        return found

    def recent(self, organisation_id: str, name: str, since: float) -> list[Record] | None:
        """Records of a list among which are all that were changed since a moment; None where it takes all of them.

        Most who ask for changes get none, and the books are not written anew to find that out.

        Args:
            organisation_id: Whose.
            name: Of the list.
            since: Seconds since the epoch.
        """
        newest = self._newest.get((organisation_id, name))
        if newest is None or newest >= since:
            return None
        changes = self._changes.get((organisation_id, name), {})
        return [record for record in changes.values() if record is not None]

    def arranged(
        self, organisation_id: str, name: str, how: str, arrange: Callable[[list[Record]], list[T]]
    ) -> list[T]:
        """What is made of a list's records, kept for the next page where they are many; not to be changed.

        Args:
            organisation_id: Whose.
            name: Of the list.
            how: What is made, in words that mean nothing else.
            arrange: Makes it.
        """
        key = (organisation_id, name, how)
        if (kept := self._arranged.get(key)) is not None:
            self._arranged.move_to_end(key)
            return kept
        made = arrange(self.records(organisation_id, name))
        if len(made) >= _WORTH_KEEPING:
            self._arranged[key] = made
            if len(self._arranged) > _ARRANGED:
                self._arranged.popitem(last=False)
        return made

    def _generate(self, organisation_id: str, name: str) -> list[Record]:
        listing = self.listings[name]
        generated = listing.generate(self.organisations[organisation_id], self._members(organisation_id))
        if listing.changed_at is not None and (organisation_id, name) not in self._newest:
            self._newest[organisation_id, name] = max(map(listing.changed_at, generated), default=0.0)
        changes = self._changes.get((organisation_id, name))
        if not changes:
            return generated
        result, seen = [], set()
        for record in generated:
            identity = str(record.get(listing.key))
            seen.add(identity)
            changed = changes.get(identity, record)
            if changed is not None:
                result.append(changed)
        added = (record for identity, record in changes.items() if identity not in seen and record is not None)
        return result + list(added)

    def _members(self, organisation_id: str) -> Iterator[Member]:
        """The people with a role in an organisation; computed only when a list needs them."""
        for person in self.people.values():
            if role := self.roles.get((person.person_id, organisation_id)):
                yield Member(person, role)

    def change_record(self, organisation_id: str, name: str, identity: str, record: Record | None) -> None:
        """Replace the record with this id, add it, or (None) remove it."""
        self._changes.setdefault((organisation_id, name), {})[identity] = record
        self._forget(organisation_id, name)

    def change_organisation(self, organisation_id: str, **traits: object) -> Organisation:
        """Change traits of an organisation; its records are generated again.

        Raises:
            TypeError: A trait does not exist.
        """
        changed = replace(self.organisations[organisation_id], **traits)  # type: ignore[arg-type]  # checked by the control call
        self.organisations[organisation_id] = changed
        self._forget(organisation_id)
        for name in self.listings:
            self._newest.pop((organisation_id, name), None)
        return changed

    def begin_anew(self, organisation_id: str, new_id: str) -> None:
        """Give the same books another id: roles stay, changes to records are dropped."""
        old = self.organisations.pop(organisation_id)
        self.organisations[new_id] = replace(old, organisation_id=new_id)
        for key in [key for key in self.roles if key[1] == organisation_id]:
            self.roles[key[0], new_id] = self.roles.pop(key)
        for changed in [key for key in self._changes if key[0] == organisation_id]:
            del self._changes[changed]
        self._forget(organisation_id)

    def change_access(self, person_id: str, organisation_ids: list[str]) -> None:
        """Make a person an adviser in exactly these organisations."""
        for key in [key for key in self.roles if key[0] == person_id]:
            del self.roles[key]
        for organisation_id in organisation_ids:
            self.roles[person_id, organisation_id] = Role.ADVISER
        self._records.clear()
        self._arranged.clear()
        self._bodies.clear()
        self._records_kept = self._bytes_kept = 0

    def _forget(self, organisation_id: str, *names: str) -> None:
        """Forget what is kept of an organisation, or of some of its lists only."""
        of = {(organisation_id, name) for name in names or self.listings}
        for key in of & self._records.keys():
            self._records_kept -= len(self._records.pop(key))
        for arranged in [key for key in self._arranged if key[:2] in of]:
            del self._arranged[arranged]
        for body_key in [key for key in self._bodies if key[:2] in of]:
            self._bytes_kept -= len(self._bodies.pop(body_key))

    def body(self, organisation_id: str, name: str, query: str) -> bytes | None:
        """The cached answer to exactly this request; None without one."""
        return self._bodies.get((organisation_id, name, query))

    def keep_body(self, organisation_id: str, name: str, query: str, body: bytes) -> None:
        """Cache an answer for the next identical request."""
        self._bodies[organisation_id, name, query] = body
        self._bytes_kept += len(body)
        while self._bodies and self._bytes_kept > self._most_bytes:
            self._bytes_kept -= len(self._bodies.popitem(last=False)[1])
