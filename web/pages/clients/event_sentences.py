"""One sentence for people for each kind of event. Pure.

A test finds all kinds that the code writes, and fails when one has no sentence here.
"""

from collections.abc import Callable
from dataclasses import dataclass

from contracts.naming.spans import span
from contracts.words.causes import Cause
from contracts.words.connections import ConnectionStatus
from contracts.words.lists import ListName
from contracts.words.practices import TOLD_AFTER, WORTH_SENDING
from web.pages.connections.setting_words import LABELS, of_setting

PRODUCT = "Clientsync"
"""Who did what nobody did."""


@dataclass(frozen=True, slots=True)
class Happened:
    """What the sentence about an event needs.

    Attributes:
        kind: Such as ``client.created``.
        who: The colleague; None when the product acted by itself.
        cause: The cause; None without one.
        before: The value before.
        after: The value after.
    """

    kind: str
    who: str | None = None
    cause: Cause | None = None
    before: str | None = None
    after: str | None = None

    @property
    def sentence(self) -> str:
        """The sentence; an event of another version of the product shows its kind."""
        say = SENTENCES.get(self.kind)
        said = say(self) if say else self.kind.replace(".", ": ").replace("_", " ").capitalize() + "."
        return said[:-1] if said.endswith("..") else said  # of a name such as ``Cedar Inc.``

    @property
    def tone(self) -> str:
        """The look of its line: ``good``, ``bad``, ``warn`` or ``idle``."""
        if self.cause is not None and self.kind not in {"connection.told", "connection.notice_written"}:
            return "warn" if self.cause.is_transient else "bad"
        return "good" if self.kind in _GOOD else "idle"

    @property
    def by(self) -> str:
        """The name of whoever did it."""
        return self.who or PRODUCT

    @property
    def because(self) -> str:
        """The cause's sentence with a space before it; nothing without a cause."""
        return f" {self.cause.sentence}" if self.cause else ""


_GOOD = frozenset(
    {
        "client.created",
        "client.added_by_hand",
        "client.imported",
        "connection.connected",
        "connection.connected_again",
        "connection.change_undone",
    }
)
_HEALTH = frozenset(status.value for status in ConnectionStatus)


def _connected(event: Happened) -> str:
    if event.before in _HEALTH:
        return "The connection works again." if event.before != "connected" else "The trouble is over."
    return f"{event.by} connected the client to {event.after}."


def _trouble(event: Happened) -> str:
    return f"The connection has trouble.{event.because}" if event.cause else "The trouble is over."


def _disconnected(event: Happened) -> str:
    _, _, note = (event.after or "").partition(": ")
    return f"The client is disconnected. {note}".strip()


def _reassigned(event: Happened) -> str:
    if event.who is not None and event.who == event.after:
        return f"{event.who} took the client over from {event.before}."
    return f"{event.by} moved the client from {event.before} to {event.after}."


def _field(name: str) -> Callable[[Happened], str]:
    """What is said of a field of the client's account that was given, changed or emptied."""

    def say(event: Happened) -> str:
        if event.before is None:
            return f"{event.by} gave the client the {name} {event.after}."
        if event.after is None:
            return f"{event.by} removed the client's {name}, {event.before}."
        return f"{event.by} changed the client's {name} from {event.before} to {event.after}."

    return say


def _settings(event: Happened) -> str:
    name, _, before = (event.before or "").partition(": ")
    _, _, after = (event.after or "").partition(": ")
    if name == "list_names":
        return f"{event.by} changed which lists are pulled: {_lists(before, after)}."
    label = LABELS.get(name, name.replace("_", " "))
    return f"{event.by} changed a setting. {label}: {of_setting(name, before)} → {of_setting(name, after)}."


def _lists(before: str, after: str) -> str:
    every = ", ".join(one.value for one in ListName)
    had, has = (set((every if said == "all" else said).split(", ")) for said in (before, after))
    parts = [
        f"{word} {_headings(names)}" for word, names in (("now also", has - had), ("no longer", had - has)) if names
    ]
    return "; ".join(parts) or of_setting("list_names", after)


def _headings(names: set[str]) -> str:
    return ", ".join(one.heading for one in ListName if one.value in names)


def _told(event: Happened) -> str:
    if event.after is None:  # written by an earlier version, which did not wait for the mail to be sent
        return f"A notice for who can act was written.{event.because}"
    return f"Told by e-mail: {event.after}.{event.because}"


def _refreshed(event: Happened) -> str:
    which = _headings(set((event.before or "").split(", "))) or "the lists"
    if event.who is None:
        return f"{which[0].upper()}{which[1:]} were refreshed automatically: {event.after}."
    return f"{event.who} refreshed {which}: {event.after}."


def _login(event: Happened) -> str:
    whose = f"the login of {event.after}" if event.after else "another login"
    return f"The connection uses {whose} from now on."


def _ended(event: Happened) -> str:
    return f" {event.before}'s sign-in has ended by that." if event.before else ""


def _suppliers(event: Happened) -> str:
    return f"A refresh brought {event.after} new contact{'' if event.after == '1' else 's'} to the list of suppliers."


def _result(event: Happened) -> str:
    return f"The run ended: {(event.after or '').replace('_', ' ')}."


SENTENCES: dict[str, Callable[[Happened], str]] = {
    "client.created": lambda event: f"{event.by} added the client from {event.after}.",
    "client.added_by_hand": lambda event: f"{event.by} added the client by hand, as {event.after}.",
    "client.imported": lambda event: f"{event.by} added the client from a list, as {event.after}.",
    "client.renamed": _field("name"),
    "client.code_changed": _field("code"),
    "client.owner_changed": _reassigned,
    "client.team_changed": _field("team"),
    "client.company_number_changed": _field("company number"),
    "client.tax_number_changed": _field("tax number"),
    "client.reference_changed": _field("reference"),
    "client.archived": lambda event: f"{event.by} archived the client.",
    "client.restored": lambda event: f"{event.by} took the client out of the archive.",
    "client.merged": lambda event: f"{event.by} merged the account {event.before} into this one.",
    "client.merge_left": lambda event: (
        f"This account kept {event.after}; the one that was merged into it had another {event.before}."
    ),
    "client.merged_into": lambda event: f"{event.by} merged this account into {event.after}, which has all of it now.",
    "client.erased": lambda event: f"{event.by} erased the client {event.before} for good.",
    "client.sign_in_link_made": lambda event: (
        f"{event.by} made a link by which the client's own people sign in; it works for {event.after} days."
    ),
    "client.sign_in_link_mailed": lambda event: f"A link from {event.by} was mailed to the client's own people.",
    "client.sign_in_link_refused": lambda event: (
        f"The mail server refuses the mail with a link from {event.by} for the client's own people. Make a new link, "
        "and look at the address."
    ),
    "client.sign_in_link_given_up": lambda event: (
        f"A link from {event.by} for the client's own people was not mailed: the mail server did not take it for a day."
    ),
    "client.sign_in_link_withdrawn": lambda event: f"{event.by} withdrew a link for the client's own people.",
    "client.signed_in_by_link": lambda event: f"The client's own people signed in by a link from {event.by}.",
    "client.other_pick_by_link": lambda event: (
        f"Somebody chose other books by a link from {event.by} for the client's own people. Nothing of it was kept."
    ),
    "client.owner_left": lambda event: f"{event.by} deactivated {event.before}, who looks after this client.",
    "client.reassigned": _reassigned,
    "connection.connected": _connected,
    "connection.connected_again": lambda event: f"{event.by} connected the client to {event.after} again.",
    "connection.needs_reconnect": lambda event: f"The connection needs somebody to sign in.{event.because}",
    "connection.needs_client": lambda event: f"The connection needs more than a sign-in.{event.because}",
    "connection.trouble": _trouble,
    "connection.disconnecting": lambda event: f"{event.by} began to disconnect the client.",
    "connection.disconnected": _disconnected,
    "connection.disconnecting_stopped": lambda _: "The disconnecting was stopped. The connection is what it was.",
    "connection.refreshed": _refreshed,
    "connection.settings_changed": _settings,
    "connection.login_changed": _login,
    "connection.signed_in": lambda event: (
        f"{event.by} signed in as {event.after}, whose login this connection uses.{_ended(event)}"
    ),
    "connection.signed_in_by_link": lambda event: (
        f"Somebody signed in as {event.after}, whose login this connection uses, by a link from {event.by}."
        f"{_ended(event)}"
    ),
    "connection.changed": lambda event: f"{event.by} changed the connection from {event.before} to {event.after}.",
    "connection.change_undone": lambda event: (
        f"{event.by} undid the change. The client is connected to {event.after} again, no longer to {event.before}."
    ),
    "connection.notice_written": lambda event: f"A notice for {event.after} was put into the outbox.{event.because}",
    "connection.told": _told,
    "connection.end_warned": lambda event: f"Whoever can act was warned: the client's sign-in {event.after}.",
    "supplier.new": _suppliers,
    "run.started": lambda event: f"{event.by} started {(event.after or '').replace('-', ' ')}.",
    "run.sign_in_link_made": lambda event: f"{event.by} made a link by which somebody else signs in.",
    "run.signed_in_by_link": lambda event: f"Somebody signed in as {event.after} by a link from {event.by}.",
    "run.organisations_chosen": lambda event: f"{event.by} chose organisations: {event.after}.",
    "run.finished": _result,
    "grant.signed_in": lambda event: f"{event.by} signed in at the accounting software.",
    "grant.refreshed": lambda _: "A login was renewed.",
    "grant.ended": lambda _: "A login that nothing uses any more was ended at the accounting software.",
    "grant.signed_out": lambda event: f"A login does not work any more.{event.because}",
    "colleague.deactivated": lambda event: f"{event.by} deactivated {event.before}.",
    "colleague.role_changed": lambda event: f"{event.by} changed a role. {event.before} → {event.after}.",
    "colleague.adding_allowed": lambda event: f"{event.by} allowed {event.after} to add clients.",
    "colleague.adding_ended": lambda event: f"{event.by} no longer allows {event.after} to add clients.",
    "colleague.added": lambda event: f"{event.by} added {event.after}.",
    "colleague.invited": lambda event: f"{event.by} invited {event.after}.",
    "colleague.password_chosen": lambda event: f"{event.by} chose a password.",
    "colleague.password_changed": lambda event: f"{event.by} changed the password.",
    "colleague.mail_refused": lambda event: (
        f"The mail server refuses a mail to {event.after}, who was told nothing by it. Check that the address is right."
    ),
    "colleague.mail_not_taken": lambda event: (
        f"The mail server has not taken a mail to {event.after} for {span(TOLD_AFTER)}. It is still tried, for "
        f"{span(WORTH_SENDING)} in all."
    ),
    "colleague.password_link_mailed": lambda event: (
        f"A link to choose a password was mailed to {event.after}, since somebody asked for it on the sign-in page."
    ),
    "colleague.password_reset": lambda event: f"{event.by} chose a password by a link from a mail.",
    # A second step of ours may still be to come: what is said is true without it.
    "colleague.signed_in": lambda event: f"{event.by} signed in at {event.after}.",
    "colleague.identity_bound": lambda event: f"{event.by} signs in by an account at {event.after} from now on.",
    "colleague.identity_unbound": lambda event: f"{event.by} unlinked the account by which {event.after} signs in.",
    "colleague.signed_out_everywhere": lambda event: f"{event.by} signed out everywhere.",
    "colleague.second_factor_added": lambda event: f"{event.by} set up an authenticator app as second factor.",
    "colleague.second_factor_removed": lambda event: f"{event.by} removed their own authenticator app.",
    "colleague.passkey_added": lambda event: f"{event.by} added a passkey: {event.after}.",
    "colleague.passkey_removed": lambda event: f"{event.by} removed a passkey of their own: {event.after}.",
    "colleague.passkey_refused": lambda event: (
        f"A passkey of {event.by} was refused, since its count of uses went "
        f"back, as it does when one was copied: {event.after}."
    ),
    "colleague.second_factor_reset": lambda event: f"{event.by} removed the second factor of {event.after}.",
    "colleague.second_factor_required": lambda event: f"{event.by} made a second factor required for everybody.",
    "colleague.second_factor_optional": lambda event: f"{event.by} left a second factor to each colleague.",
    "colleague.recovery_code_used": lambda event: f"{event.by} used a recovery code; {event.after} are left.",
    "colleague.recovery_codes_renewed": lambda event: f"{event.by} made new recovery codes.",
    "token.created": lambda event: f"{event.by} made an API token for {event.before}: {event.after}.",
    "token.revoked": lambda event: f"{event.by} withdrew an API token of {event.before}: {event.after}.",
    "support.read": lambda event: f"Support staff ({event.after}) read what runs hold in Temporal's web interface.",
    "practice.name_changed": lambda event: f"{event.by} renamed the practice {event.before} to {event.after}.",
    "practice.time_zone_changed": lambda event: f"{event.by} changed the time zone: {event.before} → {event.after}.",
    "practice.plan_changed": lambda event: f"The plan was changed: {event.before} → {event.after}.",
    "practice.client_allowance_changed": lambda event: (
        f"The allowance of clients was changed: {event.before} → {event.after}."
    ),
    "team.created": lambda event: f"{event.by} made the team {event.after}.",
    "team.renamed": lambda event: f"{event.by} renamed the team {event.before} to {event.after}.",
    "team.joined": lambda event: f"{event.by} put {event.after} into the team {event.before}.",
    "team.left": lambda event: f"{event.by} took {event.after} out of the team {event.before}.",
    "view.shared": lambda event: f"{event.by} shared a view of the client list: {event.after}.",
    "view.unshared": lambda event: f"{event.by} stopped sharing a view of the client list: {event.before}.",
    "view.changed": lambda event: f"{event.by} changed a shared view of the client list: {event.after}.",
    "view.deleted": lambda event: f"{event.by} deleted a shared view of the client list: {event.before}.",
}
"""By kind: the sentence."""
