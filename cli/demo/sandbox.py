"""The stand-in's control calls that the demo needs: its people and organisations, and faults."""

from collections.abc import Mapping
from types import TracebackType
from typing import NamedTuple, Self

import httpx2
from pydantic import BaseModel

from cli.demo.failure import DemoError


class FaultToAdd(NamedTuple):
    """A fault to add.

    Attributes:
        kind: Its kind, by the stand-in's name.
        organisation_id: The organisation whose calls it affects.
        path: Only calls whose path contains this text.
        times: How often it happens; None until it is removed.
        seconds: For a rate limit: seconds until it ends.
        problem: For a rate limit: its kind.
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
    index: int
    name: str
    contacts: int
    is_demo: bool
    is_trial: bool
    registration_number: str
    tax_number: str
    plan: str
    is_lapsed: bool


class SandboxPerson(BaseModel):
    """A person who can sign in at the stand-in; ``organisation_ids`` are those that they may connect."""

    id: str
    name: str
    email: str
    organisation_ids: list[str]


class SandboxState(BaseModel):
    """The stand-in's people and organisations."""

    people: list[SandboxPerson]
    organisations: list[SandboxOrganisation]


class SandboxFault(BaseModel):
    """An active fault."""

    fault_id: str
    kind: str
    organisation_id: str | None = None


class SandboxFaults(BaseModel):
    """All active faults."""

    faults: list[SandboxFault]


class Sandbox:
    """The control calls; an async context manager."""

    def __init__(self, url: str) -> None:
        self._http = httpx2.AsyncClient(base_url=f"{url}/sandbox/api", timeout=60)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._http.aclose()

    async def state(self) -> SandboxState:
        """The stand-in's people and organisations."""
        return SandboxState.model_validate_json(await self._call("GET", "/state"))

    async def add_fault(self, fault: FaultToAdd) -> None:
        """Add a fault."""
        words = {name: value for name, value in fault._asdict().items() if value is not None}
        await self._call("POST", "/faults", words)

    async def faults(self) -> list[SandboxFault]:
        """The active faults; a fault that has happened as often as it should is no longer among them."""
        return SandboxFaults.model_validate_json(await self._call("GET", "/faults")).faults

    async def _call(self, method: str, path: str, words: Mapping[str, object] | None = None) -> bytes:
        try:
            response = await self._http.request(method, path, json=words)
        except httpx2.RequestError as error:
            raise DemoError(f"The stand-in did not answer {method} {path} ({type(error).__name__}).") from None
        if response.is_error:
            raise DemoError(f"The stand-in refused {method} {path}: {response.text}")
        return response.content
