"""What an import changes: clients that are still what they were, and no others."""

from typing import Any

import pytest

from models.clients import imports
from models.clients.tables import Client
from models.practices.tables import Colleague
from rules.clients.imports.plans import ImportOwner
from tests.models.conftest import NOON
from tests.models.one_thing import after_each, run

pytestmark = pytest.mark.usefixtures("next_door")


async def test_people_that_have_left_are_known_as_such(database, house):
    async with database.transaction() as session:
        (await session.get_one(Colleague, house.colleague.id)).deactivated_at = NOON
        bea = Colleague(practice_id=house.practice.id, email="bea@harbour.test", name="Bea")
        session.add(bea)
        await session.flush()
        found = await imports.people_of(session, house.practice.id)
    ada = ImportOwner(house.colleague.id, "Ada", "ada@harbour.test", is_active=False)
    assert set(found) == {ada, ImportOwner(bea.id, "Bea", "bea@harbour.test", is_active=True)}


async def test_a_client_that_was_changed_meanwhile_is_not_changed(database, house):
    """Another client that is the same but for its code stays as it is."""
    async with database.transaction() as session:
        of: dict[str, Any] = {"practice_id": house.practice.id, "owner_id": house.colleague.id}
        session.add(Client(name="Smith Ltd", code="SMIT0002", **of))
    async with database.session() as session:
        known = {one.code: one for one in await imports.known_clients(session, house.practice.id)}

    async def asked(session):
        wanted = [(known["SMIT0001"], {"name": "Smith plc", "tax_number": "GB1"})]
        assert await imports.change_clients(session, house.practice.id, [])
        assert not await imports.change_clients(session, house.other_practice.id, wanted)
        done = await imports.change_clients(session, house.practice.id, wanted)
        shown = "SELECT concat_ws('|', name, tax_number) FROM clients WHERE practice_id = :id ORDER BY code"
        return done, await run(session, shown, id=house.practice.id)

    change = "UPDATE clients SET {} WHERE code = 'SMIT0001'"
    cases = {
        "SELECT 1": (True, ["Smith plc|GB1", "Smith Ltd"]),
        change.format("name = 'Smiths'"): (False, ["Smiths", "Smith Ltd"]),
        change.format("reference = 'A1'"): (False, ["Smith Ltd", "Smith Ltd"]),
        change.format("archived_at = now()"): (False, ["Smith Ltd", "Smith Ltd"]),
    }
    assert await after_each(database, asked, cases) == cases


async def test_of_a_client_that_was_merged_only_its_code_is_known(database, house):
    async with database.transaction() as session:
        of: dict[str, Any] = {"practice_id": house.practice.id, "owner_id": house.colleague.id, "tax_number": "GB1"}
        gone = {"merged_into_id": house.client_id, "archived_at": NOON}
        session.add(Client(name="Jones", code="JONE0001", **of | gone))
        session.add(Client(name="Brown", code="BROW0001", **of))
        await session.flush()
        found = await imports.known_clients(session, house.practice.id)
        before = await imports.state_of_clients(session, house.practice.id)
        await run(session, "UPDATE clients SET tax_number = 'GB2' WHERE code = 'BROW0001'")
        assert await imports.state_of_clients(session, house.practice.id) != before
        assert await imports.state_of_clients(session, house.other_practice.id) == ""
    assert [(one.code, one.tax_number, one.merged_into) for one in found] == [
        ("BROW0001", "GB1", None),
        ("JONE0001", None, "SMIT0001"),
        ("SMIT0001", None, None),
    ]
