"""What the settings of a connection keep of a pull, as pure functions."""

from dataclasses import dataclass

from contracts.lists import Source
from contracts.runs import ContactsChoice
from contracts.standard_information import Contact
from models.connection_settings import chosen_sources, kept


@dataclass
class Chosen:
    list_names: list[str] | None = None
    contacts: ContactsChoice = ContactsChoice.SUPPLIERS


def contact(key: str, *, is_supplier: bool = False, is_customer: bool = False) -> Contact:
    blank = dict.fromkeys(Contact._fields)
    return Contact(**{**blank, "key": key, "is_supplier": is_supplier, "is_customer": is_customer})


ALL = [
    contact("supplier", is_supplier=True),
    contact("both", is_supplier=True, is_customer=True),
    contact("customer", is_customer=True),
    contact("neither"),
]


def flags(rows: object) -> dict[str, tuple[bool, bool]]:
    return {row.key: (row.is_supplier, row.is_customer) for row in rows}  # type: ignore[attr-defined]  # contacts


def test_suppliers_only_in_a_complete_pull():
    assert flags(kept(Source.CONTACTS, ALL, Chosen())) == {"supplier": (True, False), "both": (True, False)}


def test_in_a_pull_of_changes_who_is_no_supplier_any_more_is_said():
    left = flags(kept(Source.CONTACTS, ALL, Chosen(), is_complete=False))
    assert left["customer"] == left["neither"] == (False, False)
    assert left["both"] == (True, False)


def test_everything_else_is_kept_as_it_is():
    assert kept(Source.CONTACTS, ALL, Chosen(contacts=ContactsChoice.BOTH)) is ALL
    assert kept(Source.ITEMS, ALL, Chosen()) is ALL


def test_the_profile_is_always_read():
    assert chosen_sources(Chosen()) == tuple(Source)
    assert chosen_sources(Chosen(list_names=["items"])) == (Source.ORGANISATION, Source.ITEMS)
