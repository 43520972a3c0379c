"""Decides what one sign-in can do for each connection of a practice, for *Reconnect all*; pure.

It is decided here what a repair does when the login does not reach a client's organisation.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from contracts.words.causes import Cause
from contracts.words.connections import ConnectionStatus, GrantStatus
from contracts.words.runs import Outcome
from rules.clients.matching import GONE
from rules.clients.names import plain_name


class LivingConnection(NamedTuple):
    """A connection that is not disconnected, its login, and whose logins last reached the organisation.

    ``has_ended``: whether the login's time at the provider is over, after which nothing renews it.
    """

    connection_id: UUID
    client_id: UUID
    organisation_id: str
    name: str
    grant_id: UUID
    status: ConnectionStatus
    cause: Cause | None
    grant_status: GrantStatus
    reached_by: tuple[str, ...]
    last_good_at: datetime | None = None
    has_ended: bool = False


class Surveyed(NamedTuple):
    """What can be said of a connection before a repair is tried; ``outcome`` is None when one is to be tried."""

    connection: LivingConnection
    outcome: Outcome | None = None
    message: str | None = None
    cause: Cause | None = None


def survey(
    connections: Sequence[LivingConnection],
    reached: Mapping[str, str],
    grant_id: UUID,
    *,
    moves_healthy: bool,
    nobodys: Collection[str] = (),
) -> list[Surveyed]:
    """Sort the connections into healthy, not reachable, and to be repaired.

    Args:
        connections: The practice's living connections.
        reached: Names of the organisations that the sign-in reaches, by id.
        grant_id: The login of the sign-in.
        moves_healthy: Move healthy connections of other logins to this one too.
        nobodys: Names of organisations that the sign-in reaches and that belong to no client.
    """
    return [_survey(one, one.organisation_id in reached, grant_id, moves_healthy, nobodys) for one in connections]


def survey_one(
    connection: LivingConnection, reached: Mapping[str, str], grant_id: UUID, nobodys: Collection[str] = ()
) -> Surveyed:
    """Decide what a sign-in can do for one client: it repairs only the client's own organisation, compared by id.

    A login that reaches only other organisations changes nothing (the organisation lock).

    Args:
        connection: The client's connection.
        reached: Names of the organisations that the sign-in reaches, by id.
        grant_id: The login of the sign-in.
        nobodys: Names of organisations that the sign-in reaches and that belong to no client.
    """
    if connection.organisation_id in reached:
        return Surveyed(connection)
    if is_missed(connection, grant_id):
        surveyed = _missed(connection, grant_id, nobodys)
        return surveyed._replace(message=f"{surveyed.message} Nothing was changed.")
    names = sorted(reached.values())
    others = ", ".join(names[:3]) or "no organisation"
    if len(names) > 3:
        others += f" and {len(names) - 3} more"
    message = f"This client is connected to {connection.name}, but the login reaches {others}. Nothing was changed."
    message += _or_new_books(connection, nobodys)
    return Surveyed(connection, Outcome.UNREACHABLE, message, Cause.WRONG_ORGANISATION)


def _survey(
    one: LivingConnection, is_reached: bool, grant_id: UUID, moves_healthy: bool, nobodys: Collection[str]
) -> Surveyed:
    if not is_reached and is_missed(one, grant_id):
        return _missed(one, grant_id, nobodys)
    if needs_no_repair(one) and not (moves_healthy and is_reached and one.grant_id != grant_id):
        return Surveyed(one, Outcome.HEALTHY, waits(one.cause))
    if not is_reached:
        return Surveyed(one, Outcome.UNREACHABLE, unreachable(one) + _or_new_books(one, nobodys), why(one))
    return Surveyed(one)


def is_missed(one: LivingConnection, grant_id: UUID) -> bool:
    """Whether the organisation only has to be ticked again at the provider, because it was removed there.

    That is so when the removal is known and no colleague's login reaches the organisation. It is also so when the
    sign-in is of the connection's own login and does not list the organisation any more. It is not so when the
    organisation has just refused this login, or when no sign-in repairs the cause.

    Args:
        one: The connection.
        grant_id: The login of the sign-in.
    """
    if one.cause is Cause.ACCESS_LOST or (one.cause is not None and one.cause.needs_something_else):
        return False
    return one.grant_id == grant_id or (one.cause is Cause.DISCONNECTED_AT_PROVIDER and not one.reached_by)


def _missed(one: LivingConnection, grant_id: UUID, nobodys: Collection[str]) -> Surveyed:
    """What was missed; or the same company under another id, as after a reset, which no ticking brings back."""
    if _has_namesake(one, nobodys):
        message = (
            f"{one.name} is not there any more under the id that this client is connected to, but this sign-in reaches "
            "another organisation of that name. If these are its new books, change the client's connection."
        )
        return Surveyed(one, Outcome.UNREACHABLE, message, Cause.WRONG_ORGANISATION)
    return Surveyed(one, Outcome.UNREACHABLE, missed(one, grant_id), Cause.DISCONNECTED_AT_PROVIDER)


def _has_namesake(one: LivingConnection, nobodys: Collection[str]) -> bool:
    plain = plain_name(one.name)
    return any(plain_name(name) == plain for name in nobodys)


def _or_new_books(one: LivingConnection, nobodys: Collection[str]) -> str:
    """What to add where the organisation may have come back under another id, as after an ended trial."""
    if one.cause not in GONE or not _has_namesake(one, nobodys):
        return ""
    return " It does reach another one of that name: if these are its new books, change the client's connection."


def missed(one: LivingConnection, grant_id: UUID) -> str:
    """Say that an organisation was not allowed in a sign-in, and how to repair that.

    Args:
        one: The connection.
        grant_id: The login of the sign-in; another login than the connection's own may not have access to it.
    """
    if one.grant_id == grant_id:
        how = f"Reconnect once more and allow access to {one.name} there."
    else:
        how = "Reconnect with a login that can open it, and allow access to it there."
    return f"{one.name} was removed in the accounting software, and this sign-in did not allow it again. {how}"


def needs_no_repair(one: LivingConnection) -> bool:
    """Whether a sign-in has nothing to repair: status and login are good, and the cause, if any, is transient.

    An organisation that is offline or out of calls needs no person: it is tried again by itself.
    """
    is_fine = one.cause is None or one.cause.is_transient
    return one.status is ConnectionStatus.CONNECTED and is_fine and one.grant_status is GrantStatus.ACTIVE


def waits(cause: Cause | None) -> str | None:
    """A sentence for a connection whose login works while its provider makes it wait; None without a cause."""
    return f"Its login works. {cause.sentence} {cause.next_step}" if cause else None


def why(one: LivingConnection) -> Cause | None:
    """The cause for which a connection needs repair; None when none is known."""
    if one.cause is not None and not one.cause.is_transient:
        return one.cause
    if one.grant_status is not GrantStatus.SIGNED_OUT:
        return one.cause
    return Cause.SIGN_IN_ENDED if one.has_ended else Cause.SIGNED_OUT


def unreachable(one: LivingConnection) -> str:
    """A sentence on why this sign-in cannot repair a connection, and whose login could, if any."""
    if one.cause is not None and one.cause.needs_something_else:
        return f"This login does not reach the organisation, and no sign-in repairs this. {one.cause.sentence}"
    if not one.reached_by:
        return "This login does not reach the organisation, and no colleague's login is known to."
    names = " or of ".join(one.reached_by[:3])
    return f"This login does not reach the organisation. The login of {names} could: reconnect with that one."
