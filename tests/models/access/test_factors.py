"""Whose an account, a code or a passkey is, and for what each is good: one condition at a time."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.words.access import Ceremony
from contracts.words.runs import RunKind
from models.access import (
    identities,
    passkeys,
    second_factors,
    support_reads,
)
from models.access.sessions import hashed
from models.access.tables import Authenticator, Identity, IdentityAttempt, Passkey
from models.runs.tables import Run
from tests.models.conftest import LATER, NOON
from tests.models.one_thing import after_each, run

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
LEFT = "UPDATE colleagues SET deactivated_at = now() WHERE id = :ada"


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
        session.add(Authenticator(colleague_id=house.other_colleague.id, sealed_secret=b"", confirmed_at=NOON))
    async with database.transaction() as session:
        waits = await second_factors.waiting(session, ada)
        assert waits is not None
        other = Authenticator(colleague_id=ada, sealed_secret=b"of an earlier set-up")
        assert not await second_factors.confirm(session, other, 5, NOON)
        assert not await second_factors.use_step(session, ada, 5, secret)  # nothing is confirmed
        assert await second_factors.confirm(session, waits, 5, NOON)
        assert not await second_factors.confirm(session, waits, 6, LATER)
        await second_factors.wait_for(session, ada, b"another", LATER)
        assert await run(session, "SELECT sealed_secret FROM authenticators ORDER BY 1") == [b"", secret, secret]
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
        handles = [await passkeys.handle_of(session, one) for one in (ada, lee, ada)]
        assert handles[0] == handles[2] != handles[1]
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
        more: dict[str, Any] = {"at": NOON, "expires_at": NOON + 2 * HOUR, "ip": "10.0.0.2"}
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


async def test_what_others_ask_for_takes_no_challenge_away(database):
    async with database.transaction() as session:
        asked = await passkeys.challenge(session, "browser", Ceremony.USE, at=NOON, expires_at=NOON + HOUR)
        for bound_to in ["others"] * passkeys.MOST_WAITING + ["browser"]:
            await passkeys.challenge(session, bound_to, Ceremony.ADD, at=NOON, expires_at=NOON + 2 * HOUR)
        assert await passkeys.waiting(session, "browser", Ceremony.USE, NOON) == asked
        # The one that was just asked for stays, even if all others of its browser can be answered for longer.
        latest = await passkeys.challenge(session, "others", Ceremony.USE, at=NOON, expires_at=NOON + HOUR)
        assert await passkeys.waiting(session, "others", Ceremony.USE, NOON) == latest


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
    values: dict[str, Any] = {
        "id": practice,
        "other": house.other_practice.id,
        "at": NOON,
        "before": NOON - support_reads.SITTING,
    }
    another = event.format(":id", "practice.name_changed", "sam")
    assert await after_each(database, read, (same, another, *others), **values) == {
        same: 1,
        another: 1,
        **dict.fromkeys(others, 2),
    }
    async with database.session() as session:
        assert await support_reads.practices_of(session, [], ["mill-street"], ["none"]) == {house.other_practice.id}
        assert await support_reads.practices_of(session, [practice], [], []) == {practice}
        for whose in (house.colleague, house.other_colleague):
            of: dict[str, Any] = {"practice_id": whose.practice_id, "colleague_id": whose.id, "provider": "xero"}
            session.add(Run(id=f"of {whose.name}", kind=RunKind.ADD_CLIENTS, **of))
        await session.flush()
        assert await support_reads.practices_of(session, [], [], ["of Ada"]) == {practice}
