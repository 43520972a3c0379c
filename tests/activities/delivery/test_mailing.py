"""Mail over SMTP, to a real server."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest
import pytest_asyncio

from activities.delivery.mailing import DeferredError, Mail, SmtpMailer, UndeliverableError
from tests.letterbox import Letterbox, letterbox

MAIL = Mail(
    mail_id=UUID(int=7),
    address="olive@harbour-lane.example",
    subject="Harbour Lane:\n2 clients need you",
    body="Hello Zoë,\n\n.\nA dot alone ends no mail.\n",
    written_at=datetime(2026, 11, 23, 2, 5, tzinfo=UTC),
)


@pytest_asyncio.fixture
async def box() -> AsyncIterator[Letterbox]:
    async with letterbox() as box:
        yield box


def mailer(url: str) -> SmtpMailer:
    return SmtpMailer(url, "Clientsync <night@clientsync.example>")


async def test_a_mail_arrives_whole(box: Letterbox):
    await mailer(box.url).send(MAIL)
    [received] = box.received
    assert box.recipients == [MAIL.address]
    assert received["Subject"] == "Harbour Lane: 2 clients need you"
    assert received["To"] == MAIL.address
    assert received["Message-ID"] == f"<{MAIL.mail_id}@clientsync.example>"
    assert received["Date"] == "Mon, 23 Nov 2026 02:05:00 +0000"
    body = received.get_payload(decode=True)
    assert isinstance(body, bytes)
    assert body.decode().replace("\r\n", "\n") == MAIL.body


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ("550 no such mailbox", UndeliverableError),
        ("450 greylisted, try again later", DeferredError),
        ("452 mailbox full", DeferredError),
        ("421 closing", OSError),
    ],
)
async def test_what_is_about_one_mail_is_told_from_what_is_about_the_server(box: Letterbox, answer, error):
    box.refusal = answer
    with pytest.raises(error) as told:
        await mailer(box.url).send(MAIL)
    assert type(told.value) is error
    assert MAIL.address not in str(told.value)


async def test_a_server_that_hangs_up_takes_no_mail(box: Letterbox):
    box.hangs_up_on.add(MAIL.address)
    with pytest.raises(OSError, match="takes no mail"):
        await mailer(box.url).send(MAIL)


async def test_what_a_server_took_is_sent_however_it_takes_leave(box: Letterbox):
    box.goodbye = "421 not now"
    await mailer(box.url).send(MAIL)
    assert box.recipients == [MAIL.address]


@pytest.mark.parametrize("address", ["zoë@harbour-lane.example", "zoe@bücher.example"])
async def test_an_address_that_is_not_ascii_needs_a_server_that_takes_it(box: Letterbox, address):
    with pytest.raises(UndeliverableError, match="takes no address with such letters"):
        await mailer(box.url).send(replace(MAIL, address=address))
    async with letterbox(knows_every_letter=True) as other:
        await mailer(other.url).send(replace(MAIL, address=address))
        assert other.recipients == [address]


@pytest.mark.parametrize("odd", [{"address": "zoe@harbour-lane.example\nBcc: all"}, {"body": "half a pair: \ud83d"}])
async def test_what_no_mail_can_hold_is_about_that_mail(box: Letterbox, odd):
    with pytest.raises(UndeliverableError, match="cannot be put into a mail"):
        await mailer(box.url).send(replace(MAIL, **odd))


async def test_a_wrong_password_is_an_error_that_does_not_show_it(box: Letterbox):
    with pytest.raises(OSError, match="SMTPAuthenticationError") as error:
        await mailer(box.url.replace("p%40ss", "wrong-password")).send(MAIL)
    assert "wrong-password" not in str(error.value)
    assert box.received == []


async def test_a_server_that_is_not_there():
    async with letterbox() as gone:
        url = gone.url
    with pytest.raises(OSError, match="refused"):
        await SmtpMailer(url, "night@clientsync.example").send(MAIL)


def test_an_address_that_is_no_mail_server_is_refused_without_being_shown():
    with pytest.raises(ValueError, match="smtp://host:port") as error:
        SmtpMailer("https://user:secret@mail.example", "night@clientsync.example")
    assert "secret" not in str(error.value)
