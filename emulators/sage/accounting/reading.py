"""What one read answers: which records, which page, with which fields, written as bytes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlencode

import orjson

from emulators.books.library import Library
from emulators.sage.accounting.resources import RESOURCES, Resource
from emulators.sage.answers import NOT_FOUND, Error
from emulators.sage.records.record import Record
from emulators.sage.records.tax import rates
from emulators.sage.settings import Settings

USUAL_PAGE, LARGEST_PAGE = 20, 200
_BASE = ("id", "displayed_as", "$path")
_AMOUNTS = frozenset(
    {
        "average_cost_price",
        "balance",
        "cost_price",
        "credit_limit",
        "inverse_rate",
        "last_cost_price",
        "price",
        "quantity_in_stock",
        "rate",
        "recoverable_percentage",
    }
)
WRONG_DATE = Error(422, "RecordInvalid", "The date cannot be read.", "base")


@dataclass(frozen=True, slots=True)
class Reading:
    """One question.

    Attributes:
        business_id: Whose books.
        name: Which list.
        identity: Id of a single record; empty for the list.
        query: The raw query string.
        here: The address of the API, for whole addresses in ``$next``.
        left_out: The share of the rows that is missing from the page, by a fault; counted all the same.
        repeats_row: Whether a further page begins with the last row of the one before, by a fault.
    """

    business_id: str
    name: str
    identity: str
    query: bytes
    here: str = ""
    left_out: float = 0.0
    repeats_row: bool = False


def asked(query: bytes) -> dict[str, str]:
    """The parameters of a query string; the last of several counts."""
    return dict(parse_qsl(query.decode("utf-8", "replace"), keep_blank_values=True))


def read(library: Library, settings: Settings, question: Reading) -> bytes | Error:
    """Answer one question with a body, or with what is wrong with it."""
    resource = RESOURCES[question.name]
    is_whole_list = not (resource.is_single or question.identity or question.left_out or question.repeats_row)
    key = f"{question.query.decode('ascii', 'replace')} {question.here} {settings}"
    if is_whole_list and (kept := library.body(question.business_id, question.name, key)) is not None:
        return kept
    parameters = asked(question.query)
    records = _recent(library, question, resource, parameters)
    if records is None:
        records = library.records(question.business_id, question.name)
    if resource.is_single:
        return NOT_FOUND if question.identity else _single(records[0], resource, parameters, settings)
    if question.identity:
        found = next((one for one in records if one.get("id") == question.identity), None)
        return NOT_FOUND if found is None else _single(found, resource, parameters, settings)
    body = _list(library, records, resource, parameters, settings, question)
    if is_whole_list and isinstance(body, bytes):
        library.keep_body(question.business_id, question.name, key, body)
    return body


def _recent(
    library: Library, question: Reading, resource: Resource, parameters: Mapping[str, str]
) -> list[Record] | None:
    """Those records among which are all that a question for changes can mean; None where it takes the whole list."""
    honoured = {"updated_or_created_since": resource.since, "deleted_since": resource.deleted}
    texts = [text for name, is_honoured in honoured.items() if is_honoured and (text := parameters.get(name))]
    moments = [_moment(text) for text in texts]
    dates = [one for one in moments if one is not None]
    if question.identity or not dates or len(dates) < len(moments):
        return None
    return library.recent(question.business_id, question.name, min(dates))


def _single(record: Record, resource: Resource, parameters: Mapping[str, str], settings: Settings) -> bytes:
    wanted = {"attributes": "all"} | dict(parameters)
    return orjson.dumps(_shown(record, wanted, settings, nests=resource.nested_single))


def _list(
    library: Library,
    records: Sequence[Record],
    resource: Resource,
    parameters: Mapping[str, str],
    settings: Settings,
    question: Reading,
) -> bytes | Error:
    selected = _selected(records, resource, parameters)
    if isinstance(selected, Error):
        return selected
    if question.name == "tax_rates":
        country = library.organisations[question.business_id].country.code
        selected = _taxes(selected, country, parameters)
    hides_balance = question.name == "contacts" and parameters.get("show_balance") != "true"

    def shown(record: Record) -> Record:
        visible = record | {"balance": None} if hides_balance else record
        return _shown(visible, parameters, settings, nests=resource.nested)

    size = _number(parameters.get("items_per_page"), USUAL_PAGE, LARGEST_PAGE)
    return page(
        selected,
        size,
        parameters,
        Paging(f"/{question.name}", question.here if settings.absolute_next else ""),
        shown,
        left_out=question.left_out,
        repeats_row=question.repeats_row,
    )


@dataclass(frozen=True, slots=True)
class Paging:
    """How a page names the others.

    Attributes:
        path: Of the list.
        here: What stands before it.
        size_name: The field that tells how many rows a page has.
    """

    path: str
    here: str = ""
    size_name: str = "$itemsPerPage"


def page(
    records: Sequence[Record],
    size: int,
    parameters: Mapping[str, str],
    paging: Paging,
    shown: Callable[[Record], Record],
    *,
    left_out: float = 0.0,
    repeats_row: bool = False,
) -> bytes:
    """One page in its envelope. A page after the last is the last again.

    Args:
        records: All rows.
        size: Rows in a page.
        parameters: Of the call.
        paging: How pages name each other.
        shown: Writes a row.
        left_out: The share of the rows that is missing.
        repeats_row: Whether the page before ends with the first row.
    """
    pages = max(1, -(-len(records) // size))
    number = min(_number(parameters.get("page"), 1, pages), pages)
    start = (number - 1) * size
    rows = list(records[start : start + size])
    rows = rows[: int(len(rows) * (1 - left_out))]
    if repeats_row and start:
        rows.insert(0, records[start - 1])

    def address(other: int) -> str | None:
        if not 1 <= other <= pages:
            return None
        query = dict(parameters) | {"page": str(other), "items_per_page": str(size)}
        return f"{paging.here}{paging.path}?{urlencode(query)}"

    return orjson.dumps(
        {
            "$total": len(records),
            "$page": number,
            "$next": address(number + 1),
            "$back": address(number - 1),
            paging.size_name: size,
            "$items": [shown(row) for row in rows],
        }
    )


def _selected(records: Sequence[Record], resource: Resource, parameters: Mapping[str, str]) -> list[Record] | Error:
    rows = list(records)
    deleted_since = parameters.get("deleted_since", "") if resource.deleted else ""
    if deleted_since:
        moment = _moment(deleted_since)
        if moment is None:
            return WRONG_DATE._replace(source="deleted_since")
        rows = [one for one in rows if one["deleted_at"] and _seconds(one["deleted_at"]) > moment]
    elif resource.deleted:
        rows = [one for one in rows if not one["deleted_at"]]
    if (since := parameters.get("updated_or_created_since")) and resource.since:
        moment = _moment(since)
        if moment is None:
            return WRONG_DATE._replace(source="updated_or_created_since")
        rows = [one for one in rows if _seconds(one["updated_at"]) >= moment]
    values = dict(resource.usual) | dict(parameters)
    for name, stays in resource.filters.items():
        if value := values.get(name):
            rows = [one for one in rows if stays(one, value)]
    return rows


def _taxes(records: list[Record], country_code: str, parameters: Mapping[str, str]) -> list[Record]:
    """Tax rates for a use or a region, and those of the past only where they are asked for."""
    known = {rate.name: rate for rate in rates(country_code)}
    usage = {"sales": "S", "purchase": "P"}.get(parameters.get("usage", ""), "")
    region = parameters.get("address_region_id", "")
    rows = []
    for record in records:
        rate = known.get(str(record["name"]))
        if rate and (usage not in rate.usage or (region and rate.region not in ("", region))):
            continue
        percentages = record["percentages"]
        if parameters.get("include_historical_data") != "true" and isinstance(percentages, list):
            rows.append(record | {"percentages": [one for one in percentages if one["to_date"] is None]})
        else:
            rows.append(record)
    return rows


def _shown(record: Record, parameters: Mapping[str, str], settings: Settings, *, nests: bool) -> Record:
    """A record with the fields that were asked for, and what is nested in it told or only named."""
    wanted = parameters.get("attributes", "")
    if wanted != "all":
        names = (*_BASE, *(name.strip() for name in wanted.split(",")))
        record = {name: record[name] for name in names if name in record}
    inside = parameters.get("nested_attributes", "") if nests else ""
    if settings.nested_in_full:
        inside = "all"
    shown = record.copy()
    for name, value in record.items():
        if isinstance(value, dict | list):
            shown[name] = _nested(value, inside)
    if settings.amounts_as_numbers or settings.percentages_as_numbers:
        return {name: _in_numbers(name, value, settings) for name, value in shown.items()}
    return shown


def _nested(value: dict[str, object] | list[object], inside: str) -> object:
    if isinstance(value, list):
        return [_nested(one, inside) if isinstance(one, dict) else one for one in value]
    if "$path" not in value or len(value) == len(_BASE):
        return value
    kept = value if inside == "all" else (*_BASE, *(part.strip() for part in inside.split(",")))
    # What is nested deeper than one level is named and no more.
    parts = ((one, value[one]) for one in kept if one in value)
    return {one: _nested(part, "") if isinstance(part, dict | list) else part for one, part in parts}


def _in_numbers(name: str, value: object, settings: Settings) -> object:
    if isinstance(value, dict):
        return {one: _in_numbers(one, part, settings) for one, part in value.items()}
    if isinstance(value, list):
        return [_in_numbers(name, one, settings) for one in value]
    is_number = (settings.amounts_as_numbers and name in _AMOUNTS) or (
        settings.percentages_as_numbers and name == "percentage"
    )
    return float(value) if is_number and isinstance(value, str) else value


def _number(text: str | None, otherwise: int, largest: int) -> int:
    if not text or not text.isascii() or not text.isdigit():
        return otherwise
    return min(max(1, int(text[:9])), largest)


def _moment(text: str) -> float | None:
    """The moment of a date, or of a date and time; UTC where no zone is said."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _seconds(value: object) -> float:
    return datetime.fromisoformat(str(value)).timestamp()
