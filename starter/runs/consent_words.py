"""What people read when their browser comes back from a provider."""

from contracts.words.causes import Cause
from models.grants.tables import ConsentAttempt
from providers.port.errors import ConsentDenied, OtherRegion, ProviderError

UNKNOWN_SIGN_IN = "This sign-in link is not known. Start again from Clientsync."
UNFINISHED = "This sign-in was being finished when it was interrupted. Sign in again from Clientsync."
DENIED = "Access was not allowed, so nothing was changed."
IF_FULL = (
    "If you were told that this app may not connect any more organisations, signing in again does not help: "
    "disconnect clients that are no longer needed, or tell support."
)
"""A full app is told to the person alone, who then comes back as if they had declined."""
SOMEBODY_ELSES = (
    "This sign-in was begun by somebody else, so it was not finished and nothing was changed. "
    "Start your own from Clientsync."
)
IN_ANOTHER_BROWSER = (
    "This sign-in was begun on a page of Clientsync by a colleague who is not signed in in this browser, so it was not "
    "finished and nothing was changed. If that was you, sign in to Clientsync here and begin again. If somebody sent "
    "you the address, ask them for a link: they get one with Somebody else will sign in."
)
LINK_IN_ANOTHER_BROWSER = (
    "This sign-in was begun in another browser, so it was not finished and nothing was changed. "
    "Open the link that you were given again, and go on from there."
)
UNKNOWN_LINK = "This link is not known. Ask whoever sent it to you for a new one."
USED_LINK = "Somebody has signed in by this link already. Ask whoever sent it to you for a new one if you need it."
OLD_LINK = "This link is too old: nobody waits for this sign-in any more. Ask whoever sent it to you for a new one."
WORN_LINK = "This link was followed too often without a sign-in. Ask whoever sent it to you for a new one."
CLIENT_LINK_UNKNOWN = "This link is not known. Ask whoever sent it to you for a new one."
CLIENT_LINK_USED = "Somebody has signed in by this link already, so there is nothing more to do here."
CLIENT_LINK_OVER = "This link does not work any more. Ask whoever sent it to you for a new one."
OTHER_PICK = (
    "The sign-in did not bring this client's own organisation, so nothing of it was kept and nothing was changed."
)
BEING_FINISHED = "This sign-in is being finished just now."
TOO_LONG = "This sign-in took too long. Sign in again from Clientsync."


_OTHER_REGION = (
    "{title} has nothing for this login in the country that you chose, so nothing was changed. Sign in again and "
    "choose another country, or use another login."
)


def without_state(title: str, refusal: ProviderError | None) -> str:
    """A sentence for a browser that came back without saying of which sign-in.

    Args:
        title: The accounting software's name.
        refusal: The error that came with it; None where none did.
    """
    if isinstance(refusal, OtherRegion):
        return _OTHER_REGION.format(title=title)
    return DENIED if isinstance(refusal, ConsentDenied) else UNKNOWN_SIGN_IN


def outcome(title: str, attempt: ConsentAttempt) -> str | None:
    """A sentence on the result of a sign-in; None while there is no result.

    Args:
        title: The accounting software's name.
        attempt: The sign-in, which was used.
    """
    if attempt.grant_id is not None:
        return f"You are signed in to {title}. Its organisations are being listed."
    if attempt.denied:
        return f"{DENIED} {IF_FULL}"
    if attempt.is_other_region:
        return _OTHER_REGION.format(title=title)
    if attempt.cause is Cause.WRONG_ORGANISATION:
        return OTHER_PICK
    if attempt.cause is Cause.APP_REFUSED:
        return (
            f"{title} refuses our app's secret, so nobody can sign in just now and nothing was changed. "
            "Another sign-in does not help: whoever runs Clientsync has to correct the secret."
        )
    if attempt.cause is Cause.PROVIDER_UNAVAILABLE:
        return f"{title} gave no usable answer while the sign-in was being finished. Sign in again."
    if attempt.cause is Cause.RATE_LIMITED:
        return f"{title}'s limit is reached for now, so the sign-in was not finished. Sign in again in a minute."
    if attempt.cause is not None:  # whoever was the reason
        return f"The sign-in to {title} could not be completed, and nothing was changed. Sign in again."
    return None
