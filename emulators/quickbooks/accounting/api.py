"""``/v3/company/{realm}/…``: everything that Intuit answers about a company. Raw ASGI.

Who may read what is decided here and in this order: the token, the company that it is for, the limits, the month's
budget, the faults, the person's role. What is in the answer is decided in ``reading``.
"""

from dataclasses import dataclass, field

import orjson
from starlette.types import Receive, Scope, Send

from emulators.books.library import Record
from emulators.books.organisations import Organisation
from emulators.kit.answers import Headers, answer, answer_slowly, read_form
from emulators.kit.faults.acting import act_out
from emulators.kit.faults.faults import Fault
from emulators.kit.oauth.grants import Access
from emulators.kit.oddities import with_oddity
from emulators.quickbooks.accounting.entities import BY_LOWER_NAME
from emulators.quickbooks.accounting.reading import Books, lists_asked_for, statement_of
from emulators.quickbooks.accounting.selecting import Spoilt
from emulators.quickbooks.answers import (
    ANOTHER_REALM,
    JSON,
    MONTH_SPENT,
    NO_ACCESS,
    SCOPE_MISSING,
    SYSTEM,
    THROTTLED,
    UNSUPPORTED,
    XML,
    Error,
    fault,
    in_xml,
    refused,
)
from emulators.quickbooks.bearer import caller
from emulators.quickbooks.faults import Kind, off_plan
from emulators.quickbooks.identity.identity_wire import new_tid
from emulators.quickbooks.identity.policies import ACCOUNTING
from emulators.quickbooks.limits import MINUTE, wait_header
from emulators.quickbooks.records.record import stamp
from emulators.quickbooks.world import World

PREFIX = "/v3/company"
LEFT_OUT: dict[str, float] = {Kind.SHORT_PAGE: 0.2, Kind.EMPTY_LIST: 1.0}
"""The share of the rows that is missing from an answer."""

_LARGEST = 1 << 20


@dataclass(slots=True)
class Call:
    """One call.

    Attributes:
        realm: Of the company that it is about.
        name: What is called.
        identity: What stands after that.
        label: Method and path, without ids; of a query with what it asks for.
        common: What every answer to this call carries.
        body: Of the call; empty where it only reads.
    """

    scope: Scope
    realm: str
    name: str
    identity: str
    label: str
    common: Headers = field(default_factory=list)
    body: bytes = b""

    @property
    def wants_json(self) -> bool:
        """Whether JSON was asked for; otherwise the answer is XML."""
        return b"json" in dict(self.scope["headers"]).get(b"accept", b"")

    @property
    def path(self) -> str:
        """As it was called."""
        return str(self.scope["path"])

    @property
    def path_and_lists(self) -> str:
        """The path, and the lists that a call asks for whose path names none: for faults of some of them."""
        return " ".join([self.path, *lists_asked_for(self.name, self.scope["query_string"], self.body)])


class AccountingApi:
    """All calls, as an ASGI app."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one call."""
        world = self._world
        call = _call(scope)
        access = caller(world, dict(scope["headers"]).get(b"authorization", b""))
        organisation = access if isinstance(access, Error) else self._company(access, call.realm)
        if isinstance(organisation, Error) or isinstance(access, Error):
            error = organisation if isinstance(organisation, Error) else ANOTHER_REALM
            world.calls.record(call.label, await self._refuse(send, call, error))
            return
        self._use_up(call)
        usage = world.limits.usage(call.realm)
        if refusal := world.limits.enter(usage):
            world.calls.record(call.label, await self._too_many(send, call, THROTTLED, refusal.problem), call.realm)
            return
        status = 0
        try:
            if world.meter.is_spent(world.settings.month_budget):
                status = await self._too_many(send, call, MONTH_SPENT, "month")
                return
            if scope["method"] == "POST":
                call.body = await read_form(receive, _LARGEST)
            plan = world.faults.plan(call.path_and_lists if world.faults.any() else call.path, call.realm)
            told = plan._replace(fault=None) if _is_of_items(call, plan.fault) else plan
            acted = await act_out(told, world.catalogue, world.calls, call.common, scope, receive, send)
            if acted is not None:
                status = acted
                return
            status = await self._serve(call, access, organisation, plan.fault, send)
        finally:
            world.limits.leave(usage)
            world.calls.record(call.label, status, call.realm)

    def _company(self, access: Access, realm: str) -> Organisation | Error:
        """The company that a token is for, if it is the one that is called."""
        if ACCOUNTING not in access.scope:
            return SCOPE_MISSING
        organisation = self._world.library.organisations.get(realm)
        return ANOTHER_REALM if organisation is None or access.organisation_id != realm else organisation

    def _use_up(self, call: Call) -> None:
        world = self._world
        for kind, window in world.catalogue.windows.items():
            if world.faults.take(kind, call.path, call.realm):
                world.limits.exhaust(world.limits.usage(call.realm), window)
        if world.faults.take(Kind.MONTH_LIMIT_REACHED, call.path, call.realm):
            world.meter.spend()

    async def _serve(
        self,
        call: Call,
        access: Access,
        organisation: Organisation,
        spoiling: Fault | None,
        send: Send,
    ) -> int:
        world = self._world
        role = world.library.roles.get((access.person_id or "", call.realm))
        if role not in world.policies.connecting_roles or world.faults.hides(access.person_id or "", call.realm):
            return await self._refuse(send, call, NO_ACCESS)
        kind = spoiling.kind if spoiling else ""
        if kind == Kind.OTHER_COMPANY:
            others = (one for one in world.library.organisations.values() if one is not organisation)
            organisation = next(others, organisation)
        refused_list = (spoiling.path or "", off_plan(spoiling)) if spoiling and _is_of_items(call, spoiling) else None
        spoilt = Spoilt(LEFT_OUT.get(kind, 0.0), kind == Kind.ROW_TWICE, refused_list)
        found = self._read(Books(world, organisation, spoilt), call)
        if isinstance(found, Error):
            return await self._refuse(send, call, found)
        if kind == Kind.FAULT_IN_200:
            found = {"Fault": fault(SYSTEM)}
        else:
            items = found.get("BatchItemResponse") if world.settings.batch_items_metered else None
            world.meter.count(len(items) if isinstance(items, list) else 1)
        headers, body = self._written(call, found, is_xml=kind == Kind.XML_ANSWER)
        if kind == Kind.MALFORMED_BODY:
            body = body[: len(body) // 2]
        if spoiling and kind == Kind.SLOW_PAGES:
            await answer_slowly(send, headers, body, spoiling.seconds or 5.0)
        else:
            await answer(send, 200, headers, body)
        return 200

    def _read(self, books: Books, call: Call) -> Record | Error:
        scope = call.scope
        match call.name, scope["method"]:
            case "query", "GET" | "POST":
                call.label = " ".join([call.label, *lists_asked_for("query", scope["query_string"], call.body)])
                return books.query(statement_of(scope["query_string"], call.body))
            case "batch", "POST":
                return books.batch(call.body)
            case "cdc", "GET":
                return books.changes(scope["query_string"])
            case _, "GET":
                return books.single(call.name, call.identity)
            case _:
                return UNSUPPORTED

    def _written(self, call: Call, told: Record, *, is_xml: bool) -> tuple[Headers, bytes]:
        now = self._world.clock.now()
        if is_xml or not call.wants_json:
            return [XML, *call.common], in_xml(told, now)
        body = orjson.dumps(told | {"time": stamp(now)})
        odd = self._world.faults.take(Kind.ODD_CHARACTER, call.path_and_lists, call.realm)
        return [JSON, *call.common], with_oddity(body, odd.oddity) if odd else body

    async def _refuse(self, send: Send, call: Call, error: Error) -> int:
        headers, body = refused(error, self._world.clock.now(), wants_json=call.wants_json)
        await answer(send, error.status, [*headers, *call.common], body)
        return error.status

    async def _too_many(self, send: Send, call: Call, error: Error, problem: str) -> int:
        world = self._world
        world.calls.rejected_429[problem] += 1
        if world.settings.tells_wait and error is THROTTLED:
            call.common += wait_header(MINUTE)
        return await self._refuse(send, call, error._replace(is_xml=world.settings.throttled_in_xml))


def _call(scope: Scope) -> Call:
    realm, _, rest = scope["path"][len(PREFIX) :].strip("/").partition("/")
    name, _, identity = rest.partition("/")
    known = name.lower() in BY_LOWER_NAME or name in ("query", "batch", "cdc")
    label = f"{scope['method']} {PREFIX}/{{id}}/{name.lower() if known else name[:40]}{'/{id}' if identity else ''}"
    return Call(scope, realm, name, identity, label, [(b"intuit_tid", new_tid().encode())])


def _is_of_items(call: Call, fault: Fault | None) -> bool:
    """Whether a fault is one of some items of a batch, which is answered all the same."""
    if call.name != "batch" or fault is None or fault.kind != Kind.NOT_ON_PLAN or fault.path is None:
        return False
    return fault.path.lower() not in call.path.lower()  # it names a list
