"""The address of every page of a practice, made from the application's own routes, so that no new page is left out.

What stands in a route's path and is not known here yet ends the benchmark with a word on what to add.
"""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts

from bench.pages.practice import LISTED, Furnished

_NOT_PAGES = ("/api/", "/codec/", "/static/", "/healthz", "/readyz", "/connect/", "/sign-in/provider/callback")
_STREAMS = frozenset({"/activity/{run_id}/events"})
"""They answer as long as somebody looks."""

_PARAMETER = re.compile(r"\{(\w+)(?::\w+)?\}")
_WORDS: Mapping[str, str] = {"token": "no-such-link", "name": "suppliers"}
"""What stands in addresses and is no id of a practice's."""

_QUERIES: Mapping[str, tuple[str, ...]] = {
    "/clients": (
        "",
        "?search=co",
        "?status=needs_reconnect",
        "?sort=owner",
        "?sort=name&direction=desc&offset=1900",
        "?limit=200",
    ),
    "/clients/found": ("?search=bake", "?search=zzz"),
    "/activity": ("", "?kind=reconnect-all", "?offset=300"),
    "/connections": ("", "?cause=signed_out"),
    "/clients/import/{import_id}": ("", "?verdict=created&offset=2900"),
    "/clients/{client_id:uuid}/lists/{name}": ("", "?search=9", "?offset=1400"),
    "/clients/{client_id:uuid}/timeline": ("", "?offset=900"),
}
"""How long pages are opened besides as they come."""

_RUN = "/activity/{run_id}"
_CHOOSING = ("choosing", "reassigning")
"""Runs that show their whole list, as long as they await a choice."""

_ROWS: Mapping[str, int] = {
    "/clients": 50,
    "/clients?limit=200": 200,
    "/clients/import/{import_id}": 50,
    "/clients/{client_id:uuid}/lists/{name}?search=9": 100,
}
"""How many rows a page has that would be fast without them: by route and query."""


class Address(NamedTuple):
    """A page to ask for, the route that it is of, and how many rows there must be in its tables, at least."""

    route: str
    path: str
    rows: int = 0


def addresses(app: FastAPI, practice: Furnished) -> Iterator[Address]:
    """Every page that can be asked for: each run at its stage, and clients both broken and well.

    Raises:
        LookupError: Something stands in a path that is not known here.
    """
    for route in (context.original_route for context in iter_route_contexts(app.routes)):
        if not isinstance(route, APIRoute) or "GET" not in (route.methods or set()):
            continue
        if route.path.startswith(_NOT_PAGES) or route.path in _STREAMS:
            continue
        for ids in _variants(route.path, practice):
            path = _filled(route.path, {**_WORDS, **practice.ids, **ids})
            for query in _QUERIES.get(route.path, ("",)):
                rows = _ROWS.get(f"{route.path}{query}", 0)
                if route.path == _RUN and ids["run_id"] in {practice.runs.get(name) for name in _CHOOSING}:
                    rows = LISTED
                yield Address(route.path, f"{path}{query}", rows)


def _variants(path: str, practice: Furnished) -> list[dict[str, str]]:
    """The ids that replace the usual ones, for each time that a route is asked."""
    if "change/{run_id}" in path:
        return [{"client_id": practice.healthy_id, "run_id": practice.runs["changing"]}]
    if path == "/clients/{client_id:uuid}/runs/{run_id}":
        return [{"client_id": practice.healthy_id, "run_id": practice.runs["one"]}]
    if path == _RUN:
        return [{"run_id": run_id} for run_id in practice.runs.values()]
    if path.endswith("/erase"):
        return [{"client_id": practice.ids["archived_id"]}]
    return [{}, {"client_id": practice.healthy_id}] if "{client_id:uuid}" in path else [{}]


def _filled(path: str, known: Mapping[str, str]) -> str:
    unknown = set(_PARAMETER.findall(path)) - set(known)
    if unknown:
        raise LookupError(f"{path}: say in bench/pages/addresses.py what stands for {', '.join(sorted(unknown))}.")
    return _PARAMETER.sub(lambda found: known[found[1]], path)
