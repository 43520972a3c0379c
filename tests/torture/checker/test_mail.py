"""What the judge says of mails: each goes to whom it is for, and twice only where its sender could not know."""

from typing import Any

import pytest

from torture.checker.findings import Books, Row
from torture.checker.mail import judge
from torture.faults.chaos import Act, Blow, Target
from torture.ledger import Dealt, Ledger, Taken

KILL = Dealt(Blow(0.0, Act.KILL, Target.FIRST_WORKER), began=101.0, ended=101.5)
FAULT = Dealt(Blow(0.0, Act.FAULT, Target.PLATFORM, words={"kind": "timeout"}), began=101.0, ended=101.5)
TOLD = {"kind": "connection.told", "connection_id": "c"}


def notice(**other: Any) -> Row:
    return {
        "id": "n",
        "email": "ada@example.com",
        "sent_at": 1,
        "waits": False,
        "tells_of": [{"connection_id": "c"}],
    } | other


def mail(*, mail_id: str = "n", address: str = "ada@example.com", is_answered: bool = True) -> Taken:
    return Taken(mail_id, address, 100.0, is_answered)


def found(row: Row, *mails: Taken, events: list[Row] | None = None, dealt: tuple[Dealt, ...] = ()) -> list[str]:
    books = Books((), (), (), (), (), (), [TOLD] if events is None else events, [row], (), 0.0)
    return [finding.rule for finding in judge(books, Ledger(mails=mails, dealt=list(dealt)))]


@pytest.mark.parametrize(
    "mails",
    [
        (mail(mail_id="of nobody"), mail()),
        (mail(address="another@example.com"),),
        (),
        (mail(is_answered=False),),
        (mail(), mail()),
    ],
)
def test_a_mail_that_went_wrong_is_found(mails: tuple[Taken, ...]):
    assert found(notice(), *mails) == ["mail is sent once"]


def test_once_is_right():
    assert found(notice(), mail()) == []


def test_twice_is_right_where_the_answer_was_lost():
    assert found(notice(), mail(is_answered=False), mail()) == []


def test_twice_is_right_where_the_sender_was_killed_but_not_where_anything_else_went_wrong():
    assert found(notice(), mail(), mail(), dealt=(KILL,)) == []
    assert found(notice(), mail(), mail(), dealt=(FAULT,)) == ["mail is sent once"]


def test_what_is_not_sent_waits():
    assert found(notice(sent_at=None), events=[]) == ["nothing is stuck"]
    assert found(notice(sent_at=None, waits=True), events=[]) == []


def test_timelines_say_what_was_sent():
    assert found(notice(), mail(), events=[]) == ["an effect and its record are one"]
    assert found(notice(), mail(), events=[TOLD, TOLD]) == ["an effect and its record are one"]
    assert found(notice(sent_at=None, waits=True)) == ["an effect and its record are one"]
