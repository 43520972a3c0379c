"""What the settings of a connection keep of a pull, as pure functions."""

from dataclasses import dataclass

from contracts.words.connections import ContactsChoice
from contracts.words.lists import Source
from models.connections.settings import chosen_sources, kept
from tests.models.rows import contact


@dataclass
class Chosen:
    list_names: list[str] | None = None
    contacts: ContactsChoice = ContactsChoice.SUPPLIERS


ALL = [
    contact("supplier"),
    contact("both", customer=True),
    contact("customer", supplier=False, customer=True),
    contact("neither", supplier=False),
]


def lists(rows: object) -> dict[str, tuple[bool, bool]]:
    """Whether each is listed as a supplier, and as a customer."""
    return {row.key: (row.in_suppliers, row.in_customers) for row in rows}  # type: ignore[attr-defined]  # contacts


def test_a_contact_that_is_not_used_yet_is_in_both_lists():
    assert lists(ALL) == {
        "supplier": (True, False),
        "both": (True, True),
        "customer": (False, True),
        "neither": (True, True),
    }


def test_suppliers_only_in_a_complete_pull():
    left = lists(kept(Source.CONTACTS, ALL, Chosen()))
    assert left == dict.fromkeys(("supplier", "both", "neither"), (True, False))


def test_in_a_pull_of_changes_who_is_no_supplier_any_more_is_said():
    left = lists(kept(Source.CONTACTS, ALL, Chosen(), is_complete=False))
    assert left["customer"] == (False, False)
    assert left["neither"] == left["both"] == (True, False)


def test_everything_else_is_kept_as_it_is():
    assert kept(Source.CONTACTS, ALL, Chosen(contacts=ContactsChoice.BOTH)) is ALL
    assert kept(Source.ITEMS, ALL, Chosen()) is ALL


def test_the_profile_is_always_read():
    assert chosen_sources(Chosen()) == tuple(Source)
    assert chosen_sources(Chosen(list_names=["items"])) == (Source.ORGANISATION, Source.ITEMS)
