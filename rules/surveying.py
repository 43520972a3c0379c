"""Tells, for every connection of a practice, what one sign-in can do for it: the plan of a *Reconnect all*, pure."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from contracts.words.causes import Cause
from contracts.words.connections import ConnectionStatus, GrantStatus
from contracts.words.runs import Outcome


class LivingConnection(NamedTuple):
    """A connection that was not disconnected, its login, and whose logins were last seen to reach the organisation."""

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


class Settled(NamedTuple):
    """What is known of a connection before anything is tried; ``outcome`` is None where a repair is to be tried."""

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
) -> list[Settled]:
    """Sort the connections into healthy, not reachable, and to be repaired.

    Args:
        connections: The practice's living connections.
        reached: Names of the organisations that the sign-in reaches, by id.
        grant_id: The sign-in's login.
        moves_healthy: Move healthy connections of other logins to this one too.
        nobodys: Names of the organisations among these that are no client's.
    """
    return [_settle(one, one.organisation_id in reached, grant_id, moves_healthy, nobodys) for one in connections]


def survey_one(
    connection: LivingConnection, reached: Mapping[str, str], grant_id: UUID, nobodys: Collection[str] = ()
) -> Settled:
    """What a sign-in for one client can do: the organisation lock. Its own books, by id, or nothing changes.

    Args:
        connection: The client's connection.
        reached: Names of the organisations that the sign-in reaches, by id.
        grant_id: The sign-in's login.
        nobodys: Names of the organisations among these that are no client's.
    """
    if connection.organisation_id in reached:
        return Settled(connection)
    if is_missed(connection, grant_id):
        settled = _missed(connection, grant_id, nobodys)
        return settled._replace(message=f"{settled.message} Nothing was changed.")
    names = sorted(reached.values())
    others = ", ".join(names[:3]) or "no organisation"
    if len(names) > 3:
        others += f" and {len(names) - 3} more"
    message = f"This client is connected to {connection.name}, but the login reaches {others}. Nothing was changed."
    return Settled(connection, Outcome.UNREACHABLE, message, Cause.WRONG_ORGANISATION)


def _settle(
    one: LivingConnection, is_reached: bool, grant_id: UUID, moves_healthy: bool, nobodys: Collection[str]
) -> Settled:
    if not is_reached and is_missed(one, grant_id):
        return _missed(one, grant_id, nobodys)
    if needs_no_repair(one) and not (moves_healthy and is_reached and one.grant_id != grant_id):
        return Settled(one, Outcome.HEALTHY, waits(one.cause))
    if not is_reached:
        return Settled(one, Outcome.UNREACHABLE, unreachable(one), why(one))
    return Settled(one)


def is_missed(one: LivingConnection, grant_id: UUID) -> bool:
    """Whether an organisation that a sign-in does not reach was removed at the provider: ticking it there repairs it.

    That is known and nobody else's login reaches it, or it is told by the sign-in itself: the login is the connection's
    own, and its pair with the organisation is gone. An organisation that has just refused this very login is no matter
    of ticking, and what no sign-in repairs is not either.

    Args:
        one: The connection.
        grant_id: The sign-in's login.
    """
    if one.cause is Cause.ACCESS_LOST or (one.cause is not None and one.cause.needs_something_else):
        return False
    return one.grant_id == grant_id or (one.cause is Cause.DISCONNECTED_AT_PROVIDER and not one.reached_by)


def _missed(one: LivingConnection, grant_id: UUID, nobodys: Collection[str]) -> Settled:
    """What was missed; or the same company under another id, as after a reset, which no ticking brings back."""
    if one.name.casefold() in {name.casefold() for name in nobodys}:
        message = (
            f"{one.name} is not there any more under the id that this client is connected to, but this sign-in reaches "
            "another organisation of that name. If these are its new books, change the client's connection."
        )
        return Settled(one, Outcome.UNREACHABLE, message, Cause.WRONG_ORGANISATION)
    return Settled(one, Outcome.UNREACHABLE, missed(one, grant_id), Cause.DISCONNECTED_AT_PROVIDER)


def missed(one: LivingConnection, grant_id: UUID) -> str:
    """What was missed in a sign-in, and how it is made good.

    Args:
        one: The connection.
        grant_id: The sign-in's login; one that is not the connection's own may not be able to open the organisation.
    """
    if one.grant_id == grant_id:
        how = f"Reconnect once more, tick {one.name} there and choose Allow access."
    else:
        how = "Reconnect with a login that can open it, tick it there and choose Allow access."
    return f"{one.name} was removed in the accounting software, and this sign-in did not allow it again. {how}"


def needs_no_repair(one: LivingConnection) -> bool:
    """Whether a sign-in has nothing to repair: status and login are fine, and what is wrong, if anything, passes.

    An organisation that is offline or out of calls needs no person: it is tried again by itself.
    """
    is_fine = one.cause is None or one.cause.is_transient
    return one.status is ConnectionStatus.CONNECTED and is_fine and one.grant_status is GrantStatus.ACTIVE


def waits(cause: Cause | None) -> str | None:
    """What is to be known of a connection whose login is fine, while its provider makes it wait."""
    return f"Its login works. {cause.sentence} {cause.next_step}" if cause else None


def why(one: LivingConnection) -> Cause | None:
    """Why a connection needs repair, as far as is known."""
    if one.cause is not None and not one.cause.is_transient:
        return one.cause
    return Cause.SIGNED_OUT if one.grant_status is GrantStatus.SIGNED_OUT else one.cause


def unreachable(one: LivingConnection) -> str:
    """Why this sign-in cannot repair a connection, and whose could, if any."""
    if one.cause is not None and one.cause.needs_something_else:
        return f"This login does not reach the organisation, and no sign-in repairs this. {one.cause.sentence}"
    if not one.reached_by:
        return "This login does not reach the organisation, and no colleague's login is known to."
    names = " or of ".join(one.reached_by[:3])
    return f"This login does not reach the organisation. The login of {names} could: reconnect with that one."
