"""Times and numbers as pages say them: on the practice's clock, whatever the server's."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from contracts.words.causes import Cause
from contracts.words.connections import ConnectionStatus
from starter.answers.wording import number, plural
from tests.journeys.people import change
from tests.web.house import arrived, made_house
from tests.web.one_client import added
from web.kit.rendering import PAGES
from web.kit.surroundings import Surroundings, surrounded
from web.kit.wording import NOTHING, coded, due, exact, relative, words

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)
FOUR = "1 Jul 2026, 16:00 BST"
LONDON, TOKYO, ADELAIDE = (ZoneInfo(name) for name in ("Europe/London", "Asia/Tokyo", "Australia/Adelaide"))


@pytest.mark.parametrize(
    ("zone", "said"),
    [
        (UTC, "1 Jul 2026, 12:00 UTC"),
        (LONDON, "1 Jul 2026, 13:00 BST"),
        (TOKYO, "1 Jul 2026, 21:00 JST"),
        (ADELAIDE, "1 Jul 2026, 21:30 ACST"),
    ],
)
def test_a_moment_is_told_by_the_practice_s_clock(zone, said: str):
    assert exact(NOON, zone) == said


@pytest.mark.parametrize(
    ("passed", "said"),
    [
        (timedelta(seconds=59), "just now"),
        (timedelta(minutes=1), "1 minute ago"),
        (timedelta(hours=23, minutes=59), "23 hours ago"),
        (timedelta(days=13, hours=23), "13 days ago"),
        (timedelta(seconds=-1), "in a moment"),
        (timedelta(minutes=-5), "in 5 minutes"),
        (timedelta(days=-2), "in 2 days"),
    ],
)
def test_what_was_lately_is_told_by_its_distance(passed: timedelta, said: str):
    assert relative(NOON, NOON + passed, TOKYO) == said


def test_beyond_two_weeks_it_is_the_day_where_the_practice_is():
    late = datetime(2026, 7, 1, 20, tzinfo=UTC)
    assert [relative(late, late + timedelta(days=14), zone) for zone in (LONDON, TOKYO)] == ["1 Jul 2026", "2 Jul 2026"]


def test_numbers_and_codes():
    assert (number(1_234), plural(1, "client"), plural(1_234, "client")) == ("1,234", "1 client", "1,234 clients")
    assert plural(2, "client needs", "clients need") == "2 clients need"
    assert (words("needs_reconnect"), words(None)) == ("Needs reconnect", "")


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        (None, f'<span class="none">{NOTHING}</span>'),
        (NOON, "At the next nightly check"),
        (NOON - timedelta(days=1), "At the next nightly check"),
        (
            NOON + timedelta(hours=3),
            f'At the first nightly check after <time datetime="2026-07-01T15:00:00+00:00" title="{FOUR}">{FOUR}</time>',
        ),
    ],
)
def test_lists_are_read_by_a_night_and_never_in_the_past(moment: datetime | None, said: str):
    with surrounded(Surroundings(zone=LONDON, now=NOON, csrf=None)):
        assert due(moment) == said


@pytest.mark.parametrize(
    ("cause", "said"),
    [
        (Cause.RATE_LIMITED, "By itself, once the trouble is over"),
        (Cause.SIGNED_OUT, "Once it is reconnected"),
        (Cause.DISCONNECTED_AT_PROVIDER, "Once it is reconnected"),
        (Cause.SUBSCRIPTION_ENDED, "At the next nightly check"),
        (Cause.UNKNOWN, "At the next nightly check"),
    ],
)
def test_lists_in_trouble_do_not_wait_for_the_night_in_which_they_would_be_due(cause: Cause, said: str):
    with surrounded(Surroundings(zone=LONDON, now=NOON, csrf=None)):
        assert {due(moment, cause) for moment in (None, NOON, NOON + timedelta(days=2))} == {said}


@pytest.mark.parametrize(
    ("cause", "good_at", "said"),
    [
        (None, NOON, "pill good"),
        (None, None, "Connected, not read yet"),
        (Cause.RATE_LIMITED, None, "Connected, waiting"),
        (Cause.UNKNOWN, NOON, "Connected, with a problem"),
    ],
)
def test_a_connection_is_green_once_it_was_read_and_nothing_is_wrong(
    cause: Cause | None, good_at: datetime | None, said: str
):
    macros = vars(PAGES.get_template("components/status.html").module)
    shown = macros["connection"](ConnectionStatus.CONNECTED, cause, good_at)
    assert said in shown
    assert ("pill good" in shown) == (said == "pill good")


@pytest.mark.thorough
async def test_pages_tell_the_time_where_the_practice_is(product):
    own = await made_house(product)
    (client,) = (await added(own.admin, list(product.world.library.organisations)[:1])).clients
    at = datetime(2026, 3, 4, 20, 30, tzinfo=UTC)
    practice = {"id": own.admin.actor.practice_id}
    await change(product, "UPDATE events SET at = :at WHERE practice_id = :id", at=at, **practice)
    http = await arrived(own.admin)
    timeline = f"/clients/{client.client_id}/timeline"
    for zone, day, clock in (
        ("Europe/London", "Wednesday, 4 March 2026", "20:30"),
        ("Asia/Tokyo", "Thursday, 5 March 2026", "05:30"),
    ):
        await change(product, "UPDATE practices SET time_zone = :zone WHERE id = :id", zone=zone, **practice)
        page = (await http.get(timeline)).text
        assert f"Times are in {zone}" in page
        assert day in page
        assert f">{clock}</time>" in page


def test_what_stands_between_backticks_is_code_and_nothing_of_it_is_markup():
    assert coded("Ask `GET <id>`, or ``b``; a < c.") == "Ask <code>GET &lt;id&gt;</code>, or <code>b</code>; a &lt; c."
