"""Which column is which: by the headings of practice software, mended by hand, and never by a likeness."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.words.client_imports import ImportField
from rules.clients.imports.columns import chosen, heading_row, labelled, letters, matched

F = ImportField


@pytest.mark.parametrize(
    ("headings", "expected"),
    [
        (
            "Client ID|Client Name|Partner|Company Registration Number|VAT Registration Number|UTR",
            "code name owner_email company_number tax_number",
        ),
        ("ClientCode|ClientName|CompanyRegNo|VATNo", "code name company_number tax_number"),
        (
            "Client code|Client name|Client manager|Company number|VAT number",
            "code name owner_email company_number tax_number",
        ),
        (
            "Name|Client Code|Account Manager|Company Number|Tax Number",
            "name code owner_email company_number tax_number",
        ),
        ("CLIENT REF.|BUSINESS NAME|ABN|ACN", "reference name tax_number company_number"),
        ("Your reference|Organization name|E-mail|GST No.", "reference name tax_number"),
        ("\ufeffcode|Owner's e-mail address|Office", "code owner_email team"),
    ],
)
def test_headings_of_practice_software_are_known(headings, expected):
    found = matched(headings.split("|"))
    assert {str(field) for field in found} == set(expected.split())


def test_our_own_export_is_known_and_its_id_is_no_code():
    headings = "client_id,code,name,owner,owner_email,team,company_number,tax_number,reference,created_at,status"
    found = matched(headings.split(","))
    assert [headings.split(",")[found[field]] for field in F] == [str(field) for field in F]
    assert matched(["client_id", "name"]) == {F.NAME: 1}


def test_the_more_telling_of_two_headings_counts_then_the_first():
    assert matched(["Owner", "Owner email"])[F.OWNER_EMAIL] == 1
    assert matched(["Company name", "Client name", "Client name"])[F.NAME] == 1


def test_what_merely_resembles_a_heading_is_left_to_the_person():
    assert matched(["Name of cat", "UTR", "Codes", "Previous company number", "Phone", ""]) == {}


def test_a_column_is_named_by_hand():
    headings = ["Ref", "Code", "Who", ""]
    assert chosen(headings, {}) == {F.CODE: 1, F.REFERENCE: 0}
    assert chosen(headings, {F.NAME: "who"}) == {F.NAME: 2, F.CODE: 1, F.REFERENCE: 0}
    assert chosen(headings, {F.CODE: "Ref"}) == {F.CODE: 0}, "one column is not two fields unless both are named"
    assert chosen(headings, {F.CODE: ""}) == {F.REFERENCE: 0}
    with pytest.raises(LookupError, match="Whom"):
        chosen(headings, {F.NAME: "Whom"})


def test_every_column_has_a_name_of_its_own():
    assert labelled(["Name", "", "Name", "Code"]) == ["Name (A)", "Column B", "Name (C)", "Code"]
    assert [letters(place) for place in (0, 25, 26, 99)] == ["A", "Z", "AA", "CV"]


def test_headings_stand_below_a_report_s_title():
    assert heading_row([["Client list"], ["1 March"], ["Client code", "Client name"], ["1", "Ash"]]) == 2
    assert heading_row([["", ""], ["What", "Who"], ["1", "Ash"]]) == 1
    assert heading_row([["Ash Ltd", "1"]]) == 0


HEADINGS = st.lists(
    st.sampled_from(["Name", "Client code", "VAT No", "ref", "Owner", "", "Notes", "client_id"]), max_size=9
)


@given(HEADINGS)
def test_each_column_is_of_one_field_and_has_a_label_of_its_own(headings: list[str]):
    places = matched(headings)
    assert len(set(places.values())) == len(places)
    assert all(0 <= place < len(headings) for place in places.values())
    labels = labelled(headings)
    assert len(set(labels)) == len(labels) == len(headings)
    by_label = chosen(headings, {field: headings[place] for field, place in places.items()})
    assert by_label.keys() == places.keys()


@given(st.integers(0, 20_000))
def test_letters_count_as_spreadsheets_do(place: int):
    number = 0
    for letter in letters(place):
        number = number * 26 + ord(letter) - ord("A") + 1
    assert number == place + 1
