"""A client by hand is asked about where the practice has it already, and only there."""

from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.clients.duplicates import DescribedAccount, SameValue, duplicate_of, namesakes
from rules.clients.imports.plans import KnownClient

OWNER = uuid4()


def known(code: str, name: str, **more: object) -> KnownClient:
    empty = {"team_id": None, "company_number": None, "tax_number": None, "reference": None, "is_archived": False}
    return KnownClient(uuid4(), name, code, OWNER, **(empty | more))  # type: ignore[arg-type]  # of many kinds


MILL = known("0007", "Mill Road Ltd", company_number="01234567", tax_number="GB 123 4567 82")


@pytest.mark.parametrize(
    ("described", "by"),
    [
        (DescribedAccount("Another", "1234567"), SameValue.COMPANY_NUMBER),
        (DescribedAccount("Another", tax_number="XI123456782"), SameValue.TAX_NUMBER),
        (DescribedAccount("The Mill Road Limited"), SameValue.NAME),
        (DescribedAccount("Mill Road", "7654321"), None),
        (DescribedAccount("Mill Road", tax_number="GB 999 9999 73"), None),
        (DescribedAccount("Mill Road", "7654321", "GB123456782"), None),
        (DescribedAccount("Mill Lane"), None),
        (DescribedAccount("Mill Road", "7654321", registration_number="01234567"), SameValue.COMPANY_NUMBER),
    ],
)
def test_by_what_an_account_may_be_a_client_that_is_there(described: DescribedAccount, by: SameValue | None):
    found = duplicate_of(described, [known("0001", "Other"), MILL])
    assert (found and (found.client, found.by)) == (by and (MILL, by))


@pytest.mark.parametrize(
    ("other", "is_offered"),
    [
        (known("0008", "Another", company_number="1234567"), True),
        (known("0008", "Another", tax_number="XI123456782"), True),
        (known("0008", "Another", registration_number="01234567"), True),
        (known("0008", "The Mill Road Limited", company_number="7654321"), True),
        (known("0008", "Mill Lane", company_number="7654321"), False),
        (known("0008", "Mill Road Ltd", merged_into="0009"), False),
        (MILL, False),
    ],
)
def test_accounts_to_merge_are_those_with_the_name_or_a_number_however_it_is_written(
    other: KnownClient, is_offered: bool
):
    assert namesakes(MILL, [known("0001", "Other"), other]) == [other] * is_offered


def test_the_sentence_names_the_client_and_what_to_do():
    found = duplicate_of(DescribedAccount("Another", "1234567"), [MILL])
    assert found is not None
    assert found.sentence == (
        "0007 Mill Road Ltd has the same company number. Open it, or go on if this is another client."
    )
    archived = duplicate_of(DescribedAccount("Another", "1234567"), [MILL._replace(is_archived=True)])
    assert archived is not None
    assert "It is archived: restore it, or go on" in archived.sentence


def test_a_group_s_tax_number_tells_nobody_and_a_living_client_goes_before_an_archived_one():
    other = known("0008", "Mill Farm", tax_number="123456782")
    assert duplicate_of(DescribedAccount("Mill Shop", tax_number="GB123456782"), [MILL, other]) is None
    archived = MILL._replace(id=uuid4(), code="0001", is_archived=True)
    found = duplicate_of(DescribedAccount("Mill Road"), [archived, MILL])
    assert found is not None
    assert found.client == MILL


def test_an_australian_business_number_holds_the_company_number():
    abn = known("0009", "Quay", tax_number="ABN 51 824 753 556")
    found = duplicate_of(DescribedAccount("Kai", company_number="824 753 556"), [abn])
    assert found is not None
    assert found.by is SameValue.COMPANY_NUMBER


def test_what_was_so_before_a_change_is_not_asked_about_again():
    twin = DescribedAccount("Mill Road", "1234567")
    assert duplicate_of(twin, [MILL], before=twin) is None
    assert duplicate_of(twin._replace(name="MILL ROAD LTD"), [MILL], before=twin) is None
    found = duplicate_of(twin, [MILL], before=DescribedAccount("Mill Road"))
    assert found is not None
    assert found.by is SameValue.COMPANY_NUMBER


NUMBERS = st.none() | st.sampled_from(["01234567", "1234567", "7654321", "SC123456", "123456782", "GB123456782"])
ACCOUNTS = st.builds(DescribedAccount, st.sampled_from(["Mill Road", "Mill Road Ltd", "Quay"]), NUMBERS, NUMBERS)


@given(ACCOUNTS, ACCOUNTS)
def test_a_name_never_outranks_numbers_that_differ_and_order_does_not_matter(
    ours: DescribedAccount, theirs: DescribedAccount
):
    one, other = known("0001", **theirs._asdict()), known("0002", "Beech")
    found = duplicate_of(ours, [one, other])
    assert found == duplicate_of(ours, [other, one])
    if found is not None and found.by is SameValue.NAME:
        assert not ours.numbers.differ_from(theirs.numbers)
    if ours.numbers.company & theirs.numbers.company:
        assert found is not None
        assert found.by is SameValue.COMPANY_NUMBER
    if ours == theirs:
        assert found is not None, "the same account twice is never silent"
