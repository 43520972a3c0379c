"""Answers that a platform gives whoever asks: one process's is there for all, and the latest one alone is kept."""

from datetime import timedelta

from models.budgets.answers import KEPT_FOR, SharedAnswers
from tests.models.neighbours import NOON

CURRENCIES = ("sage", "app 1", "currencies")


async def test_what_one_process_has_read_another_one_knows(database, second_database):
    one, other = SharedAnswers(database), SharedAnswers(second_database)
    assert await other.known(CURRENCIES) is None
    await one.keep(CURRENCIES, "first", NOON)
    assert await other.known(CURRENCIES) == ("first", NOON)
    later = NOON + timedelta(days=1)
    await other.keep(CURRENCIES, "second", later)
    assert await one.known(CURRENCIES) == ("second", later)


async def test_each_app_and_each_question_has_its_own(database):
    answers = SharedAnswers(database)
    keys = [CURRENCIES, ("sage", "app 2", "currencies"), ("sage", "app 1", "countries"), ("xero", *CURRENCIES[1:])]
    for number, key in enumerate(keys):
        await answers.keep(key, str(number), NOON)
    assert [await answers.known(key) for key in keys] == [(str(number), NOON) for number in range(4)]


async def test_what_nobody_has_read_for_a_month_is_deleted(database):
    answers = SharedAnswers(database)
    left, used = ("sage", "an app before", "currencies"), ("sage", "app 2", "currencies")
    await answers.keep(left, "old", NOON - KEPT_FOR - timedelta(seconds=1))
    await answers.keep(used, "young", NOON - KEPT_FOR)
    await answers.keep(CURRENCIES, "new", NOON)
    assert await answers.known(left) is None
    assert await answers.known(used) is not None
