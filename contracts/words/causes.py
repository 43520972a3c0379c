"""Why something is not healthy: the closed set of causes, each with a name, a sentence and a next step for people.

Whatever names a cause to a person (page, mail, command, export, Temporal) has its words from here. They say *the
accounting software*; where it is known which, ``contracts.naming.software.named`` puts its name there.

Each error of a provider is classified once, in ``providers``, where it enters. Failures of our own parts are classified
in ``activities.shared.failures``. Nothing else in the product looks at messages or status codes.
"""

from enum import StrEnum
from typing import NamedTuple


class Cause(StrEnum):
    """Why a grant, a connection or a list is not healthy."""

    SIGNED_OUT = "signed_out"
    SIGN_IN_ENDED = "sign_in_ended"
    ACCESS_LOST = "access_lost"
    DISCONNECTED_AT_PROVIDER = "disconnected_at_provider"
    SUBSCRIPTION_ENDED = "subscription_ended"
    PERMISSION_MISSING = "permission_missing"
    ROLE_TOO_LOW = "role_too_low"
    WRONG_ORGANISATION = "wrong_organisation"
    CONNECTION_CAP_REACHED = "connection_cap_reached"
    NOT_ON_PLAN = "not_on_plan"
    TOO_MANY_RECORDS = "too_many_records"
    RATE_LIMITED = "rate_limited"
    PROVIDER_UNAVAILABLE = "provider_unavailable"
    APP_REFUSED = "app_refused"
    OUR_OUTAGE = "our_outage"
    UNKNOWN = "unknown"

    @property
    def is_transient(self) -> bool:
        """Whether waiting repairs it; a transient cause never gives a connection a status that asks for a person."""
        return self in _TRANSIENT

    @property
    def needs_person(self) -> bool:
        """Whether a person has to act; False also for ``unknown`` and for causes that no user can change."""
        return not self.is_transient and self not in _NEEDS_NOBODY

    @property
    def signing_in_helps(self) -> bool:
        """Whether a new sign-in may repair it, with the same login or another."""
        return self in _HELPED_BY_SIGNING_IN

    @property
    def needs_something_else(self) -> bool:
        """Whether a person has to act, but by something other than a sign-in, such as renewing a subscription."""
        return self.needs_person and not self.signing_in_helps

    @property
    def is_of_list(self) -> bool:
        """Whether it is that list's own state where it is met at one: the others go on, the client is connected.

        At the profile it is not, because a login that cannot read that cannot open the organisation.
        """
        return self in _OF_A_LIST

    @property
    def is_disproved_by_reading(self) -> bool:
        """Whether any successful read with the same login disproves it: it is about the login, or transient."""
        return self.is_transient or self in _OF_THE_LOGIN

    @property
    def label(self) -> str:
        """Its name for people, such as ``Signed out``: in filters, headings, mails and commands."""
        return _EXPLANATIONS[self].label

    @property
    def sentence(self) -> str:
        """What happened, in one sentence for people."""
        return _EXPLANATIONS[self].sentence

    @property
    def next_step(self) -> str:
        """What a person can do about it, in one sentence."""
        return _EXPLANATIONS[self].next_step

    @property
    def next_step_when_given_up(self) -> str:
        """The next step in a run that has failed for this cause, where nothing tries it again by itself."""
        return "Nothing tries it again by itself: start it again later." if self.is_transient else self.next_step

    @property
    def next_step_until_the_night(self) -> str:
        """The next step for a client that nothing tries again before the nightly check."""
        return (
            "The nightly check tries it again; refresh the client to try now." if self.is_transient else self.next_step
        )


class Explanation(NamedTuple):
    """What people read about a cause."""

    label: str
    sentence: str
    next_step: str


_TRANSIENT = frozenset({Cause.RATE_LIMITED, Cause.PROVIDER_UNAVAILABLE, Cause.APP_REFUSED, Cause.OUR_OUTAGE})

_NEEDS_NOBODY = frozenset({Cause.UNKNOWN, Cause.TOO_MANY_RECORDS, Cause.NOT_ON_PLAN})

_OF_A_LIST = frozenset({Cause.ROLE_TOO_LOW, Cause.NOT_ON_PLAN})

LOGIN_OVER = (Cause.SIGNED_OUT, Cause.SIGN_IN_ENDED)
"""With these, a login is of no use any more for anybody."""

DISPROVED_BY_LISTING = (*LOGIN_OVER, Cause.DISCONNECTED_AT_PROVIDER)
"""With these, nothing can be read before somebody signs in, so that the nights look at the login alone. They are over
for an organisation that the provider lists; also for lists that failed for it."""

_OF_THE_LOGIN = {*LOGIN_OVER, Cause.ACCESS_LOST, Cause.DISCONNECTED_AT_PROVIDER}

_HELPED_BY_SIGNING_IN = frozenset(
    {
        Cause.SIGNED_OUT,
        Cause.SIGN_IN_ENDED,
        Cause.ACCESS_LOST,
        Cause.DISCONNECTED_AT_PROVIDER,
        Cause.PERMISSION_MISSING,
        Cause.ROLE_TOO_LOW,
        Cause.WRONG_ORGANISATION,
    }
)

_EXPLANATIONS: dict[Cause, Explanation] = {
    Cause.SIGNED_OUT: Explanation(
        "Signed out",
        "The sign-in that this connection uses is no longer valid.",
        "Reconnect: sign in again with a login that can open this organisation.",
    ),
    Cause.SIGN_IN_ENDED: Explanation(
        "Sign-in ended after its years",
        "The time of this permission is over: the accounting software ends each after some years. Nobody did anything "
        "wrong.",
        "Reconnect: sign in again with a login that can open this organisation. That gives it as many years again.",
    ),
    Cause.ACCESS_LOST: Explanation(
        "Access lost",
        "This login can no longer open the organisation.",
        # A provider may give one answer (403) for a person who lost the right and for a connection that was removed.
        "Reconnect and allow access to this organisation again. If it is not offered there, ask for access in the "
        "accounting software, or reconnect with a colleague's login that has it.",
    ),
    Cause.DISCONNECTED_AT_PROVIDER: Explanation(
        "Removed in the accounting software",
        "The connection was removed in the accounting software.",
        "Reconnect and allow access to this organisation again.",
    ),
    Cause.SUBSCRIPTION_ENDED: Explanation(
        "Subscription ended",
        "The organisation's subscription to the accounting software has ended.",
        "Ask the client to renew the subscription, then try again.",
    ),
    Cause.PERMISSION_MISSING: Explanation(
        "Permission missing",
        "The sign-in did not allow reading some of the standard information.",
        "Reconnect and accept all of the permissions that are asked for.",
    ),
    Cause.ROLE_TOO_LOW: Explanation(
        "The login's role is too low",
        "The accounting software does not let this login read some of the standard information, although the sign-in "
        "allowed it.",
        "Have the login given a higher role in this organisation, or reconnect with a colleague's login that has one.",
    ),
    Cause.WRONG_ORGANISATION: Explanation(
        "Wrong organisation",
        "The login reached a different organisation from the one this client is connected to.",
        "Sign in with a login that can open the client's own organisation, or change the connection on purpose.",
    ),
    Cause.CONNECTION_CAP_REACHED: Explanation(
        "No more connections allowed",
        "The accounting software does not allow any more connections for this app.",
        "Disconnect clients that are no longer needed, or ask us to raise the limit; then try again.",
    ),
    Cause.NOT_ON_PLAN: Explanation(
        "Not on this plan",
        "The organisation's plan in the accounting software does not have this list.",
        "It comes with the next refresh once the plan includes it.",
    ),
    Cause.TOO_MANY_RECORDS: Explanation(
        "Too many records",
        "One of its lists has more records than the accounting software gives out, or than we take in at once, so it "
        "could not be read.",
        "No sign-in repairs it. Leave that list out in this client's settings to have the rest in order, and tell "
        "support.",
    ),
    Cause.RATE_LIMITED: Explanation(
        "Waiting for the accounting software's limit",
        "This organisation has reached the accounting software's limit for now.",
        "Nothing to do: it goes on by itself as soon as the limit allows it.",
    ),
    Cause.PROVIDER_UNAVAILABLE: Explanation(
        "No answer from the accounting software",
        "The accounting software gave no usable answer for this organisation.",
        "Nothing to do: it is tried again by itself.",
    ),
    Cause.APP_REFUSED: Explanation(
        "Our app's secret is refused",
        "The accounting software refuses our app's secret: it is wrong, or was replaced there.",
        "Nothing for you to do, and no sign-in repairs it. It goes on by itself when whoever runs Clientsync has "
        "corrected the secret.",
    ),
    Cause.OUR_OUTAGE: Explanation(
        "Held up on our side",
        "We could not reach our database, or had to wait too long for one of our own processes.",
        "Nothing to do: it goes on by itself. Nothing is wrong in the accounting software.",
    ),
    Cause.UNKNOWN: Explanation(
        "Something unexpected",
        "Something unexpected came back for this organisation.",
        "Try it again; if the same comes back, tell support.",
    ),
}
