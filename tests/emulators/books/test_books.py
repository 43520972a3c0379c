"""The books of a seed: the same every time, of any size, and whole in themselves."""

import dataclasses

import pytest

from emulators.books.accounts import Kind, accounts
from emulators.books.contacts import contact_groups, contacts
from emulators.books.countries import COUNTRIES, Country
from emulators.books.dimensions import dimensions
from emulators.books.items import items
from emulators.books.money import currencies, tax_rates
from emulators.books.organisations import Organisation, Surroundings, organisations
from emulators.books.people import Role, people, role_of
from emulators.books.profile import profile

SURROUNDINGS = Surroundings(tuple(COUNTRIES.values()), ("small", "large"), some_are_large=True)


def made(count: int = 40, seed: int = 7) -> list[Organisation]:
    return organisations(seed, count, SURROUNDINGS)


@pytest.fixture(params=COUNTRIES.values(), ids=list(COUNTRIES))
def organisation(request: pytest.FixtureRequest) -> Organisation:
    """One in each country, with something of everything."""
    country: Country = request.param
    found = next(one for one in made(200) if one.country == country and one.dimensions and one.index % 4)
    return dataclasses.replace(found, contacts=300, items=40)


def test_a_seed_gives_the_same_books_every_time(organisation: Organisation) -> None:
    for list_of in (accounts, contacts, items, dimensions, currencies, profile, contact_groups):
        assert list_of(organisation) == list_of(organisation)
    assert made() == made()
    assert made(seed=8)[0] != made()[0]


def test_a_smaller_practice_is_the_beginning_of_a_larger_one() -> None:
    assert made(3) == made(30)[:3]
    assert [person.person_id for person in people(7, 2)] == [person.person_id for person in people(7, 9)][:2]


@pytest.mark.parametrize("contacts_wanted", [0, 1, 2500])
def test_an_organisation_may_have_any_number_of_contacts(contacts_wanted: int) -> None:
    found = contacts(dataclasses.replace(made()[0], contacts=contacts_wanted))
    assert len(found) == contacts_wanted
    assert len({contact.name for contact in found}) == contacts_wanted


def test_what_records_refer_to_exists(organisation: Organisation) -> None:
    rates = {rate.key for rate in tax_rates(organisation.country.code)}
    chart = accounts(organisation)
    codes = {account.line.code for account in chart}
    assert {account.line.tax for account in chart} <= rates
    defaults = [one for contact in contacts(organisation) for one in (contact.sales, contact.purchases) if one]
    assert {one.tax for one in defaults} <= rates
    assert {one.account for one in defaults} <= codes
    values = {(dimension.name, value) for dimension in dimensions(organisation) for value, _ in dimension.values}
    assert {contact.purchase_value for contact in contacts(organisation) if contact.purchase_value} <= values
    assert {contact.group for contact in contacts(organisation) if contact.group} == set(contact_groups(organisation))


def test_a_chart_has_what_every_bookkeeper_expects(organisation: Organisation) -> None:
    chart = accounts(organisation)
    assert len({account.line.name for account in chart}) == len(chart)
    assert 2 <= len([account for account in chart if account.line.kind is Kind.BANK]) <= 4
    assert {"receivables", "payables", "retained earnings"} <= {account.line.role for account in chart}


def test_parts_of_a_tax_rate_add_up(organisation: Organisation) -> None:
    for rate in tax_rates(organisation.country.code):
        assert sum(share for _, share in rate.parts) == pytest.approx(rate.rate)


def test_people_overlap() -> None:
    assert {role_of(0, index) for index in range(10)} == {Role.ADVISER}
    assert [role_of(1, index) for index in range(10)].count(None) == 2
    assert len({person.email for person in people(7, 200)}) == 200
