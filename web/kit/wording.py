"""How pages show times and numbers: filters for the templates, which use the page's time zone and moment.

A template has no number of its own that something else decides: it tells those of ``NUMBERS``, such as
``{{ lasts.invitation|span }}``, each of which follows its constant.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from typing import NamedTuple

from markupsafe import Markup, escape

from contracts.naming.labels import label_of
from contracts.naming.spans import span
from contracts.naming.standings import Standing, standing_of
from contracts.words import client_accounts, practices
from contracts.words.causes import DISPROVED_BY_LISTING, Cause
from contracts.words.connections import UNDO_WITHIN, ConnectionStatus
from runtime.temporal.namespace import RETENTION
from starter.access.proofs import FRESH
from starter.access.sessions import INVITATION
from starter.answers.wording import number, plural
from starter.people.practice import NIGHT_BEGINS
from starter.runs.starting import GOES_ON
from web.kit.surroundings import current

_STEPS = (
    (timedelta(minutes=1), timedelta(hours=1), "minute"),
    (timedelta(hours=1), timedelta(days=1), "hour"),
    (timedelta(days=1), timedelta(days=14), "day"),
)
NOTHING = "\N{EN DASH}"
_BACKTICKS = re.compile("`+")
words = label_of
"""The name of a value of ours, such as ``Needs reconnect`` for ``needs_reconnect``."""


def exact(moment: datetime, zone: tzinfo) -> str:
    """A moment in the practice's time zone: ``23 Nov 2026, 14:32 GMT``."""
    local = moment.astimezone(zone)
    return f"{local.day} {local:%b %Y, %H:%M %Z}"


def relative(moment: datetime, at: datetime, zone: tzinfo) -> str:
    """A moment relative to now: ``3 hours ago``, ``in 5 minutes``; beyond two weeks, the day."""
    distance = abs(at - moment)
    if distance < timedelta(minutes=1):
        return "just now" if moment <= at else "in a moment"
    for unit, end, name in _STEPS:
        if distance < end:
            spelt = plural(distance // unit, name)
            return f"{spelt} ago" if moment < at else f"in {spelt}"
    local = moment.astimezone(zone)
    return f"{local.day} {local:%b %Y}"


def coded(text: str) -> Markup:
    """A description in which text between backticks is shown as code."""
    return Markup("").join(  # every second piece stood between them
        Markup("<code>{}</code>").format(piece) if place % 2 else escape(piece)
        for place, piece in enumerate(_BACKTICKS.split(text))
    )


def named(text: str | None, provider: str | None = None) -> str:
    """A sentence with the name of the accounting software that it is about.

    Args:
        text: What is said; None is nothing.
        provider: Its word; None where it is not known, which names the only one that is on, and none where several are.
    """
    software = current().software
    return software.named(text or "", provider) if software else text or ""


def standing(status: ConnectionStatus | None, cause: Cause | None, good_at: datetime | None) -> Standing:
    """How a client's connection stands, in words and with a tone; nothing that was never read is green."""
    return standing_of(status, cause, was_read=good_at is not None)


class MomentTexts(NamedTuple):
    """A moment in three texts: for machines, exactly, and relative to now; each None where it never came."""

    machines: str | None
    exactly: str | None
    relatively: str | None


def told(moment: datetime) -> MomentTexts:
    """A moment for a row that is filled in; see ``web.kit.rendering.filled``."""
    around = current()
    machines = moment.astimezone(UTC).isoformat(timespec="seconds")
    return MomentTexts(machines, exact(moment, around.zone), relative(moment, around.now, around.zone))


def ago(moment: datetime | None) -> Markup:
    """A moment relative to now, with the exact moment as its title."""
    return _time(moment, is_relative=True)


def at(moment: datetime | None) -> Markup:
    """The exact moment."""
    return _time(moment, is_relative=False)


def is_ahead(moment: datetime | None) -> bool:
    """Whether a moment is still to come."""
    return moment is not None and moment > current().now


def next_try(moment: datetime) -> Markup:
    """When something is tried again by itself; for a moment that has passed, that it is being tried now."""
    if moment <= current().now:
        return Markup("It is being tried now.")
    return Markup("Next try {} ({}).").format(ago(moment), at(moment))


def due(moment: datetime | None, cause: Cause | None = None) -> Markup:
    """When lists are read next: at the first nightly check after the moment at which they are due.

    A connection in trouble does not wait for that moment. A transient cause is tried again by itself; a login that was
    removed has to come back first; for any other cause, the next nightly check looks.
    """
    if cause is not None and cause.is_transient:
        return Markup("By itself, once the trouble is over")
    if cause in DISPROVED_BY_LISTING:
        return Markup("Once it is reconnected")
    if cause is not None:
        return Markup("At the next nightly check")
    if moment is None:
        return Markup('<span class="none">{}</span>').format(NOTHING)
    if moment <= current().now:
        return Markup("At the next nightly check")
    return Markup("At the first nightly check after {}").format(at(moment))


def clock(moment: datetime) -> Markup:
    """The time of day only, under a heading that names the day."""
    zone = current().zone
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        moment.astimezone(UTC).isoformat(timespec="seconds"),
        exact(moment, zone),
        f"{moment.astimezone(zone):%H:%M}",
    )


def _time(moment: datetime | None, *, is_relative: bool) -> Markup:
    if moment is None:
        return Markup('<span class="none">{}</span>').format(NOTHING)
    around = current()
    spelt = exact(moment, around.zone)
    shown = relative(moment, around.now, around.zone) if is_relative else spelt
    told = moment.astimezone(UTC).isoformat(timespec="seconds")
    # Hundreds stand on a page of the client list: Markup.format takes five times as long.
    return Markup(f'<time datetime="{told}" title="{escape(spelt)}">{escape(shown)}</time>')  # noqa: S704  # escaped


FILTERS = {
    "ago": ago,
    "at": at,
    "clock": clock,
    "coded": coded,
    "due": due,
    "next_try": next_try,
    "number": number,
    "plural": plural,
    "span": span,
    "words": words,
    "is_ahead": is_ahead,
    "named": named,
}

NUMBERS: Mapping[str, object] = {
    "lasts": {
        "between_sign_ins": GOES_ON,
        "fresh_sign_in": FRESH,
        "histories": RETENTION,
        "invitation": INVITATION,
        "undo": UNDO_WITHIN,
    },
    "longest_of": {
        **client_accounts.LONGEST,
        "address": practices.LONGEST_ADDRESS,
        "person": practices.LONGEST_NAME,
        "practice": practices.LONGEST_NAME,
        "team": practices.LONGEST_TEAM,
        "zone": practices.LONGEST_ZONE,
    },
    "night_begins": NIGHT_BEGINS,
}
"""Numbers of the product that templates tell (how long something lasts) or set as limits of fields (characters)."""
