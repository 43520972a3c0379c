"""``/v3.1/…``: everything that Sage answers with an access token. Raw ASGI, with bodies kept as bytes.

Who may read what is decided here and in this order: the token, the limits, the business, the faults, the
subscription, the list, the plan, the role. What is in the answer is decided in ``reading`` and ``businesses``.
"""

from dataclasses import dataclass, field, replace
from uuid import uuid4

from starlette.types import Receive, Scope, Send

from emulators.books.organisations import Organisation
from emulators.kit.answers import JSON, Headers, answer, answer_slowly
from emulators.kit.faults.acting import act_out
from emulators.kit.faults.faults import Fault
from emulators.kit.limits import Refusal
from emulators.kit.oauth.grants import Access
from emulators.kit.oauth.token_endpoint import base_url
from emulators.kit.oddities import with_oddity
from emulators.sage import answers
from emulators.sage.accounting import businesses
from emulators.sage.accounting.reading import Reading, read
from emulators.sage.accounting.resources import ON_START_OR_NOT, RESOURCES, Resource, may_read
from emulators.sage.answers import NOT_FOUND, OF_STATUS, ROLE_TOO_LOW, SUBSCRIPTION_ENDED, WRONG_METHOD, Error
from emulators.sage.bearer import caller
from emulators.sage.faults import Kind
from emulators.sage.limits import wait_header
from emulators.sage.records.practice import tier
from emulators.sage.world import World

PREFIX = "/v3.1"
_ABOUT_PERSON = frozenset({"user", "businesses"})
LEFT_OUT: dict[str, float] = {Kind.SHORT_PAGE: 0.2, Kind.EMPTY_LIST: 1.0}
"""The share of the rows that is missing from an answer."""


@dataclass(slots=True)
class Call:
    """One call.

    Attributes:
        name: The list.
        identity: What stands after it.
        common: What every answer to this call carries.
    """

    scope: Scope
    name: str
    identity: str
    access: Access | None
    common: Headers = field(default_factory=list)

    @property
    def path(self) -> str:
        """As it was called."""
        return str(self.scope["path"])

    @property
    def label(self) -> str:
        """Method and path, without ids."""
        name = self.name if self.name in RESOURCES.keys() | _ABOUT_PERSON else self.name[:40]
        identity = "/lead" if self.identity == businesses.LEAD else "/{id}" if self.identity else ""
        return f"{self.scope['method']} {PREFIX}/{name}{identity}"


class AccountingApi:
    """All calls, as an ASGI app."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one call."""
        world, headers = self._world, dict(scope["headers"])
        name, _, identity = scope["path"][len(PREFIX) :].strip("/").partition("/")
        call = Call(scope, name, identity, caller(world, headers.get(b"authorization", b"")))
        call.common = [(b"x_request_id", str(uuid4()).encode())]
        if call.access is None:
            await self._refuse(send, call, answers.TOKEN_REFUSED)
            world.calls.record(call.label, 401)
        elif name in _ABOUT_PERSON:
            await self._about_person(call, call.access, receive, send)
        else:
            await self._about_books(call, call.access, headers.get(b"x-business", b""), receive, send)

    async def _about_person(self, call: Call, access: Access, receive: Receive, send: Send) -> None:
        world = self._world
        self._use_up(call.path, None)
        if refusal := world.limits.enter_app():
            await self._too_many(send, call, refusal)
            world.calls.record(call.label, 429)
            return
        status = 0
        try:
            plan = world.faults.plan(call.path)
            acted = await act_out(plan, world.catalogue, world.calls, call.common, call.scope, receive, send)
            status = await self._serve_person(send, call, access) if acted is None else acted
        finally:
            world.limits.leave_app()
            world.calls.record(call.label, status)

    async def _serve_person(self, send: Send, call: Call, access: Access) -> int:
        world = self._world
        found: bytes | Error = WRONG_METHOD
        if call.scope["method"] == "GET":
            if call.name == "user":
                found = NOT_FOUND if call.identity else businesses.who(world, access)
            elif call.identity:
                found = businesses.one(world, access, call.identity)
            else:
                found = businesses.listed(world, access, call.scope["query_string"], self._here(call.scope))
        if isinstance(found, Error):
            return await self._refuse(send, call, found)
        await answer(send, 200, [JSON, *call.common], self._odd(call.path, None, found))
        return 200

    async def _about_books(self, call: Call, access: Access, asked: bytes, receive: Receive, send: Send) -> None:
        world = self._world
        organisation = self._business(access, asked.decode("ascii", "replace").lower())
        identity = organisation.organisation_id if isinstance(organisation, Organisation) else None
        self._use_up(call.path, identity)
        usage = world.limits.usage(identity) if identity else None
        if refusal := world.limits.enter(usage) if usage else world.limits.enter_app():
            await self._too_many(send, call, refusal)
            world.calls.record(call.label, 429, identity)
            return
        status = 0
        try:
            if isinstance(organisation, Error):
                status = await self._refuse(send, call, organisation)
                return
            call.common.append((b"x-business", organisation.organisation_id.encode()))
            plan = world.faults.plan(call.path, identity)
            acted = await act_out(plan, world.catalogue, world.calls, call.common, call.scope, receive, send)
            status = await self._serve(send, call, access, organisation, plan.fault) if acted is None else acted
        finally:
            if usage:
                world.limits.leave(usage)
            else:
                world.limits.leave_app()
            world.calls.record(call.label, status, identity)

    def _use_up(self, path: str, organisation_id: str | None) -> None:
        for kind, window in self._world.catalogue.windows.items():
            if self._world.faults.take(kind, path, organisation_id):
                self._world.limits.exhaust(None, window)

    def _business(self, access: Access, asked: str) -> Organisation | Error:
        """The business that a call is about: the one that it names, else the person's first one."""
        settings, reached = self._world.settings, self._world.businesses(access)
        if not asked and (settings.missing_business_refused or not reached):
            return answers.TOKEN_REFUSED
        if not asked:
            return reached[0]
        found = next((one for one in reached if one.organisation_id == asked), None)
        return OF_STATUS[settings.unknown_business] if found is None else found

    async def _serve(
        self, send: Send, call: Call, access: Access, organisation: Organisation, fault: Fault | None
    ) -> int:
        error = self._what_is_wrong(call, access, organisation)
        if error is not None:
            return await self._refuse(send, call, error)
        kind = fault.kind if fault else ""
        business_id = organisation.organisation_id
        if kind == Kind.OTHER_BUSINESS:
            others = (one for one in self._world.library.organisations if one != business_id)
            business_id = next(others, business_id)
            call.common[-1] = (b"x-business", business_id.encode())
        if kind == Kind.WITHOUT_ECHO:
            call.common.pop()
        question = Reading(
            business_id,
            call.name,
            call.identity,
            call.scope["query_string"],
            self._here(call.scope),
            LEFT_OUT.get(kind, 0.0),
            repeats_row=kind == Kind.ROW_TWICE,
        )
        if self._is_missing(RESOURCES[call.name], call.name, organisation):
            question = replace(question, left_out=1.0, query=b"updated_or_created_since=9999-01-01")
        found = read(self._world.library, self._world.settings, question)
        if isinstance(found, Error):
            return await self._refuse(send, call, found)
        body = self._odd(call.path, organisation.organisation_id, found)
        headers = [JSON, *call.common]
        if kind == Kind.MALFORMED_BODY:
            body = body[: len(body) // 2]
        if fault and kind == Kind.SLOW_PAGES:
            await answer_slowly(send, headers, body, fault.seconds or 5.0)
        else:
            await answer(send, 200, headers, body)
        return 200

    def _what_is_wrong(self, call: Call, access: Access, organisation: Organisation) -> Error | None:
        if organisation.is_lapsed:
            return SUBSCRIPTION_ENDED
        resource = RESOURCES.get(call.name)
        if resource is None:
            return NOT_FOUND
        if call.scope["method"] != "GET":
            return WRONG_METHOD
        off_plan = self._world.settings.off_plan
        if off_plan != 200 and self._is_missing(resource, call.name, organisation):
            return OF_STATUS[off_plan]
        if not may_read(self._world.role(access, organisation), resource.needs):
            return ROLE_TOO_LOW
        return None

    def _is_missing(self, resource: Resource, name: str, organisation: Organisation) -> bool:
        """Whether the business's plan lacks a list."""
        found = tier(organisation)
        is_left_out = found == "START" and name in ON_START_OR_NOT and not self._world.settings.items_on_start
        return is_left_out or found not in resource.tiers

    def _odd(self, path: str, organisation_id: str | None, body: bytes) -> bytes:
        fault = self._world.faults.take(Kind.ODD_CHARACTER, path, organisation_id)
        return with_oddity(body, fault.oddity) if fault else body

    def _here(self, scope: Scope) -> str:
        return f"{base_url(scope)}{PREFIX}"

    async def _refuse(self, send: Send, call: Call, error: Error) -> int:
        body = answers.written(error, is_bare=self._world.settings.bare_errors)
        await answer(send, error.status, [JSON, *call.common], body)
        return error.status

    async def _too_many(self, send: Send, call: Call, refusal: Refusal) -> None:
        self._world.calls.rejected_429[refusal.problem] += 1
        wait = wait_header(refusal.retry_after) if self._world.settings.tells_wait else []
        await answer(send, 429, [*call.common, *wait])
