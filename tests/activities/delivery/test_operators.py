"""Those who run this are written to once; neither a crash nor a mail server that is away makes it many times."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest_asyncio

from activities.delivery.mailing import SmtpMailer
from activities.delivery.operators import Operators
from contracts.words.causes import Cause
from models.budgets import troubles as app_troubles
from models.budgets.troubles import CLAIM
from models.kit.database import Database
from providers.port.provider import Provider
from providers.xero.settings import XeroSettings
from runtime.settings.settings import Settings
from starter.bootstrap import build_providers
from tests.letterbox import Letterbox, letterbox

NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)
OPERATOR = "operations@clientsync.example"


class Clock:
    """Shows a time until it is set to another."""

    at = NOON

    def __call__(self) -> datetime:
        return self.at


@pytest_asyncio.fixture
async def box() -> AsyncIterator[Letterbox]:
    async with letterbox() as box:
        yield box


@pytest_asyncio.fixture
async def provider(database: Database) -> AsyncIterator[Provider]:
    settings = Settings(
        _env_file=None,
        providers={"xero": XeroSettings(_env_file=None).at_stand_in("http://127.0.0.1:1")},
        public_url="http://127.0.0.1:1",
    )
    (made,) = build_providers(settings, database).values()
    yield made
    await made.close()


def operators(database: Database, box: Letterbox, clock: Clock) -> Operators:
    """As another worker process has them."""
    return Operators(database, SmtpMailer(box.url, "night@clientsync.example"), OPERATOR, clock)


async def test_a_mail_server_that_is_away_is_not_asked_at_every_refusal(
    database: Database, provider: Provider, box: Letterbox
):
    clock = Clock()
    told = operators(database, box, clock)
    box.refusal = "451 not now"
    for _ in range(3):
        await told.app_refused(provider, "invalid_client")
        clock.at += timedelta(seconds=90)
    assert box.asked == [OPERATOR]
    box.refusal = None
    clock.at = NOON + CLAIM
    await told.app_refused(provider, "invalid_client")
    assert box.received == []
    clock.at += timedelta(seconds=1)
    for _ in range(2):
        await told.app_refused(provider, "invalid_client")
    assert (box.recipients, box.asked) == ([OPERATOR], [OPERATOR, OPERATOR])


async def test_a_mail_that_may_have_gone_out_before_a_crash_is_the_same_mail(
    database: Database, provider: Provider, box: Letterbox
):
    clock = Clock()
    taken, crashed = asyncio.Event(), asyncio.Event()

    async def crash() -> None:
        taken.set()
        await crashed.wait()

    box.meanwhile = crash
    first = asyncio.create_task(operators(database, box, clock).app_refused(provider, "invalid_client"))
    await taken.wait()
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    box.meanwhile = None
    await operators(database, box, clock).app_refused(provider, "invalid_client")
    assert box.received == []  # whoever crashed may still be writing
    crashed.set()
    clock.at += CLAIM + timedelta(seconds=1)
    await operators(database, box, clock).app_refused(provider, "invalid_client")
    await operators(database, box, clock).app_refused(provider, "invalid_client")
    assert len(box.received) == 2
    assert len({mail["Message-ID"] for mail in box.received}) == 1


async def test_a_trouble_that_comes_back_while_the_first_is_told_is_told_too(
    database: Database, provider: Provider, box: Letterbox
):
    clock = Clock()
    told = operators(database, box, clock)

    async def comes_back() -> None:
        box.meanwhile = None
        await told.app_accepted(provider)
        clock.at += timedelta(hours=1)
        async with database.transaction() as session:
            await app_troubles.note(session, provider.name, Cause.APP_REFUSED, "invalid_client", clock.at)

    box.meanwhile = comes_back
    await told.app_refused(provider, "invalid_client")
    await told.app_refused(provider, "invalid_client")
    assert len({mail["Message-ID"] for mail in box.received}) == 2
