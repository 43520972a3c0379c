"""Sentences for people whose sign-in at the identity provider failed: what is wrong, and what to do."""

from collections.abc import Collection, Sequence
from datetime import timedelta

from contracts.naming.spans import span
from models.access.identities import ColleagueByAccount
from providers.identity import Person

NONE = "There is no other way to sign in here than by e-mail address and password."
TOO_LATE = "This sign-in is not known here, or took too long. Begin again on the sign-in page."
FINISHED = "This sign-in was finished already. Begin again on the sign-in page."
IN_ANOTHER_BROWSER = (
    "This sign-in was begun in another browser, or your browser keeps no cookies. Nobody was signed in. Begin again on "
    "the sign-in page, and finish in the same browser."
)


def too_many(within: timedelta) -> str:
    """The sentence when too many were begun from there within a time."""
    return f"Too many sign-ins were begun from your network. Wait {span(within)}, or sign in by password."


def away(title: str | None) -> str:
    """The sentence when the provider cannot be reached."""
    return f"{title} does not answer just now. Begin again in a moment, or sign in by password."


def failed(title: str | None) -> str:
    """The sentence when the provider's answer cannot be verified."""
    return f"What {title} answered does not belong to this sign-in, or came too late. Begin again on the sign-in page."


def app_refused(title: str | None) -> str:
    """The sentence when the provider refuses our own id or secret."""
    return (
        f"{title} refuses Clientsync itself, whoever signs in. Tell whoever runs Clientsync, and sign in by password "
        "until then."
    )


def not_signed_in(title: str | None, error: str | None) -> str:
    """The sentence when the provider sent the browser back without a sign-in."""
    if error == "access_denied":
        return (
            f"You came back from {title} without signing in there, or your account may not use Clientsync there. Begin "
            f"again on the sign-in page; if it stays so, ask whoever runs {title}."
        )
    return f"{title} did not sign you in. Begin again on the sign-in page; if it stays so, ask whoever runs {title}."


def problem_with_address(person: Person, title: str | None, domains: Collection[str], *, unsaid: bool) -> str | None:
    """Why an address does not identify a colleague; None when it does.

    Args:
        person: The person who signed in.
        title: The provider's name.
        domains: Domains to which an address must belong; empty for any.
        unsaid: Whether an address counts if the provider does not say whether it is verified.
    """
    if person.email is None:
        return f"{title} told us no e-mail address, so that we do not know who you are. Ask whoever runs {title}."
    if person.is_email_theirs is False or (person.is_email_theirs is None and not unsaid):
        return (
            f"{title} does not say that the e-mail address {person.email} is yours. Confirm it there, or ask whoever "
            "runs Clientsync."
        )
    if domains and person.email.rpartition("@")[2].lower() not in domains:
        return f"E-mail addresses such as {person.email} do not sign in by {title} here. Use your address at work."
    return None


def nobody(there: Sequence[ColleagueByAccount], person: Person, title: str | None, problem: str | None) -> str:
    """The sentence when an account belongs to no colleague.

    Args:
        there: The colleagues who have the account or its address.
        person: The person who signed in.
        title: The provider's name.
        problem: Why the address does not identify a colleague; None when it would.
    """
    left = [one for one in there if one.colleague.deactivated_at is not None]
    if problem and not left:
        return problem
    if any(one.subject not in {None, person.subject} for one in there if one not in left):
        return (
            f"The colleague with the e-mail address {person.email} signs in by another account at {title}. If that is "
            "you, ask an admin of your practice to unlink it on your page under Team."
        )
    if left:
        return (
            f"You are not a colleague of {left[0].practice.name} any more: an admin deactivated your account. If that "
            "is a mistake, ask them."
        )
    return (
        f"Nobody here has the e-mail address {person.email}. Ask an admin of your practice to invite you with it, or "
        "sign in by password if you are known by another one."
    )
