"""One company's records behind a server that answers queries, batches and change data, and reads of them."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from providers.kit.json_values import Record
from providers.port.credential import OneCredential
from providers.port.feeds import Feed
from providers.port.provider import Page
from providers.quickbooks.provider import QuickBooks
from tests.providers.clock import HandClock
from tests.providers.quickbooks.conftest import REALM, Intuit, held
from tests.providers.quickbooks.test_rows import INFO, PREFERENCES

AT = f"/v3/company/{REALM}"
QUERY = re.compile(r"SELECT (?P<columns>.+) FROM (?P<entity>\w+)(?P<rest>.*)")


@dataclass
class Books:
    """One company's records behind the server.

    Attributes:
        server: The server.
        lists: By entity, what there is.
        changes: By entity, what the change data tells.
        counts: By entity, what QuickBooks counts, where that is not what it lists.
        asked: Every statement that came.
    """

    server: Intuit
    lists: dict[str, list[Record]] = field(
        default_factory=lambda: {
            "CompanyInfo": [INFO],
            "Preferences": [PREFERENCES],
            "Account": [{"Id": "1", "AcctNum": "4000"}, {"Id": "2"}],
            "TaxCode": [{"Id": "5", "Name": "GST"}],
            "TaxRate": [],
            "Class": [{"Id": "1", "Name": "North"}],
            "Department": [{"Id": "1", "Name": "Shop"}],
            "Item": [{"Id": "7", "Name": "Pump", "Sku": "P-7", "IncomeAccountRef": {"value": "1"}}],
            "Vendor": [{"Id": "1", "DisplayName": "Beech"}],
            "Customer": [{"Id": "1", "DisplayName": "Cedar"}],
            "CompanyCurrency": [{"Id": "1", "Code": "EUR"}],
        }
    )
    changes: dict[str, list[Record]] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.server.answer(f"{AT}/query", self.query)
        self.server.answer(f"{AT}/batch", self.batch)
        self.server.answer(f"{AT}/cdc", self.cdc)

    @property
    def calls(self) -> list[str]:
        """The paths of all calls about the company, in order."""
        return [call.path.removeprefix(AT) for call in self.server.calls if call.path.startswith(AT)]

    def query(self, request: Request) -> Response:
        assert request.query_params["minorversion"] == "75"
        return JSONResponse({"QueryResponse": self.found(request.query_params["query"])})

    def batch(self, _: Request) -> Response:
        asked = json.loads(self.server.bodies[-1])["BatchItemRequest"]
        return JSONResponse(
            {"BatchItemResponse": [{"bId": one["bId"], "QueryResponse": self.found(one["Query"])} for one in asked]}
        )

    def found(self, statement: str) -> Mapping[str, object]:
        self.asked.append(statement)
        parsed = QUERY.fullmatch(statement)
        assert parsed, statement
        entity, records = parsed["entity"], self.lists[parsed["entity"]]
        if parsed["columns"] == "COUNT(*)":
            return {"totalCount": self.counts.get(entity, len(records))}
        start = re.search(r"STARTPOSITION (\d+) MAXRESULTS 1000", parsed["rest"])
        page = records[int(start[1]) - 1 :][:1000] if start else records
        return {entity: page, "startPosition": 1, "maxResults": len(page)} if page else {}

    def cdc(self, request: Request) -> Response:
        entities = request.query_params["entities"].split(",")
        told = [{entity: self.changes.get(entity, [])} for entity in entities if self.changes.get(entity)]
        return JSONResponse({"CDCResponse": [{"QueryResponse": told or [{}]}]})


@dataclass
class Read:
    """Reads with the company's credential, all in one pull."""

    quickbooks: QuickBooks
    clock: HandClock

    def __post_init__(self) -> None:
        self.pull = OneCredential(held(self.clock))

    async def pages(self, feed: Feed, since: datetime | None = None) -> list[Page]:
        return [page async for page in self.quickbooks.read(self.pull, REALM, feed, since)]

    async def keys(self, feed: Feed, since: datetime | None = None) -> list[str]:
        return [row.key for page in await self.pages(feed, since) for row in page.rows]

    def recently(self) -> datetime:
        return self.clock() - timedelta(days=1)


def written(books: Books, number: str) -> None:
    """Let the server write each 0.5 as another number."""

    def in_other_words(answer: Callable[[Request], Response]) -> Callable[[Request], Response]:
        def answered(request: Request) -> Response:
            body = bytes(answer(request).body).replace(b"0.5", number.encode())
            return Response(body, media_type="application/json")

        return answered

    books.server.answer(f"{AT}/batch", in_other_words(books.batch))
    books.server.answer(f"{AT}/cdc", in_other_words(books.cdc))
