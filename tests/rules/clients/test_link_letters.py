"""What mails about links for clients' own people say."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from rules.clients.link_letters import Asking, asking, has_signed_in, not_mailed

LINK = "https://ours.example/client-sign-in/secret"


def test_who_is_asked_reads_who_asks_for_what_and_until_when():
    mail = Asking("Harbour Lane", "Ada", "Fern & Co", "QuickBooks", LINK, datetime(2026, 7, 1, 11, 30, tzinfo=UTC))
    letter = asking(mail, ZoneInfo("Europe/London"))
    assert letter.subject == "Harbour Lane asks to read the books of Fern & Co"
    assert "Ada of Harbour Lane asks you to let them read the QuickBooks books of Fern & Co" in letter.body
    assert f"\n{LINK}\n" in letter.body
    assert "works once, until 1 July 2026 at 12:30 (Europe/London)" in letter.body


@pytest.mark.parametrize(("is_refused", "why"), [(True, "no such address"), (False, "did not take it for a day")])
def test_who_sent_a_link_is_told_that_it_was_not_mailed(is_refused: bool, why: str):
    letter = not_mailed("Fern & Co", "Ada", is_refused=is_refused)
    assert letter.subject == "The link for Fern & Co was not mailed"
    assert why in letter.body


def test_who_sent_a_link_is_told_what_to_choose_and_where():
    letter = has_signed_in("Fern & Co", "QuickBooks", "Ada", "https://ours.example/activity/run")
    assert letter.subject == "Fern & Co has signed in"
    assert letter.body.startswith("Hello Ada,\n\nSomebody has signed in to QuickBooks for Fern & Co")
    assert letter.body.endswith("\nhttps://ours.example/activity/run\n")
