"""Says which activities run on which queue, and builds them. Only a worker needs all of them at once."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from activities.connections.changing import ChangeActivities
from activities.connections.disconnecting import DisconnectActivities
from activities.delivery.client_links import ClientLinkActivities
from activities.delivery.forgotten import ForgottenActivities
from activities.delivery.mailing import Mailer
from activities.delivery.notices import NoticeActivities
from activities.night.checking import CheckActivities
from activities.night.tidying import TidyActivities
from activities.pulls.standard_information import StandardInformationActivities
from activities.runs.clients import ClientActivities
from activities.runs.organisations import OrganisationActivities
from activities.runs.reassigning import ReassignActivities
from activities.runs.reconnecting import ReconnectActivities
from activities.runs.runs import RunActivities
from activities.runs.settling import SettlingActivities
from activities.shared.grant_reader import GrantReader
from activities.shared.outages import OutageActivities
from activities.shared.token_store import TokenStore
from contracts.words.names import GROUPS_QUEUE, PROVIDER_QUEUE, WORKFLOW_QUEUE, queue_of
from models.kit.database import Database
from models.kit.sealing import Sealer
from models.runs.lost_work import IsAtWork
from providers.port.provider import Providers
from providers.port.settings import ProviderSettings

Activity = Callable[..., Any]

GROUPS_AT_ONCE = 4
"""Groups of clients that one process pulls at once, of each provider. Without this bound one of two processes gets up
to two thirds of a run's groups, and the memory of a process grows with the number of runs; with fewer, a process alone
has nothing to read while groups are stored."""


@dataclass(frozen=True)
class Parts:
    """The parts from which activities are built."""

    database: Database
    providers: Providers
    tokens: TokenStore
    sealer: Sealer
    mailer: Mailer | None = None
    public_url: str | None = None
    apps: Sequence[ProviderSettings] = ()


@dataclass(frozen=True, slots=True)
class Served:
    """What a worker takes from one queue.

    Attributes:
        queue: The queue's name.
        activities: What is run of it.
        at_once: How many at once; None for as many as the SDK allows.
    """

    queue: str
    activities: Sequence[Activity]
    at_once: int | None = None


def between_workflows(parts: Parts, is_at_work: IsAtWork) -> Served:
    """The short activities, which may share an event loop with workflows, on the workflows' own queue.

    Args:
        parts: The parts from which they are built.
        is_at_work: Asks the Temporal server whether a workflow is running.
    """
    database = parts.database
    reach = GrantReader(database, parts.providers, parts.tokens)
    changes = ChangeActivities(database, reach)
    clients = ClientActivities(database)
    reassigns = ReassignActivities(database, reach)
    checks = CheckActivities(database, reach)
    notices = NoticeActivities(database, parts.mailer, parts.public_url, apps=parts.apps)
    runs = RunActivities(database)
    activities = (
        OutageActivities(database).see_database,
        OrganisationActivities(database, reach).judge_organisations,
        clients.record_selection,
        clients.create_clients,
        clients.clients_to_pull,
        changes.record_books,
        changes.change_books,
        changes.discard_books,
        DisconnectActivities(database, reach).keep_connection,
        reassigns.list_hand_over,
        reassigns.record_reassignment,
        reassigns.clients_to_reassign,
        reassigns.record_unmoved,
        checks.logins_to_check,
        checks.note_login_trouble,
        checks.clients_due,
        checks.note_trouble,
        notices.tell,
        notices.deliver_notices,
        runs.see_run,
        runs.enter_stage,
        runs.hand_over,
        runs.record_failure,
        runs.settle_sync,
        runs.reopen_run,
        runs.finish_run,
        SettlingActivities(database, is_at_work).settle_lost_work,
        ForgottenActivities(database, parts.mailer, parts.public_url).mail_password_link,
        ClientLinkActivities(database, parts.sealer, parts.mailer).mail_client_link,
    )
    return Served(WORKFLOW_QUEUE, activities)


def at_providers(parts: Parts, providers: Iterable[str], *, concurrency: int) -> Iterator[Served]:
    """The activities that call providers, but for full groups of clients: what people wait for.

    All providers share one more queue, for tidying up and for activities that workers of an older version scheduled.

    Args:
        parts: The parts from which they are built.
        providers: The names of all providers that this release knows. The queues of a provider that is off are polled
            too: a call of it then fails at once, instead of waiting in a queue that no worker polls.
        concurrency: How many activities of each provider run at once.
    """
    everything, _ = _of_providers(parts)
    for provider in (*providers, ""):
        yield Served(queue_of(provider, PROVIDER_QUEUE), everything, concurrency)


def in_full_groups(parts: Parts, providers: Iterable[str], *, groups_at_once: int = GROUPS_AT_ONCE) -> Iterator[Served]:
    """The activities that read full groups of clients, each provider's on a queue of its own, and one of all providers.

    Args:
        parts: The parts from which they are built.
        providers: As of ``at_providers``.
        groups_at_once: How many full groups of each provider are pulled at once.
    """
    _, of_groups = _of_providers(parts)
    for provider in (*providers, ""):
        yield Served(queue_of(provider, GROUPS_QUEUE), of_groups, groups_at_once)


def _of_providers(parts: Parts) -> tuple[Sequence[Activity], Sequence[Activity]]:
    """All of them, and those of full groups of clients alone."""
    database = parts.database
    reach = GrantReader(database, parts.providers, parts.tokens)
    organisations = OrganisationActivities(database, reach)
    reassigns = ReassignActivities(database, reach)
    reconnects = ReconnectActivities(database, reach)
    pulls = StandardInformationActivities(database, parts.providers, parts.tokens)
    everything = (
        CheckActivities(database, reach).check_login,
        organisations.list_organisations,
        organisations.read_profiles,
        ChangeActivities(database, reach).list_books,
        DisconnectActivities(database, reach).remove_connection,
        TidyActivities(database, reach).tidy_up,
        reassigns.list_reassignable,
        reassigns.reassign_client,
        reconnects.survey_connections,
        reconnects.note_sign_in,
        pulls.pull_client,
        pulls.pull_clients,
    )
    return everything, (pulls.pull_clients, organisations.read_profiles)
