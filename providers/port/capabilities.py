"""What a platform can do and how it wants to be treated, as data: nobody decides by a provider's name.

Only what somebody decides by stands here (``tests/test_providers_apart.py``); a platform that differs in something else
brings the field with it.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class SignInBrings(StrEnum):
    """How many organisations one sign-in brings."""

    PICKED = "picked"
    """Those that the person ticks at the provider."""
    ALL = "all"
    """All that the person reaches; there is nothing to tick."""
    ONE = "one"
    """One; whoever wants several signs in for each."""


@dataclass(frozen=True, slots=True)
class Region:
    """A country in which a provider keeps organisations apart.

    Attributes:
        code: As it is chosen, given to ``begin_sign_in`` and kept: two capital letters.
        title: Its name for people.
    """

    code: str
    title: str


@dataclass(frozen=True, slots=True)
class Capabilities:
    """Of one provider, as its app is set up."""

    sign_in_brings: SignInBrings
    """How many organisations one sign-in brings."""

    ends_one_alone: bool
    """Whether one connection can be ended at the provider while others of its grant go on. Otherwise one ends here
    alone, and the last of a grant's connections ends the grant there."""

    leeway: timedelta
    """A credential this near to the end of its access is refreshed before it is used, so that it does not end in the
    middle of a pull."""

    renewed_at_age: timedelta
    """A credential that is this old is refreshed by the night, whether or not it is used, so that it never comes near
    the age at which the provider lets it die."""

    regions: tuple[Region, ...] = ()
    """The countries of which a person chooses one before they leave for a sign-in; none where there is nothing to
    choose."""

    may_return_at_once: bool = False
    """Whether the provider may show nothing to somebody who has allowed access before, and send them straight back."""

    takes_over: bool = False
    """Whether there is one sign-in for an organisation at a time: a newer one, whoever gives it, ends the one before. A
    grant is then the organisation's, and each practice keeps its own."""

    organisation_parameter: str | None = None
    """The parameter in which browsers that come from the provider by themselves, since somebody has disconnected us
    there or is asked to reconnect, carry the organisation's id, unsigned; None where none come."""

    reads_ended: bool = False
    """Whether an organisation whose subscription has ended can still be read."""

    @property
    def joins_many(self) -> bool:
        """Whether one sign-in may bring several organisations."""
        return self.sign_in_brings is not SignInBrings.ONE
