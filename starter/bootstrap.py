"""Builds the database, providers and operations of commands and web backend from the settings.

No other module of this room does that.
"""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from contracts.payloads.runs import Deadlines
from contracts.words.mistakes import first_of
from contracts.words.refusals import RefusalCode, Refused
from models.kit.database import Database
from providers import registry
from runtime.settings.settings import MissingSettingError, Settings, variable_of

if TYPE_CHECKING:
    from providers.identity import SignIn
    from providers.port.provider import Providers
    from starter.access.identities import IdentityProvider
    from starter.operations import Operations
    from starter.support.identity import SupportIdentity

RUNNING = "running.env"
"""Settings of the running ``clientsync up``, in its data directory, so that other commands find it."""


def read_settings(*, finds_running: bool = True) -> Settings:
    """The settings of this process; where no database is set, those of a running ``clientsync up``.

    Args:
        finds_running: Whether to look for a running ``clientsync up``; ``up`` itself must not use the file that a
            killed one left.

    Raises:
        Refused: A variable's value cannot be used; the sentence names it and shows no value.
    """
    try:
        settings = _read(".env")
        running = settings.data_dir / RUNNING
        found = finds_running and settings.database_url is None and running.exists()
        return _read(running) if found else settings
    except ValidationError as error:
        field, sentence = first_of(error)
        raise _unusable(variable_of(str(field).partition(".")[0]), sentence) from None
    except registry.UnusableProviderSettingError as unusable:
        raise _unusable(unusable.variable, first_of(unusable.error)[1]) from None


def _read(env_file: str | Path) -> Settings:
    return Settings(_env_file=env_file, providers=registry.read(env_file))


def _unusable(variable: str, sentence: str) -> Refused:
    message = f"{variable} cannot be used. {sentence} docs/operations.md says what it may be."
    return Refused(RefusalCode.INVALID, message)


@asynccontextmanager
async def open_database(settings: Settings) -> AsyncIterator[Database]:
    """A database that is closed at the end of the context.

    Raises:
        MissingSettingError: Its URL is not set.
    """
    database = Database(settings.required("database_url"))
    try:
        yield database
    finally:
        await database.close()


async def upgrade_database(settings: Settings) -> tuple[str, ...]:
    """Bring the database to the newest version; returns the versions that it lacked.

    Raises:
        MissingSettingError: Its URL is not set.
        SQLAlchemyError: It cannot be reached.
    """
    from models import schema  # commands that migrate nothing start without what it needs

    url = settings.required("database_url")
    missing = await schema.pending(url)
    await schema.upgrade(url)
    return missing


def build_providers(settings: Settings, database: Database) -> "Providers":
    """The providers that are on, by their names; each is to be closed.

    Raises:
        MissingSettingError: None is on, or an app's secret is not set.
        UnusableNetworkError: The way out is set so that it cannot be used.
    """
    from models.budgets.answers import SharedAnswers  # commands on the database alone start without a provider
    from models.budgets.calls import SharedCallBudget  # likewise
    from providers.port.shared import Shared  # likewise

    if unset := registry.first_unset(settings.providers):
        raise MissingSettingError(unset)
    return registry.build(settings.providers, Shared(SharedCallBudget(database), SharedAnswers(database)))


@asynccontextmanager
async def open_support(settings: Settings) -> "AsyncIterator[SupportIdentity | None]":
    """Checks tokens of support staff; None when no identity provider is configured for them.

    Raises:
        MissingSettingError: The provider is set but its audience or group is not: then all of its users would be
            support.
    """
    from providers.kit.http import http_client  # commands on the database alone start without it
    from starter.support.identity import SupportGroup, SupportIdentity  # likewise

    if settings.support_issuer is None:
        yield None
        return
    group = SupportGroup(
        issuer=settings.support_issuer,
        audience=settings.required("support_audience"),
        group=settings.required("support_group"),
        claim=settings.support_group_claim,
    )
    async with http_client() as http:
        yield SupportIdentity(group, http)


@asynccontextmanager
async def open_sign_in(settings: Settings) -> "AsyncIterator[SignIn | None]":
    """Signing in at the operator's identity provider; None when none is configured.

    Raises:
        MissingSettingError: The provider is set, and our app there is not.
    """
    from providers.identity import IdentityApp, SignIn  # likewise
    from providers.kit.clock import utc_now  # commands on the database alone start without it
    from providers.kit.http import http_client  # likewise

    if settings.sign_in_issuer is None:
        yield None
        return
    app = IdentityApp(
        issuer=settings.sign_in_issuer,
        client_id=settings.required("sign_in_client_id"),
        client_secret=settings.required("sign_in_client_secret"),
        redirect_uri=f"{settings.required('public_url')}/sign-in/provider/callback",
    )
    async with http_client() as http:
        yield SignIn(app, http, utc_now)


def _identity_provider(settings: Settings, sign_in: "SignIn | None") -> "IdentityProvider | None":
    from starter.access.identities import IdentityProvider, IdentityRules  # commands on the database start without it

    if sign_in is None:
        return None
    rules = IdentityRules(
        title=settings.sign_in_title,
        domains=_words(settings.sign_in_domains and settings.sign_in_domains.lower()),
        trusts_unsaid=settings.sign_in_trusts_addresses,
        second_steps=_words(settings.sign_in_second_steps),
    )
    return IdentityProvider(sign_in, rules)


def _words(with_commas: str | None) -> frozenset[str]:
    return frozenset(word.strip() for word in (with_commas or "").split(",") if word.strip())


@asynccontextmanager
async def open_operations(settings: Settings) -> "AsyncIterator[Operations]":
    """All operations, with everything that they need; closed at the end of the context.

    Raises:
        MissingSettingError: Something that it needs is not set.
        RuntimeError: Temporal does not answer.
    """
    from runtime.temporal.connection import (
        connect,  # commands on the database alone start without Temporal's client
    )
    from starter.operations import Operations  # likewise

    async with AsyncExitStack() as stack:
        public_url, sealer = settings.required("public_url"), settings.key_ring().for_purpose("database")
        database = await stack.enter_async_context(open_database(settings))
        providers = build_providers(settings, database)
        for provider in providers.values():
            stack.push_async_callback(provider.close)
        sign_in = await stack.enter_async_context(open_sign_in(settings))
        yield Operations(
            database=database,
            sealer=sealer,
            temporal=await connect(settings),
            providers=providers,
            public_url=public_url,
            deadlines=Deadlines(consent=settings.consent_deadline, selection=settings.selection_deadline),
            identity_provider=_identity_provider(settings, sign_in),
            apps=settings.providers,
            sends_mail=settings.smtp_url is not None,
        )
