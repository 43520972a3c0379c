"""The query language, by its published grammar, and the envelope of what is found."""

import httpx2
import pytest

from emulators.quickbooks.accounting.statement import Condition, Statement, UnparsedError, parsed
from tests.emulators.quickbooks.client import App, Tokens, refused


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("text", "statement"),
    [
        ("SELECT * FROM Account", Statement("Account", ("*",))),
        ("select count(*) from Vendor", Statement("Vendor", is_count=True)),
        ("SELECT *, Sku FROM Item", Statement("Item", ("*", "Sku"))),
        (
            "SELECT Id, MetaData.LastUpdatedTime FROM Class ORDERBY Name DESC, Id STARTPOSITION 11 MAXRESULTS 10",
            Statement(
                "Class",
                ("Id", "MetaData.LastUpdatedTime"),
                order=(("Name", True), ("Id", False)),
                start=11,
                most=10,
            ),
        ),
        (
            r"SELECT * FROM Vendor WHERE Active IN (true, FALSE) AND Name = 'Pete\'s \\ Tools' AND Balance >= '5'",
            Statement(
                "Vendor",
                ("*",),
                conditions=(
                    Condition("Active", "IN", (True, False)),
                    Condition("Name", "=", ("Pete's \\ Tools",)),
                    Condition("Balance", ">=", ("5",)),
                ),
            ),
        ),
        (
            "SELECT * FROM Item WHERE Name LIKE '%A%' MAXRESULTS 5",
            Statement("Item", ("*",), conditions=(Condition("Name", "LIKE", ("%A%",)),), most=5),
        ),
    ],
)
def test_statements_are_read(text: str, statement: Statement) -> None:
    assert parsed(text) == statement


@pytest.mark.parametrize(
    ("text", "what", "column"),
    [
        ("", "<EOF>", 1),
        ("SELECT * Account", "Account", 10),
        ("SELECT * FROM Account WHERE", "<EOF>", 28),
        ("SELECT * FROM Account WHERE Name = 'A' OR Name = 'B'", "OR", 40),
        ("SELECT * FROM Account ORDER BY Name", "ORDER", 23),
        ("SELECT * FROM Account WHERE Name = 'Pete''s'", "s", 42),
        ("SELECT * FROM Account WHERE CurrentBalance > 0", "0", 46),
        ("SELECT * FROM Account WHERE Name = Cash", "Cash", 36),
        ('SELECT * FROM Account WHERE Name = "Cash"', '"', 36),
        ("SELECT * FROM Account MAXRESULTS 5 STARTPOSITION 1", "STARTPOSITION", 36),
        ("SELECT * FROM Account LIMIT 5", "LIMIT", 23),
        ("SELECT * FROM Account WHERE Name <> 'A'", ">", 35),
        ("SELECT * FROM Account WHERE Id IN ()", ")", 36),
        ("SELECT * FROM Account MAXRESULTS 1.5", "1.5", 34),
        ("SELECT COUNT(Id) FROM Account", "Id", 14),
        ("SELECT * FROM Account;", ";", 22),
        ("DELETE FROM Account", "DELETE", 1),
    ],
)
def test_what_is_no_statement_is_told_with_its_place(text: str, what: str, column: int) -> None:
    with pytest.raises(UnparsedError) as wrong:
        parsed(text)
    assert wrong.value.error.detail == f'QueryParserError: Encountered "{what}" at line 1, column {column}.'


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("statement", "code", "detail"),
    [
        ("SELECT * FROM Account WHERE", "4000", "Encountered"),
        ("SELECT * FROM Nonsense", "4001", "Invalid context declaration: Nonsense"),
        ("SELECT * FROM Account WHERE Colour = 'red'", "4001", "Property Colour not found for Entity Account"),
        ("SELECT Colour FROM Account", "4001", "Property Colour not found for Entity Account"),
        ("SELECT * FROM Account ORDERBY Colour", "4001", "Property Colour not found for Entity Account"),
        ("SELECT * FROM TaxAgency WHERE Active IN (true, false)", "4001", "Property Active not found"),
        ("SELECT * FROM Account STARTPOSITION 0", "4001", "value 0 is too small"),
        ("SELECT * FROM Account MAXRESULTS 1001", "4001", "value 1001 is too large"),
        ("SELECT * FROM Account MAXRESULTS 0", "4001", "value 0 is too small"),
        ("SELECT * FROM Account WHERE MetaData.LastUpdatedTime > 'yesterday'", "4001", "Invalid date format"),
    ],
)
def test_a_query_that_cannot_be_answered(app: App, own: Tokens, statement: str, code: str, detail: str) -> None:
    answer = app.query(own, statement)
    assert refused(answer) == (400, code)
    fault = answer.json()["Fault"]
    assert fault["type"] == "ValidationFault"
    assert detail in fault["Error"][0]["Detail"]


@pytest.mark.thorough
def test_the_envelope_counts_its_rows(app: App, large: Tokens) -> None:
    assert len(app.rows(large, "SELECT * FROM Vendor")) == 100, "unless more are asked for"
    page = app.found(large, "SELECT * FROM Vendor STARTPOSITION 1001 MAXRESULTS 1000")
    assert page["startPosition"] == 1001
    assert page["maxResults"] == len(page["Vendor"]) < 1000
    assert "totalCount" not in page
    assert app.found(large, "SELECT COUNT(*) FROM Vendor") == {"totalCount": 1000 + page["maxResults"]}
    assert app.found(large, "SELECT * FROM Vendor STARTPOSITION 5000") == {}
    assert app.found(large, "SELECT COUNT(*) FROM Vendor WHERE DisplayName = 'Nobody'") == {"totalCount": 0}
    answer = app.query(large, "SELECT * FROM Class").json()
    assert set(answer) == {"QueryResponse", "time"}
    assert answer["time"][-6:] in ("-08:00", "-07:00")


@pytest.mark.thorough
def test_more_than_a_thousand_may_be_cut(app: App, large: Tokens) -> None:
    app.control("settings", over_a_thousand="cut")
    assert len(app.rows(large, "SELECT * FROM Vendor MAXRESULTS 5000")) == 1000


@pytest.mark.thorough
@pytest.mark.parametrize("entity", ["Account", "Vendor", "Customer", "Item"])
def test_only_what_is_active_is_found_unless_the_statement_speaks_of_it(app: App, large: Tokens, entity: str) -> None:
    active, every = app.count(large, entity), app.count(large, entity, "WHERE Active IN (true, false)")
    gone = app.rows(large, f"SELECT * FROM {entity} WHERE Active = false MAXRESULTS 1000")  # noqa: S608  # no SQL
    assert every == active + len(gone)
    assert gone
    for row in gone:
        name = row["Name"] if "Name" in row else row["DisplayName"]
        assert name.endswith(" (deleted)")
        assert str(row.get("FullyQualifiedName", name)).endswith(" (deleted)")
        assert row["Active"] is False


@pytest.mark.thorough
def test_star_leaves_the_sku_out(app: App, large: Tokens) -> None:
    without, with_it = app.rows(large, "SELECT * FROM Item"), app.rows(large, "SELECT *, Sku FROM Item")
    assert not any("Sku" in row for row in without)
    assert [row["Sku"] for row in with_it if row["Type"] != "Category"]
    assert [{name: one for name, one in row.items() if name != "Sku"} for row in with_it] == without


@pytest.mark.thorough
def test_what_is_selected_comes_sparse(app: App, large: Tokens) -> None:
    [row] = app.rows(large, "SELECT DisplayName, MetaData.LastUpdatedTime FROM Vendor MAXRESULTS 1")
    assert set(row) == {"domain", "sparse", "Id", "DisplayName", "MetaData"}
    assert row["sparse"] is True
    assert set(row["MetaData"]) == {"LastUpdatedTime"}


def test_conditions_compare_by_kind(app: App, large: Tokens) -> None:
    rows = app.rows(large, "SELECT * FROM Vendor MAXRESULTS 1000")
    rows += app.rows(large, "SELECT * FROM Vendor STARTPOSITION 1001 MAXRESULTS 1000")
    dear = app.rows(large, "SELECT * FROM Vendor WHERE Balance > '99.5' MAXRESULTS 1000")
    assert {row["Id"] for row in dear} == {row["Id"] for row in rows if row["Balance"] > 99.5}
    middle = sorted(row["MetaData"]["LastUpdatedTime"] for row in rows)[500]
    late = app.count(large, "Vendor", f"WHERE MetaData.LastUpdatedTime >= '{middle}'")
    assert 400 < late < 900
    assert app.count(large, "Vendor", "WHERE MetaData.LastUpdatedTime < '2000-01-01T00:00:00Z'") == 0
    name = rows[0]["DisplayName"]
    assert app.rows(large, f"SELECT * FROM Vendor WHERE DisplayName = '{name}'") == [rows[0]]  # noqa: S608  # no SQL
    found = app.rows(large, f"SELECT * FROM Vendor WHERE DisplayName LIKE '{name[:4].lower()}%'")  # noqa: S608
    assert rows[0]["Id"] in [row["Id"] for row in found]
    banks = app.rows(large, "SELECT * FROM Account WHERE AccountType IN ('Bank', 'Credit Card')")
    assert {row["AccountType"] for row in banks} == {"Bank", "Credit Card"}
    parent = next(row for row in app.rows(large, "SELECT * FROM Class") if "ParentRef" in row)["ParentRef"]
    assert app.count(large, "Class", f"WHERE ParentRef = '{parent['value']}'") == 1


@pytest.mark.thorough
def test_an_order_by_id_is_ignored_and_others_are_not(app: App, large: Tokens) -> None:
    usual = app.rows(large, "SELECT * FROM Vendor")
    assert app.rows(large, "SELECT * FROM Vendor ORDERBY Id DESC") == usual
    by_time = app.rows(large, "SELECT * FROM Vendor ORDERBY MetaData.LastUpdatedTime DESC MAXRESULTS 1000")
    by_name = app.rows(large, "SELECT * FROM Vendor ORDERBY DisplayName MAXRESULTS 1000")
    assert by_time != by_name
    names = [row["DisplayName"].lower() for row in by_name]
    assert names == sorted(names)


@pytest.mark.thorough
def test_a_statement_may_be_posted(app: App, large: Tokens, http: httpx2.Client) -> None:
    headers = {
        "Authorization": f"Bearer {large.access}",
        "Accept": "application/json",
        "Content-Type": "application/text",
    }
    answer = http.post(f"/v3/company/{large.realm}/query", content="SELECT COUNT(*) FROM Account", headers=headers)
    assert answer.json()["QueryResponse"] == {"totalCount": app.count(large, "Account")}
    assert app.calls()["by_path"]["POST /v3/company/{id}/query Account"] == 1
