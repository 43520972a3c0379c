"""What lets somebody in, for exactly as long as it should: tokens, sessions, links and known browsers."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlmodel.ext.asyncio.session import AsyncSession

from models.access import (
    known_browsers,
    password_links,
    sessions,
    single_use_links,
    tokens,
)
from models.access.sessions import hashed
from models.access.tables import SignInAttempt
from models.practices.writes import create_colleague
from tests.models.conftest import LATER, NOON
from tests.models.one_thing import after_each, run, setting

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
LEFT = "UPDATE colleagues SET deactivated_at = now() WHERE id = :ada"


async def test_a_token_lets_in_whose_it_is_while_it_is_valid(database, house, lee):
    ada, bo = house.colleague.id, house.other_colleague.id
    async with database.transaction() as session:
        secret, hers = await tokens.issue(session, ada, expires_at=LATER)
        _, his = await tokens.issue(session, bo, expires_at=LATER)
        await tokens.issue(session, lee, expires_at=LATER)
        await tokens.used(session, hers.id, NOON)
        assert await run(session, "SELECT id FROM api_tokens WHERE last_used_at IS NOT NULL") == [hers.id]

    async def finds(session: AsyncSession) -> UUID | None:
        found = await tokens.find(session, secret, NOON)
        return found and found.token.id

    async def lists(session: AsyncSession) -> list[UUID]:
        return [view.token.id for view in await tokens.tokens_of(session, house.practice.id, ada, NOON)]

    async def revokes(session: AsyncSession) -> UUID | None:
        found = await tokens.revoke(session, house.practice.id, hers.id, LATER)
        return found and found.token.id

    revoked = "UPDATE api_tokens SET revoked_at = now()"
    over = (revoked, "UPDATE api_tokens SET expires_at = :noon", LEFT)
    values: dict[str, Any] = {"ada": ada, "noon": NOON}
    assert await after_each(database, finds, over, **values) == dict.fromkeys(over)
    assert await after_each(database, lists, over, **values) == {change: [] for change in over}
    assert await after_each(database, revokes, (revoked,)) == {revoked: None}
    async with database.session() as session:
        found = await tokens.find(session, secret, NOON)
        assert found is not None
        assert (found.colleague.id, found.practice.id, found.token.id) == (ada, house.practice.id, hers.id)
        assert await lists(session) == [hers.id]
        assert len(await tokens.tokens_of(session, house.practice.id, None, NOON)) == 2
        assert await tokens.tokens_of(session, house.practice.id, bo, NOON) == []
        assert await tokens.revoke(session, house.practice.id, his.id, NOON) is None
        assert await tokens.practice_of(session, his.id) == house.other_practice.id
        assert await revokes(session) == hers.id


async def test_a_session_goes_on_until_it_ends_in_any_way(database, house):
    ada, idle = house.colleague.id, HOUR
    async with database.transaction() as session:
        secret, hers = await sessions.begin(session, ada, browser="b", at=NOON, valid_for=DAY)
        await sessions.begin(session, house.other_colleague.id, browser="b", at=NOON, valid_for=DAY)

    async def goes_on(session: AsyncSession) -> list[object]:
        found = await sessions.find(session, secret, at=NOON, idle=idle)
        listed = await sessions.living(session, ada, at=NOON, idle=idle)
        is_on = await sessions.goes_on(session, hers.id, at=NOON, idle=idle)
        return [found and (found.colleague.id, found.practice.id), [one.id for one in listed], is_on]

    still = "SELECT"
    ended = setting("web_sessions", "revoked_at = now()", "expires_at = :noon", "last_seen_at = :before")
    found = await after_each(database, goes_on, [still, *ended, LEFT], ada=ada, noon=NOON, before=NOON - idle)
    assert found.pop(still) == [(ada, house.practice.id), [hers.id], True]
    assert found.pop(LEFT)[::2] == [None, False]
    assert found == {change: [None, [], False] for change in ended}

    async def lacks(session: AsyncSession) -> list[object]:
        whole = await sessions.find(session, secret, at=NOON, idle=idle)
        part = await sessions.find(session, secret, at=NOON, idle=idle, is_whole=False)
        listed = await sessions.living(session, ada, at=NOON, idle=idle)
        is_waiting = await sessions.is_waiting(session, hers.id, NOON)
        return [whole is not None, part is not None, len(listed), is_waiting]

    lacking = "UPDATE web_sessions SET lacks = 'second_factor'"
    over = (f"{lacking}, revoked_at = now()", f"{lacking}, expires_at = :noon")
    assert await after_each(database, lacks, [still, lacking, *over], noon=NOON) == {
        still: [True, False, 1, False],
        lacking: [False, True, 0, True],
        **{change: [False, False, 0, False] for change in over},
    }


@pytest.mark.parametrize(("words", "ended"), [({}, {0, 1}), ({"only": 0}, {0}), ({"but": 0}, {1})])
async def test_sessions_are_ended_as_asked_and_nobody_elses(database, house, lee, words, ended):
    async with database.transaction() as session:
        made = [
            (await sessions.begin(session, whose, browser="b", at=NOON, valid_for=DAY))[1].id
            for whose in (house.colleague.id, house.colleague.id, lee)
        ]
        _, earlier = await sessions.begin(session, house.colleague.id, browser="b", at=NOON, valid_for=DAY)
        earlier.revoked_at = NOON
        await session.flush()
        await sessions.seen(session, made[0], NOON + HOUR)
        await sessions.revoke(
            session, house.colleague.id, LATER, **{word: made[which] for word, which in words.items()}
        )
        found = await run(session, "SELECT id FROM web_sessions WHERE revoked_at = :at", at=LATER)
        assert {made.index(one) for one in found} == ended
        assert await run(session, "SELECT id FROM web_sessions WHERE last_seen_at > :at", at=NOON) == [made[0]]


async def test_failures_count_of_the_address_in_one_browser_and_of_the_ip_address_without_any(database):
    home, mark = "ada@harbour.test", b"\x01" * 32
    made = [
        # address, IP address, browser, hours from noon, whether it succeeded
        (home, "10.0.0.1", None, -3, False),  # before the last success
        (home, "10.0.0.1", None, -2, True),
        (home, "10.0.0.1", None, 0, False),
        (home, "10.0.0.2", None, 0, False),
        (home, "10.0.0.1", mark, 0, False),
        (home, "10.0.0.1", None, -30, False),  # too long ago
        ("bo@mill.test", "10.0.0.1", None, 0, False),
        ("bo@mill.test", "10.0.0.1", mark, 1, True),  # another's success counts for nothing
    ]
    async with database.transaction() as session:
        for address, ip, browser, hours, is_good in made:
            session.add(
                SignInAttempt(
                    address_hash=hashed(address), ip=ip, browser_hash=browser, at=NOON + hours * HOUR, succeeded=is_good
                )
            )
        await session.flush()
        since = NOON - DAY
        assert await sessions.failures(session, home, "10.0.0.1", since) == (2, 3)
        assert await sessions.failures(session, home, "10.0.0.1", since, mark) == (1, 0)
        (attempt,) = await run(session, "SELECT id FROM sign_in_attempts WHERE ip = '10.0.0.2'")
        await sessions.succeeded(session, attempt, since)
        assert await sessions.failures(session, home, "10.0.0.1", since) == (0, 3)
        assert await run(session, "SELECT count(*) FROM sign_in_attempts") == [7]


async def test_an_address_is_that_of_the_active_colleagues_who_have_it(database, house):
    async with database.transaction() as session:
        await create_colleague(session, house.other_practice.id, email="Ada@Harbour.test", name="Ada of Mill Street")

    async def names(session: AsyncSession) -> list[str]:
        return [one.practice.name for one in await sessions.of_address(session, "ada@harbour.test", None)]

    assert await after_each(database, names, ("SELECT", LEFT), ada=house.colleague.id) == {
        "SELECT": ["Harbour Lane", "Mill Street"],
        LEFT: ["Mill Street"],
    }
    async with database.session() as session:
        (found,) = await sessions.of_address(session, "ada@harbour.test", house.practice.id)
    assert found.colleague.id == house.colleague.id


@pytest.mark.parametrize("kind", single_use_links.KINDS)
async def test_a_link_is_used_once_in_time_by_somebody_who_is_here(database, house, kind):
    ada = house.colleague.id
    async with database.transaction() as session:
        token = await single_use_links.make(session, kind, ada, at=NOON, valid_for=DAY)
        other = await single_use_links.make(session, kind, house.other_colleague.id, at=NOON, valid_for=DAY)

    async def usable(session: AsyncSession) -> tuple[UUID, UUID] | None:
        found = await single_use_links.usable(session, kind, token, NOON, claim=True)
        return found and (found.colleague.id, found.practice.id)

    table = kind.__tablename__
    over = [*setting(str(table), "used_at = now()", "expires_at = :noon"), LEFT]
    found = await after_each(database, usable, ("SELECT", *over), ada=ada, noon=NOON)
    assert found == {"SELECT": (ada, house.practice.id), **dict.fromkeys(over)}
    async with database.transaction() as session:
        await single_use_links.end(session, ada, NOON, kind)
        await single_use_links.end(session, ada, LATER, *single_use_links.KINDS)
        assert await usable(session) is None
        assert await single_use_links.usable(session, kind, other, NOON) is not None
        assert await run(session, f"SELECT used_at FROM {table} WHERE used_at IS NOT NULL") == [NOON]  # noqa: S608


async def test_so_many_mails_with_a_link_are_sent_to_an_address_in_a_while(database, house):
    most, before = password_links.MOST_MAILS, NOON - password_links.VALID_FOR
    home = "ada@harbour.test"
    async with database.transaction() as session:
        for address, at in (("bo@mill.test", NOON), (home, before), (home, NOON - password_links.KEPT_FOR - HOUR)):
            await password_links.ask(session, address, "10.0.0.1", at)
        asked = [await password_links.ask(session, home, "10.0.0.2", NOON) for _ in range(most + 1)]
        assert [one.is_followed for one in asked] == [True] * most + [False]
        assert asked[0].id is not None
        await password_links.unfollow(session, asked[0].id)
        again = [await password_links.ask(session, home, "10.0.0.2", NOON) for _ in range(2)]
        assert [one.is_followed for one in again] == [True, False]
        assert await password_links.asked_from(session, "10.0.0.1", before) == 1
        assert await password_links.asked_from(session, "10.0.0.2", before) == most + 3

    async def people(session: AsyncSession) -> list[UUID]:
        return [one.practice.id for one in await password_links.people_of(session, asked[0])]

    found = await after_each(database, people, ("SELECT", LEFT), ada=house.colleague.id)
    assert found == {"SELECT": [house.practice.id], LEFT: []}


async def test_a_browser_is_known_for_who_has_signed_in_in_it(database, house, lee):
    ada = house.colleague.id
    async with database.transaction() as session:
        await known_browsers.remember(session, ada, "mark", NOON - known_browsers.KNOWN_FOR * 2)
        await known_browsers.remember(session, lee, "lees", NOON - known_browsers.KNOWN_FOR * 2)
        await known_browsers.remember(session, ada, "mark", NOON)
        await known_browsers.remember(session, ada, "second", NOON)

    async def known(session: AsyncSession) -> bool:
        return await known_browsers.known(session, "ada@harbour.test", "mark")

    assert await after_each(database, known, ("SELECT", LEFT), ada=ada) == {"SELECT": True, LEFT: False}
    async with database.transaction() as session:
        assert not await known_browsers.known(session, "ada@harbour.test", "lees")
        assert not await known_browsers.known(session, "lee@harbour.test", "mark")
        assert await run(session, "SELECT count(*) FROM known_browsers") == [3]
        await known_browsers.remember(session, lee, "second", NOON - known_browsers.KNOWN_FOR)  # they share it
        for address in ("ada@harbour.test", "lee@harbour.test"):
            assert await known_browsers.known(session, address, "second"), address
        # What is old is forgotten as somebody comes, of whoever comes.
        await known_browsers.remember(session, ada, "mark", NOON + known_browsers.KNOWN_FOR + HOUR)
        assert await run(session, "SELECT count(*) FROM known_browsers WHERE colleague_id = :ada", ada=ada) == [1]
        assert await known_browsers.known(session, "lee@harbour.test", "lees")
        await known_browsers.forget(session, ada)
        assert await run(session, "SELECT colleague_id FROM known_browsers") == [lee, lee]
