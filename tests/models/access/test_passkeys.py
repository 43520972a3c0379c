"""Passkeys in the database: counters go forward alone, challenges are taken once, removing the last one is seen."""

import asyncio
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlmodel import select

from contracts.words.access import Ceremony, Lacking
from models.access import passkeys, second_factors
from models.access.tables import Passkey, PasskeyChallenge
from models.kit.database import Database
from models.practices.reads import colleagues_of
from models.practices.tables import Colleague, Practice
from tests.models.conftest import NOON, House


async def kept(database: Database, colleague_id: UUID, count: int = 0, credential: bytes = b"id") -> UUID:
    made = Passkey(
        colleague_id=colleague_id, name="Laptop", credential_id=credential, public_key=b"k", sign_count=count
    )
    async with database.transaction() as session:
        assert await passkeys.add(session, made)
    return made.id


async def use(database: Database, passkey_id: UUID, count: int) -> bool:
    async with database.transaction() as session:
        return await passkeys.use(session, passkey_id, count, NOON)


@pytest.mark.parametrize(
    ("before", "now", "is_good"),
    [(0, 0, True), (0, 1, True), (1, 2, True), (1, 9, True), (1, 1, False), (2, 1, False), (1, 0, False)],
)
async def test_a_count_goes_forward_or_is_none(database: Database, house: House, before: int, now: int, is_good: bool):
    passkey_id = await kept(database, house.colleague.id, before)
    assert await use(database, passkey_id, now) is is_good
    async with database.session() as session:
        row = await session.get_one(Passkey, passkey_id)
        assert (row.sign_count, row.last_used_at) == ((now, NOON) if is_good else (before, None))


async def test_of_two_uses_with_one_count_one_is_good(database: Database, house: House):
    passkey_id = await kept(database, house.colleague.id, 3)
    assert sorted(await asyncio.gather(*(use(database, passkey_id, 4) for _ in range(4)))) == [False] * 3 + [True]


async def test_who_has_left_uses_none(database: Database, house: House):
    passkey_id = await kept(database, house.colleague.id)
    async with database.transaction() as session:
        (await session.get_one(Colleague, house.colleague.id)).deactivated_at = NOON
    assert not await use(database, passkey_id, 1)
    async with database.session() as session:
        assert await passkeys.by_credential(session, b"id") is None


async def test_one_is_kept_once_whosever_it_is(database: Database, house: House):
    await kept(database, house.colleague.id)
    again = Passkey(colleague_id=house.other_colleague.id, name="Mine", credential_id=b"id", public_key=b"other")
    async with database.transaction() as session:
        assert not await passkeys.add(session, again)
    async with database.session() as session:
        found = await passkeys.by_credential(session, b"id")
        assert found is not None
        assert (found[0].public_key, found[1].id) == (b"k", house.colleague.id)


async def made(database: Database, at: datetime = NOON) -> bytes:
    until = at + timedelta(minutes=10)
    async with database.transaction() as session:
        return await passkeys.challenge(session, "browser", Ceremony.USE, at=at, expires_at=until)


async def taken(database: Database, challenge: bytes, **words: object) -> bool:
    asked = {"bound_to": "browser", "ceremony": Ceremony.USE, "at": NOON, **words}
    async with database.transaction() as session:
        return await passkeys.take(session, challenge, **asked)  # type: ignore[arg-type]  # as given


async def test_a_challenge_is_taken_once_by_whom_it_is_for_in_time(database: Database, house: House):
    challenge = await made(database)
    assert not await taken(database, challenge, bound_to="another browser")
    assert not await taken(database, challenge, ceremony=Ceremony.ADD)
    assert not await taken(database, challenge, at=NOON + timedelta(minutes=10))
    assert not await taken(database, b"made up")
    assert sorted(await asyncio.gather(*(taken(database, challenge) for _ in range(4)))) == [False] * 3 + [True]


async def test_old_challenges_are_forgotten_when_a_new_one_is_made(database: Database, house: House):
    old, young = await made(database), await made(database, NOON + timedelta(minutes=5))
    await made(database, NOON + timedelta(minutes=11))
    async with database.session() as session:
        assert await session.get(PasskeyChallenge, old) is None
        assert await session.get(PasskeyChallenge, young) is not None


async def test_a_session_that_goes_on_asking_has_so_many_and_the_newest(database: Database, house: House):
    first = await made(database)
    later = [await made(database, NOON + timedelta(seconds=one)) for one in range(1, 2 * passkeys.MOST_WAITING)]
    async with database.session() as session:
        left = set((await session.exec(select(PasskeyChallenge.challenge))).all())
    assert left == set(later[-passkeys.MOST_WAITING :])
    assert not await taken(database, first)
    assert await taken(database, later[-1])


async def test_what_a_colleague_is_called_in_passkeys_is_random_and_stays(database: Database, house: House):
    async with database.transaction() as session:
        first = await passkeys.handle_of(session, house.colleague.id)
        other = await passkeys.handle_of(session, house.other_colleague.id)
    async with database.transaction() as session:
        assert await passkeys.handle_of(session, house.colleague.id) == first
    assert (len(first), first == other, house.colleague.id.bytes in first) == (32, False, False)


async def test_a_passkey_is_a_second_factor(database: Database, house: House):
    async def lacks() -> Lacking | None:
        async with database.session() as session:
            return await second_factors.lacking(session, await session.get_one(Colleague, house.colleague.id))

    async with database.transaction() as session:
        (await session.get_one(Practice, house.practice.id)).requires_second_factor = True
    assert await lacks() is Lacking.SET_UP
    passkey_id = await kept(database, house.colleague.id)
    await kept(database, house.other_colleague.id, credential=b"other")
    assert await lacks() is Lacking.SECOND_FACTOR
    async with database.session() as session:
        assert [one.has_second_factor for one in await colleagues_of(session, house.practice.id)] == [True]
    async with database.transaction() as session:
        assert await passkeys.remove(session, house.other_colleague.id, only=passkey_id) == []
        assert await second_factors.remove(session, house.colleague.id)
    assert await lacks() is Lacking.SET_UP
    async with database.session() as session:
        assert await passkeys.has_one(session, house.other_colleague.id)
