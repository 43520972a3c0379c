"""``Class`` and ``Department``: two trees. Of the books' dimensions the first is classes, the second locations."""

from emulators.books.dimensions import dimensions
from emulators.books.drawing import BOOKS_OPENED
from emulators.books.organisations import Organisation
from emulators.quickbooks.records.record import Record, entity, inactive, reference

_CHILD = 2
"""The place of the one that is below the first."""


def classes(organisation: Organisation) -> list[Record]:
    """The classes."""
    return _tree(organisation, 0, "SubClass")


def departments(organisation: Organisation) -> list[Record]:
    """The locations, as screens call them."""
    return _tree(organisation, 1, "SubDepartment")


def _tree(organisation: Organisation, place: int, is_below: str) -> list[Record]:
    found: list[Record] = []
    known = [one for one in dimensions(organisation) if one.is_active]
    if len(known) <= place:
        return found
    first = known[place].values[0][0]
    for number, (name, is_active) in enumerate(known[place].values):
        record = entity(str(5000 + number), BOOKS_OPENED + number) | {
            "Name": name,
            is_below: number == _CHILD,
            "FullyQualifiedName": f"{first}:{name}" if number == _CHILD else name,
            "Active": True,
        }
        if number == _CHILD:
            record["ParentRef"] = reference("5000", first)
        found.append(record if is_active or number == 0 else inactive(record))
    return found
