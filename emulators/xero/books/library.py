"""The books of all organisations: generated when first asked for, with the changes made by control on top."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace

from emulators.xero.books import accounts, contacts, items, profile
from emulators.xero.books.practice import Organisation, Person, organisations, people, role_of
from emulators.xero.books.record import Record

KEY_OF = {
    "Organisation": "OrganisationID",
    "Accounts": "AccountID",
    "TaxRates": "TaxType",
    "TrackingCategories": "TrackingCategoryID",
    "Items": "ItemID",
    "Currencies": "Code",
    "Contacts": "ContactID",
    "ContactGroups": "ContactGroupID",
    "Users": "UserID",
    "BrandingThemes": "BrandingThemeID",
}
"""The lists that can be read, and the field that identifies a record of each."""

_GENERATE: dict[str, Callable[[Organisation], list[Record]]] = {
    "Organisation": lambda organisation: [profile.profile(organisation)],
    "Accounts": accounts.accounts,
    "TaxRates": accounts.tax_rates,
    "TrackingCategories": items.tracking_categories,
    "Items": items.items,
    "Currencies": accounts.currencies,
    "Contacts": contacts.contacts,
    "ContactGroups": contacts.contact_groups,
    "BrandingThemes": profile.branding_themes,
}
_KEPT_RECORDS = 60_000
_WORTH_KEEPING = 500


class Library:
    """All organisations, people, roles and records of one sandbox.

    Args:
        seed: Decides everything generated.
        organisation_count: How many organisations.
        people_count: How many people.
        scenario: ``practice`` or ``plain``.
        kept_bytes: How much of answers is kept; the oldest go first.
    """

    def __init__(
        self, seed: int, organisation_count: int, people_count: int, scenario: str, *, kept_bytes: int
    ) -> None:
        made = organisations(seed, organisation_count, scenario)
        self.organisations = {organisation.organisation_id: organisation for organisation in made}
        self.people = {person.person_id: person for person in people(seed, people_count)}
        self.roles: dict[tuple[str, str], str] = {}
        for person in self.people.values():
            for organisation in made:
                if role := role_of(person.index, organisation.index):
                    self.roles[person.person_id, organisation.organisation_id] = role
        self._changes: dict[tuple[str, str], dict[str, Record | None]] = {}
        self._records: OrderedDict[tuple[str, str], list[Record]] = OrderedDict()
        self._records_kept = 0
        self._bodies: OrderedDict[tuple[str, str, str], bytes] = OrderedDict()
        self._bytes_kept, self._most_bytes = 0, kept_bytes

    def person_by_email(self, email: str) -> Person | None:
        """The person with this e-mail address, however it is written."""
        wanted = email.strip().lower()
        return next((person for person in self.people.values() if person.email == wanted), None)

    def records(self, organisation_id: str, name: str) -> list[Record]:
        """The records of one list, newest state; not to be changed by the caller.

        Args:
            organisation_id: Whose.
            name: One of :data:`KEY_OF`.
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

    def _generate(self, organisation_id: str, name: str) -> list[Record]:
        organisation = self.organisations[organisation_id]
        generated = self._users(organisation) if name == "Users" else _GENERATE[name](organisation)
        changes = self._changes.get((organisation_id, name))
        if not changes:
            return generated
        key = KEY_OF[name]
        result, seen = [], set()
        for record in generated:
            identity = str(record.get(key))
            seen.add(identity)
            changed = changes.get(identity, record)
            if changed is not None:
                result.append(changed)
        added = (record for identity, record in changes.items() if identity not in seen and record is not None)
        return result + list(added)

    def _users(self, organisation: Organisation) -> list[Record]:
        known = []
        for person in self.people.values():
            role = self.roles.get((person.person_id, organisation.organisation_id))
            if role:
                known.append((person.person_id, person.email, person.first_name, person.last_name, role))
        return profile.users(organisation, known)

    def change_record(self, organisation_id: str, name: str, identity: str, record: Record | None) -> None:
        """Put a record in the place of the one with this identity, add it, or (None) remove it."""
        self._changes.setdefault((organisation_id, name), {})[identity] = record
        self._forget(organisation_id)

    def change_organisation(self, organisation_id: str, **traits: object) -> Organisation:
        """Change traits of an organisation; its records follow.

        Raises:
            TypeError: A trait does not exist.
        """
        changed = replace(self.organisations[organisation_id], **traits)  # type: ignore[arg-type]  # checked by the control call
        self.organisations[organisation_id] = changed
        self._forget(organisation_id)
        return changed

    def begin_anew(self, organisation_id: str, new_id: str) -> None:
        """The same books under another tenant id: who has a role keeps it, changed records are as generated again."""
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
            self.roles[person_id, organisation_id] = "FINANCIALADVISER"
        self._records.clear()
        self._bodies.clear()
        self._records_kept = self._bytes_kept = 0

    def _forget(self, organisation_id: str) -> None:
        for key in [key for key in self._records if key[0] == organisation_id]:
            self._records_kept -= len(self._records.pop(key))
        for body_key in [key for key in self._bodies if key[0] == organisation_id]:
            self._bytes_kept -= len(self._bodies.pop(body_key))

    def body(self, organisation_id: str, name: str, query: str) -> bytes | None:
        """A kept answer to this very question, if there is one."""
        return self._bodies.get((organisation_id, name, query))

    def keep_body(self, organisation_id: str, name: str, query: str, body: bytes) -> None:
        """Keep an answer for the next time the same is asked."""
        self._bodies[organisation_id, name, query] = body
        self._bytes_kept += len(body)
        while self._bodies and self._bytes_kept > self._most_bytes:
            self._bytes_kept -= len(self._bodies.popitem(last=False)[1])
