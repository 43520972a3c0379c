"""What change data tells, and when it tells nothing because it may be incomplete."""

import pytest

from providers.kit.json_values import Record
from providers.port.errors import Unavailable
from providers.quickbooks.changes import CUT_AT, Changed, changes_in
from providers.quickbooks.errors import Faulty

ENTITIES = ("Account", "Vendor", "Item")


def told(**by_entity: list[Record]) -> Record:
    return {"CDCResponse": [{"QueryResponse": [{name: records} for name, records in by_entity.items()]}]}


def records(count: int) -> list[Record]:
    return [{"Id": str(number)} for number in range(count)]


def test_no_change_is_told_of_every_entity_that_was_asked_for() -> None:
    answers: list[Record] = [told(), {"CDCResponse": [{"QueryResponse": [{}]}]}, {"CDCResponse": [{}]}]
    for answer in answers:
        assert changes_in(answer, ENTITIES) == dict.fromkeys(ENTITIES, Changed([], []))


def test_what_changed_stands_apart_from_what_is_deleted() -> None:
    gone: Record = {"Id": "2", "status": "Deleted", "MetaData": {"LastUpdatedTime": "2026-03-02T04:00:00-08:00"}}
    found = changes_in(told(Account=[{"Id": "1", "Active": False}, gone]), ENTITIES)
    assert found["Account"] == Changed([{"Id": "1", "Active": False}], [gone])
    assert found["Vendor"] == Changed([], [])


def test_a_thousand_records_over_all_lists_may_have_been_cut() -> None:
    assert changes_in(told(Account=records(400), Vendor=records(CUT_AT - 401)), ENTITIES)
    assert changes_in(told(Account=records(400), Vendor=records(CUT_AT - 400)), ENTITIES) == {}


def test_a_fault_among_the_answers_is_told() -> None:
    fault: Record = {"Fault": {"Error": [{"code": "5030"}], "type": "ValidationFault"}}
    for inside in ([fault], [{"QueryResponse": [{"Account": records(1)}, fault]}]):
        with pytest.raises(Faulty) as caught:
            changes_in({"CDCResponse": inside}, ENTITIES)
        assert caught.value.fault.codes == {"5030"}


def test_another_answer_is_no_quiet_night() -> None:
    with pytest.raises(Unavailable):
        changes_in({"QueryResponse": {}}, ENTITIES)
