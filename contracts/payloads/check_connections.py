"""What ``CheckConnections`` is started with and answers, and the inputs and results of its activities."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from contracts.payload import Payload
from contracts.payloads.support import ForSupport
from contracts.payloads.sync_client import Trouble
from contracts.words.causes import Cause


class PracticeFacts(Payload):
    """The practice whose connections are checked; names are for support staff, only the id is used to decide."""

    practice_id: UUID
    practice_name: str
    practice_slug: str
    support: ForSupport = ForSupport()


class LoginToCheck(Payload):
    """One grant, whose it is, and how many of the practice's connections use it.

    Attributes:
        grant_id: Which grant.
        login: The person's name at the provider.
        connections: How many.
        provider: At which provider; empty in what older code wrote.
    """

    grant_id: UUID
    login: str
    connections: int
    provider: str = ""


class CheckProgress(Payload):
    """How far a long check has come, for its next execution after continue-as-new.

    Attributes:
        started_at: When the first execution began.
        rounds: How often everything that was due has been looked at.
        is_at_lists: Whether this round's logins are done, so that only lists are left.
        after: The last grant or connection of this stage that was looked at; None at the stage's beginning.
        untried: Logins that could not be checked in an earlier round; this round looks at these only.
        troubled: Logins that could not be checked in this round.
        logins: Logins looked at so far, for the current details only, as are all counts.
        refreshed: Clients whose lists were refreshed.
        handed_over: Clients that got a ``SyncClient`` workflow of their own.
        told: Colleagues to whom a notice was written.
    """

    started_at: datetime
    rounds: int = 0
    is_at_lists: bool = False
    after: UUID | None = None
    untried: tuple[LoginToCheck, ...] = ()
    troubled: tuple[LoginToCheck, ...] = ()
    logins: int = 0
    refreshed: int = 0
    handed_over: int = 0
    told: int = 0


class CheckConnectionsInput(Payload):
    """Check every living connection of one practice.

    Attributes:
        practice: The practice.
        reason: For people: ``The night's check.``, ``Asked for by Ada Harbour.``
        is_patient: Try logins that did not answer again through the day; otherwise the check ends after one round.
        progress: What a later execution of the same check goes on with.
    """

    practice: PracticeFacts
    reason: str
    is_patient: bool = True
    progress: CheckProgress | None = None


class CheckReport(Payload):
    """What a check found; also its progress while it runs.

    Attributes:
        logins: Logins looked at.
        unanswered: Logins that could not be checked, because the provider did not answer.
        healthy: Connections that work.
        causes: Connections in trouble, by cause.
        refreshed: Clients whose lists were refreshed.
        handed_over: Clients that got a ``SyncClient`` workflow of their own.
        told: Colleagues to whom a notice was written.
    """

    logins: int = 0
    unanswered: int = 0
    healthy: int = 0
    causes: dict[Cause, int] = Field(default_factory=dict)
    refreshed: int = 0
    handed_over: int = 0
    told: int = 0


# Activities -----------------------------------------------------------------------------------------------------


class LoginsToCheckInput(Payload):
    """Ask for the next ``limit`` logins of the practice's living connections, ordered by grant id."""

    practice_id: UUID
    after: UUID | None
    limit: int


class LoginsToCheck(Payload):
    """One page of logins to check."""

    logins: tuple[LoginToCheck, ...]


class CheckLoginInput(Payload):
    """Check one login: refresh its tokens if due, list what it reaches, and update its connections from that."""

    practice_id: UUID
    grant_id: UUID


class CheckedLogin(Payload):
    """What the check of one login found for the practice's connections."""

    connections: int
    in_trouble: int
    changed: int


class NoteLoginTroubleInput(Payload):
    """Record that a login could not be checked, with the cause, on each of its connections."""

    practice_id: UUID
    grant_id: UUID
    trouble: Trouble


class ClientsDueInput(Payload):
    """Ask for the next ``limit`` clients whose lists are due, ordered by connection id.

    Attributes:
        practice_id: The practice.
        after: The last connection of the page before.
        limit: How many at most.
        is_healthy_only: Leave out clients in trouble, which otherwise come too when only a pull can disprove their
            cause.
        is_of_the_night: Whether the nightly check asks: what the night before read a little more than a day ago then
            counts as read.
    """

    practice_id: UUID
    after: UUID | None
    limit: int
    is_healthy_only: bool = False
    is_of_the_night: bool = False


class ClientDue(Payload):
    """A client to be read.

    Attributes:
        connection_id: Its connection.
        client_id: The client.
        client_name: Its name.
        client_code: Its code.
        owner_name: The colleague whose client it is.
        provider: At which provider.
        provider_title: The provider's name for people.
        is_look: No list is due, and only the profile is read, as a sign of life.
        is_in_part: It was read whole since its turn, so that changes are enough. It says how much there is to do; what
            is read is decided when the client is claimed. False in what older code wrote.
    """

    connection_id: UUID
    client_id: UUID
    client_name: str
    client_code: str
    owner_name: str
    provider: str
    provider_title: str
    is_look: bool = False
    is_in_part: bool = False


class ClientsDue(Payload):
    """One page of clients whose lists are due."""

    clients: tuple[ClientDue, ...]


class NoteTroubleInput(Payload):
    """Record a client's failed pull, where the pull itself could not record it."""

    connection_id: UUID
    trouble: Trouble


class NotedTrouble(Payload):
    """Whose connection it was when its trouble was recorded, which need not be whose it was when it was listed.

    Its client may have been merged into another one since, or have another code.

    Attributes:
        client_id: The client; None when no client uses the connection any more.
        client_name: Its name.
        client_code: Its code.
        owner_name: Who looks after it.
    """

    client_id: UUID | None = None
    client_name: str = ""
    client_code: str = ""
    owner_name: str = ""


class TellInput(Payload):
    """Write one notice to each person who can act.

    Attributes:
        practice_id: The practice.
        check_id: Names this round of this check, so that a repeat writes nothing twice.
    """

    practice_id: UUID
    check_id: str


class Told(Payload):
    """The colleagues to whom a notice was written, and the practice's health at that moment."""

    colleagues: int
    healthy: int
    causes: dict[Cause, int]


class DeliverNoticesInput(Payload):
    """Send the notices in the outbox: of one practice, or of all practices when it is None."""

    practice_id: UUID | None


class DeliveredNotices(Payload):
    """How many mails were sent, and how many stay in the outbox."""

    sent: int
    left: int


class TidyUpInput(Payload):
    """Delete what is older than it is kept, and end the logins that no connection uses.

    Attributes:
        practice_id: The practice.
    """

    practice_id: UUID


class TidiedUp(Payload):
    """How many sign-ins and profiles were deleted, and how many logins ended at their provider."""

    sign_ins: int
    profiles: int
    logins: int
