"""Numbers of companies, as people, registries and accounting software write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.clients.registration_numbers import Numbers, company_keys, tax_keys


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("01234567", "1234567"),
        ("01234567", "0123 4567"),
        ("01234567", "Company no. 01234567"),
        ("SC012345", "sc 12345"),
        ("NI 012345", "NI12345"),
        ("004 085 616", "ACN 004085616"),
        ("9429041535110", "NZBN 9429 0415 35110"),
        ("\uff13\uff11\uff12\uff13\uff14\uff15", "312345"),  # as East Asian keyboards write digits
    ],
)
def test_a_company_number_is_one_however_it_is_written(one, other):
    assert company_keys(one) == company_keys(other) != frozenset()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("049-091-850", "49-091-850"),
        ("GB 123 4567 82", "123456782"),
        ("GB 123 4567 82", "XI123456782"),
        ("123026635RT0001", "123026635"),
        ("12302 6635 RC0002", "123026635RT0001"),
        ("ABN 51 824 753 556", "51824753556"),
        ("IE 6433435OA", "6433435OA"),
        ("IE8D79739I", "0797398I"),
        ("EL 094259216", "094259216"),
        ("FR 83 404 833 048", "83404833048"),
    ],
)
def test_a_tax_number_is_one_however_it_is_written(one, other):
    assert tax_keys(one) == tax_keys(other) != frozenset()


def test_an_australian_business_number_holds_the_company_number():
    assert tax_keys("ABN 51 824 753 556") & company_keys("824 753 556")
    assert tax_keys("53 004 085 616") & company_keys("ACN 004 085 616")
    assert not tax_keys("53 004 085 617") & company_keys("004 085 616"), "its check digits are wrong"


@pytest.mark.parametrize(
    ("one", "other"),
    [("SC012345", "NI012345"), ("SC012345", "12345"), ("01234567", "12345670"), ("OC301234", "301234")],
)
def test_registries_of_one_country_have_different_companies_under_one_number(one, other):
    assert not company_keys(one) & company_keys(other)


@pytest.mark.parametrize("text", [None, "", "n/a", "12-3", "0000000", "pending", "VAT no.", "£££", "1 2 3 4", "0000A"])
def test_what_is_no_number_tells_nothing(text):
    assert company_keys(text) == tax_keys(text) == frozenset()


@given(st.text(max_size=40))
def test_any_text_can_be_compared(text):
    for keys_of in (company_keys, tax_keys):
        keys = keys_of(text)
        assert keys == keys_of(text.lower()) == keys_of(f" {text} ")
        assert all(key and not key.startswith("0") for key in keys)


@given(st.integers(10_000, 99_999_999), st.sampled_from(["", "SC", "NI", "OC"]))
def test_zeros_and_spaces_before_a_company_number_say_nothing(number, prefix):
    assert company_keys(f"{prefix}{number:08}") == company_keys(f"{prefix.lower()} {number}")


def test_companies_differ_by_a_number_that_is_known_of_both():
    first = Numbers.of(company=("01234567",), tax=("GB123456782",))
    assert first.differ_from(Numbers.of(company=("07654321",), tax=("GB123456782",))), "a VAT group"
    assert first.differ_from(Numbers.of(tax=("GB999999973",)))
    assert not first.differ_from(Numbers.of(company=("1234567",), tax=("GB999999973",))), "it left the VAT group"
    assert not first.differ_from(Numbers.of()), "nothing is known"
    assert not Numbers.of(company=("004085616",)).differ_from(Numbers.of(tax=("53 004 085 616",)))


@given(*[st.builds(Numbers, *[st.frozensets(st.sampled_from("abc"), max_size=2)] * 2)] * 2)
def test_two_companies_differ_from_each_other_alike(one, other):
    assert one.differ_from(other) == other.differ_from(one)
    assert not one.differ_from(one)
