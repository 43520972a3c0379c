"""The list of a run: further sign-ins add to it without gaps, and nothing loses its place."""

import pytest

from contracts.words.runs import RunKind
from models.kit.columns import now
from models.kit.database import Database
from models.runs import organisations as run_lists
from models.runs.organisations import FoundOrganisation
from models.runs.tables import Run
from tests.models.conftest import House

pytestmark = pytest.mark.usefixtures("next_door")


def found(*names: str) -> list[FoundOrganisation]:
    return [FoundOrganisation(name, name.upper(), None) for name in names]


async def test_overlapping_sign_ins_number_the_new_ones_alone(database: Database, house: House):
    run = Run(
        id="add-clients-house",
        practice_id=house.practice.id,
        colleague_id=house.colleague.id,
        provider="xero",
        kind=RunKind.ADD_CLIENTS,
    )
    async with database.transaction() as session:
        session.add(run)
        await session.flush()
        for names, total in ((("a", "b", "c"), 3), (("b", "d", "a", "e"), 5), (("e", "f"), 6)):
            assert await run_lists.list_into(session, run.id, house.grant_id, found(*names), now()) == total
    async with database.session() as session:
        listed = await run_lists.organisations_of(session, run.id)
    assert [(row.position, row.organisation_id) for row in listed] == list(enumerate("abcdef"))
