"""How pages say times and numbers: the filters of the templates. Pure; the zone and the moment are handed in."""

from datetime import UTC, datetime, timedelta, tzinfo
from enum import StrEnum

from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup

_STEPS = (
    (timedelta(minutes=1), timedelta(hours=1), "minute"),
    (timedelta(hours=1), timedelta(days=1), "hour"),
    (timedelta(days=1), timedelta(days=14), "day"),
)
NOTHING = "\N{EN DASH}"


def exact(moment: datetime, zone: tzinfo) -> str:
    """``23 Nov 2026, 14:32 GMT``: a moment on the practice's clock."""
    local = moment.astimezone(zone)
    return f"{local.day} {local:%b %Y, %H:%M %Z}"


def relative(moment: datetime, at: datetime, zone: tzinfo) -> str:
    """``3 hours ago``, ``in 5 minutes``; the day beyond two weeks."""
    distance = abs(at - moment)
    if distance < timedelta(minutes=1):
        return "just now"
    for unit, end, name in _STEPS:
        if distance < end:
            spelt = plural(distance // unit, name)
            return f"{spelt} ago" if moment < at else f"in {spelt}"
    local = moment.astimezone(zone)
    return f"{local.day} {local:%b %Y}"


def number(value: int) -> str:
    """``1,234``."""
    return f"{value:,}"


def plural(count: int, one: str, many: str | None = None) -> str:
    """``1 client``, ``1,234 clients``; ``many`` where an s is not enough."""
    return f"{number(count)} {one if count == 1 else many or one + 's'}"


def words(value: object) -> str:
    """``needs_reconnect`` as ``Needs reconnect``; nothing for None."""
    text = str(value.value if isinstance(value, StrEnum) else value).replace("_", " ").replace("-", " ")
    return "" if value is None else f"{text[:1].upper()}{text[1:]}"


@pass_context
def ago(context: Context, moment: datetime | None) -> Markup:
    """A moment as people say it, with the exact one behind it."""
    return _time(context, moment, is_relative=True)


@pass_context
def at(context: Context, moment: datetime | None) -> Markup:
    """The exact moment."""
    return _time(context, moment, is_relative=False)


def _time(context: Context, moment: datetime | None, *, is_relative: bool) -> Markup:
    if moment is None:
        return Markup("<span class='none'>{}</span>").format(NOTHING)
    zone = context["zone"]
    spelt, shown = exact(moment, zone), relative(moment, context["now"], zone)
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        moment.astimezone(UTC).isoformat(timespec="seconds"), spelt, shown if is_relative else spelt
    )


FILTERS = {"ago": ago, "at": at, "number": number, "plural": plural, "words": words}
