"""``analysis_types`` and their categories: always six types, of which some are used."""

from emulators.books import dimensions as books
from emulators.books.organisations import Organisation
from emulators.sage.records.record import Record, hex_id, opened, reference

_TRANSACTION = ("Department", "Cost Centre", "Project")
_GROUP = ("Customer Group", "Supplier Group", "Product Group")
_AREAS = ("SALES", "EXPENSES", "BANKING", "JOURNALS")
_LEVELS: tuple[Record, Record] = (
    {"id": 1, "name": "Transaction", "identifier": "TRANSACTION"},
    {"id": 2, "name": "Group", "identifier": "GROUP"},
)


def analysis_types(organisation: Organisation) -> list[Record]:
    """Three types for transactions and three for groups; a business renames those that it uses."""
    used = [one for one in books.dimensions(organisation) if one.is_active]
    types = []
    for place, (name, level) in enumerate([*((n, 0) for n in _TRANSACTION), *((n, 1) for n in _GROUP)]):
        dimension = used[place] if place < len(used) else None
        label = dimension.name if dimension else name
        record = opened("analysis_types", _type_id(organisation, place), label) | {
            "active_areas": list(_AREAS) if dimension else [],
            "analysis_type_level": _LEVELS[level],
            "analysis_type_categories": _categories(organisation, place, label, dimension),
            "name": label,
        }
        types.append(record)
    return types


def categories(organisation: Organisation) -> list[Record]:
    """The categories of all types; deleted ones leave no trace."""
    return [
        category
        for one in analysis_types(organisation)
        for category in one["analysis_type_categories"]  # type: ignore[attr-defined]  # a list of records, made above
    ]


def _type_id(organisation: Organisation, place: int) -> str:
    return hex_id(organisation.organisation_id, "analysis type", place)


def _categories(organisation: Organisation, place: int, label: str, dimension: books.Dimension | None) -> list[Record]:
    if dimension is None:
        return []
    type_id = _type_id(organisation, place)
    parent = reference("analysis_types", type_id, label)
    names = [name for name, is_active in dimension.values if is_active]
    found = []
    for number, name in enumerate(names, 1):
        identity = hex_id(type_id, name)
        record = opened("analysis_type_categories", identity, name) | {
            "code": f"{name[:3].upper().strip()}{number:02d}",
            "name": name,
            "combined_id": f"{type_id}-{identity}",
            "analysis_type": parent,
        }
        found.append(record)
    return found
