"""The same person may be a colleague of several practices: each practice's addresses are its own business."""

from dataclasses import dataclass

import pytest
import pytest_asyncio

from contracts.words.practices import Plan, Role
from contracts.words.refusals import RefusalCode, Refused
from models.kit.database import Database
from starter.access.attempts import WhichPracticeError
from starter.access.sessions import WRONG, Sessions
from starter.access.tokens import Tokens
from starter.people.colleagues import Colleagues
from starter.people.people import People

ADDRESS, PASSWORD, OTHER = "ada@example.test", "four calm ferries waiting", "nine quiet harbours dreaming"


@dataclass(frozen=True)
class Both:
    """Ada is the admin of both practices, under one address."""

    colleagues: Colleagues
    sessions: Sessions
    database: Database


@pytest_asyncio.fixture
async def both(database: Database) -> Both:
    colleagues = Colleagues(database)
    for name in ("Harbour Lane", "Mill Street"):
        await colleagues.create_practice(
            name=name, plan=Plan.ADVANCED, allowance=10, time_zone="Europe/London", admin_email=ADDRESS.title()
        )
    return Both(colleagues, Sessions(database, "https://clientsync.test"), database)


async def signed_in(both: Both, password: str, **more: object) -> str:
    """Sign in; gives the practice."""
    token = await both.sessions.sign_in(ADDRESS, password, ip="192.0.2.1", browser="", **more)  # type: ignore[arg-type]  # passed on
    return (await both.sessions.by_token(token)).actor.practice_slug


async def test_an_address_is_unique_within_a_practice_alone(both: Both):
    people, ada = People(both.database), await both.colleagues.by_email(f"mill-street/{ADDRESS}")
    with pytest.raises(Refused) as refused:
        await people.add_colleague(ada, email=ADDRESS.upper(), name="Ada again", role=Role.MEMBER)
    assert (refused.value.refusal.code, refused.value.refusal.field) == (RefusalCode.DUPLICATE, "email")
    assert ada.practice_slug == "mill-street"


async def test_whoever_runs_it_names_the_practice_where_it_is_needed(both: Both):
    tokens = Tokens(both.database)
    with pytest.raises(Refused, match="several practices"):
        await tokens.create_for(ADDRESS, name="Bot")
    made = await tokens.create_for(f"harbour-lane/{ADDRESS}", name="Bot")
    assert (await tokens.by_secret(made.secret)).practice_slug == "harbour-lane"
    with pytest.raises(Refused, match="No active colleague"):
        await tokens.create_for(f"nowhere/{ADDRESS}", name="Bot")
    await both.colleagues.create(practice="harbour-lane", email="a/b@example.test", name="Slash", role=Role.MEMBER)
    assert (await both.colleagues.by_email("a/b@example.test")).colleague_name == "Slash"


async def test_the_password_says_which_practice(both: Both):
    await both.sessions.set_password(f"harbour-lane/{ADDRESS}", PASSWORD)
    assert await signed_in(both, PASSWORD) == "harbour-lane"  # the other one has none yet
    await both.sessions.set_password(f"mill-street/{ADDRESS}", OTHER)
    assert await signed_in(both, PASSWORD) == "harbour-lane"
    assert await signed_in(both, OTHER) == "mill-street"
    with pytest.raises(Refused, match=WRONG):
        await signed_in(both, "not a password of hers")


@pytest.mark.thorough
async def test_the_same_password_in_both_asks_which(both: Both):
    for practice in ("harbour-lane", "mill-street"):
        await both.sessions.set_password(f"{practice}/{ADDRESS}", PASSWORD)
    with pytest.raises(WhichPracticeError) as several:
        await signed_in(both, PASSWORD)
    assert [one.name for one in several.value.practices] == ["Harbour Lane", "Mill Street"]
    assert await signed_in(both, PASSWORD, practice_id=several.value.practices[1].id) == "mill-street"
    with pytest.raises(Refused, match=WRONG):  # nothing is told without the password
        await signed_in(both, OTHER)
