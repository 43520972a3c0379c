"""Who calls: the access token of an API call."""

from emulators.kit.oauth.grants import Access
from emulators.sage.world import World


def caller(world: World, authorization: bytes) -> Access | None:
    """Look up the access token of a call; None if it does not hold.

    Args:
        world: Where tokens are kept.
        authorization: The request's ``Authorization`` header.
    """
    scheme, _, token = authorization.partition(b" ")
    access = world.grants.access(token.decode("ascii", "replace")) if scheme.lower() == b"bearer" else None
    is_good = access is not None and not access.is_revoked and access.expires_at > world.clock.now()
    return access if is_good else None
