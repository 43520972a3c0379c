"""How long the server takes for every page of a practice of 2,000 clients: the application asked in this process.

Wall time is what somebody waits for; CPU time is this process's own and hardly depends on what else the machine does.
"""

import time
from collections.abc import Callable, Sequence
from http import HTTPStatus
from statistics import median
from typing import NamedTuple

import httpx2

from bench.pages.addresses import Address, addresses
from bench.pages.practice import furnished
from models.kit.database import Database
from runtime.observability.memory import OF_PAGES, look_for_cycles_less_often
from starter.bootstrap import open_operations
from starter.embedded import Product
from web.app import create_app

BUDGET = 100
"""Milliseconds that the server may take for a page."""

_SESSION_COOKIE = "clientsync"


class Served(NamedTuple):
    """What a page took.

    Attributes:
        address: The page.
        status: The HTTP status of its answer.
        kib: The size of the answer.
        wall: Milliseconds until it was there, each time.
        cpu: Milliseconds of this process's CPU, likewise.
        kind: What has no budget, such as a download; empty for a page.
    """

    address: Address
    status: int
    kib: float
    wall: Sequence[float]
    cpu: Sequence[float]
    kind: str

    def is_kept(self, *, is_busy: bool) -> bool:
        """Whether it keeps to the budget.

        Args:
            is_busy: The machine has more to do than it can; then the least CPU time counts, which that disturbs least.
        """
        return bool(self.kind) or (min(self.cpu) if is_busy else median(self.wall)) <= BUDGET


async def measure_served(product: Product, times: int, told: Callable[[str], object] = print) -> list[Served]:
    """Write the practice, and ask for each of its pages.

    Args:
        product: The running product, whose database is used.
        times: Measurements of each; one more comes before and does not count.
        told: Is told what is being done.

    Raises:
        LookupError: A page is not the one that was to be measured.
    """
    told("Writing a practice of 2,000 clients")
    await product.worker.stop()  # no workflow works on the runs that are written: it would close them as lost work
    database = Database(product.settings.required("database_url"), pool_size=1)
    async with open_operations(product.settings) as operations:
        try:
            practice = await furnished(database, operations)
        finally:
            await database.close()
        app = create_app(operations, ring=product.settings.key_ring())
        look_for_cycles_less_often(OF_PAGES)  # as the web backend does
        transport = httpx2.ASGITransport(app=app)
        async with httpx2.AsyncClient(transport=transport, base_url=product.web_url, timeout=120) as http:
            http.headers["Accept"] = "text/html"
            http.cookies.set(_SESSION_COOKIE, practice.session)
            found = []
            for address in addresses(app, practice):
                told(f"Asking for {address.path}")
                found.append(await _served(http, address, times))
            return found


async def _served(http: httpx2.AsyncClient, address: Address, times: int) -> Served:
    wall, cpu, kept = [], [], httpx2.Cookies(http.cookies)
    answer = await http.get(address.path)
    if answer.is_redirect and address.route.startswith("/sign-in"):  # who is signed in is led past these
        http.cookies.clear()
        try:
            return await _served(http, Address("", address.path), times)
        finally:
            http.cookies = kept
    for _ in range(times):
        begun, worked = time.perf_counter(), time.process_time()
        answer = await http.get(address.path)
        wall.append((time.perf_counter() - begun) * 1_000)
        cpu.append((time.process_time() - worked) * 1_000)
    if wrong := what_is_wrong(address, answer.status_code, answer.text if not _kind(answer) else None):
        raise LookupError(wrong)
    return Served(address, answer.status_code, len(answer.content) / 1024, wall, cpu, _kind(answer))


def what_is_wrong(address: Address, status: int, html: str | None) -> str | None:
    """Why an answer is not the page that was to be measured, such as a list without its rows; None when it is.

    Args:
        address: What was asked for.
        status: The HTTP status.
        html: The page; None for what is no page.
    """
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return f"{address.path} answers with status {status}."
    rows = html.count("<tr") if html is not None else address.rows
    if rows < address.rows:
        return f"{address.path} shows {rows} rows of {address.rows}: it is not the page that was to be measured."
    return None


def _kind(answer: httpx2.Response) -> str:
    if answer.is_redirect:
        return "leads on"
    is_html = answer.headers.get("content-type", "").startswith("text/html")
    return "" if is_html and "content-disposition" not in answer.headers else "a download"
