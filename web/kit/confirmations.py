"""The sentence that a page shows after an action. The set is closed, so that no address can put words on a page."""

from enum import StrEnum
from http import HTTPStatus
from urllib.parse import urlencode, urlsplit, urlunsplit

from fastapi.responses import RedirectResponse

from contracts.naming.spans import span
from contracts.words.connections import UNDO_WITHIN
from starter.people.practice import MAILED_WITHIN
from starter.runs.consent_words import IF_FULL

PARAMETER = "said"


class Said(StrEnum):
    """What was done; the value stands in the address, the sentence on the page."""

    SIGNED_OUT = "signed-out"
    SIGNED_OUT_EVERYWHERE = "signed-out-everywhere"
    SESSION_OVER = "session-over"
    PASSWORD_CHANGED = "password-changed"  # noqa: S105  # a word in an address
    PASSWORD_CHOSEN = "password-chosen"  # noqa: S105  # likewise
    SIGN_IN_TOO_LATE = "sign-in-too-late"
    SECOND_FACTOR_REMOVED = "second-factor-removed"
    AUTHENTICATOR_ADDED = "authenticator-added"
    PASSKEY_ADDED = "passkey-added"
    PASSKEY_REMOVED = "passkey-removed"
    PASSKEY_TOO_LATE = "passkey-too-late"
    SECOND_FACTOR_REQUIRED = "second-factor-required"
    SECOND_FACTOR_OPTIONAL = "second-factor-optional"
    SECOND_FACTOR_RESET = "second-factor-reset"
    IDENTITY_UNLINKED = "identity-unlinked"
    PASSWORD_LINK_ASKED = "password-link-asked"  # noqa: S105  # likewise

    CONSENT_DENIED = "consent-denied"
    CONSENT_FAILED = "consent-failed"
    APP_REFUSED = "app-refused"
    FORM_RENEWED = "form-renewed"
    RUN_STOPPING = "run-stopping"
    RUN_RETRYING = "run-retrying"
    RUN_RETRYING_LIMITED = "run-retrying-limited"
    RUN_LIMITED = "run-limited"
    RUN_MOVED_ON = "run-moved-on"
    SIGN_IN_LEFT_OUT = "sign-in-left-out"
    SIGN_INS_ENOUGH = "sign-ins-enough"
    NOBODY_SIGNED_IN = "nobody-signed-in"
    TAKEN_OFF_THE_LIST = "taken-off-the-list"
    NO_SUCH_BOOKS = "no-such-books"
    CLIENT_LINK_MAILED = "client-link-mailed"
    CLIENT_LINK_WITHDRAWN = "client-link-withdrawn"

    FILTER_DROPPED = "filter-dropped"

    VIEW_PARTLY_GONE = "view-partly-gone"
    VIEW_SAVED = "view-saved"
    VIEW_CHANGED = "view-changed"
    VIEW_DELETED = "view-deleted"

    CLIENT_ADDED = "client-added"
    CLIENT_CHANGED = "client-changed"
    CLIENTS_IMPORTED = "clients-imported"
    CLIENT_ARCHIVED = "client-archived"
    CLIENT_RESTORED = "client-restored"
    CLIENT_ERASED = "client-erased"
    CLIENTS_MERGED = "clients-merged"

    SETTINGS_SAVED = "settings-saved"
    REFRESHING = "refreshing"
    REFRESHING_ALREADY = "refreshing-already"
    REFRESHING_SOME = "refreshing-some"
    REFRESH_LIMITED = "refresh-limited"
    CONNECTION_CHANGED = "connection-changed"
    CHANGE_UNDONE = "change-undone"
    DISCONNECTING = "disconnecting"

    HANDING_OVER = "handing-over"

    CHECK_BEGUN = "check-begun"
    CHECK_JOINED = "check-joined"
    ROLE_CHANGED = "role-changed"
    ADDING_ALLOWED = "adding-allowed"
    ADDING_ENDED = "adding-ended"
    PRACTICE_CHANGED = "practice-changed"
    TEST_MAIL = "test-mail"
    COLLEAGUE_LEFT = "colleague-left"
    TEAM_CREATED = "team-created"
    TEAM_RENAMED = "team-renamed"
    TEAM_JOINED = "team-joined"
    TEAM_LEFT = "team-left"
    TOKEN_REVOKED = "token-revoked"  # noqa: S105  # a word in an address

    @property
    def sentence(self) -> str:
        """The sentence for the page."""
        return _SENTENCES[self]

    def sentence_once(self, *, is_over: bool, is_well: bool = True) -> str:
        """The sentence for people who look later: when the action has ended, it tells the result.

        Args:
            is_over: Whether the action has ended.
            is_well: Whether it succeeded.
        """
        if not is_over or self not in _RESULTS:
            return self.sentence
        well, unwell = _RESULTS[self]
        return well if is_well else unwell

    @property
    def is_begun(self) -> bool:
        """Whether the action was only begun, so that its result is told later."""
        return self in _RESULTS

    @property
    def is_done(self) -> bool:
        """Whether what the person asked for was done."""
        return self not in _NOT_DONE


_NOT_DONE = frozenset(
    {
        Said.CONSENT_DENIED,
        Said.CONSENT_FAILED,
        Said.APP_REFUSED,
        Said.FORM_RENEWED,
        Said.RUN_MOVED_ON,
        Said.NOBODY_SIGNED_IN,
        Said.FILTER_DROPPED,
        Said.VIEW_PARTLY_GONE,
        Said.PASSKEY_TOO_LATE,
    }
)

_SENTENCES: dict[Said, str] = {
    Said.SIGNED_OUT: "You are signed out.",
    Said.SIGNED_OUT_EVERYWHERE: "You are signed out everywhere.",
    Said.SESSION_OVER: "Your session is over. Sign in to go on; what was not sent yet has not been done.",
    Said.PASSWORD_CHANGED: "Your password is changed. Other browsers are signed out.",
    Said.PASSWORD_CHOSEN: "Your password is set, and you are signed in.",
    Said.SIGN_IN_TOO_LATE: "You are not signed in yet, and too much time has passed. Sign in again.",
    Said.SECOND_FACTOR_REMOVED: "Your authenticator app is removed, and other browsers are signed out.",
    Said.AUTHENTICATOR_ADDED: "Your authenticator app is set up. Your recovery codes stay as they are.",
    Said.PASSKEY_ADDED: "Your passkey is added.",
    Said.PASSKEY_REMOVED: "The passkey is removed, and other browsers are signed out. You may delete it in your "
    "browser or telephone, too.",
    Said.PASSKEY_TOO_LATE: "Too much time has passed. Begin again to add a passkey.",
    Said.SECOND_FACTOR_REQUIRED: "Everybody needs a second factor from their next sign-in on.",
    Said.SECOND_FACTOR_OPTIONAL: "A second factor is left to each colleague.",
    Said.SECOND_FACTOR_RESET: "Their second factor is removed, and they are signed out. They are told by mail.",
    Said.IDENTITY_UNLINKED: "The account is unlinked, and the colleague is signed out elsewhere. The next sign-in "
    "links one anew, by the e-mail address.",
    Said.PASSWORD_LINK_ASKED: "If a colleague has this address, a mail with a link is on its way. It can take some "
    "minutes; look in your junk mail too.",
    Said.CONSENT_DENIED: f"You came back without allowing access. Nothing was changed. {IF_FULL}",
    Said.CONSENT_FAILED: "The sign-in was not completed, so nothing was changed. Sign in again.",
    Said.APP_REFUSED: "The accounting software refuses our app's secret, so nothing was changed. Another sign-in does "
    "not help: whoever runs Clientsync has to correct the secret.",
    Said.FORM_RENEWED: "You signed in again meanwhile, so this was not sent yet. Nothing of it is lost: send it now.",
    Said.RUN_STOPPING: "The run is being stopped. What was already done stays.",
    Said.RUN_RETRYING: "It is being tried again.",
    Said.RUN_RETRYING_LIMITED: "It is being tried again, except where the accounting software's limit is reached for "
    "now: those go on by themselves as soon as it allows.",
    Said.RUN_LIMITED: "The accounting software's limit is reached for now. These clients go on by themselves as soon "
    "as it allows.",
    Said.RUN_MOVED_ON: "This was not done, since the run has moved on meanwhile. This is where it is now.",
    Said.SIGN_IN_LEFT_OUT: "That sign-in is left out; its client stays as it is.",
    Said.TAKEN_OFF_THE_LIST: "That organisation is off the list. Its sign-in is ended in the night after this run, if "
    "nothing uses it.",
    Said.SIGN_INS_ENOUGH: "The clients that you signed in for are being repaired; the others stay as they are.",
    Said.NO_SUCH_BOOKS: "No client of your practice has those books. Reconnect what needs it here.",
    Said.CLIENT_LINK_MAILED: "The mail with the link is on its way. The timeline tells when it was sent.",
    Said.CLIENT_LINK_WITHDRAWN: "The link is withdrawn. Nobody can sign in by it any more.",
    Said.NOBODY_SIGNED_IN: "This was not done, since nobody has signed in yet. Sign in, or stop the run.",
    Said.FILTER_DROPPED: "This address asked for something that is not there any more, so that filter was left out.",
    Said.VIEW_PARTLY_GONE: "Part of this view is left out: it asked for something that is no longer there, such as a "
    "team that was deleted.",
    Said.VIEW_SAVED: "The view is saved. You find it above the list.",
    Said.VIEW_CHANGED: "The view is changed.",
    Said.VIEW_DELETED: "The view is deleted. The clients in it stay as they are.",
    Said.CLIENT_ADDED: "The client is added.",
    Said.CLIENT_CHANGED: "The client is saved.",
    Said.CLIENTS_IMPORTED: "The list is imported. New clients are not connected yet.",
    Said.CLIENT_ARCHIVED: "The client is archived.",
    Said.CLIENT_RESTORED: "The client is restored. It is not connected yet.",
    Said.CLIENT_ERASED: "The client is erased for good.",
    Said.CLIENTS_MERGED: "The two accounts are one now. The other one is in the archive.",
    Said.SETTINGS_SAVED: "The settings are saved.",
    Said.REFRESHING: "The lists are being refreshed.",
    Said.REFRESHING_ALREADY: "The lists were being refreshed already; that is tried again at once.",
    Said.REFRESHING_SOME: "The list is being refreshed.",
    Said.REFRESH_LIMITED: "The accounting software's limit is reached for now. The lists are refreshed by themselves "
    "as soon as it allows.",
    Said.CONNECTION_CHANGED: f"The connection is changed. It can be undone for {span(UNDO_WITHIN)}.",
    Said.CHANGE_UNDONE: "The change is undone: the client has its former organisation back.",
    Said.DISCONNECTING: "The client is being disconnected.",
    Said.HANDING_OVER: "The clients are being handed over.",
    Said.CHECK_BEGUN: "Every connection is being checked.",
    Said.CHECK_JOINED: "A check was under way already; it goes on.",
    Said.ROLE_CHANGED: "The role is changed.",
    Said.ADDING_ALLOWED: "They may add clients now.",
    Said.ADDING_ENDED: "They may not add clients any more. What they have added stays.",
    Said.PRACTICE_CHANGED: "The practice is changed.",
    Said.TEST_MAIL: f"A test mail to you is sent within {span(MAILED_WITHIN)}.",
    Said.COLLEAGUE_LEFT: "The colleague is deactivated and cannot sign in here any more. Nothing was disconnected.",
    Said.TEAM_CREATED: "The team is created.",
    Said.TEAM_RENAMED: "The team has its new name.",
    Said.TEAM_JOINED: "The team has its new members.",
    Said.TOKEN_REVOKED: "The token is withdrawn: it does not work any more.",
    Said.TEAM_LEFT: "They are no longer in the team. Its clients stay with it.",
}


_RESULTS: dict[Said, tuple[str, str]] = {
    Said.RUN_STOPPING: ("The run has ended. What was already done stays.",) * 2,
    Said.RUN_RETRYING: (
        "It was tried again, with success.",
        "It was tried again. What still went wrong stands below.",
    ),
    Said.RUN_RETRYING_LIMITED: (
        "It was tried again, with success.",
        "It was tried again. What still went wrong stands below.",
    ),
    Said.REFRESHING: ("The lists are refreshed.", "The refresh has ended. What went wrong stands below."),
    Said.REFRESHING_ALREADY: ("The lists are refreshed.", "The refresh has ended. What went wrong stands below."),
    Said.REFRESHING_SOME: ("The list is refreshed.", "The refresh has ended. What went wrong stands below."),
    Said.REFRESH_LIMITED: ("The lists are refreshed.", "The refresh has ended. What went wrong stands below."),
    Said.DISCONNECTING: (
        "The client is disconnected.",
        "The disconnecting was stopped. The connection is what it was.",
    ),
    Said.HANDING_OVER: (
        "The clients are handed over.",
        "The hand-over has ended. What did not come about stands below.",
    ),
    Said.CHECK_BEGUN: ("The check has ended. What it found stands below.",) * 2,
    Said.CHECK_JOINED: ("The check has ended. What it found stands below.",) * 2,
}
"""What is said of something that was begun, once it is over: when it came about, and when it did not."""


def said(value: str | None) -> Said | None:
    """The action that an address names; None when it is not one of the set."""
    try:
        return Said(value) if value else None
    except ValueError:
        return None


def go(path: str, done: Said | None = None) -> RedirectResponse:
    """The answer to a successful POST: a redirect (303) to a page of ours, which says what was done.

    Args:
        path: A path of ours, with its query if it has one.
        done: What was done.
    """
    if done is not None:
        parts = urlsplit(path)
        query = "&".join(part for part in (parts.query, urlencode({PARAMETER: done.value})) if part)
        path = urlunsplit(("", "", parts.path, query, parts.fragment))
    return RedirectResponse(path, status_code=HTTPStatus.SEE_OTHER)
