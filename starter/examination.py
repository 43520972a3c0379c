"""Checks everything that a process needs, and says what to do about what is missing."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Final

from sqlalchemy.exc import SQLAlchemyError
from temporalio.client import Client
from temporalio.service import RPCError

from contracts.words.names import SEARCH_ATTRIBUTES
from contracts.words.refusals import Refused
from models import schema
from models.kit.database_away import Mistake, mistake_in
from models.kit.database_url import UnusableUrlError, is_for_a_pooler
from providers import registry
from providers.kit.proxies import UnusableNetworkError
from providers.port.errors import ProviderError
from providers.port.settings import ProviderSettings
from rules.night.schedule_hours import WHAT_TO_DO, said
from runtime.sealing.keyring import InvalidKeysError
from runtime.settings.settings import MissingSettingError, Settings, variable_of
from runtime.settings.zone_rules import pinned_version
from runtime.temporal.connection import connect
from runtime.temporal.namespace import NamespaceNotReadyError, missing_attributes
from starter.bootstrap import build_providers, open_database, open_sign_in, read_settings
from starter.connections.schedules import ScheduleChange, Schedules
from starter.connections.software_states import MonthMeter, month_meter
from starter.provider_checks import Finding, callback_of, look_at

_MISTAKEN: Final[Mapping[Mistake | None, tuple[str, str]]] = {
    Mistake.NO_DATABASE: (
        "its server has no database of that name",
        "Correct CLIENTSYNC_DATABASE_URL, or create the database.",
    ),
    Mistake.NOT_LET_IN: (
        "its server does not let us in",
        "Correct the role or the password in CLIENTSYNC_DATABASE_URL, or create the role.",
    ),
}
"""What is found, and what to do, where the server answers and refuses."""

_NEEDED = ("database_url", "temporal_address", "encryption_keys", "public_url")


async def examine() -> list[Finding]:
    """Check everything that the settings name; settings that cannot be read are then the only finding."""
    try:
        settings = read_settings()
    except Refused as refused:
        return [Finding("settings", False, refused.refusal.message, "Correct the variable and run this again.")]
    return [finding async for finding in _findings(settings)]


async def _findings(settings: Settings) -> AsyncIterator[Finding]:
    missing = [variable_of(name) for name in _NEEDED if getattr(settings, name) is None]
    missing += _missing_at_providers(settings)
    names = ", ".join(missing)
    yield Finding(
        "settings",
        not missing,
        f"not set: {names}" if missing else "all set",
        "Set them; docs/operations.md says what they mean. Or run everything embedded: clientsync up"
        if missing
        else "",
    )
    try:
        if settings.encryption_keys is not None:
            yield Finding("encryption keys", True, f"current key: {settings.key_ring().current}")
    except InvalidKeysError as error:
        yield Finding("encryption keys", False, str(error), "Write them as id:base64key, the current one first.")
        return
    if settings.database_url is not None:
        try:
            yield await _database(settings)
        except UnusableUrlError as error:
            what = "Correct CLIENTSYNC_DATABASE_URL."
            yield Finding("database", False, f"its URL cannot be used: {error}", what)
            return
    if settings.temporal_address is not None and settings.encryption_keys is not None:
        async for finding in _temporal(settings):
            yield finding
    if settings.database_url is not None and registry.first_unset(settings.providers) is None:
        async for finding in _providers(settings):
            yield finding
    if settings.sign_in_issuer is not None:
        yield await _sign_in(settings)


def _missing_at_providers(settings: Settings) -> list[str]:
    """Of those that are on, what they lack; where none is, what would turn one on."""
    if on := registry.those_on(settings.providers):
        return [variable for one in on for variable in one.unset()]
    return [", or ".join(" and ".join(one.unset()) for one in registry.all_of(settings.providers))]


async def _database(settings: Settings) -> Finding:
    url = settings.required("database_url")
    try:
        if not is_for_a_pooler(url) and await schema.shares_connections(url):
            what = "Add the parameter pgbouncer=true to CLIENTSYNC_DATABASE_URL, or connect past the pooler."
            return Finding("database", False, "a pooler shares its connections between transactions", what)
        pending = await schema.pending(url)
    except (SQLAlchemyError, OSError) as error:
        if (mistaken := _MISTAKEN.get(mistake_in(error))) is not None:
            return Finding("database", False, *mistaken)
        why = type(error.__cause__ or error).__name__
        return Finding("database", False, f"does not answer ({why})", "Start it, or correct its URL.")
    if pending:
        return Finding("database", False, f"lacks {', '.join(pending)}", "Run: clientsync db upgrade")
    return Finding("database", True, "answers, and is up to date")


async def _temporal(settings: Settings) -> AsyncIterator[Finding]:
    try:
        client = await connect(settings)
    except RuntimeError:
        found = f"nothing answers at {settings.temporal_address}"
        yield Finding("Temporal", False, found, "Start it, or correct CLIENTSYNC_TEMPORAL_ADDRESS.")
        return
    yield Finding("Temporal", True, f"answers at {settings.temporal_address}")
    namespace = await _namespace(settings, client)
    yield namespace
    if namespace.ok and settings.database_url is not None:
        yield await _nights(settings, client)


async def _namespace(settings: Settings, client: Client) -> Finding:
    check = f"namespace {settings.temporal_namespace}"
    try:
        missing = await missing_attributes(client, settings.temporal_namespace, SEARCH_ATTRIBUTES)
    except NamespaceNotReadyError as error:
        return Finding(check, False, str(error), "See to that, then run this again.")
    except RPCError as error:
        return Finding(check, False, f"cannot be used ({error.status.name.lower()})", "Start a worker: it makes it.")
    if missing:
        what = "Start a worker: it adds them, or says that its account may not."
        return Finding(check, False, f"lacks search attributes: {', '.join(missing)}", what)
    return Finding(check, True, "is there, with its search attributes")


async def _nights(settings: Settings, client: Client) -> Finding:
    check, rules = "nightly checks", pinned_version()
    try:
        async with open_database(settings) as database:
            found = await Schedules(database, client, settings.public_url or "").examine()
    except (SQLAlchemyError, OSError, ValueError, Refused) as error:
        return Finding(
            check, False, f"cannot be looked at ({type(error).__name__})", "See to what is said above first."
        )
    if wrong := [one.practice for one in found if one.change is not ScheduleChange.UNCHANGED]:
        return Finding(check, False, f"not as they should be: {some(wrong)}", "Run: clientsync schedules apply")
    differing = [(one, one.difference) for one in found if one.difference is not None]
    if differing:
        # One source of rules for each side: whoever is behind is so for all practices, so one tells enough.
        first, difference = differing[0]
        others = f" ({len(differing)} practices)" if len(differing) > 1 else ""
        text = said(difference, first.time_zone, rules)
        return Finding(check, False, f"{first.practice}{others}: {text}", WHAT_TO_DO[difference.older])
    return Finding(check, True, f"{len(found)} scheduled; Temporal begins them when our rules ({rules}) say")


def some(names: Sequence[str], most: int = 5) -> str:
    """The first names of a list, and how many more there are."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return f"{', '.join(names[:most])}{more}"


async def _providers(settings: Settings) -> AsyncIterator[Finding]:
    async with open_database(settings) as database:
        try:
            providers = build_providers(settings, database)
        except UnusableNetworkError as error:
            yield Finding("the way out", False, str(error), "Correct the variable.")
            return
        try:
            for app in registry.those_on(settings.providers):
                async for finding in look_at(app, providers[app.name], callback_of(settings.public_url, app.name)):
                    yield finding
                if (counted := await month_meter(database, app)) is not None:
                    yield _of_month(app, counted)
        finally:
            for provider in providers.values():
                await provider.close()


def _of_month(app: ProviderSettings, counted: MonthMeter) -> Finding:
    used, budget, tier = counted.reading.used, counted.reading.budget, counted.meter.tier
    said = f"{used:,} of {budget:,} calls of this month are made (tier {tier})"
    if (warned := counted.warning) is None:
        return Finding(f"{app.title} calls", True, said)
    otherwise = "let the rest wait for the next month" if counted.meter.is_refused_beyond else "go on and pay for each"
    what = f"Book more calls there, or {otherwise}."
    return Finding(f"{app.title} calls", False, f"{said}. {warned}", what)


async def _sign_in(settings: Settings) -> Finding:
    """Check the identity provider; only somebody's sign-in can try the app's secret there."""
    check = "identity provider"
    try:
        async with open_sign_in(settings) as sign_in:
            if sign_in is not None:
                await sign_in.check()
    except MissingSettingError as error:
        return Finding(check, False, f"{error.variable} is not set", "Set it, or leave out CLIENTSYNC_SIGN_IN_ISSUER.")
    except UnusableNetworkError as error:
        return Finding(check, False, str(error), "Correct the variable.")
    except ProviderError as error:
        what = "Look at CLIENTSYNC_SIGN_IN_ISSUER, and at whether this machine may reach it."
        return Finding(check, False, f"its sign-in cannot be read: {error.detail}", what)
    return Finding(check, True, f"its sign-in answers at {settings.sign_in_issuer}")
