"""How a length of time is called in a sentence, so that a sentence follows the constant that it is about."""

from datetime import timedelta

_UNITS = (
    (timedelta(days=7), "week"),
    (timedelta(days=1), "day"),
    (timedelta(hours=1), "hour"),
    (timedelta(minutes=1), "minute"),
    (timedelta(seconds=1), "second"),
)
_SPELT = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_OF_AN_HOUR = {timedelta(minutes=15): "a quarter of an hour", timedelta(minutes=30): "half an hour"}


def span(length: timedelta) -> str:
    """A length of time in words: ``a week``, ``three days``, ``30 days``, ``a quarter of an hour``, ``ten minutes``.

    It is told in the greatest unit of which it is so many whole ones; what is left of a second is left out.
    """
    if length in _OF_AN_HOUR:
        return _OF_AN_HOUR[length]
    unit, name = next(((unit, name) for unit, name in _UNITS if length >= unit and not length % unit), _UNITS[-1])
    count = length // unit
    if count == 1:
        return f"{'an' if name == 'hour' else 'a'} {name}"
    return f"{_SPELT[count] if count < len(_SPELT) else count} {name}s"
