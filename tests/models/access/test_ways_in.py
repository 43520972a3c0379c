"""What lets somebody in, for exactly as long as it should: tokens, sessions, links, accounts, and second factors."""

from datetime import timedelta
from uuid import UUID

import pytest
import pytest_asyncio
from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.words.access import Ceremony
from models.access import (
    identities,
    known_browsers,
    passkeys,
    password_links,
    second_factors,
    sessions,
    single_use_links,
    support_reads,
    tokens,
)
from models.access.sessions import hashed
from models.access.tables import Authenticator, Identity, IdentityAttempt, Passkey, SignInAttempt
from models.practices.writes import create_colleague
from tests.models.conftest import LATER, NOON, House
from tests.models.one_thing import after_each, run, setting

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
LEFT = "UPDATE colleagues SET deactivated_at = now() WHERE id = :ada"


@pytest_asyncio.fixture
async def lee(database, house: House) -> UUID:
    """Another colleague of the practice."""
    async with database.transaction() as session:
        return (await create_colleague(session, house.practice.id, email="lee@harbour.test", name="Lee")).id


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
    values = {"ada": ada, "noon": NOON}
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


async def test_an_account_is_a_colleagues_at_its_issuer(database, house, lee):
    ada, here, there = house.colleague.id, "https://id.test", "https://other.test"
    practice = house.practice.id

    def attempt(state: str, at=NOON, ip: str = "10.0.0.1") -> IdentityAttempt:
        return IdentityAttempt(
            state_hash=hashed(state), browser_hash=b"", sealed_secrets=b"", back="/", ip=ip, created_at=at
        )

    async with database.transaction() as session:
        await identities.begin(session, attempt("old", NOON - DAY), forget_before=NOON - 2 * DAY)
        for one in (attempt("one"), attempt("two"), attempt("three", NOON - HOUR), attempt("four", ip="10.0.0.2")):
            await identities.begin(session, one, forget_before=NOON - 2 * HOUR)
        await session.flush()
        assert await run(session, "SELECT count(*) FROM identity_attempts") == [4]
        assert await identities.begun_from(session, "10.0.0.1", NOON) == 2
        found = await identities.attempt_of(session, "one")
        assert found is not None
        assert await identities.use(session, found, NOON)
        assert not await identities.use(session, found, NOON)
        assert await run(session, "SELECT id FROM identity_attempts WHERE used_at IS NOT NULL") == [found.id]
        for whose, issuer, subject in ((ada, here, "s1"), (ada, there, "s2"), (lee, here, "s2")):
            bound = Identity(
                colleague_id=whose, issuer=issuer, practice_id=practice, subject=subject, bound_at=NOON, used_at=NOON
            )
            assert await identities.bind(session, bound)

    async def who(session: AsyncSession, subject: str, address: str | None = None) -> list[tuple[UUID, str | None]]:
        found = await identities.candidates(session, here, subject, address)
        return [(one.colleague.id, one.subject) for one in found]

    async with database.transaction() as session:
        assert await who(session, "s1") == [(ada, "s1")]
        assert await who(session, "s2") == [(lee, "s2")]
        assert await who(session, "s3") == []
        assert await who(session, "s3", "bo@mill.test") == [(house.other_colleague.id, None)]
        assert await who(session, "s2", "ada@harbour.test") in ([(ada, "s1"), (lee, "s2")], [(lee, "s2"), (ada, "s1")])
        await identities.used(session, ada, here, "ada@home.test", LATER)
        changed = "SELECT subject FROM identities WHERE used_at = :at AND email = 'ada@home.test'"
        assert await run(session, changed, at=LATER) == ["s1"]
        assert len(await identities.of_colleague(session, practice, ada)) == 2
        assert await identities.of_colleague(session, house.other_practice.id, ada) == []
        assert await identities.unbind(session, ada)
        assert not await identities.unbind(session, ada)
        assert len(await identities.of_colleague(session, practice, lee)) == 1


async def test_a_code_works_once_for_who_has_set_it_up(database, house, lee):
    ada, secret = house.colleague.id, b"secret"
    async with database.transaction() as session:
        session.add_all(Authenticator(colleague_id=one, sealed_secret=secret, created_at=NOON) for one in (ada, lee))
    async with database.transaction() as session:
        waits = await second_factors.waiting(session, ada)
        assert waits is not None
        other = Authenticator(colleague_id=ada, sealed_secret=b"of an earlier set-up")
        assert not await second_factors.confirm(session, other, 5, NOON)
        assert not await second_factors.use_step(session, ada, 5, secret)  # nothing is confirmed
        assert await second_factors.confirm(session, waits, 5, NOON)
        assert not await second_factors.confirm(session, waits, 6, LATER)
        await second_factors.wait_for(session, ada, b"another", LATER)
        assert await run(session, "SELECT sealed_secret FROM authenticators") == [secret] * 2
        assert [await second_factors.use_step(session, ada, step, secret) for step in (5, 7, 7)] == [False, True, False]
        assert await run(session, "SELECT colleague_id FROM authenticators WHERE last_step = 7") == [ada]
        assert await run(session, "SELECT colleague_id FROM authenticators WHERE confirmed_at IS NULL") == [lee]

        await second_factors.renew_recovery_codes(session, lee, ["a", "b"])
        await second_factors.renew_recovery_codes(session, ada, ["x"])
        await second_factors.renew_recovery_codes(session, ada, ["c", "d"])
        used = [await second_factors.use_recovery_code(session, ada, code, NOON) for code in ("a", "x", "c", "c")]
        assert used == [False, False, True, False]
        assert [await second_factors.recovery_codes_left(session, one) for one in (ada, lee)] == [1, 2]

        assert await second_factors.remove(session, ada)
        assert not await second_factors.remove(session, ada)
        assert not await second_factors.has_recovery_codes(session, ada)
        assert await second_factors.has_recovery_codes(session, lee)
        assert await second_factors.waiting(session, lee) is not None
        assert not await second_factors.remove_app(session, lee)  # it was not in use


async def test_a_passkey_is_its_owners_and_counts_up(database, house, lee):
    ada = house.colleague.id
    async with database.transaction() as session:
        keys = [
            Passkey(colleague_id=whose, name=name, credential_id=name.encode(), public_key=b"", sign_count=count)
            for whose, name, count in ((ada, "phone", 4), (ada, "laptop", 0), (lee, "stick", 4))
        ]
        session.add_all(keys)
        await session.flush()
        phone, laptop, stick = (key.id for key in keys)

    async def used(session: AsyncSession) -> list[bool]:
        found = await passkeys.by_credential(session, b"phone")
        return [found is not None, await passkeys.use(session, phone, 5, NOON)]

    assert await after_each(database, used, ("SELECT", LEFT), ada=ada) == {"SELECT": [True, True], LEFT: [False, False]}
    async with database.transaction() as session:
        tries = [(phone, 4), (phone, 0), (phone, 5), (laptop, 0), (laptop, 1), (laptop, 0)]
        assert [await passkeys.use(session, *one, NOON) for one in tries] == [False, False, True, True, True, False]
        assert await run(session, "SELECT sign_count FROM passkeys WHERE id = :id", id=stick) == [4]
        assert [len(await passkeys.of(session, one)) for one in (ada, lee)] == [2, 1]
        assert [await passkeys.count(session, one) for one in (ada, lee)] == [2, 1]
        assert await passkeys.remove(session, ada, only=stick) == []
        assert await passkeys.remove(session, ada, only=phone) == ["phone"]
        assert await passkeys.remove(session, ada) == ["laptop"]
        assert [await passkeys.has_one(session, one) for one in (ada, lee)] == [False, True]


async def test_a_challenge_is_answered_once_where_it_was_asked_and_for_what(database):
    async with database.transaction() as session:
        asked = await passkeys.challenge(
            session, "browser", Ceremony.USE, at=NOON, expires_at=NOON + HOUR, ip="10.0.0.1"
        )
        more = {"at": NOON, "expires_at": NOON + 2 * HOUR, "ip": "10.0.0.2"}
        await passkeys.challenge(session, "browser", Ceremony.ADD, **more)
        await passkeys.challenge(session, "another", Ceremony.USE, **more)
        assert await passkeys.waiting_from(session, "10.0.0.1", NOON) == 1
        assert await passkeys.waiting_from(session, "10.0.0.1", NOON + HOUR) == 0
        assert await passkeys.waiting(session, "browser", Ceremony.USE, NOON) == asked
        assert await passkeys.waiting(session, "browser", Ceremony.USE, NOON + HOUR) is None
        for wrong in (
            (b"unknown", "browser", Ceremony.USE, NOON),
            (asked, "another", Ceremony.USE, NOON),
            (asked, "browser", Ceremony.ADD, NOON),
            (asked, "browser", Ceremony.USE, NOON + HOUR),
        ):
            assert not await passkeys.take(session, *wrong), wrong
        assert await passkeys.take(session, asked, "browser", Ceremony.USE, NOON)
        assert not await passkeys.take(session, asked, "browser", Ceremony.USE, NOON)
        assert await run(session, "SELECT count(*) FROM passkey_challenges") == [2]


async def test_a_practice_is_told_once_in_a_while_of_who_read_its_payloads(database, house):
    practice = house.practice.id
    told = "SELECT 1 FROM events WHERE kind = 'support.read'"

    async def read(session: AsyncSession) -> int:
        await support_reads.record(session, subject="sam", name="Sam", payloads=1, practices=[practice], at=NOON)
        return len(await run(session, told))

    event = "INSERT INTO events (practice_id, kind, before, after, at) VALUES ({}, '{}', '{}', 'Sam', :at)"
    same = event.format(":id", "support.read", "sam")
    others = (
        event.format(":other", "support.read", "sam"),
        event.format(":id", "support.read", "kim"),
        event.format(":id", "support.read", "sam").replace(":at", ":before"),
    )
    values = {"id": practice, "other": house.other_practice.id, "at": NOON, "before": NOON - support_reads.SITTING}
    another = event.format(":id", "practice.name_changed", "sam")
    assert await after_each(database, read, (same, another, *others), **values) == {
        same: 1,
        another: 1,
        **dict.fromkeys(others, 2),
    }
    async with database.session() as session:
        assert await support_reads.practices_of(session, [], ["mill-street"], ["none"]) == {house.other_practice.id}
        assert await support_reads.practices_of(session, [practice], [], []) == {practice}
