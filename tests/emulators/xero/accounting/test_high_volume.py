"""More contacts than are given at once: which reads are refused, and which are not."""

import pytest

from emulators.xero.records.practice import MANY_CONTACTS, MANY_CONTACTS_INDEX
from tests.emulators.xero.client import App, Tokens

pytestmark = pytest.mark.thorough


PAGE = {"page": "1", "pageSize": "1000"}


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({}, 400),
        ({"where": "IsSupplier==true"}, 400),
        (PAGE | {"order": "ContactID ASC"}, 400),
        (PAGE | {"order": "Name DESC"}, 400),
        (PAGE, 200),
        (PAGE | {"order": "UpdatedDateUTC ASC"}, 200),
        (PAGE | {"order": "ContactID ASC", "where": "IsSupplier==true"}, 200),
    ],
)
def test_it_takes_pages_and_a_filter_or_a_ready_order(
    app: App, tokens: Tokens, query: dict[str, str], status: int
) -> None:
    many, few = (str(app.state()["organisations"][place]["organisation_id"]) for place in (MANY_CONTACTS_INDEX, 0))
    assert app.read(tokens, many, "Contacts", **query).status_code == 200
    app.control("settings", most_contacts=MANY_CONTACTS - 1)
    answer = app.read(tokens, many, "Contacts", **query)
    assert answer.status_code == status
    assert status == 200 or answer.json()["Type"] == "HighVolumeException"
    assert app.read(tokens, few, "Contacts", **query).status_code == 200


def test_what_changed_is_a_filter_too(app: App, tokens: Tokens) -> None:
    many = str(app.state()["organisations"][MANY_CONTACTS_INDEX]["organisation_id"])
    app.control("settings", most_contacts=0)
    since = {"If-Modified-Since": "2020-01-01T00:00:00"}
    answer = app.read(tokens, many, "Contacts", since, **PAGE, order="ContactID ASC")
    assert (answer.status_code, len(answer.json()["Contacts"])) == (200, 1000)
