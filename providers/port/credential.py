"""The result of a sign-in: the credential that a provider accepts from our app, and how calls get it.

Everything by which others decide is in plain fields. Only the provider itself reads ``secret``; others only compare
whether two secrets are equal.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Credential:
    """One authorisation of this app. Its ``repr`` hides the secret.

    Attributes:
        account_key: The provider's stable id of the owner: a person where grants belong to people, an organisation
            where they belong to organisations. Each owner has one grant.
        person: The provider's stable id of the person who signed in; None if the provider does not say.
        label: A name that people recognise the sign-in by; never an e-mail address, since names appear in more places
            than addresses may.
        secret: The tokens and whatever else its provider needs to act by it, in the provider's own form.
        access_expires_at: Until when calls need no refresh (aware, UTC).
        refresh_expires_at: When it expires unless it is refreshed before (aware, UTC); None if that is not known.
        ends_at: When it ends even if it is refreshed (aware, UTC); None if it does not.
        region: The region that was chosen before the sign-in; None where a provider has none.
    """

    account_key: str
    person: str | None
    label: str
    secret: bytes = field(repr=False)
    access_expires_at: datetime
    refresh_expires_at: datetime | None = None
    ends_at: datetime | None = None
    region: str | None = None


def person_label(names: str, nobody: str) -> str:
    """The label of a person with these names; ``nobody`` where they are none, or an e-mail address."""
    return names[:200] if names.strip() and "@" not in names else nobody


class CredentialSource(Protocol):
    """Gives calls their credential; refreshing, locking and saving are done behind it.

    Attributes:
        practice_id: The practice for which calls are made, since calls that wait are served fairly among practices.
            None for calls of no particular practice.
    """

    practice_id: UUID | None

    async def credential(self, rejected: Credential | None = None) -> Credential:
        """A credential that is valid now.

        Args:
            rejected: A credential that the provider has just refused, so that a newer one is wanted.

        Raises:
            SignedOut: The grant is dead; only a new consent helps.
        """
        ...


class OneCredential:
    """Gives one credential as it is, such as that of a sign-in that is being finished; nothing is refreshed.

    Args:
        given: The credential.
    """

    practice_id: UUID | None = None

    def __init__(self, given: Credential) -> None:
        self._given = given

    async def credential(self, rejected: Credential | None = None) -> Credential:  # noqa: ARG002  # there is no other
        """See ``CredentialSource.credential``."""
        return self._given
