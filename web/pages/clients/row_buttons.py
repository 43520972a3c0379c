"""The buttons in a client's row: each leads to the step that may put the client right."""

from dataclasses import dataclass
from urllib.parse import quote

from starter.actor import Actor
from starter.answers.views import ClientView, RowAction


@dataclass(frozen=True, slots=True)
class RowButton:
    """A button.

    Attributes:
        label: What it says.
        address: Where it leads.
        is_form: Whether it sends a form; else it is a link.
    """

    label: str
    address: str
    is_form: bool


def row_buttons(view: ClientView, actor: Actor, title: str) -> list[RowButton]:
    """The buttons of a client.

    Args:
        view: The client.
        actor: Who looks at it, in whose name a mail is written.
        title: The name of its accounting software.
    """
    return [
        _button(action, view, actor, title)
        for action in view.actions
        if action is not RowAction.RESTORE or actor.may_add_clients
    ]


def _button(action: RowAction, view: ClientView, actor: Actor, title: str) -> RowButton:
    here = f"/clients/{view.client.id}"
    match action:
        case RowAction.RECONNECT:
            return RowButton("Reconnect", f"{here}/connection/reconnect", is_form=True)
        case RowAction.SEND_LINK:
            return RowButton("Send a link", f"{here}/connection/links", is_form=True)
        case RowAction.TRY_AGAIN:
            return RowButton("Try again", f"{here}/connection/refresh", is_form=True)
        case RowAction.ASK_CLIENT:
            return RowButton("Ask the client", _mail(view, actor, title), is_form=False)
        case RowAction.LEAVE_LIST_OUT:
            return RowButton("Leave the list out", f"{here}/connection#settings", is_form=False)
        case RowAction.CONNECT:
            return RowButton("Connect", f"/client-sync?client={view.client.id}", is_form=False)
        case RowAction.RESTORE:
            return RowButton("Restore", f"{here}/restore", is_form=True)


def _mail(view: ClientView, actor: Actor, title: str) -> str:
    """A mail to be finished in the colleague's own program; who is asked, the colleague knows."""
    organisation = view.connection.organisation_name if view.connection else view.client.name
    subject = f"Your {title} subscription"
    body = (
        f"Hello,\n\nThe {title} subscription of {organisation} has ended, so we can no longer read your books. "
        f"Please renew it and tell us, or tell us if you no longer use {title}.\n\n"
        f"Thank you,\n{actor.colleague_name}\n{actor.practice_name}\n"
    )
    return f"mailto:?subject={quote(subject)}&body={quote(body)}"
