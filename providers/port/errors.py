"""What can go wrong at a provider, as a tree with one class for each thing that callers treat differently.

    ProviderError                   cause, retry_at, detail
    ├── ConsentFailed               the code, verifier or identity was refused: sign in again
    │   ├── ConsentDenied           the person said no
    │   └── OtherRegion             the login has nothing in the country that was chosen
    ├── NeedsPerson                 waiting does not help
    │   ├── SignedOut               the grant is dead
    │   │   └── SignInEnded         its time is over for good
    │   ├── TooLarge                a list's answer is larger than is read of any
    │   └── (access_lost, disconnected_at_provider, subscription_ended, permission_missing, …, unknown)
    └── Transient                   waiting helps
        ├── RateLimited             until ``retry_at``; ``is_long`` for a day's or a month's
        ├── AppRefused              our app's secret; until those who run this installation have corrected it
        ├── HeldUp                  by ourselves: the provider was not asked
        └── Unavailable             5xx, timeouts, dropped connections, organisation offline
            └── TooSmall            fewer rows than the answer says itself, or none where there must be some

``detail`` is for support: short, with status code and the provider's correlation id, never a token or a record.
"""

from datetime import datetime

from contracts.words.causes import Cause


class ProviderError(Exception):
    """An error at the provider.

    Attributes:
        cause: A cause of the closed set.
        retry_at: When to try again, if the provider said so (aware, UTC).
        detail: For support staff, at most 200 characters, free of secrets and records.
    """

    def __init__(self, cause: Cause, detail: str = "", *, retry_at: datetime | None = None) -> None:
        super().__init__(f"{cause.sentence} ({detail})" if detail else cause.sentence)
        self.cause = cause
        self.detail = detail[:200]
        self.retry_at = retry_at


class NeedsPerson(ProviderError):
    """Waiting does not help; a person has to do something."""


class SignedOut(NeedsPerson):
    """The grant is dead; only a new consent helps."""

    def __init__(self, detail: str = "") -> None:
        super().__init__(Cause.SIGNED_OUT, detail)


class SignInEnded(SignedOut):
    """The grant is dead because its time is over for good, which the provider has set from its beginning."""

    def __init__(self, detail: str = "") -> None:
        NeedsPerson.__init__(self, Cause.SIGN_IN_ENDED, detail)


class TooLarge(NeedsPerson):
    """A list's answer is larger than the greatest size; a repeat would be as large."""

    def __init__(self, detail: str = "") -> None:
        super().__init__(Cause.TOO_MANY_RECORDS, detail)


class ConsentFailed(ProviderError):
    """The code, the verifier or the identity token was refused."""

    def __init__(self, detail: str = "") -> None:
        super().__init__(Cause.SIGNED_OUT, detail)


class ConsentDenied(ConsentFailed):
    """The person said no at the provider; nothing was allowed."""


class OtherRegion(ConsentFailed):
    """The login has nothing in the country that was chosen: another country or another login may have."""


class Transient(ProviderError):
    """Waiting helps."""


class RateLimited(Transient):
    """The calls of a limit are used up until ``retry_at``.

    Attributes:
        limit: The limit: ``concurrent``, ``minute``, ``day`` or ``month`` of one organisation; with ``app_`` before it,
            as ``app_minute``, of the whole app.
    """

    def __init__(self, limit: str, retry_at: datetime, detail: str = "") -> None:
        super().__init__(Cause.RATE_LIMITED, detail or f"{limit} limit", retry_at=retry_at)
        self.limit = limit

    @property
    def is_of_app(self) -> bool:
        """Whether it stops calls to every organisation, so that trying clients alone gains nothing."""
        return self.limit.startswith("app_")

    @property
    def unit(self) -> str:
        """How long its window is, whosever it is: ``concurrent``, ``minute``, ``day`` or ``month``."""
        return self.limit.removeprefix("app_")

    @property
    def is_at_once(self) -> bool:
        """Whether it is over as soon as another call is."""
        return self.limit.endswith("concurrent")

    @property
    def is_long(self) -> bool:
        """Whether it lasts up to a day or a month, so that a run should not wait for it."""
        return self.limit.endswith(("day", "month"))


class Unavailable(Transient):
    """The provider did not answer, or answered that it cannot at present."""

    def __init__(self, detail: str = "", *, retry_at: datetime | None = None) -> None:
        super().__init__(Cause.PROVIDER_UNAVAILABLE, detail, retry_at=retry_at)


class AppRefused(Transient):
    """The provider refuses our app itself: its secret is wrong or was replaced.

    No colleague can do anything about it, and no login is affected. It is over when whoever runs the installation has
    corrected the secret.
    """

    def __init__(self, detail: str = "") -> None:
        super().__init__(Cause.APP_REFUSED, detail)


class HeldUp(Transient):
    """We did not get our own turn in time; the provider was not asked."""

    def __init__(self, detail: str = "") -> None:
        super().__init__(Cause.OUR_OUTAGE, detail)


class TooSmall(Unavailable):
    """An answer has fewer records than there must be, so it is incomplete; a repeat may bring the rest."""
