"""Codes that were chosen for new clients: given as chosen, or by the pattern where somebody has taken one since."""

import pytest
from sqlmodel import col, select

from activities.runs.clients import ClientActivities
from contracts.payloads.bulk_create_clients import CreateClientsInput, RecordSelectionInput
from contracts.payloads.selection import SelectedOrganisation, Selection
from contracts.words.connection_settings import SettingsPatch
from contracts.words.connections import ContactsChoice
from contracts.words.lists import ListName
from contracts.words.runs import RunKind, Stage, Verdict
from models.clients.tables import Client
from models.connections import templates
from models.connections.tables import Connection
from models.events.tables import Event
from models.kit.database import Database
from models.practices.tables import Practice
from models.runs.tables import Run, RunOrganisation
from tests.models.conftest import House

RUN = "a-run"


async def listed(database: Database, house: House, *names: str) -> None:
    """A run whose organisations are called this, which are also their ids."""
    async with database.transaction() as session:
        practice = await session.get_one(Practice, house.practice.id)
        practice.client_allowance, practice.next_client_number = 100, 2
        session.add_all(
            [
                practice,
                Run(
                    id=RUN,
                    practice_id=house.practice.id,
                    colleague_id=house.colleague.id,
                    provider="xero",
                    kind=RunKind.ADD_CLIENTS,
                    stage=Stage.AWAITING_SELECTION,
                ),
            ]
        )
        await session.flush()
        session.add_all(
            RunOrganisation(
                run_id=RUN,
                organisation_id=name,
                position=place,
                name=name,
                grant_id=house.grant_id,
                verdict=Verdict.NEW,
            )
            for place, name in enumerate(names)
        )


async def chosen(database: Database, *names: str, **codes: str | None) -> ClientActivities:
    """Choose the organisations, some with codes."""
    activities = ClientActivities(database)
    wanted = {**dict.fromkeys(names), **codes}
    rows = tuple(SelectedOrganisation(organisation_id=name, code=code) for name, code in wanted.items())
    await activities.record_selection(RecordSelectionInput(run_id=RUN, selection=Selection(organisations=rows)))
    return activities


async def created(database: Database, **codes: str | None) -> dict[str, str]:
    """Choose the organisations with these codes, and create them; the codes by name."""
    activities = await chosen(database, **codes)
    while (await activities.create_clients(CreateClientsInput(run_id=RUN, limit=2))).remaining:
        pass
    async with database.session() as session:
        made = select(Client.name, Client.code).where(Client.created_by_run == RUN)
        return dict((await session.exec(made)).all())


async def test_codes_are_given_as_chosen_and_the_others_by_the_pattern_around_them(database: Database, house: House):
    await listed(database, house, "Smith", "Ash", "Oak")
    found = await created(database, Smith=None, Ash="smit0002", Oak="oak/1")
    assert found == {"Smith": "SMIT0003", "Ash": "SMIT0002", "Oak": "OAK/1"}


@pytest.mark.thorough
async def test_a_code_that_was_taken_since_gives_way_and_the_timeline_says_so(database: Database, house: House):
    await listed(database, house, "Ash", "Oak")
    practice_id, owner_id = house.practice.id, house.colleague.id
    async with database.transaction() as session:  # by hand, and just what the pattern would make
        session.add(Client(practice_id=practice_id, name="Oak Farm", code="OAK0003", owner_id=owner_id))
    activities = ClientActivities(database)
    chosen = Selection(organisations=(SelectedOrganisation(organisation_id="Ash", code="A1"),))
    again = RecordSelectionInput(run_id=RUN, selection=chosen)
    assert await activities.record_selection(again) == await activities.record_selection(again)
    async with database.transaction() as session:
        session.add(Client(practice_id=practice_id, name="Another", code="A1", owner_id=owner_id))
    await activities.create_clients(CreateClientsInput(run_id=RUN, limit=10))
    async with database.session() as session:
        ash = (await session.exec(select(Client).where(Client.created_by_run == RUN))).one()
        told = select(Event.before, Event.after).where(Event.client_id == ash.id, col(Event.kind).contains("code"))
        assert (ash.code, (await session.exec(told)).all()) == ("ASH0002", [("A1", "ASH0002")])


@pytest.mark.thorough
async def test_a_code_by_the_pattern_that_somebody_gave_by_hand_stops_nothing(database: Database, house: House):
    await listed(database, house, "Oak")
    async with database.transaction() as session:
        owner_id = house.colleague.id
        session.add(Client(practice_id=house.practice.id, name="Oak Farm", code="OAK0002", owner_id=owner_id))
    assert await created(database, Oak=None) == {"Oak": "OAK0003"}


@pytest.mark.thorough
async def test_settings_are_given_to_what_is_created_and_remembered_for_the_next_run(database: Database, house: House):
    await listed(database, house, "Ash")
    settings = SettingsPatch(list_names=(ListName.SUPPLIERS,), refresh_hours=24, contacts=ContactsChoice.SUPPLIERS)
    selection = Selection(organisations=(SelectedOrganisation(organisation_id="Ash"),), settings=settings)
    assert Selection.model_validate_json(selection.model_dump_json()) == selection  # as it comes out of a payload
    activities = ClientActivities(database)
    await activities.record_selection(RecordSelectionInput(run_id=RUN, selection=selection))
    await activities.create_clients(CreateClientsInput(run_id=RUN, limit=2))
    async with database.session() as session:
        made = (await session.exec(select(Connection).where(Connection.organisation_id == "Ash"))).one()
        kept = await templates.remembered(session, house.practice.id, "xero")
    assert (made.list_names, made.refresh_hours, made.contacts) == (["suppliers"], 24, ContactsChoice.SUPPLIERS)
    assert templates.example(house.practice.id, "xero", kept).contacts is ContactsChoice.SUPPLIERS
    assert templates.example(house.practice.id, "xero", None).refresh_hours == 48
