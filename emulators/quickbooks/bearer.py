"""Who calls: the access token of an API call."""

from emulators.kit.oauth.grants import Access
from emulators.quickbooks.answers import TOKEN_EXPIRED, TOKEN_REFUSED, Error
from emulators.quickbooks.world import World


def caller(world: World, authorization: bytes) -> Access | Error:
    """Look up the access token of a call.

    Args:
        world: Where tokens are kept.
        authorization: The request's ``Authorization`` header.

    Returns:
        What the token permits, or how the call is refused.
    """
    scheme, _, token = authorization.partition(b" ")
    access = world.grants.access(token.decode("ascii", "replace")) if scheme.lower() == b"bearer" else None
    if access is None or access.is_revoked:
        return TOKEN_REFUSED
    return access if access.expires_at > world.clock.now() else TOKEN_EXPIRED
