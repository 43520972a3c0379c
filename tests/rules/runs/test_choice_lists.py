"""What the rows of a list of choices come to."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.words.choice_lists import ChoiceField, ChoiceVerdict
from contracts.words.client_imports import Spoilt
from contracts.words.refusals import Refused
from contracts.words.runs import Action, Verdict
from rules.clients.imports.columns import Sheet, SheetRow
from rules.clients.imports.plans import ImportInto, ImportOwner
from rules.runs.choice_lists import ChoicePlan, ChoosingFrom, RunListRow, judge_choices

ADA, BO, PAYROLL, OLD = (UUID(int=number) for number in range(1, 5))
HEADINGS = ("organisation_id", "chosen", "code", "owner_email", "team", "existing_client")
PRACTICE = ImportInto(
    clients=(),
    people=(ImportOwner(ADA, "Ada", "ada@harbour.test", True), ImportOwner(BO, "Bo", "bo@harbour.test", False)),
    teams=((PAYROLL, "Payroll"),),
    has_teams=True,
    allowance=10,
    importer_id=ADA,
)
INTO = ChoosingFrom(
    listed={
        "org-1": RunListRow("Ash", Verdict.NEW),
        "org-2": RunListRow("Oak", Verdict.NEW),
        "org-3": RunListRow("Elm", Verdict.LOOKS_LIKE_CLIENT),
        "org-4": RunListRow("Yew", Verdict.ALREADY_CLIENT),
    },
    linkable={"OLD1": OLD},
    codes={"OLD1": "Elm", "YEW1": "Yew"},
    practice=PRACTICE,
)


def judged(*rows: tuple[str, ...], headings: tuple[str, ...] = HEADINGS, into: ChoosingFrom = INTO) -> ChoicePlan:
    return judge_choices(Sheet(headings, [SheetRow(place, row) for place, row in enumerate(rows, start=2)]), into)


def test_a_row_chooses_with_code_owner_and_team():
    plan = judged(("org-1", "yes", " ash1 ", "ADA@harbour.test", "payroll", ""), ("org-3", "x", "", "", "", "old1"))
    first, second = plan.selection.organisations if plan.selection else ()
    assert (first.code, first.owner_id, first.team_id) == ("ASH1", ADA, PAYROLL)
    assert (second.action, second.client_id, second.code) == (Action.LINK, OLD, None)
    assert plan.counts == {ChoiceVerdict.CHOSEN: 2, ChoiceVerdict.LEFT_OUT: 0, ChoiceVerdict.REFUSED: 0}
    assert plan.missing == 1


def test_what_is_not_said_yes_to_is_left_out_and_nothing_of_it_is_read():
    plan = judged(("org-1", "no", "??", "nobody", "none", "nothing"), ("org-2", ""), ("org-4", "yes"))
    assert [(row.verdict, row.message) for row in plan.rows] == [
        (ChoiceVerdict.LEFT_OUT, None),
        (ChoiceVerdict.LEFT_OUT, None),
        (ChoiceVerdict.LEFT_OUT, "It is your client already."),
    ]
    assert plan.selection is None


@pytest.mark.parametrize(
    ("row", "field", "message"),
    [
        (("", "yes"), ChoiceField.ORGANISATION_ID, "no organisation id"),
        (("org-9", "yes"), ChoiceField.ORGANISATION_ID, "not on this run's list"),
        (("1.5E+12", "yes"), ChoiceField.ORGANISATION_ID, "made the number"),
        (("org-1", "maybe"), ChoiceField.CHOSEN, "yes or no"),
        (("org-1", "yes", "a b"), ChoiceField.CODE, "A code has"),
        (("org-1", "yes", "yew1"), ChoiceField.CODE, "Your client Yew has the code YEW1"),
        (("org-1", "yes", "", "cy@harbour.test"), ChoiceField.OWNER_EMAIL, "No colleague"),
        (("org-1", "yes", "", "bo@harbour.test"), ChoiceField.OWNER_EMAIL, "has left"),
        (("org-1", "yes", "", "", "Audit"), ChoiceField.TEAM, "no team Audit"),
        (("org-1", "yes", "", "", "", "YEW1"), ChoiceField.EXISTING_CLIENT, "Your client Yew is connected"),
        (("org-1", "yes", "", "", "", "NONE1"), ChoiceField.EXISTING_CLIENT, "No client has it"),
        (("org-1", "yes", "NEW1", "", "", "OLD1"), ChoiceField.CODE, "keeps its code"),
    ],
)
def test_a_row_that_cannot_be_done_is_refused_with_its_column(row, field, message):
    (found,) = judged(row).rows
    assert (found.verdict, found.field, found.number) == (ChoiceVerdict.REFUSED, field, 2)
    assert message in (found.message or "")


def test_what_two_rows_want_is_refused_in_both():
    twice = judged(("org-1", "yes"), ("org-1", "no"), ("org-2", "yes"))
    codes = judged(("org-1", "yes", "ONE"), ("org-2", "yes", "one"))
    links = judged(("org-1", "yes", "", "", "", "OLD1"), ("org-2", "yes", "", "", "", "OLD1"))
    for plan, field in (
        (twice, ChoiceField.ORGANISATION_ID),
        (codes, ChoiceField.CODE),
        (links, ChoiceField.EXISTING_CLIENT),
    ):
        assert [row.field for row in plan.rows[:2]] == [field, field]
    assert twice.selection is not None
    assert [one.organisation_id for one in twice.selection.organisations] == ["org-2"]


def test_the_code_of_the_client_that_is_linked_may_stand_beside_it():
    assert judged(("org-1", "yes", "old1", "", "", "OLD1")).counts[ChoiceVerdict.CHOSEN] == 1


def test_columns_are_told_by_their_headings_and_other_columns_are_left_alone():
    plan = judged(("Yes", "whatever", "org-1"), headings=("Chosen", "notes", "Organisation ID"))
    assert plan.counts[ChoiceVerdict.CHOSEN] == 1
    with pytest.raises(Refused, match="no column chosen") as refused:
        judged(("org-1",), headings=("organisation_id",))
    assert refused.value.refusal.field == "file"


def test_what_a_spreadsheet_has_spoilt_is_not_guessed_at():
    row = SheetRow(2, ("org-1", "yes", "3 May"), {2: Spoilt.DATE})
    (found,) = judge_choices(Sheet(HEADINGS, [row]), INTO).rows
    assert (found.field, found.verdict) == (ChoiceField.CODE, ChoiceVerdict.REFUSED)


def test_two_thousand_rows_are_judged_and_make_a_small_selection():
    ids = [f"organisation-{place:05}" for place in range(2_000)]
    into = INTO._replace(listed={one: RunListRow("Name", Verdict.NEW) for one in ids})
    plan = judged(*((one, "yes", f"C{one[-5:]}", "Ada", "Payroll") for one in ids), into=into)
    assert plan.selection is not None
    assert len(plan.selection.organisations) == 2_000


ORGANISATION = st.sampled_from(["org-1", "org-2", "org-3", "org-4", "org-9"])
GIVEN = st.sampled_from([("ASH1", ""), ("ash1", ""), ("OAK1", ""), ("YEW1", ""), ("", ""), ("", "OLD1"), ("", "old1")])
ROW = st.builds(
    lambda one, said, given: (one, said, given[0], "", "", given[1]),
    ORGANISATION,
    st.sampled_from(["yes", "x", "no"]),
    GIVEN,
)


@given(st.lists(ROW, max_size=6))
def test_of_any_list_each_row_comes_to_one_thing_and_no_organisation_code_or_client_is_chosen_twice(rows):
    plan = judged(*rows)
    chosen = plan.selection.organisations if plan.selection else ()
    assert sum(plan.counts.values()) == len(plan.rows) == len(rows)
    assert plan.counts[ChoiceVerdict.CHOSEN] == len(chosen)
    for several in ([one.organisation_id for one in chosen], [one.client_id for one in chosen if one.client_id]):
        assert len(set(several)) == len(several)
    codes = [one.code for one in chosen if one.code]
    assert len(set(codes)) == len(codes)
    assert INTO.codes.keys().isdisjoint(codes)
    assert all(row.message for row in plan.rows if row.verdict is ChoiceVerdict.REFUSED)
