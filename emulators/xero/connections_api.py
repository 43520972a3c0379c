"""``/connections``: what a token's person (or, with the app's own token, the app) has connected."""

from urllib.parse import parse_qs
from uuid import UUID, uuid4

import orjson
from starlette.types import Receive, Scope, Send

from emulators.kit.answers import JSON, TEXT, Headers, answer
from emulators.kit.faults.acting import act_out
from emulators.kit.oauth.connections import Connection
from emulators.kit.oauth.grants import Access
from emulators.kit.oddities import with_oddity
from emulators.xero.answers import NO_STORE, problem, wire_date
from emulators.xero.bearer import caller
from emulators.xero.faults import Kind
from emulators.xero.limits import app_remaining, rate_limit_headers
from emulators.xero.world import World

_NOT_FOUND = (404, b"The resource you're looking for cannot be found")


class ConnectionsApi:
    """The connections endpoint, as an ASGI app."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one call."""
        world = self._world
        identity = scope["path"].removeprefix("/").partition("/")[2]
        label = f"{scope['method']} /connections{'/{id}' if identity else ''}"
        plan = world.faults.plan(scope["path"])
        status = await act_out(plan, world.faults.catalogue, world.calls, [], scope, receive, send)
        if status is None:
            status, headers, body = self._decide(scope, identity)
            await answer(send, status, headers, body)
        world.calls.record(label, status)

    def _decide(self, scope: Scope, identity: str) -> tuple[int, Headers, bytes]:
        world = self._world
        access = caller(world, dict(scope["headers"]).get(b"authorization", b""))
        if isinstance(access, bytes):
            return 401, [JSON], access
        if refusal := world.limits.enter_app():
            world.calls.rejected_429[refusal.problem] += 1
            return 429, rate_limit_headers(*refusal), b""
        headers = [
            NO_STORE,
            app_remaining(world.limits),
            (b"xero-correlation-id", str(uuid4()).encode()),
        ]
        if scope["method"] == "GET" and not identity:
            body = self._list(access, scope["query_string"])
            odd = world.faults.take(Kind.ODD_CHARACTER, scope["path"])
            return 200, [JSON, *headers], with_oddity(body, odd.oddity) if odd else body
        if scope["method"] == "DELETE" and identity:
            status, body = self._delete(access, identity)
            return status, [JSON if status == 403 else TEXT, *headers], body
        return 405, headers, b""

    def _list(self, access: Access, query: bytes) -> bytes:
        wanted = {name.lower(): values for name, values in parse_qs(query.decode("ascii", "replace")).items()}
        event_id = wanted.get("autheventid", [None])[-1]
        if self._world.faults.take(Kind.NO_CONNECTIONS):
            return b"[]"
        return orjson.dumps(
            [
                self._row(connection)
                for connection in self._visible(access)
                if event_id is None or connection.event_id == event_id.lower()
            ]
        )

    def _visible(self, access: Access) -> list[Connection]:
        if access.person_id is None:
            return self._world.connections.all()
        return self._world.connections.of_person(access.person_id)

    def _row(self, connection: Connection) -> dict[str, str | None]:
        organisation = self._world.library.organisations[connection.organisation_id]
        return {
            "id": connection.connection_id,
            "authEventId": connection.event_id,
            "tenantId": connection.organisation_id,
            "tenantType": "ORGANISATION",
            "tenantName": None if organisation.is_nameless else organisation.name,
            "createdDateUtc": wire_date(connection.created_at),
            "updatedDateUtc": wire_date(connection.updated_at),
        }

    def _delete(self, access: Access, identity: str) -> tuple[int, bytes]:
        try:
            wanted = str(UUID(identity))
        except ValueError:
            return _NOT_FOUND
        forbidden = (403, problem("Forbidden", 403, "AuthenticationUnsuccessful"))
        connections = self._world.connections
        connection = connections.by_id(wanted)
        if connection is None:
            is_other_id = any(wanted in (row.organisation_id, row.event_id) for row in connections.all())
            return forbidden if is_other_id else _NOT_FOUND
        if access.person_id not in (None, connection.person_id):
            return forbidden
        connections.remove(connection)
        self._world.save()
        return 204, b""
