"""Who calls: the access token of an API call, and the 401 for those that do not hold."""

from datetime import UTC, datetime

from emulators.kit.oauth.grants import Access
from emulators.xero.answers import problem
from emulators.xero.world import World


def caller(world: World, authorization: bytes) -> Access | bytes:
    """Look up the access token of a call.

    Args:
        world: Where tokens are kept.
        authorization: The request's ``Authorization`` header.

    Returns:
        What the token stands for, or the body of the 401.
    """
    scheme, _, token = authorization.partition(b" ")
    access = world.grants.access(token.decode("ascii", "replace")) if scheme.lower() == b"bearer" else None
    if access is None or access.is_revoked:
        return problem("Unauthorized", 401, "AuthenticationUnsuccessful")
    if access.expires_at <= world.clock.now():
        ended = datetime.fromtimestamp(access.expires_at, UTC)
        return problem("Unauthorized", 401, f"TokenExpired: token expired at {ended:%m/%d/%Y %H:%M:%S}")
    return access
