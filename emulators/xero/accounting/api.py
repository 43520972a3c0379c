"""``/api.xro/2.0/…``: the Accounting reads. The hot path: raw ASGI, with bodies kept as bytes.

Who may read what is decided here and in this order: the token, the organisation's connection, the scope, the limits,
the faults. What is in the answer is decided in ``reading``.
"""

from dataclasses import replace
from uuid import uuid4

from starlette.types import Receive, Scope, Send

from emulators.kit.answers import JSON, TEXT, Headers, answer, answer_slowly
from emulators.kit.faults.acting import act_out
from emulators.kit.faults.faults import Fault
from emulators.kit.limits import Refusal, Usage
from emulators.kit.oddities import with_oddity
from emulators.xero.accounting.reading import Reading, read
from emulators.xero.answers import INSUFFICIENT_SCOPE, NO_STORE, problem
from emulators.xero.bearer import caller
from emulators.xero.config import PROVIDER_NAME
from emulators.xero.faults import Kind
from emulators.xero.identity.scopes import allows
from emulators.xero.limits import rate_limit_headers, remaining
from emulators.xero.records.lists import KEY_OF
from emulators.xero.world import World

PREFIX = "/api.xro/2.0/"
_NAMES = {name.lower(): name for name in KEY_OF}
_NOT_FOUND = b"The resource you're looking for cannot be found"
_NOT_JSON = b"The sandbox only writes JSON: send Accept: application/json"
_NOT_IMPLEMENTED = b"The sandbox only reads: this method is not implemented"
_FORBIDDEN = "AuthenticationUnsuccessful"
LEFT_OUT: dict[str, float] = {Kind.SHORT_PAGE: 0.2, Kind.EMPTY_LIST: 1.0}
"""The share of the records that is missing from an answer."""


class AccountingApi:
    """The Accounting reads, as an ASGI app."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one call."""
        world = self._world
        headers = dict(scope["headers"])
        first, _, identity = scope["path"][len(PREFIX) :].strip("/").partition("/")
        name = _NAMES.get(first.lower())
        label = f"{scope['method']} {PREFIX}{name or first[:40]}{'/{id}' if identity else ''}"
        tenant = headers.get(b"xero-tenant-id", b"").decode("ascii", "replace").lower()
        correlation = str(uuid4())
        common: Headers = [NO_STORE, (b"xero-correlation-id", correlation.encode())]
        refused = self._refusal(scope, headers, tenant, name)
        if refused:
            status, more, body = refused
            await answer(send, status, [*more, *common], body)
            world.calls.record(label, status, tenant if tenant in world.library.organisations else None)
            return
        usage = world.limits.usage(tenant)
        for kind, window in world.catalogue.windows.items():
            if world.faults.take(kind, scope["path"], tenant):
                world.limits.exhaust(usage, window)
        refusal = world.limits.enter(usage)
        common += self._remaining(usage, tenant)
        if refusal:
            await self._too_many(send, common, refusal)
            world.calls.record(label, 429, tenant)
            return
        status = 0
        try:
            plan = world.faults.plan(scope["path"], tenant)
            acted = await act_out(plan, world.catalogue, world.calls, common, scope, receive, send)
            if acted is None:
                question = Reading(
                    tenant,
                    name or "",
                    identity,
                    scope["query_string"],
                    headers.get(b"if-modified-since", b""),
                    world.settings.most_contacts,
                )
                acted = await self._serve(send, common, question, correlation, plan.fault)
            status = acted
        finally:
            world.limits.leave(usage)
            world.calls.record(label, status, tenant)

    def _refusal(
        self, scope: Scope, headers: dict[bytes, bytes], tenant: str, name: str | None
    ) -> tuple[int, Headers, bytes] | None:
        world = self._world
        access = caller(world, headers.get(b"authorization", b""))
        if isinstance(access, bytes):
            return 401, [JSON], access
        if b"json" not in headers.get(b"accept", b""):
            return 406, [TEXT], _NOT_JSON
        if access.person_id is None or not world.connections.exists(access.person_id, tenant):
            return 403, [JSON], problem("Forbidden", 403, _FORBIDDEN)
        if name is None:
            return 404, [TEXT], _NOT_FOUND
        if scope["method"] != "GET":
            return 501, [TEXT], _NOT_IMPLEMENTED
        if not allows(access.scope, name):
            return 401, [JSON, INSUFFICIENT_SCOPE], problem("Unauthorized", 401, "AuthorizationUnsuccessful")
        return None

    def _remaining(self, usage: Usage, tenant: str) -> Headers:
        return [*remaining(self._world.limits, usage), (b"xero-tenant-id", tenant.encode())]

    async def _too_many(self, send: Send, common: Headers, refusal: Refusal) -> None:
        self._world.calls.rejected_429[refusal.problem] += 1
        await answer(send, 429, [*common, *rate_limit_headers(*refusal)])

    def _another(self, organisation_id: str) -> str:
        others = (identity for identity in self._world.library.organisations if identity != organisation_id)
        return next(others, organisation_id)

    async def _serve(
        self, send: Send, common: Headers, question: Reading, correlation: str, fault: Fault | None
    ) -> int:
        if fault and fault.kind == Kind.OTHER_PROFILE and question.name == "Organisation":
            question = replace(question, organisation_id=self._another(question.organisation_id))
        if fault and fault.kind in LEFT_OUT:
            question = replace(question, left_out=LEFT_OUT[fault.kind])
        status, tail = read(self._world.library, question)
        if status != 200:
            kind = {400: [JSON], 304: []}.get(status, [TEXT])
            await answer(send, status, [*kind, *common], tail)
            return status
        now = self._world.clock.now()
        body = b"".join(
            (
                b'{"Id":"%s","Status":"OK","ProviderName":"%s","DateTimeUTC":"/Date(%d)/",'
                % (correlation.encode(), PROVIDER_NAME.encode(), int(now * 1000)),
                tail,
            )
        )
        if odd := self._world.faults.take(Kind.ODD_CHARACTER, f"{PREFIX}{question.name}", question.organisation_id):
            body = with_oddity(body, odd.oddity)
        headers = [JSON, *common]
        if fault and fault.kind == Kind.MALFORMED_BODY:
            body = body[: len(body) // 2]
        if fault and fault.kind == Kind.SLOW_PAGES and b"page=" in question.query.lower():
            await answer_slowly(send, headers, body, fault.seconds or 5.0)
        else:
            await answer(send, 200, headers, body)
        return 200
