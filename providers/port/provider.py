"""The port: what workflows and activities need from any accounting software, and no more.

It is kept small on purpose, and holds for software with one organisation per consent as for
software with many: a consent gives a grant, a grant reaches organisations, an organisation has feeds
to read. Every error that leaves an implementation is a ``ProviderError`` with a cause of the closed set.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from contracts.words.runs import Mark
from contracts.words.standard_information import Row
from providers.port.capabilities import Capabilities
from providers.port.credential import Credential, CredentialSource
from providers.port.errors import ProviderError
from providers.port.feeds import Feed, Feeds
from providers.port.webhook import Webhook


@dataclass(frozen=True, slots=True)
class BegunSignIn:
    """A sign-in about to happen.

    Attributes:
        address: The provider's page, for the browser.
        kept: What its provider needs again to finish it, in the provider's own form; sealed until then (secret).
    """

    address: str
    kept: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class ReachableOrganisation:
    """An organisation that a grant reaches.

    Attributes:
        organisation_id: The provider's id, by which organisations are identified.
        name: Its name there; names repeat and change. ``NAMELESS`` where the list has none: the profile has it.
        provider_connection_id: The provider's id of the connection of login and organisation, needed to disconnect.
        is_from_this_consent: Whether the provider says that it was allowed in the consent in question.
        further_connection_ids: Other ids of the same connection, where the provider lists it more than once.
        marks: What the list says that it is besides; what only its profile says stands there.
    """

    organisation_id: str
    name: str
    provider_connection_id: str | None
    is_from_this_consent: bool = False
    further_connection_ids: tuple[str, ...] = ()
    marks: frozenset[Mark] = frozenset()

    @property
    def connection_ids(self) -> tuple[str, ...]:
        """Every id of the connection."""
        first = self.provider_connection_id
        return self.further_connection_ids if first is None else (first, *self.further_connection_ids)


@dataclass(frozen=True, slots=True)
class FinishedSignIn:
    """A finished sign-in, verified.

    Attributes:
        credential: The new credential; it supersedes any earlier one of the same account.
        organisations: What it reaches, where that is known without being asked for.
        consent_ref: The provider's id of this very consent, to list what was chosen in it; None where there is none.
    """

    credential: Credential
    organisations: tuple[ReachableOrganisation, ...] = ()
    consent_ref: str | None = None


@dataclass(frozen=True, slots=True)
class LastAnswer:
    """What is known of the answer that a feed gave when all of it was last read.

    Attributes:
        salt: What a fingerprint depends on besides the answer: how rows are made of it, and which of them are kept.
        fingerprint: The answer's; None where it is not known.
    """

    salt: str
    fingerprint: bytes | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a feed.

    Attributes:
        rows: Parsed rows, in the provider's order.
        is_last: Whether no page follows.
        is_unmodified: Whether nothing has changed since the given time, as the provider says, or the answer is the last
            one again; ``rows`` is empty then.
        deleted: Keys of records that were deleted since the given time, where the provider says so. All of them have
            come by the last page, also where reading was gone on with.
        cursor: Where reading can be gone on with behind this page, in the provider's own words and without any record;
            None where it cannot.
        expected: On the last page, of how many different records there have to be rows over all pages, as the provider
            counts them; None where it does not say.
        fingerprint: Of an answer that is all of the feed, where the last answer was given to compare it with.
    """

    rows: Sequence[Row]
    is_last: bool = True
    is_unmodified: bool = False
    deleted: Sequence[str] = ()
    cursor: str | None = None
    expected: int | None = None
    fingerprint: bytes | None = None


@dataclass(frozen=True, slots=True)
class Removed:
    """The provider does not have the connection any more.

    Attributes:
        was_there: Whether it had it until now.
    """

    was_there: bool = True


@dataclass(frozen=True, slots=True)
class Kept:
    """The provider cannot end this connection alone: it goes on until the grant is ended. Nothing was changed there.

    Attributes:
        siblings: Ids of the other organisations that the grant reaches: ending it would cut them off too.
    """

    siblings: tuple[str, ...] = ()


class Provider(Protocol):
    """One accounting software."""

    name: str
    """The provider's word in paths and tables, in lower case."""

    title: str
    """Its name for people."""

    organisation: str
    """Its own word for an organisation, which its users know: ``organisation``, ``business``."""

    capabilities: Capabilities
    """What it can do, and how it wants to be treated."""

    feeds: Feeds
    """What there is to read of each organisation, and which of our lists that fills."""

    webhook: Webhook | None
    """Reads what it tells by itself; None where it tells nothing that we take."""

    async def begin_sign_in(
        self, *, state: str, redirect_uri: str, expected: str | None = None, region: str | None = None
    ) -> BegunSignIn:
        """Prepare a sign-in.

        Args:
            state: Our single-use, unguessable word that comes back with the browser.
            redirect_uri: Where the browser comes back to.
            expected: The provider's id of the organisation that the sign-in is for, where it is for one.
            region: The code of one of the capabilities' regions, where the person has chosen one.

        Raises:
            ProviderError: The provider's discovery document could not be read.
        """
        ...

    def refusal_in(self, params: Mapping[str, str]) -> ProviderError | None:
        """The error that came back with the browser in place of a sign-in; None where none did.

        Args:
            params: All of the address' query, decoded once.
        """
        ...

    async def finish_sign_in(self, params: Mapping[str, str], kept: bytes, *, redirect_uri: str) -> FinishedSignIn:
        """What came back with the browser: exchange it, and verify who signed in.

        Args:
            params: All of the address' query, decoded once.
            kept: What ``begin_sign_in`` gave to keep, or that of an earlier version.
            redirect_uri: The same as when it was begun.

        Raises:
            ConsentDenied: The person said no.
            OtherRegion: The login has nothing in the region that was chosen.
            ConsentFailed: Anything else came back than a sign-in, or it was refused.
            AppRefused: The app's own secret is wrong.
            ProviderError: The provider could not be reached.
        """
        ...

    async def check_app(self) -> None:
        """Try the app's own credentials, without a grant.

        Raises:
            AppRefused: They are refused.
            ProviderError: The provider could not be reached, or did not say.
        """
        ...

    async def refresh(self, credential: Credential) -> Credential:
        """Refresh a credential. The caller holds the grant's lease, and saves the new credential before use.

        Raises:
            SignedOut: The refresh token is dead.
            AppRefused: The app's own secret is wrong; that says nothing about the credential.
            ProviderError: The provider could not be reached; the old one may be tried again.
        """
        ...

    async def revoke(self, credential: Credential) -> None:
        """End the grant at the provider, and with it every connection of this person to the app.

        One that has ended already counts as ended.

        Raises:
            ProviderError: The provider could not be reached.
        """
        ...

    async def organisations(
        self, tokens: CredentialSource, consent_ref: str | None = None, *, is_to_choose: bool = False
    ) -> Sequence[ReachableOrganisation]:
        """Every organisation that the grant reaches; those that this consent has chosen are marked.

        Where the provider cannot say what the consent has chosen, none is marked.

        Args:
            tokens: The grant.
            consent_ref: The consent in question, if any.
            is_to_choose: Whether somebody is going to choose among them, so that marks are worth a further call.

        Raises:
            ProviderError: Classified by cause.
        """
        ...

    async def disconnect(self, tokens: CredentialSource, organisation: ReachableOrganisation) -> Removed | Kept:
        """Remove one connection at the provider; one that is gone counts as removed once the provider's list agrees.

        Args:
            tokens: The grant.
            organisation: The organisation, as the grant's list has it now.

        Returns:
            ``Kept`` from a provider whose capabilities say that it does not end one alone, and from no other.

        Raises:
            ProviderError: Classified by cause; it may still be there.
        """
        ...

    def read(
        self,
        tokens: CredentialSource,
        organisation_id: str,
        feed: Feed,
        modified_since: datetime | None = None,
        cursor: str | None = None,
        last: LastAnswer | None = None,
    ) -> AsyncIterator[Page]:
        """Read a feed of one organisation, page by page. A record may come twice; the later one is the newer.

        Args:
            tokens: The grant to read with.
            organisation_id: The provider's id of the organisation.
            feed: One of the provider's own.
            modified_since: Only what changed since (aware, UTC); None, and where the feed does not tell changes, is
                everything.
            cursor: That of a page that came before, with all else the same: only what follows it is read.
            last: Of a fingerprinted feed of which everything is read, what is known of its last answer. Where the
                answer is the same again, nothing is made of it but an unmodified page.

        Yields:
            Pages; memory holds one at a time.

        Raises:
            ProviderError: Classified by cause.
        """
        ...

    async def close(self) -> None:
        """Close the HTTP connections."""
        ...


Providers = Mapping[str, Provider]
"""The providers that this process can speak to, by name."""
