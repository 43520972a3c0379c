"""The comparison of what is held with what was read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.words.lists import ListName, RowKind
from contracts.words.standard_information import Contact
from rules.lists.list_changes import (
    Changes,
    Difference,
    Version,
    as_stored,
    compare,
    count,
    count_first,
    membership,
    storable,
)
from tests.models.rows import account, contact

ACCOUNTS = RowKind.ACCOUNTS.lists
CONTACTS = RowKind.CONTACTS.lists

versions = st.dictionaries(
    st.sampled_from("abcdefg"),
    st.builds(Version, st.sampled_from([b"1", b"2"]), st.tuples(st.booleans(), st.booleans()), st.booleans()),
)
readings = versions.map(lambda found: {key: version._replace(is_here=True) for key, version in found.items()})


@given(held=versions, read=readings, is_complete=st.booleans())
def test_writing_the_difference_makes_what_is_held_what_was_read(held, read, is_complete):
    difference = compare(held, read, is_complete=is_complete)
    after = dict(held)
    assert not set(difference.new) & set(held)
    for key in difference.new + difference.anew:
        after[key] = read[key]
    for key in difference.gone:
        after[key] = after[key]._replace(is_here=False)
    for key, version in read.items():
        assert after[key].fingerprint == version.fingerprint
        assert after[key].is_here
    for key in held.keys() - read.keys():
        assert after[key].is_here == (held[key].is_here and (held[key].is_elsewhere or not is_complete))


@given(held=versions, read=readings, is_complete=st.booleans())
def test_rows_add_up(held, read, is_complete):
    counted = count(CONTACTS, held, read, is_complete=is_complete)
    for position, name in enumerate((ListName.SUPPLIERS, ListName.CUSTOMERS)):
        before = sum(version.is_here and version.is_member[position] for version in held.values())
        changes = counted[name]
        assert changes.rows == before + changes.added - changes.gone
        assert changes.changed <= changes.rows - changes.added


@given(held=versions, read=readings, deleted=st.sets(st.sampled_from("abcdefg")))
def test_of_changes_alone_what_was_read_and_how_many_rows_there_are_are_enough(held, read, deleted):
    needed = {key: version for key, version in held.items() if key in read or key in deleted}
    numbers = [sum(one.is_here and one.is_member[position] for one in held.values()) for position in (0, 1)]
    whole = count(CONTACTS, held, read, is_complete=False, deleted=deleted)
    assert count(CONTACTS, needed, read, is_complete=False, deleted=deleted, numbers=numbers) == whole
    assert compare(needed, read, is_complete=False, deleted=deleted).new == compare(held, read, is_complete=False).new


def test_what_could_not_be_read_stays_as_it_is_stored():
    bank, gone = Version(b"whole", (True, True)), Version(b"whole", (True, True), is_here=False)
    held = {"bank": bank, "closed": bank, "sales": Version(b"1", (True, False)), "gone": gone}
    read = {key: Version(b"less", (True, False)) for key in ("bank", "sales", "gone", "new")}
    merged = as_stored(held, read, (False, True))
    assert merged == {**read, "bank": bank, "closed": bank}
    difference = compare(held, merged, is_complete=True)
    assert (difference.new, sorted(difference.anew), difference.gone) == (["new"], ["gone", "sales"], [])
    assert count(ACCOUNTS, held, merged, is_complete=True)[ListName.BANK_ACCOUNTS] == Changes(2, 0, 0, 0)


def test_a_supplier_that_becomes_a_customer_leaves_one_list_for_the_other():
    held = {"a": Version(b"1", (True, False))}
    read = {"a": Version(b"2", (False, True))}
    assert count(CONTACTS, held, read, is_complete=True) == {
        ListName.SUPPLIERS: Changes(rows=0, added=0, changed=0, gone=1),
        ListName.CUSTOMERS: Changes(rows=1, added=1, changed=0, gone=0),
    }


def test_membership_follows_the_flags():
    assert membership(CONTACTS, contact("a", supplier=False, customer=True)) == (False, True)
    assert membership(ACCOUNTS, account("a", "Current", bank=True)) == (True, True)
    assert membership(ACCOUNTS, account("a", "Sales")) == (True, False)


@pytest.mark.parametrize(
    ("record", "stored"),
    [
        (r'{"Name":"a\u0000b\u0000\u0000c"}', r'{"Name":"abc"}'),
        (r'{"Name":"a\\u0000b"}', r'{"Name":"a\\u0000b"}'),  # the six characters, not a NUL
        (r'{"Name":"a\\\u0000b"}', r'{"Name":"a\\b"}'),
        (r'{"Name":"plain"}', r'{"Name":"plain"}'),
    ],
)
def test_nul_is_left_out_of_records_and_nothing_else(record, stored):
    row, _ = storable(contact("a", record=record))
    assert row.record == stored


def test_nul_is_left_out_of_texts():
    row, fingerprint = storable(contact("a\x00b", name="Ac\x00me"))
    assert isinstance(row, Contact)
    assert (row.key, row.name) == ("ab", "Acme")
    assert fingerprint == storable(contact("ab", name="Acme"))[1]


def test_fingerprint_follows_columns_and_record():
    plain = storable(contact("a"))[1]
    assert storable(contact("a"))[1] == plain
    assert storable(contact("a", tax_number="GB1"))[1] != plain
    assert storable(contact("a", record='{"Name":"Acme","Phone":"1"}'))[1] != plain


def test_what_is_new_changed_back_again_and_gone_is_told_apart():
    here, others = (True, False), (False, True)
    held = {
        "same": Version(b"1", here),
        "changed": Version(b"1", here),
        "back": Version(b"1", here, is_here=False),
        "gone": Version(b"1", here),
        "elsewhere": Version(b"1", others, is_elsewhere=True),
    }
    read = {key: Version(b"2" if key == "changed" else b"1", here) for key in ("same", "changed", "back", "new")}
    assert compare(held, read, is_complete=True) == Difference(["new"], ["changed", "back"], ["gone"])
    assert compare(held, read, is_complete=False).gone == []


def test_a_first_reading_adds_all_that_a_list_has():
    rows = [contact("a", supplier=True, customer=True), contact("b", supplier=True)]
    assert count_first(CONTACTS, rows) == {
        ListName.SUPPLIERS: Changes(2, added=2, changed=0, gone=0),
        ListName.CUSTOMERS: Changes(1, added=1, changed=0, gone=0),
    }
    assert count_first(RowKind.TAX_RATES.lists, rows) == {ListName.TAX_RATES: Changes(2, added=2, changed=0, gone=0)}


def test_a_contact_s_lists_count_where_its_flags_do_not_say_them():
    usual, unusual = contact("a"), contact("a", in_customers=True)
    assert storable(usual)[1] != storable(unusual)[1]
