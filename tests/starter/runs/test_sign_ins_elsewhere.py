"""Sign-ins at software of another kind than the first: the whole query is its provider's to read."""

from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qsl, urlsplit
from uuid import uuid4

import pytest
from sqlmodel import select

from models.grants.tables import ConsentAttempt, Grant, GrantReach
from models.runs.tables import Run
from providers.port.errors import ConsentDenied, ConsentFailed, ProviderError, Unavailable
from providers.port.provider import FinishedSignIn, ReachableOrganisation
from starter.runs.consent_returns import CameFrom, ConsentReturns
from starter.runs.consents import Consents
from tests.journeys.scene import Scene
from tests.second_provider import A_COMPANYS, Second

COMPANY = ReachableOrganisation("9341453172056789", "Alder & Finch", None)


async def begun(scene: Scene, second: Second) -> tuple[ConsentReturns, CameFrom, str]:
    """A run of that software, with a sign-in begun; gives its state too."""
    run_id, _ = await scene.start()
    sealer = scene.settings.key_ring().for_purpose("database")
    actor = replace(scene.actor, session_id=uuid4())
    consents = Consents(scene.database, sealer, {second.name: second}, "https://ours.test", timedelta(minutes=10))
    async with scene.database.transaction() as session:
        run = await session.get_one(Run, run_id)
        run.provider = second.name
        session.add(run)
    address = await consents.begin(actor, run_id)
    state = dict(parse_qsl(urlsplit(address).query))["state"]
    return ConsentReturns(scene.database, sealer, scene.temporal, consents), CameFrom(actor), state


async def test_all_that_came_back_goes_to_the_provider_and_what_it_knows_is_kept(scene: Scene):
    second = Second(A_COMPANYS, reached=(COMPANY,))
    returns, came_from, state = await begun(scene, second)
    query = {"state": state, "code": "GB/one+two/==", "country": "GB", "realmId": COMPANY.organisation_id}
    came_back = await returns.finish(second.name, query, came_from)
    assert came_back.ok
    assert second.finished == [(query, b"None")]
    async with scene.database.session() as session:
        grant = (await session.exec(select(Grant))).one()
        reach = (await session.exec(select(GrantReach))).all()
    assert (grant.provider, grant.account_key, grant.person) == (second.name, COMPANY.organisation_id, "person-1")
    assert [(row.grant_id, row.organisation_id, row.name) for row in reach] == [
        (grant.id, COMPANY.organisation_id, COMPANY.name)
    ]


@pytest.mark.parametrize(
    ("error", "denied", "words"),
    [
        (ConsentDenied("access_denied"), True, "Access was not allowed"),
        (ConsentFailed("Email already in use"), False, "could not be completed"),
        (Unavailable("server_error"), False, "gave no usable answer"),
    ],
)
async def test_what_an_error_means_is_said_by_the_provider(
    scene: Scene, error: ProviderError, denied: bool, words: str
):
    class Refusing(Second):
        async def finish_sign_in(self, *_: object, **__: object) -> FinishedSignIn:
            raise error

    second = Refusing()
    returns, came_from, state = await begun(scene, second)
    came_back = await returns.finish(second.name, {"state": state, "error": "a word of its own"}, came_from)
    assert (came_back.ok, came_back.denied, words in came_back.message) == (False, denied, True)
    async with scene.database.session() as session:
        attempt = (await session.exec(select(ConsentAttempt).where(ConsentAttempt.provider == second.name))).one()
    assert (attempt.denied, attempt.grant_id, attempt.cause is None) == (denied, None, denied)
