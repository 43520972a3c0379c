"""``/sandbox/api/…``: control in JSON."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import orjson
from pydantic import BaseModel, ValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from emulators.kit.control import views
from emulators.kit.control.control import Control, ControlRefusedError, OwnCall
from emulators.kit.control.words import ClockWords, PersonWords, RecordWords, ResetWords

Words = TypeVar("Words", bound=BaseModel)
Handler = Callable[[Request], Awaitable[object]]

_ROOT = "/sandbox/api"


class ControlApi:
    """The control calls. Each answers JSON; bad words are answered 400 or 404 with the field's name."""

    def __init__(self, control: Control) -> None:
        self._control = control
        self._world = control.world

    def routes(self) -> list[Route]:
        """The addresses of the calls."""
        calls: list[tuple[str, str, Handler]] = [
            ("GET", "/state", self._state),
            ("GET", "/calls", self._calls),
            ("DELETE", "/calls", self._zero_calls),
            ("GET", "/secrets", self._secrets),
            ("GET", "/faults", self._faults),
            ("POST", "/faults", self._add_fault),
            ("DELETE", "/faults", self._clear_faults),
            ("DELETE", "/faults/{fault_id}", self._clear_fault),
            ("POST", "/organisations/{organisation_id}", self._organisation),
            ("POST", "/organisations/{organisation_id}/records", self._record),
            ("GET", "/organisations/{organisation_id}/books", self._books),
            ("POST", "/people/{person_id}", self._person),
            ("POST", "/clock", self._clock),
            ("POST", "/limits", self._limits),
            ("POST", "/settings", self._settings),
            ("POST", "/reset", self._reset),
        ]
        calls += [(one.method, one.path, _own(one)) for one in self._control.own_calls()]
        return [Route(_ROOT + path, _answering(handler), methods=[method]) for method, path, handler in calls]

    async def _state(self, _request: Request) -> object:
        return views.state(self._world)

    async def _calls(self, _request: Request) -> object:
        return views.calls(self._world)

    async def _zero_calls(self, _request: Request) -> object:
        self._control.zero_calls()
        return views.calls(self._world)

    async def _secrets(self, _request: Request) -> object:
        return views.handed_out(self._world)

    async def _faults(self, _request: Request) -> object:
        return {"faults": [views.fault(row) for row in self._world.faults.active()]}

    async def _add_fault(self, request: Request) -> object:
        return views.fault(self._control.add_fault(await _words(request, self._control.vocabulary.fault)))

    async def _clear_faults(self, _request: Request) -> object:
        self._world.faults.clear()
        return {"faults": []}

    async def _clear_fault(self, request: Request) -> object:
        if not self._world.faults.clear(request.path_params["fault_id"]):
            raise ControlRefusedError("fault_id", "There is no such active fault.")
        return {"faults": [views.fault(row) for row in self._world.faults.active()]}

    async def _organisation(self, request: Request) -> object:
        words = await _words(request, self._control.vocabulary.organisation)
        changed = self._control.change_organisation(request.path_params["organisation_id"], words)
        return views.organisation(changed)

    async def _record(self, request: Request) -> object:
        words = await _words(request, RecordWords)
        return {"record": self._control.change_record(request.path_params["organisation_id"], words)}

    async def _books(self, request: Request) -> object:
        return self._control.books(request.path_params["organisation_id"])

    async def _person(self, request: Request) -> object:
        person_id = request.path_params["person_id"]
        self._control.change_person(person_id, await _words(request, PersonWords))
        return next(row for row in views.people(self._world) if row["id"] == person_id)

    async def _clock(self, request: Request) -> object:
        self._control.move_clock(await _words(request, ClockWords))
        return views.clock(self._world)

    async def _limits(self, request: Request) -> object:
        return self._control.change_limits(await _words(request, self._control.vocabulary.limits))

    async def _settings(self, request: Request) -> object:
        self._control.change_settings(await _words(request, self._control.vocabulary.settings))
        return self._world.switches() | {"latency_ms": round(self._world.faults.latency * 1000)}

    async def _reset(self, request: Request) -> object:
        self._control.reset(await _words(request, ResetWords))
        return views.state(self._world)


async def _words(request: Request, kind: type[Words]) -> Words:
    return kind.model_validate_json(await request.body() or b"{}")


def _own(call: OwnCall) -> Handler:
    async def carry_out(request: Request) -> object:
        return await call.carry_out(await _words(request, call.words))

    return carry_out


def _answering(handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        try:
            return _json(200, await handler(request))
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False, include_context=False)[0]
            field = ".".join(map(str, first["loc"]))
            return _json(400, {"error": {"code": "invalid", "message": first["msg"], "field": field}})
        except ControlRefusedError as refused:
            words = {"code": "not_found", "message": str(refused), "field": refused.field}
            return _json(404, {"error": words})

    return answer


def _json(status: int, body: object) -> Response:
    return Response(orjson.dumps(body), status, media_type="application/json")
