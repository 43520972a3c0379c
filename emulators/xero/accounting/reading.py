"""What one Accounting read answers: which records, in what order, which page, written as bytes."""

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from urllib.parse import parse_qsl

import orjson

from emulators.books.library import Library
from emulators.xero.accounting.query import QueryParseError, ordered, where
from emulators.xero.answers import validation
from emulators.xero.faults import TOO_MUCH
from emulators.xero.records.contacts import COMPUTED_FIELDS, DETAIL_FIELDS
from emulators.xero.records.lists import KEY_OF, changed_at
from emulators.xero.records.record import Record

_DELTAS = {"Accounts": 304, "Items": 304, "Contacts": 200, "Users": 200}
"""The lists that honour If-Modified-Since, and how "nothing changed" is said: both ways occur at Xero."""

_DEFAULT_PAGE_SIZE = 100
_LARGEST_PAGE_SIZE = 1000
_PRICE_DECIMALS, _MOST_PRICE_DECIMALS = 2, 4
"""Of an item's unit prices: what is answered, and what is kept and answered to ``unitdp=4``."""

_READY_ORDER = "updateddateutc"
_NOT_FOUND = b"The resource you're looking for cannot be found"


@dataclass(frozen=True, slots=True)
class Reading:
    """One question.

    Attributes:
        organisation_id: Whose books.
        name: Which list, one of ``KEY_OF``.
        identity: Id of a single record; empty for the list.
        query: The raw query string.
        modified_since: The raw header.
        most_contacts: More contacts than these are given only in pages, and filtered or in an order that is ready.
        left_out: The share of the records that is missing from the answer, by a fault; counted all the same.
    """

    organisation_id: str
    name: str
    identity: str
    query: bytes
    modified_since: bytes
    most_contacts: int
    left_out: float = 0.0


Answer = tuple[int, bytes]
"""Status, and the body: for a 200 what follows the envelope's opening fields."""


def read(library: Library, question: Reading) -> Answer:
    """Answer one question."""
    if question.identity:
        return _single(library, question)
    if _is_too_much(library, question):
        return 400, TOO_MUCH
    if question.left_out or (question.modified_since and question.name in _DELTAS):
        return _list(library, question)
    key = question.query.decode("ascii", "replace")
    kept = library.body(question.organisation_id, question.name, key)
    if kept is not None:
        return 200, kept
    status, body = _list(library, question)
    if status == 200:
        library.keep_body(question.organisation_id, question.name, key, body)
    return status, body


def _is_too_much(library: Library, question: Reading) -> bool:
    if question.name != "Contacts":
        return False
    if library.organisations[question.organisation_id].contacts <= question.most_contacts:
        return False
    asked = _asked(question)
    is_ready = asked.get("order", _READY_ORDER).lower().removesuffix(" asc") == _READY_ORDER
    is_filtered = bool(question.modified_since) or bool({"where", "ids", "searchterm"} & asked.keys())
    return "page" not in asked or not (is_ready or is_filtered)


def _single(library: Library, question: Reading) -> Answer:
    name, wanted = question.name, question.identity.lower()
    asked = _asked(question)
    for record in library.records(question.organisation_id, name):
        is_code = name == "Items" and str(record["Code"]).lower() == wanted
        if str(record[KEY_OF[name]]).lower() == wanted or is_code:
            return 200, b'"%s":%s}' % (_plural(name), orjson.dumps(_shown([record], name, asked)))
    return 404, _NOT_FOUND


def _list(library: Library, question: Reading) -> Answer:
    asked = _asked(question)
    of, name = question.organisation_id, question.name
    # As everything is asked for but the number of the page.
    how = orjson.dumps({key: text if key != "page" else "" for key, text in asked.items()}).decode()
    since = _moment(question.modified_since) if question.name in _DELTAS else None
    try:
        if since is not None and (recent := library.recent(of, name, since)) is not None:
            records = [record for record in _selected(recent, name, asked) if changed_at(record) > since]
            return _changed(records, question, asked)
        records = library.arranged(of, name, how, lambda records: _selected(records, name, asked))
    except QueryParseError:
        return 400, validation(16, "QueryParseException", "The query could not be parsed")
    if question.modified_since and question.name in _DELTAS:
        if since is None:
            return 400, validation(10, "ValidationException", "If-Modified-Since is not a date")
        all_of_them = records
        moments = library.arranged(of, name, f"moments of {how}", lambda _: [changed_at(one) for one in all_of_them])
        return _changed([record for record, at in zip(records, moments, strict=True) if at > since], question, asked)
    return _written(records, question.name, asked, question.left_out)


def _changed(records: list[Record], question: Reading, asked: dict[str, str]) -> Answer:
    if not records and _DELTAS[question.name] == 304:
        return 304, b""
    return _written(records, question.name, asked, question.left_out)


def _asked(question: Reading) -> dict[str, str]:
    return {name.lower(): value for name, value in parse_qsl(question.query.decode("utf-8", "replace"))}


def _selected(records: list[Record], name: str, asked: dict[str, str]) -> list[Record]:
    wants_archived = asked.get("includearchived", "").lower() == "true"
    if name == "Contacts":
        if not wants_archived:
            records = [record for record in records if record["ContactStatus"] == "ACTIVE"]
        if "ids" in asked:
            wanted = {identity.strip().lower() for identity in asked["ids"].split(",")}
            records = [record for record in records if record["ContactID"] in wanted]
        if "searchterm" in asked:
            records = [record for record in records if _mentions(record, asked["searchterm"].lower())]
    elif name == "TrackingCategories" and not wants_archived:
        records = [_with_active_options(record) for record in records if record["Status"] == "ACTIVE"]
    if asked.get("where"):
        test = where(asked["where"])
        records = [record for record in records if test(record)]
    if asked.get("order"):
        return ordered(records, asked["order"])
    if name == "Contacts" and "page" in asked:
        # Dates of this century have equally many digits, so their text sorts as they do.
        return sorted(records, key=lambda record: str(record["UpdatedDateUTC"]))
    return records


def _mentions(record: Record, term: str) -> bool:
    fields = ("Name", "FirstName", "LastName", "ContactNumber", "EmailAddress")
    return any(term in str(record.get(field, "")).lower() for field in fields)


def _with_active_options(category: Record) -> Record:
    options = category.get("Options")
    assert isinstance(options, list)  # noqa: S101  # narrows the type of our own record
    return category | {"Options": [option for option in options if option["Status"] == "ACTIVE"]}


def _written(records: list[Record], name: str, asked: dict[str, str], left_out: float) -> Answer:
    opening = b""
    is_paged = name == "Contacts" and "page" in asked
    is_summary = name == "Contacts" and asked.get("summaryonly", "").lower() == "true"
    if is_paged:
        page, size = _number(asked["page"], 1), _number(asked.get("pagesize", ""), _DEFAULT_PAGE_SIZE)
        size = min(size, _LARGEST_PAGE_SIZE)
        pagination = {
            "page": page,
            "pageSize": size,
            "pageCount": -(-len(records) // size),
            "itemCount": len(records),
        }
        opening = b'"pagination":%s,' % orjson.dumps(pagination)
        records = records[(page - 1) * size : page * size]
    records = records[: int(len(records) * (1 - left_out))]
    if is_summary:
        records = _without(records, COMPUTED_FIELDS)
    elif name == "Contacts" and not is_paged:
        records = _without(records, DETAIL_FIELDS)
    return 200, b'%s"%s":%s}' % (opening, _plural(name), orjson.dumps(_shown(records, name, asked)))


def _shown(records: list[Record], name: str, asked: dict[str, str]) -> list[Record]:
    """The records as they are written: of an item's prices, no more decimals than were asked for."""
    if name != "Items":
        return records
    decimals = _MOST_PRICE_DECIMALS if asked.get("unitdp") == str(_MOST_PRICE_DECIMALS) else _PRICE_DECIMALS
    return [_priced(record, decimals) for record in records]


def _priced(item: Record, decimals: int) -> Record:
    priced = dict(item)
    for name in ("SalesDetails", "PurchaseDetails"):
        details = item.get(name)
        if isinstance(details, dict) and isinstance(price := details.get("UnitPrice"), int | float):
            exact = Decimal(str(price)).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
            priced[name] = details | {"UnitPrice": float(exact)}
    return priced


def _without(records: list[Record], fields: frozenset[str]) -> list[Record]:
    return [{name: value for name, value in record.items() if name not in fields} for record in records]


def _plural(name: str) -> bytes:
    return b"Organisations" if name == "Organisation" else name.encode()


def _number(text: str, otherwise: int) -> int:
    return max(1, int(text)) if text.isascii() and text.isdigit() else otherwise


def _moment(header: bytes) -> float | None:
    text = header.decode("ascii", "replace").strip()
    try:
        return datetime.fromisoformat(text.removesuffix("Z")).replace(tzinfo=UTC).timestamp()
    except ValueError:
        pass
    try:
        return datetime.strptime(text, "%a, %d %b %Y %H:%M:%S GMT").replace(tzinfo=UTC).timestamp()
    except ValueError:
        return None
