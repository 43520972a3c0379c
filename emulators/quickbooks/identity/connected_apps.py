"""The page in QuickBooks on which somebody disconnects the app from a company, and where their browser goes then.

Intuit tells the app nothing else: whoever closes the tab has disconnected without its knowing, and the address that the
browser calls is signed by nobody.
"""

from urllib.parse import urlencode, urlsplit

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from emulators.kit.pages import Pages
from emulators.quickbooks.world import World

ADDRESS = "/app/connected"
SEE_OTHER = 303


class ConnectedApps:
    """The page of one company, at ``/app/connected?realmId=…``.

    Args:
        world: Whose companies.
        pages: How pages are written.
    """

    def __init__(self, world: World, pages: Pages) -> None:
        self._world = world
        self._pages = pages

    def app(self) -> Starlette:
        """The page and its form."""
        return Starlette(
            routes=[
                Route(ADDRESS, self._show, methods=["GET"]),
                Route(ADDRESS, self._disconnect, methods=["POST"]),
            ]
        )

    async def _show(self, request: Request) -> Response:
        return self._page(request.query_params.get("realmId", ""))

    async def _disconnect(self, request: Request) -> Response:
        world, realm = self._world, str((await request.form()).get("realmId", ""))
        if realm not in world.library.organisations:
            return self._page(realm)
        world.disconnect(realm)
        address = world.settings.disconnect_url
        if not address:
            return self._page(realm)
        return RedirectResponse(f"{address}{'&' if urlsplit(address).query else '?'}realmId={realm}", SEE_OTHER)

    def _page(self, realm: str) -> Response:
        world = self._world
        organisation = world.library.organisations.get(realm)
        if organisation is None:
            return self._pages.page("error.html", status=404, words="There is no such company.")
        held = world.grants.living(realm)
        again = world.settings.reconnect_url
        return self._pages.page(
            "connected.html",
            form_target=_origin(world.settings.disconnect_url),
            organisation=organisation,
            address=ADDRESS,
            field="realmId",
            holder=world.library.people.get(held.person_id) if held else None,
            again=f"{again}{'&' if urlsplit(again).query else '?'}{urlencode({'realmId': realm})}" if again else "",
        )


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""
