"""What a platform can do and how it wants to be treated, as data: nobody decides by a provider's name."""

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


class GrantOf(StrEnum):
    """Whose a grant is, and so what its account key names."""

    PERSON = "person"
    ORGANISATION = "organisation"


class OrganisationIdFrom(StrEnum):
    """Where an organisation's id comes from."""

    LISTING = "listing"
    """From a list that is asked for with the new credential."""
    REDIRECT = "redirect"
    """From the address at which the browser comes back."""


class RefreshTokens(StrEnum):
    """What becomes of a refresh token that was used."""

    ROTATING_WITH_GRACE = "rotating with grace"
    """It is replaced; the one before is good for a while, so that a lost answer can be asked for again."""
    SINGLE_USE = "single use"
    """It is replaced and dead at once; a lost answer ends the grant."""
    STABLE_FOR_A_DAY = "stable for a day"
    """It stays for about a day, then a refresh replaces it, and the one before is dead."""


@dataclass(frozen=True, slots=True)
class Region:
    """One of those that a person chooses from before the sign-in: its word at the provider, and its name for people."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Capabilities:
    """Of one provider, as its app is set up."""

    sign_in_brings: SignInBrings
    """How many organisations one sign-in brings."""

    grant_of: GrantOf
    """Whose a grant is. An organisation's ends with a newer sign-in of anybody for it."""

    organisation_id_from: OrganisationIdFrom
    """Where an organisation's id comes from. From the redirect, it is known when the sign-in is finished."""

    ends_one_alone: bool
    """Whether one connection can be ended at the provider while others of its grant go on. Otherwise one ends here
    alone, and the last of a grant's connections ends the grant there."""

    tells_of_disconnect: bool
    """Whether the provider tells us when somebody disconnects there; otherwise only a look finds it."""

    refresh_tokens: RefreshTokens
    """What becomes of a refresh token that was used."""

    leeway: timedelta
    """A credential this near to the end of its access is refreshed before it is used, so that it does not end in the
    middle of a pull."""

    idle_limit: timedelta
    """How long a refresh token lives without being used."""

    renewed_at_age: timedelta
    """A credential that is this old is refreshed by the night, whether or not it is used, so that it never comes near
    the idle limit."""

    regions: tuple[Region, ...] = ()
    """Those to choose from before the sign-in; none where the provider finds out by itself."""

    @property
    def joins_many(self) -> bool:
        """Whether one sign-in may bring several organisations."""
        return self.sign_in_brings is not SignInBrings.ONE
