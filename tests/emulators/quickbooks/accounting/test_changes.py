"""Change data capture and batches: what changed, what is gone, and several questions at once."""

from datetime import UTC, datetime

import pytest

from emulators.quickbooks.accounting.capture import captured
from emulators.quickbooks.accounting.entities import ENTITIES
from tests.emulators.quickbooks.client import App, Shown, Tokens, refused

pytestmark = pytest.mark.thorough


DAY = 86_400


def ago(app: App, seconds: float) -> str:
    return datetime.fromtimestamp(app.state()["clock"]["now"] - seconds, UTC).isoformat()


def changes(app: App, tokens: Tokens, entities: str, since: str) -> list[Shown]:
    answer = app.read(tokens, "cdc", entities=entities, changedSince=since)
    assert answer.status_code == 200, answer.text
    [told] = answer.json()["CDCResponse"]
    found: list[Shown] = told["QueryResponse"]
    return found


def test_what_has_not_changed_is_an_empty_object(app: App, large: Tokens) -> None:
    assert changes(app, large, "Account", ago(app, DAY)) == [{}]
    assert changes(app, large, "Account,Vendor", ago(app, DAY)) == [{}, {}]


def test_changed_records_are_told_whole_and_gone_ones_as_stubs(app: App, large: Tokens) -> None:
    rows = app.rows(large, "SELECT * FROM Vendor MAXRESULTS 3")
    app.record(large.realm, "Vendor", id=rows[0]["Id"], fields={"DisplayName": "Renamed"})
    app.record(large.realm, "Vendor", id=rows[1]["Id"], remove=True)
    app.control("settings", deletes_records=True)
    app.record(large.realm, "Vendor", id=rows[2]["Id"], remove=True)
    added = app.record(large.realm, "Item", fields={"Name": "New", "Sku": "N1", "Type": "Service"})
    told = changes(app, large, "Account,Vendor,Item", ago(app, DAY))
    assert told[0] == {}
    assert (told[1]["startPosition"], told[1]["maxResults"]) == (1, 3)
    by_id = {row["Id"]: row for row in told[1]["Vendor"]}
    assert by_id[rows[0]["Id"]]["DisplayName"] == "Renamed"
    assert by_id[rows[1]["Id"]]["Active"] is False
    assert by_id[rows[1]["Id"]]["DisplayName"] == f"{rows[1]['DisplayName']} (deleted)"
    stub = by_id[rows[2]["Id"]]
    assert stub["status"] == "Deleted"
    assert set(stub) == {"domain", "status", "Id", "MetaData"}
    [item] = told[2]["Item"]
    assert item["Id"] == added["Id"]
    assert "Sku" not in item
    found = [row["Id"] for row in app.rows(large, "SELECT * FROM Vendor WHERE Active IN (true,false) MAXRESULTS 1000")]
    assert rows[1]["Id"] in found
    assert rows[2]["Id"] not in found
    assert refused(app.read(large, f"vendor/{rows[2]['Id']}")) == (400, "610")
    app.advance(3000)
    assert changes(app, large, "Vendor", ago(app, 2999)) == [{}]


@pytest.mark.parametrize("entity", ["TaxCode", "TaxRate", "TaxAgency", "CompanyInfo", "Nonsense"])
def test_not_everything_is_captured(app: App, large: Tokens, entity: str) -> None:
    answer = app.read(large, "cdc", entities=f"Account,{entity}", changedSince=ago(app, DAY))
    assert refused(answer) == (400, "4001")


def test_it_looks_back_thirty_days(app: App, large: Tokens) -> None:
    row = app.rows(large, "SELECT * FROM Vendor MAXRESULTS 1")[0]
    app.record(large.realm, "Vendor", id=row["Id"], fields={"DisplayName": "Renamed"})
    app.advance(31 * DAY)
    tokens = app.connect(large.realm)
    assert changes(app, tokens, "Vendor", ago(app, 60 * DAY)) == [{}], "cut"
    app.control("settings", old_capture="refused")
    answer = app.read(tokens, "cdc", entities="Vendor", changedSince=ago(app, 60 * DAY))
    assert refused(answer) == (400, "4001")
    assert refused(app.read(tokens, "cdc", entities="Vendor", changedSince="lately")) == (400, "4001")
    assert refused(app.read(tokens, "cdc", changedSince=ago(app, DAY))) == (400, "4001")


def test_a_thousand_objects_of_all_entities_are_the_most() -> None:
    stamp = {"LastUpdatedTime": "2026-05-01T00:00:00-07:00"}
    rows: list[dict[str, object]] = [{"Id": str(number), "MetaData": stamp} for number in range(700)]
    told = captured([ENTITIES["Vendor"], ENTITIES["Customer"], ENTITIES["Item"]], dict.fromkeys(ENTITIES, rows), 0.0)
    answered = told[0]["QueryResponse"]
    assert isinstance(answered, list)
    assert [one.get("maxResults", 0) for one in answered] == [700, 300, 0]


def test_a_batch_answers_each_item_in_its_own_way(app: App, large: Tokens) -> None:
    items: list[Shown] = [
        {"bId": "a", "Query": "SELECT * FROM Class"},
        {"bId": "b", "Query": "SELECT COUNT(*) FROM Vendor WHERE Active IN (true, false)"},
        {"bId": "c", "Query": "SELECT * FROM Nonsense"},
        {"bId": "d", "operation": "create", "Account": {"Name": "New"}},
    ]
    answer = app.batch(large, items)
    assert answer.status_code == 200
    first, second, third, fourth = answer.json()["BatchItemResponse"]
    assert first == {"bId": "a", "QueryResponse": app.found(large, "SELECT * FROM Class")}
    assert second["QueryResponse"]["totalCount"] > 1000
    assert (third["bId"], third["Fault"]["Error"][0]["code"]) == ("c", "4001")
    assert fourth["Fault"]["Error"][0]["code"] == "500"


def test_a_batch_has_at_most_thirty_items(app: App, large: Tokens) -> None:
    items = [{"bId": str(number), "Query": "SELECT COUNT(*) FROM Class"} for number in range(31)]
    assert refused(app.batch(large, items)) == (400, "4001")
    assert len(app.batch(large, items[:30]).json()["BatchItemResponse"]) == 30
    assert refused(app.batch(large, {"not": "a list"})) == (400, "4001")  # type: ignore[arg-type]  # on purpose


@pytest.mark.parametrize(("each", "metered"), [(False, 1), (True, 3)])
def test_a_batch_is_metered_once_or_by_item(app: App, large: Tokens, each: bool, metered: int) -> None:
    app.control("settings", batch_items_metered=each)
    app.batch(large, [{"bId": str(number), "Query": "SELECT COUNT(*) FROM Class"} for number in range(3)])
    assert app.metered() == metered
