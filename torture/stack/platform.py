"""The control calls of the stand-in: who and what it has, which faults it has, and what its books say."""

from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

import httpx2

from torture.faults.chaos import Blow
from torture.people.door import NO_TLS

_AT_ONCE = 100
"""Calls at once that the platform takes of an organisation: more than the product may make, so that its peaks show."""


class Platform:
    """A running stand-in; an async context manager.

    Args:
        url: Its address.

    Attributes:
        organisations: Ids of its organisations, in order.
        people: E-mail addresses by id, in their order.
    """

    def __init__(self, url: str) -> None:
        self._http = httpx2.AsyncClient(base_url=f"{url}/sandbox/api", timeout=20, verify=NO_TLS)
        self.organisations: list[str] = []
        self.people: dict[str, str] = {}

    async def __aenter__(self) -> Self:
        state = await self.state()
        self.organisations = [one["organisation_id"] for one in state["organisations"]]
        self.people = {one["id"]: one["email"] for one in state["people"]}
        await self._call("POST", "/limits", {"concurrent": _AT_ONCE})
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._http.aclose()

    def named(self, blow: Blow) -> str | None:
        """The id of the organisation or person that a blow concerns."""
        if blow.place is None:
            return None
        ids = list(self.people) if blow.words.get("kind") == "revoke_person" else self.organisations
        return ids[blow.place % len(ids)]

    async def state(self) -> dict[str, Any]:
        """Its people, organisations and connections."""
        return await self._call("GET", "/state")

    async def calls(self) -> dict[str, Any]:
        """Its counters."""
        return await self._call("GET", "/calls")

    async def secrets(self) -> dict[str, Any]:
        """Secrets that it has handed out and that must not appear anywhere."""
        return await self._call("GET", "/secrets")

    async def books(self, organisation_id: str) -> dict[str, Any]:
        """All records of an organisation, by list."""
        return await self._call("GET", f"/organisations/{organisation_id}/books")

    async def reaches(self, person_id: str, organisation_ids: list[str]) -> None:
        """Make a person an adviser of exactly these organisations."""
        await self._call("POST", f"/people/{person_id}", {"organisation_ids": organisation_ids})

    async def change(self, organisation_id: str, words: Mapping[str, object]) -> None:
        """Change a record in an organisation's books."""
        await self._call("POST", f"/organisations/{organisation_id}/records", words)

    async def fault(self, words: Mapping[str, object]) -> str:
        """Add a fault, and return its id."""
        return str((await self._call("POST", "/faults", words))["fault_id"])

    async def clear(self, fault_id: str | None = None) -> None:
        """End one fault, or all; one that has ended already is not an error."""
        path = "/faults" if fault_id is None else f"/faults/{fault_id}"
        answer = await self._http.delete(path)
        if answer.status_code != httpx2.codes.NOT_FOUND:
            answer.raise_for_status()

    async def _call(self, method: str, path: str, words: Mapping[str, object] | None = None) -> dict[str, Any]:
        answer = await self._http.request(method, path, json=words)
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found
