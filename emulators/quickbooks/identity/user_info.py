"""Who a token belongs to: Intuit's own names of fields, as far as the scopes tell."""

import orjson
from starlette.types import Receive, Scope, Send

from emulators.books.people import Person
from emulators.kit.answers import JSON, answer
from emulators.kit.faults.acting import act_out
from emulators.kit.oauth.grants import Access
from emulators.quickbooks.answers import SCOPE_MISSING, Error, in_json
from emulators.quickbooks.bearer import caller
from emulators.quickbooks.identity.identity_wire import new_tid
from emulators.quickbooks.identity.policies import PATHS
from emulators.quickbooks.world import World

_LABEL = f"GET {PATHS.user_info}"


class UserInfo:
    """The call, as an ASGI app."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one call."""
        world = self._world
        common = [(b"intuit_tid", new_tid().encode())]
        plan = world.faults.plan(scope["path"])
        acted = await act_out(plan, world.catalogue, world.calls, common, scope, receive, send)
        if acted is not None:
            world.calls.record(_LABEL, acted)
            return
        access = caller(world, dict(scope["headers"]).get(b"authorization", b""))
        found = access if isinstance(access, Error) else self._about(access)
        status, body = (found.status, in_json(found, world.clock.now())) if isinstance(found, Error) else (200, found)
        await answer(send, status, [JSON, *common], body)
        world.calls.record(_LABEL, status)

    def _about(self, access: Access) -> bytes | Error:
        if "openid" not in access.scope:
            return SCOPE_MISSING
        return orjson.dumps(written(self._world.library.people[access.person_id or ""], access.scope))


def written(person: Person, scope: frozenset[str]) -> dict[str, object]:
    """What is told of somebody.

    Args:
        person: Whom.
        scope: What their consent lets the app know.
    """
    told: dict[str, object] = {"sub": person.person_id}
    if "email" in scope:
        told |= {"email": person.email, "emailVerified": True}
    if "profile" in scope:
        told |= {"givenName": person.first_name, "familyName": person.last_name}
    if "phone" in scope:
        told |= {"phoneNumber": f"+1 555010{person.index % 100:02d}", "phoneNumberVerified": False}
    if "address" in scope:
        street = {"streetAddress": f"{person.index + 1} Mill Lane", "locality": "Portland", "region": "OR"}
        told["address"] = street | {"postalCode": "97204", "country": "US"}
    return told
