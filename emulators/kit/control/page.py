"""``/sandbox``: the control page, for people. Ordinary forms; the same controls as the JSON calls."""

from collections.abc import Mapping

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from emulators.kit.control import views
from emulators.kit.control.control import Control, ControlRefusedError
from emulators.kit.control.words import ClockWords
from emulators.kit.pages import Pages

SEE_OTHER = 303
_SHOWN = 200


class ControlPage:
    """The page and the forms on it.

    Args:
        control: What it does.
        pages: How it is written.
    """

    def __init__(self, control: Control, pages: Pages) -> None:
        self._control = control
        self._pages = pages
        self._world = control.world

    def routes(self) -> list[Route]:
        """The addresses of the page and its forms."""
        return [
            Route("/sandbox", self._show, methods=["GET"]),
            Route("/sandbox/faults", self._add_fault, methods=["POST"]),
            Route("/sandbox/faults/clear", self._clear_faults, methods=["POST"]),
            Route("/sandbox/clock", self._clock, methods=["POST"]),
        ]

    async def _show(self, request: Request) -> Response:
        return self._page(request.query_params.get("search", ""))

    async def _add_fault(self, request: Request) -> Response:
        try:
            self._control.add_fault(self._control.vocabulary.fault.model_validate(await _filled(request)))
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False, include_context=False)[0]
            return self._page(problem=f"{'.'.join(map(str, first['loc']))}: {first['msg']}")
        except ControlRefusedError as refused:
            return self._page(problem=str(refused))
        return RedirectResponse("/sandbox", SEE_OTHER)

    async def _clear_faults(self, request: Request) -> Response:
        self._world.faults.clear((await _filled(request)).get("fault_id"))
        return RedirectResponse("/sandbox", SEE_OTHER)

    async def _clock(self, request: Request) -> Response:
        try:
            self._control.move_clock(ClockWords.model_validate(await _filled(request)))
        except ValidationError:
            return self._page(problem="The clock only goes forward, by a number of seconds.")
        return RedirectResponse("/sandbox", SEE_OTHER)

    def _page(self, search: str = "", problem: str = "") -> Response:
        world, term = self._world, search.strip().lower()
        found = [
            row
            for row in world.library.organisations.values()
            if term in row.name.lower() or term == row.organisation_id
        ]
        connected: dict[str, list[str]] = {}
        for row in world.connections.all():
            connected.setdefault(row.organisation_id, []).append(world.library.people[row.person_id].name)
        return self._pages.page(
            "control.html",
            status=400 if problem else 200,
            people=views.people(world),
            organisations=found[:_SHOWN],
            found=len(found),
            plans={row.organisation_id: world.plan_of(row) for row in found[:_SHOWN]},
            connected=connected,
            connections=len(world.connections),
            faults=[views.fault(row) for row in world.faults.active()],
            names={row.organisation_id: row.name for row in world.library.organisations.values()},
            kinds=self._control.kinds,
            problems=self._control.problems,
            calls=views.calls(world),
            clock=views.clock(world),
            search=search,
            problem=problem,
        )


async def _filled(request: Request) -> Mapping[str, str]:
    return {name: str(value).strip() for name, value in (await request.form()).items() if str(value).strip()}
