"""The stand-in's control calls, as far as the demo needs them: who and what there is, and what shall go wrong."""

from collections.abc import Mapping
from types import TracebackType
from typing import NamedTuple, Self

import httpx2
from pydantic import BaseModel

from cli.demo.failure import DemoError


class Fault(NamedTuple):
    """Something that shall go wrong.

    Attributes:
        kind: The stand-in's word for it.
        organisation_id: Whose calls.
        path: Only calls whose path has this in it.
        times: How often; until it is taken away when None.
        seconds: Of a rate limit: until it lifts.
        problem: Of a rate limit: which one.
    """

    kind: str
    organisation_id: str | None = None
    path: str | None = None
    times: int | None = None
    seconds: float | None = None
    problem: str | None = None


class SandboxOrganisation(BaseModel):
    """An organisation of the stand-in."""

    organisation_id: str
    name: str
    contacts: int
    is_demo: bool
    is_trial: bool
    registration_number: str


class SandboxPerson(BaseModel):
    """Somebody who can sign in at the stand-in; ``organisation_ids`` is what they may connect."""

    id: str
    name: str
    email: str
    organisation_ids: list[str]


class SandboxState(BaseModel):
    """Who and what there is."""

    people: list[SandboxPerson]
    organisations: list[SandboxOrganisation]


class SandboxFault(BaseModel):
    """A fault that still happens."""

    fault_id: str
    kind: str
    organisation_id: str | None = None


class SandboxFaults(BaseModel):
    """All faults that still happen."""

    faults: list[SandboxFault]


class Sandbox:
    """The control calls, as an async context manager."""

    def __init__(self, url: str) -> None:
        self._http = httpx2.AsyncClient(base_url=f"{url}/sandbox/api", timeout=60)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._http.aclose()

    async def state(self) -> SandboxState:
        """Who and what there is."""
        return SandboxState.model_validate_json(await self._call("GET", "/state"))

    async def add_fault(self, fault: Fault) -> None:
        """Let something go wrong from now on."""
        words = {name: value for name, value in fault._asdict().items() if value is not None}
        await self._call("POST", "/faults", words)

    async def faults(self) -> list[SandboxFault]:
        """What still goes wrong; a fault that has happened as often as it should is no longer there."""
        return SandboxFaults.model_validate_json(await self._call("GET", "/faults")).faults

    async def _call(self, method: str, path: str, words: Mapping[str, object] | None = None) -> bytes:
        try:
            response = await self._http.request(method, path, json=words)
        except httpx2.RequestError as error:
            raise DemoError(f"The stand-in did not answer {method} {path} ({type(error).__name__}).") from None
        if response.is_error:
            raise DemoError(f"The stand-in refused {method} {path}: {response.text}")
        return response.content
