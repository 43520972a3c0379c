"""The rows of the client list, as ``web.kit.rendering.filled`` takes them: hundreds stand on a page, in few shapes."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from contracts.naming.standings import Standing
from contracts.words.causes import Cause
from starter.actor import Actor
from starter.answers.views import ClientView
from starter.software import Software
from web.kit.rendering import new_form_key
from web.kit.wording import MomentTexts, standing, told
from web.pages.clients.row_buttons import row_buttons


class ClientShape(NamedTuple):
    """What rows have in common with many others.

    Attributes:
        is_archived: Whether the client is in the archive.
        standing: How its connection stands.
        cause: Why that is not healthy.
        provider: Its accounting software; None without a connection.
        steps: Its buttons: what each says, and whether it sends a form.
    """

    is_archived: bool
    standing: Standing
    cause: Cause | None
    provider: str | None
    steps: tuple[tuple[str, bool], ...]


class ClientTexts(NamedTuple):
    """What a row has of its own; None where there is nothing to say.

    Attributes:
        id: The client.
        name: Its name.
        code: Its code.
        owner: Who looks after it.
        team: Its team.
        login: Whose login its connection uses.
        good_at: When its connection was last read, for machines.
        good_exactly: The same for people.
        good_ago: How long ago that is.
        read_at: When its lists were last read, likewise.
        read_exactly: The same for people.
        read_ago: How long ago that is.
        first: Where its first button leads.
        first_key: What makes the first form that is sent count once.
        second: Where its second button leads; no client has more than two.
        second_key: As of the first.
    """

    id: str
    name: str
    code: str
    owner: str
    team: str | None
    login: str | None
    good_at: str | None
    good_exactly: str | None
    good_ago: str | None
    read_at: str | None
    read_exactly: str | None
    read_ago: str | None
    first: str | None = None
    first_key: str | None = None
    second: str | None = None
    second_key: str | None = None


_NEVER = MomentTexts(None, None, None)


def list_rows(
    views: Iterable[ClientView], actor: Actor, software: Software
) -> Iterator[tuple[ClientShape, ClientTexts]]:
    """The rows of clients, made while the page is rendered, whose time zone they use.

    Args:
        views: The clients.
        actor: Who looks.
        software: Names their accounting software.
    """
    for view in views:
        client, connection = view.client, view.connection
        status, cause, good_at, read_at, provider = None, None, None, None, None
        if connection is not None:
            status, cause, provider = connection.status, connection.cause, connection.provider
            good_at, read_at = connection.last_good_at, connection.lists_pulled_at
        good = told(good_at) if good_at else _NEVER
        read = good if read_at == good_at else told(read_at) if read_at else _NEVER
        steps = row_buttons(view, actor, software.title(provider) if provider else "")
        ways = [way for one in steps for way in (one.address, new_form_key() if one.is_form else None)]
        yield (
            ClientShape(
                client.archived_at is not None,
                standing(status, cause, good_at),
                cause,
                provider,
                tuple((one.label, one.is_form) for one in steps),
            ),
            ClientTexts(
                str(client.id),
                client.name,
                client.code,
                view.owner_name,
                view.team_name,
                view.login_name,
                *good,
                *read,
                *ways,
            ),
        )
