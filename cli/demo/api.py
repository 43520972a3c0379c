"""The JSON API as a colleague's own software calls it: over HTTP, with a bearer token."""

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from types import TracebackType
from typing import Self, TypeVar
from uuid import UUID

import httpx2
from pydantic import BaseModel, ValidationError

from cli.demo.failure import DemoError
from contracts.payloads.runs import SelectionAccepted
from contracts.payloads.selection import Selection
from contracts.words.client_accounts import NewClient
from contracts.words.lists import ListName
from contracts.words.mistakes import first_of
from starter.answers.clients import ClientAnswer, ClientsAnswer, ListAnswer
from starter.answers.errors import ErrorAnswer
from starter.answers.runs import AuthorizeAnswer, RunAnswer, RunsAnswer, RunSummaryAnswer, StartedAnswer
from starter.answers.sign_ins import ExpectedOrganisationsAnswer

PAGE = 500
Answer = TypeVar("Answer", bound=BaseModel)


class Api:
    """One colleague's access to the API; an async context manager.

    Args:
        base_url: Address of the web backend.
        token: The colleague's bearer token.
    """

    def __init__(self, base_url: str, token: str) -> None:
        self._http = httpx2.AsyncClient(
            base_url=f"{base_url}/api/v1", headers={"Authorization": f"Bearer {token}"}, timeout=60
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._http.aclose()

    async def start(self, provider: str, region: str | None = None, organisations: Sequence[str] = ()) -> StartedAnswer:
        """Start *Add clients*.

        Args:
            provider: The accounting software.
            region: The country in which the sign-in begins, where there are several.
            organisations: The names of those to sign in for, where each sign-in brings one.
        """
        body = json.dumps({"region": region, "organisations": organisations})
        return await self._call(StartedAnswer, "POST", f"/client-sync/{provider}/add-clients", body=body)

    async def further_sign_in(self, run_id: str) -> str:
        """The address of a further sign-in for a run."""
        return (await self._call(AuthorizeAnswer, "POST", f"/runs/{run_id}/consent", body="{}")).authorize_url

    async def expected(self, run_id: str) -> ExpectedOrganisationsAnswer:
        """The organisations that a run expects by name."""
        return await self._call(ExpectedOrganisationsAnswer, "GET", f"/runs/{run_id}/expected-organisations")

    async def take_off(self, run_id: str, organisation_id: str) -> ExpectedOrganisationsAnswer:
        """Take an organisation that was picked by mistake off a run's list."""
        path = f"/runs/{run_id}/organisations/{organisation_id}/take-off"
        return await self._call(ExpectedOrganisationsAnswer, "POST", path)

    async def run(self, run_id: str) -> RunAnswer:
        """A run with all of its organisations."""
        return await self._call(RunAnswer, "GET", f"/runs/{run_id}")

    async def progress(self, run_id: str) -> RunSummaryAnswer:
        """A recent run's progress, without its organisations, so that it costs the same however many there are."""
        recent = await self._call(RunsAnswer, "GET", "/runs", {"limit": "10"})
        for run in recent.runs:
            if run.run_id == run_id:
                return run
        raise DemoError(f"The run {run_id} is not among the practice's latest runs.")

    async def select(self, run_id: str, selection: Selection) -> SelectionAccepted:
        """Choose organisations."""
        body = selection.model_dump_json(exclude_none=True)
        return await self._call(SelectionAccepted, "POST", f"/runs/{run_id}/selection", body=body)

    async def clients(self, **filters: str) -> list[ClientAnswer]:
        """All clients of the practice that match, read page by page."""
        found: list[ClientAnswer] = []
        while True:
            page = await self._call(
                ClientsAnswer, "GET", "/clients", {**filters, "limit": str(PAGE), "offset": str(len(found))}
            )
            found += page.clients
            if len(found) >= page.total or not page.clients:
                return found

    async def add_client(self, new: NewClient) -> ClientAnswer:
        """Add a client by hand."""
        return await self._call(ClientAnswer, "POST", "/clients", body=new.model_dump_json(exclude_none=True))

    async def list_rows(self, client_id: UUID, name: ListName) -> ListAnswer:
        """The first row of a client's list, with its receipt."""
        return await self._call(ListAnswer, "GET", f"/clients/{client_id}/lists/{name.value}", {"limit": "1"})

    async def _call(
        self,
        answer: type[Answer],
        method: str,
        path: str,
        query: Mapping[str, str] | None = None,
        *,
        body: str | None = None,
    ) -> Answer:
        headers = {"Content-Type": "application/json"} if body is not None else None
        try:
            response = await self._http.request(method, path, params=query, content=body, headers=headers)
        except httpx2.RequestError as error:
            raise DemoError(f"The web backend did not answer {method} {path} ({type(error).__name__}).") from None
        try:
            if response.status_code >= HTTPStatus.BAD_REQUEST:
                refused = ErrorAnswer.model_validate_json(response.content).error
                where = f" ({refused.field})" if refused.field else ""
                raise DemoError(f"The web backend refused {method} {path}: {refused.message}{where}")
            return answer.model_validate_json(response.content)
        except ValidationError as error:
            field, sentence = first_of(error)
            raise DemoError(
                f"The web backend answered {method} {path} ({response.status_code}) in an unknown way: "
                f"{field or 'the body'}: {sentence}"
            ) from None
