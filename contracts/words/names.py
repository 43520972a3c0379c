"""Names that Temporal and other processes know: task queues, workflow ids, search attributes.

Ids are readable and derived from business keys, so that starting twice is harmless and support staff find a run
without a database. They hold no e-mail address and no secret: Temporal does not encrypt them.
"""

import re
import unicodedata
from uuid import UUID

from contracts.words.runs import RunKind

WORKFLOW_QUEUE = "clientsync"
"""Workflows and short database activities."""

PROVIDER_QUEUE = "clientsync-provider"
"""Activities that call providers, apart from workflows, since eager dispatch on one queue would evade fairness. Each
provider has its own (``queue_of``); this one is for what concerns all of them, and for what older workers began."""

GROUPS_QUEUE = "clientsync-groups"
"""Pulls of full groups of clients, apart from the rest, since a worker process takes only a few of them at once: what
one has no room for waits for another one, and nothing small waits behind it. Each provider has its own; this one is for
what older workers began."""


def queue_of(provider: str, shared: str) -> str:
    """The queue of one provider: the shared one's name and its word. An outage of one takes no room from another.

    Args:
        provider: Its word; empty where older code did not say, which means the shared queue.
        shared: ``PROVIDER_QUEUE`` or ``GROUPS_QUEUE``.
    """
    return f"{shared}-{provider}" if provider else shared


PRACTICE_ATTRIBUTE = "ClientsyncPractice"
COLLEAGUE_ATTRIBUTE = "ClientsyncColleague"
PROVIDER_ATTRIBUTE = "ClientsyncProvider"
KIND_ATTRIBUTE = "ClientsyncKind"
STAGE_ATTRIBUTE = "ClientsyncStage"
RESULT_ATTRIBUTE = "ClientsyncResult"

SEARCH_ATTRIBUTES = (
    PRACTICE_ATTRIBUTE,
    COLLEAGUE_ATTRIBUTE,
    PROVIDER_ATTRIBUTE,
    KIND_ATTRIBUTE,
    STAGE_ATTRIBUTE,
    RESULT_ATTRIBUTE,
)
"""All are keywords, and needed; the server allows ten keywords in a namespace."""

CLIENT_ATTRIBUTE = "ClientsyncClient"
"""The code of the one client that a workflow is about: a keyword too, of use where it is there, and not needed."""

WELCOME = (CLIENT_ATTRIBUTE,)
"""Search attributes without which everything goes on."""


def slug(text: str, *, longest: int = 40) -> str:
    """Lower-case letters, digits and single hyphens that stand for ``text`` in ids.

    Args:
        text: Any text, in any script.
        longest: Length at which it is cut.

    Returns:
        The slug; ``unnamed`` when nothing of the text can be spelt in ASCII.
    """
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[:longest].strip("-") or "unnamed"


def run_id(kind: RunKind, practice_slug: str, moment: str, token: str) -> str:
    """The id of a run, which is also its workflow's id: ``add-clients-harbour-lane-20261123-1432-k7f3qa``."""
    return f"{kind.value}-{practice_slug}-{moment}-{token}"


def sync_client_id(practice_slug: str, client_code: str) -> str:
    """The id of the one ``SyncClient`` workflow of a client: ``sync-client-harbour-lane-SMIT0001``."""
    return f"sync-client-{practice_slug}-{client_code}"


def disconnect_client_id(practice_slug: str, client_code: str) -> str:
    """The id of the one ``DisconnectClient`` workflow of a client: ``disconnect-client-harbour-lane-SMIT0001``."""
    return f"disconnect-client-{practice_slug}-{client_code}"


def check_connections_id(practice_slug: str) -> str:
    """The id of a practice's schedule, with which the ids of its checks begin: ``check-connections-harbour-lane``."""
    return f"check-connections-{practice_slug}"


LOST_WORK_ID = "settle-lost-work"
"""The id of the one schedule that looks for work which nobody goes on with, and the start of its workflows' ids."""


def check_now_id(practice_slug: str) -> str:
    """The id of a check that somebody asked for; each practice can have one such check at a time."""
    return f"check-connections-now-{practice_slug}"


def mail_client_link_id(mail_id: UUID) -> str:
    """The id of the workflow that mails a client's own people a link; it shows no name and no address."""
    return f"mail-client-link-{mail_id}"


def mail_password_link_id(request_id: int) -> str:
    """The id of the workflow that mails a link for a forgotten password; it shows no name and no address."""
    return f"mail-password-link-{request_id}"
