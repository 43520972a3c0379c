"""What an import does with each row: created, changed, left, or refused for a reason in plain words."""

from dataclasses import replace
from uuid import UUID, uuid5

import pytest

from contracts.words.client_imports import ImportField, ImportVerdict, Spoilt
from rules.clients.imports.columns import Sheet, SheetRow
from rules.clients.imports.judging import judge
from rules.clients.imports.plans import ImportInto, ImportOwner, ImportPlan, JudgedRow, KnownClient

F, V = ImportField, ImportVerdict
HERE = UUID(int=7)


def an_id(name: str) -> UUID:
    return uuid5(HERE, name)


ANN = ImportOwner(an_id("ann"), "Ann Lee", "ann@firm.test", True)
BEA = ImportOwner(an_id("bea"), "Bea Quay", "Bea@Firm.test", True)
OTTO = ImportOwner(an_id("otto"), "Otto Gone", "otto@firm.test", False)
TEAMS = ((an_id("payroll"), "Payroll"), (an_id("vat"), "VAT desk"))


def known(code: str, name: str) -> KnownClient:
    """An active client of Ann's without numbers."""
    return KnownClient(an_id(code), name, code, ANN.id, None, None, None, None, is_archived=False)


ASH = known("ASH1", "Ash Ltd")._replace(company_number="01234567", tax_number="GB 123 4567 82", reference="Box 7")
ELM = known("00123", "Elm  &\nCo")._replace(reference="0042", owner_id=OTTO.id, team_id=TEAMS[0][0])
OLD = known("OLD1", "Oak Ltd")._replace(company_number="07654321", is_archived=True)
PRACTICE = ImportInto((ASH, ELM, OLD), (ANN, BEA, OTTO), TEAMS, has_teams=True, allowance=50, importer_id=ANN.id)


def plan(*rows: dict[str, str], practice: ImportInto = PRACTICE, same_names: bool = False) -> ImportPlan:
    fields = list(F)
    sheet = Sheet(
        [str(field) for field in fields],
        [SheetRow(number, [row.get(field, "") for field in fields]) for number, row in enumerate(rows, start=2)],
    )
    return judge(sheet, {field: place for place, field in enumerate(fields)}, practice, adds_namesakes=same_names)


def one(practice: ImportInto = PRACTICE, *, same_names: bool = False, **row: str) -> JudgedRow:
    (judged,) = plan(row, practice=practice, same_names=same_names).rows
    return judged


def said(row: JudgedRow) -> str:
    assert row.verdict is V.REFUSED, row
    assert (row.changes, row.values) == ((), None)
    return row.message or ""


def test_a_new_code_is_a_new_client_with_all_that_stands_there():
    row = one(code="new-1", name=" New \n Ltd", owner_email="BEA@firm.test", team="payroll", reference="Box 9")
    assert (row.verdict, row.code, row.name, row.client) == (V.CREATED, "NEW-1", "New Ltd", None)
    assert row.values == {
        "code": "NEW-1",
        "name": "New Ltd",
        "owner_id": BEA.id,
        "team_id": TEAMS[0][0],
        "reference": "Box 9",
    }
    assert one(name="Newer Ltd").values == {"code": None, "name": "Newer Ltd", "owner_id": ANN.id}


def test_a_known_code_is_changed_where_it_differs_and_empty_cells_leave_what_is_there():
    row = one(code=" ash1 ", name="Ash plc", owner_email="bea quay", company_number="1234567", reference="")
    assert (row.verdict, row.client, row.values) == (V.CHANGED, ASH, {"name": "Ash plc", "owner_id": BEA.id})
    assert row.changes == (
        (F.NAME, "Ash Ltd", "Ash plc"),
        (F.OWNER_EMAIL, "ann@firm.test", "Bea@Firm.test"),
    )


@pytest.mark.parametrize(
    "row",
    [
        {"code": "ASH1"},
        {"code": "ASH1", "name": "Ash Ltd", "owner_email": "Ann Lee", "tax_number": "XI123456782"},
        {"code": "00123", "name": "Elm & Co", "owner_email": "otto@firm.test", "team": "PAYROLL"},
        {"reference": "Box 7", "name": "Ash  Ltd"},
        {"code": "OLD1", "name": "Oak Ltd"},
    ],
)
def test_what_is_there_already_is_left(row):
    judged = one(**row)
    assert (judged.verdict, judged.changes) == (V.UNCHANGED, ())


def test_a_row_without_a_code_is_recognised_by_its_reference_then_by_a_number():
    assert (one(reference="BOX 7", name="Ash").recognised_by, one(reference="BOX 7").client) == (F.REFERENCE, ASH)
    by_company = one(company_number="1234567", name="Ash plc")
    assert (by_company.recognised_by, by_company.client, by_company.code) == (F.COMPANY_NUMBER, ASH, "ASH1")
    assert one(tax_number="123456782", name="Ash plc").recognised_by is F.TAX_NUMBER
    in_books = ASH._replace(company_number=None, registration_number="01234567")
    found = one(replace(PRACTICE, clients=(in_books,)), company_number="1234567", name="Ash plc")
    assert found.client == in_books, "its books have the number"


def test_a_name_alone_never_tells_who_it_is():
    assert "ASH1 (Ash Ltd) has this name already" in said(one(name="ASH LIMITED"))
    assert "give it the code ASH1" in said(one(name="ASH LIMITED"))
    assert "allow the same name twice" in said(one(name="Ash Ltd", code="ASH2"))
    assert one(name="Ash Ltd", code="ASH2", same_names=True).verdict is V.CREATED
    assert one(name="Ash Ltd", same_names=True).verdict is V.REFUSED, "it would come again with every import"
    assert one(name="Ash Ltd", company_number="09999999").verdict is V.CREATED, "another company of the same name"
    renamed = one(code="00123", name="Ash Limited")
    assert said(renamed) == "ASH1 (Ash Ltd) has this name already. If it is another, allow the same name twice."
    assert one(code="00123", name="Ash Limited", same_names=True).verdict is V.CHANGED
    assert one(code="00123", name="Ash Limited", company_number="09999999").verdict is V.CHANGED
    assert one(code="ASH1", name="ASH LIMITED").verdict is V.CHANGED, "another spelling of its own name"
    twice = plan({"name": "Fir"}, {"name": "Fir Ltd"}).rows
    assert [row.verdict for row in twice] == [V.CREATED, V.REFUSED]
    assert said(twice[1]).startswith("Row 2 has this name too.")


@pytest.mark.parametrize(
    ("row", "field", "message"),
    [
        ({"code": "N1"}, F.NAME, "The name is missing."),
        ({"code": "N1", "name": "x" * 256}, F.NAME, "Give 255 characters at most."),
        ({"code": "N 1", "name": "Fir"}, F.CODE, "A code has 1 to 20 letters and digits"),
        ({"code": "x" * 21, "name": "Fir"}, F.CODE, "A code has 1 to 20 letters and digits"),
        ({"name": "Fir", "owner_email": "no@firm.test"}, F.OWNER_EMAIL, "has the address no@firm.test."),
        ({"name": "Fir", "owner_email": "Nobody"}, F.OWNER_EMAIL, "is called Nobody."),
        ({"name": "Fir", "owner_email": "otto@firm.test"}, F.OWNER_EMAIL, "has left the practice"),
        ({"name": "Fir", "team": "Audit"}, F.TEAM, "There is no team Audit in your practice."),
        ({"name": "Fir", "company_number": "1234567"}, None, ""),
        ({"code": "N1", "name": "Fir", "company_number": "1234567"}, F.COMPANY_NUMBER, "that of ASH1 (Ash Ltd)"),
        ({"code": "N1", "name": "Fir", "tax_number": "123456782"}, F.TAX_NUMBER, "Its tax number is that of ASH1"),
        ({"code": "00123", "company_number": "1234567"}, F.COMPANY_NUMBER, "give it the code ASH1"),
        ({"code": "N1", "name": "Fir", "company_number": "7654321"}, F.COMPANY_NUMBER, "That is archived: restore it."),
        ({"code": "OLD1", "name": "Oak plc"}, None, "OLD1 (Oak Ltd) is archived. Restore it first."),
        ({"reference": "Box 7", "company_number": "09999999"}, F.REFERENCE, "but another company or tax number"),
        ({"code": "123", "name": "Elm"}, F.CODE, "There is a client with the code 00123."),
        ({"reference": "42", "name": "Elm"}, F.REFERENCE, "There is a client with the reference 0042."),
        ({"code": "1.00E+05", "name": "Fir"}, F.CODE, "such as of 1E5"),
        ({"code": "N1", "name": "Fi\u202er"}, F.NAME, "It holds a character that cannot be shown."),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_reason(row, field, message):
    if not message:  # a number without a code is that client's
        assert one(**row).client == ASH
        return
    judged = one(**row)
    assert message in said(judged)
    assert judged.field is field


def test_all_that_is_wrong_with_a_row_is_said():
    told = said(one(name="Fir", owner_email="no@firm.test", team="Audit", reference="x" * 101))
    assert "no@firm.test" in told
    assert "no team Audit" in told
    assert "100 characters" in told


def test_rows_about_one_client_are_refused_since_nobody_knows_which_counts():
    rows = plan({"code": "n1", "name": "A"}, {"code": "N1", "name": "B"}, {"code": "ASH1"}, {"reference": "Box 7"}).rows
    assert said(rows[0]) == said(rows[1]) == "Rows 2 and 3 are about the code N1: which one counts?"
    assert said(rows[2]) == said(rows[3]) == "Rows 4 and 5 are about ASH1 (Ash Ltd): which one counts?"
    many = plan(*({"code": "N1", "name": str(number)} for number in range(8))).rows
    assert said(many[0]).startswith("Rows 2, 3, 4, 5, 6 and 3 more are about the code N1")


def test_a_company_number_is_one_client_s_and_a_tax_number_may_be_a_vat_group_s():
    a, b = {"name": "A", "company_number": "09000001"}, {"name": "B", "company_number": "9000001"}
    first, another, second = plan(a, {"name": "C"}, b).rows
    assert said(first) == said(second) == "Rows 2 and 4 have the same company number: which one counts?"
    assert another.verdict is V.CREATED
    group = [{"name": "A", "tax_number": "GB999999973"}, {"name": "B", "tax_number": "999999973"}]
    told = "Rows 2 and 3 have the same tax number. Give each its company number if they are of one VAT group."
    assert [said(row) for row in plan(*group).rows] == [told, told]
    told_apart = [row | {"company_number": number} for row, number in zip(group, ("09000001", "09000002"), strict=True)]
    assert [row.verdict for row in plan(*told_apart).rows] == [V.CREATED, V.CREATED]


def test_an_account_that_was_merged_leads_to_the_one_that_stays():
    gone = known("OLD2", "Oak Ltd")._replace(is_archived=True, merged_into="OLD1")
    practice = replace(PRACTICE, clients=(*PRACTICE.clients, gone))
    assert said(one(practice, code="OLD2", name="Oak plc")) == (
        "OLD2 (Oak Ltd) was merged into OLD1. Give it that code."
    )


def test_the_allowance_and_the_plan_hold_and_say_so():
    tight = replace(PRACTICE, allowance=3)
    rows = plan({"name": "A"}, {"name": "B"}, {"code": "ASH1", "name": "Ash plc"}, practice=tight).rows
    assert [row.verdict for row in rows] == [V.CREATED, V.REFUSED, V.CHANGED], "the archived one does not count"
    assert said(rows[1]).startswith("The practice would have more than its allowance of 3 clients. Archive clients")
    small = replace(PRACTICE, has_teams=False)
    assert "needs the advanced plan" in said(one(small, name="A", team="Payroll"))
    assert one(small, code="00123", team="Payroll").verdict is V.UNCHANGED


def test_a_name_that_two_colleagues_have_is_asked_about_unless_it_is_the_owner_s():
    other = ImportOwner(an_id("ann2"), "ann lee", "ann2@firm.test", True)
    practice = replace(PRACTICE, people=(*PRACTICE.people, other))
    assert "Several colleagues are called Ann Lee" in said(one(practice, name="Fir", owner_email="Ann Lee"))
    assert one(practice, code="ASH1", owner_email="Ann Lee").verdict is V.UNCHANGED


@pytest.mark.parametrize("spoilt", Spoilt)
def test_what_a_spreadsheet_has_made_of_a_cell_is_explained_and_not_guessed_at(spoilt):
    sheet = Sheet(["name", "code", "notes"], [SheetRow(2, ["Fir", "2026-03-01", "x"], {1: spoilt, 2: Spoilt.DATE})])
    (row,) = judge(sheet, {F.NAME: 0, F.CODE: 1}, PRACTICE).rows
    assert (row.field, row.name) == (F.CODE, "Fir")
    assert "preadsheet" in said(row)
    (unused,) = judge(sheet, {F.NAME: 0}, PRACTICE).rows
    assert unused.verdict is V.CREATED, "a column that is not used may hold what it likes"


def test_a_plan_s_fingerprint_tells_any_difference():
    first = plan({"code": "ASH1", "name": "Ash plc"})
    assert first.fingerprint == plan({"code": "ash1 ", "name": "Ash plc"}).fingerprint
    moved = replace(PRACTICE, clients=(ASH._replace(name="Ash LLP"), ELM, OLD))
    others = [
        plan({"code": "ASH1", "name": "Ash Plc"}),
        plan({"code": "ASH1", "name": "Ash plc"}, {"name": "Fir"}),
        plan({"code": "ASH1", "name": "Ash plc"}, practice=moved),
    ]
    assert len({first.fingerprint, *(other.fingerprint for other in others)}) == 4


def test_new_clients_of_who_may_not_add_any_are_refused_and_the_others_changed():
    into = replace(PRACTICE, why_not_add="You may not add clients.")
    new, old = plan({"code": "new-1", "name": "New Ltd"}, {"code": "ASH1", "reference": "Box 8"}, practice=into).rows
    assert said(new) == "You may not add clients."
    assert old.verdict is V.CHANGED
