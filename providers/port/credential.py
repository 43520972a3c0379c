"""What a sign-in gives us: the credential by which a provider knows our app again, and how calls get at it.

Everything about it that others decide by stands in plain words; what stands in ``secret`` is its provider's own
business. Nobody else reads or compares more of it than whether two are the same.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Credential:
    """One authorisation of this app. Its ``repr`` hides the secret.

    Attributes:
        account_key: Whose it is, by the provider's stable id: a person where the grant is a person's, an organisation
            where it is an organisation's. One grant is kept for each.
        person: The provider's stable id of who signed in; None where it does not say.
        label: A name that people recognise the sign-in by; never an e-mail address, since names appear in more places
            than addresses may.
        secret: The tokens and whatever else its provider needs to act by it, in the provider's own form.
        access_expires_at: Until when calls can be made without a refresh (aware, UTC).
        refresh_expires_at: When it dies unless it is refreshed before (aware, UTC); None where that is not known.
        ends_at: When it ends however often it is refreshed (aware, UTC); None where it does not.
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


class CredentialSource(Protocol):
    """Where a call gets its credential from; refreshing, locking and saving are behind it.

    Attributes:
        practice_id: For whom the calls are made: those that wait are served fairly among practices. None for calls
            of no practice in particular.
    """

    practice_id: UUID | None

    async def credential(self, rejected: Credential | None = None) -> Credential:
        """A credential that is good now.

        Args:
            rejected: One that the provider has just refused: give a newer one.

        Raises:
            SignedOut: The grant is dead; only a new consent helps.
        """
        ...
