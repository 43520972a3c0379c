"""The limits because of which pulls wait: a client's own, and those of our whole app.

The app's limit for a day or a month is recorded once for its provider, and not as its clients' own. The app's shorter
limits are waited for where they are met, and are not recorded.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from activities.pulls.readings import Readings
from contracts.words.causes import Cause
from models.budgets import limits
from models.budgets.limits import AppLimit
from models.connections.tables import Connection
from providers.kit.windows import CallsOf, Unit, limit_name
from providers.port.errors import NeedsPerson, ProviderError, RateLimited

STILL_LIMITED = "still limited; no call was made"


def is_long_limit_of_app(error: ProviderError) -> bool:
    """Whether the app's calls of a day or of a month are used up."""
    return isinstance(error, RateLimited) and error.is_of_app and error.is_long


async def note_limit_of_app(session: AsyncSession, provider: str, errors: Iterable[ProviderError]) -> None:
    """Record such a limit, if one of the errors at a provider is one."""
    for error in errors:
        if isinstance(error, RateLimited) and is_long_limit_of_app(error) and error.retry_at is not None:
            await limits.note(session, provider, error.unit, error.retry_at)


def limit_of_app(read: Iterable[Readings]) -> RateLimited | None:
    """The limit of the whole app that is waited for, if one of the readings met it."""
    worst = (readings.worst for readings in read)
    of_app = (limit for limit in worst if isinstance(limit, RateLimited) and limit.is_of_app)
    return next((limit for limit in of_app if not limit.is_long), None)


def refusal_of(connection: Connection, at: datetime, apps: Mapping[str, AppLimit]) -> ProviderError | None:
    """Why a connection must not be read now; None when it may be.

    Args:
        connection: The connection.
        at: This moment.
        apps: By provider, the app's limit that is in force.
    """
    if connection.status.is_leaving:
        return NeedsPerson(Cause.DISCONNECTED_AT_PROVIDER, "disconnected here")
    if connection.limited_until is not None and connection.limited_until > at:
        return RateLimited("day", connection.limited_until, STILL_LIMITED)
    if limit := apps.get(connection.provider):
        return RateLimited(limit_name(CallsOf.APP, Unit(limit.window)), limit.until, STILL_LIMITED)
    return None
