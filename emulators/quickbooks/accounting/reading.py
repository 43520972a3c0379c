"""What one call reads: a query, a single record, changes, or a batch of queries; as data, not yet written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qs

import orjson

from emulators.books.organisations import Organisation
from emulators.quickbooks.accounting.capture import LOOKS_BACK, captured
from emulators.quickbooks.accounting.entities import BY_LOWER_NAME, Entity
from emulators.quickbooks.accounting.selecting import InvalidError, Spoilt, selected, shown_whole
from emulators.quickbooks.accounting.statement import Statement, UnparsedError, parsed
from emulators.quickbooks.answers import BY_CODE, NOT_FOUND, UNSUPPORTED, Error, fault, invalid
from emulators.quickbooks.records.profile import LAPSED
from emulators.quickbooks.records.record import PACIFIC, Record
from emulators.quickbooks.records.tax import PSEUDO_CODES
from emulators.quickbooks.world import World

MOST_IN_BATCH = 30
TOO_MANY = invalid(f"A batch has at most {MOST_IN_BATCH} items")
NO_BATCH = invalid("The body is no batch request")


@dataclass(frozen=True, slots=True)
class Books:
    """One company's books, as a call reads them.

    Attributes:
        organisation: Whose.
        spoilt: What is wrong with answers, by a fault.
    """

    world: World
    organisation: Organisation
    spoilt: Spoilt

    def query(self, text: str) -> Record | Error:
        """The answer to a statement."""
        try:
            statement = parsed(text)
            entity = BY_LOWER_NAME.get(statement.entity.lower())
            if entity is None:
                return invalid(f"Invalid context declaration: {statement.entity}")
            return self._selected(entity, statement)
        except (UnparsedError, InvalidError) as wrong:
            return wrong.error

    def _selected(self, entity: Entity, statement: Statement) -> Record | Error:
        missing = self._missing(entity)
        if isinstance(missing, Error):
            return missing
        records = [] if missing else self._records(entity)
        cuts = self.world.settings.over_a_thousand == "cut"
        return {"QueryResponse": selected(entity, records, statement, cuts=cuts, spoilt=self.spoilt)}

    def single(self, name: str, identity: str) -> Record | Error:
        """One record by its id; of what there is one of, by none or the company's realm."""
        entity = BY_LOWER_NAME.get(name.lower())
        if entity is None:
            return UNSUPPORTED
        missing = self._missing(entity)
        if isinstance(missing, Error):
            return missing
        if entity.single:
            is_named = identity in ("", entity.single, self.organisation.organisation_id)
            identity = entity.single if is_named else identity
        elif not identity:
            return UNSUPPORTED
        records = [] if missing else self._records(entity)
        found = next((one for one in records if one["Id"] == identity and "status" not in one), None)
        return NOT_FOUND if found is None else {entity.name: shown_whole(entity, found)}

    def changes(self, query_string: bytes) -> Record | Error:
        """What change data capture tells."""
        asked = parse_qs(query_string.decode("ascii", "replace"))
        names = [name.strip() for name in ",".join(asked.get("entities", [])).split(",") if name.strip()]
        entities: list[Entity] = []
        for name in names:
            entity = BY_LOWER_NAME.get(name.lower())
            if entity is None or not entity.is_captured:
                return invalid(f"Invalid context declaration: {name}")
            missing = self._missing(entity)
            if isinstance(missing, Error):
                return missing
            entities.append(entity)
        since = _moment(next(iter(asked.get("changedSince", [])), ""))
        if since is None or not entities:
            return invalid("changedSince and entities are needed")
        earliest = self.world.clock.now() - LOOKS_BACK
        if since < earliest and self.world.settings.old_capture == "refused":
            return invalid("changedSince is more than 30 days ago")
        records = {one.name: [] if self._missing(one) else self._records(one) for one in entities}
        return {"CDCResponse": captured(entities, records, max(since, earliest))}

    def batch(self, body: bytes) -> Record | Error:
        """The answers to a batch, each under its item's id; what is no query is refused in its place."""
        if (items := _items(body)) is None:
            return NO_BATCH
        if len(items) > MOST_IN_BATCH:
            return TOO_MANY
        return {"BatchItemResponse": [self._item(one) for one in items]}

    def _item(self, item: Mapping[str, object]) -> Record:
        told = {"bId": str(item.get("bId", ""))}
        statement = item.get("Query")
        found = self.query(statement) if isinstance(statement, str) else UNSUPPORTED
        return told | ({"Fault": fault(found)} if isinstance(found, Error) else found)

    def _missing(self, entity: Entity) -> bool | Error:
        """Whether the company lacks an entity, by its plan or its preferences, or how that is refused."""
        if self.spoilt.refused and self.spoilt.refused[0].lower() in entity.name.lower():
            return self.spoilt.refused[1]
        if entity.is_there(self.organisation):
            return False
        return BY_CODE.get(self.world.settings.off_plan, True)

    def _records(self, entity: Entity) -> Sequence[Record]:
        settings = self.world.settings
        records = self.world.library.records(self.organisation.organisation_id, entity.name)
        if entity.name == "TaxCode" and not settings.pseudo_codes:
            return [one for one in records if one["Id"] not in PSEUDO_CODES]
        if entity.name == "CompanyCurrency" and not settings.home_currency_listed:
            home = self.organisation.country.currency
            return [one for one in records if one.get("Code") != home]
        if entity.name == "CompanyInfo" and self.organisation.is_lapsed:
            return [_with_status(one, settings.lapsed_word) for one in records]
        return records


def statement_of(query_string: bytes, body: bytes) -> str:
    """The statement of a query: its parameter, or the body where there is one."""
    if body:
        return body.decode("utf-8", "replace")
    return next(iter(parse_qs(query_string.decode("ascii", "replace")).get("query", [])), "")


def lists_asked_for(name: str, query_string: bytes, body: bytes) -> list[str]:
    """The entities that a query, the queries of a batch, or a capture of changes asks for, as far as they are known."""
    match name:
        case "query":
            statements = [statement_of(query_string, body)]
        case "batch":
            items = _items(body)
            statements = [str(one.get("Query")) for one in items if "Query" in one] if items else []
        case "cdc":
            asked = parse_qs(query_string.decode("ascii", "replace")).get("entities", [])
            return ",".join(asked).split(",")
        case _:
            return []
    found = []
    for statement in statements:
        try:
            entity = BY_LOWER_NAME.get(parsed(statement).entity.lower())
        except UnparsedError:
            continue
        found += [entity.name] if entity else []
    return list(dict.fromkeys(found))


def _items(body: bytes) -> list[dict[str, object]] | None:
    """The items of a batch; None for what is no batch."""
    try:
        asked = orjson.loads(body)
    except ValueError:
        return None
    items = asked.get("BatchItemRequest") if isinstance(asked, dict) else None
    return items if isinstance(items, list) and all(isinstance(one, dict) for one in items) else None


def _with_status(record: Record, word: str) -> Record:
    pairs = record.get("NameValue")
    if not isinstance(pairs, list):
        return record
    return record | {"NameValue": [one | {"Value": word} if one["Value"] == LAPSED else one for one in pairs]}


def _moment(text: str) -> float | None:
    # A plus sign that is not encoded arrives as a space.
    try:
        moment = datetime.fromisoformat(text.strip().replace(" ", "+"))
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=PACIFIC)).timestamp()
