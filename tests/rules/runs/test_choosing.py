"""What a selection may ask for."""

from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from contracts.payloads.selection import SelectedOrganisation, Selection
from contracts.words.practices import Plan
from contracts.words.refusals import RefusalCode, Refused
from contracts.words.runs import Action, Stage, Verdict
from rules.runs.choosing import Terms, require_listed, resolve

ME, COLLEAGUE, TEAM, CLIENT, LINKED = (UUID(int=number) for number in range(1, 6))

TERMS = Terms(
    verdicts={"new": Verdict.NEW, "newer": Verdict.NEW, "known": Verdict.ALREADY_CLIENT, "demo": Verdict.DEMO_OR_TRIAL},
    plan=Plan.ADVANCED,
    allowance=10,
    clients=8,
    teams={TEAM},
    colleagues={ME, COLLEAGUE},
    linkable={CLIENT},
    already={"known": LINKED},
    default_owner=ME,
)


def choose(*organisations: SelectedOrganisation | str, **batch: object) -> Selection:
    chosen = [one if isinstance(one, SelectedOrganisation) else {"organisation_id": one} for one in organisations]
    return Selection.model_validate({"organisations": chosen, **batch})


def refusal_of(selection: Selection, terms: Terms = TERMS) -> tuple[RefusalCode, str | None]:
    with pytest.raises(Refused) as refused:
        resolve(selection, terms)
    return refused.value.refusal.code, refused.value.refusal.field


def test_the_batch_fills_in_what_a_row_leaves_open():
    rows = [
        SelectedOrganisation(organisation_id="new", owner_id=COLLEAGUE),
        SelectedOrganisation(organisation_id="newer"),
    ]
    first, second = resolve(choose(*rows, team_id=TEAM), TERMS)
    assert (first.owner_id, first.team_id) == (COLLEAGUE, TEAM)
    assert (second.owner_id, second.team_id) == (ME, TEAM)


def test_all_new_means_the_new_ones_only():
    assert [choice.organisation_id for choice in resolve(choose(all_new=True), TERMS)] == ["new", "newer"]


def test_linking_names_its_client():
    row = SelectedOrganisation(organisation_id="new", action=Action.LINK, client_id=CLIENT)
    assert resolve(choose(row), TERMS)[0].link_client_id == CLIENT


def test_linking_what_is_linked_already_changes_nothing():
    again = SelectedOrganisation(organisation_id="known", action=Action.LINK, client_id=LINKED)
    assert resolve(choose(again), TERMS)[0].organisation_id == "known"
    elsewhere = SelectedOrganisation(organisation_id="new", action=Action.LINK, client_id=LINKED)
    assert refusal_of(choose(elsewhere)) == (RefusalCode.UNKNOWN_CLIENT, "organisations.0.client_id")


@pytest.mark.parametrize(
    ("selection", "code", "field"),
    [
        (choose("nowhere"), RefusalCode.UNKNOWN_ORGANISATION, "organisations.0.organisation_id"),
        (choose("new", team_id=uuid4()), RefusalCode.UNKNOWN_TEAM, "team_id"),
        (choose("new", owner_id=uuid4()), RefusalCode.UNKNOWN_COLLEAGUE, "owner_id"),
        (choose("new", "newer", "demo"), RefusalCode.OVER_ALLOWANCE, "organisations"),
        (
            choose("new", SelectedOrganisation(organisation_id="newer", owner_id=uuid4())),
            RefusalCode.UNKNOWN_COLLEAGUE,
            "organisations.1.owner_id",
        ),
        (
            choose(SelectedOrganisation(organisation_id="new", action=Action.LINK, client_id=uuid4())),
            RefusalCode.UNKNOWN_CLIENT,
            "organisations.0.client_id",
        ),
        (
            choose(
                SelectedOrganisation(organisation_id="new", action=Action.LINK, client_id=CLIENT),
                SelectedOrganisation(organisation_id="newer", action=Action.LINK, client_id=CLIENT),
            ),
            RefusalCode.CLIENT_ALREADY_CONNECTED,
            "organisations.1.client_id",
        ),
    ],
)
def test_what_cannot_be_done_is_refused_with_its_field(selection, code, field):
    assert refusal_of(selection) == (code, field)


def coded(organisation_id: str, code: str) -> SelectedOrganisation:
    return SelectedOrganisation(organisation_id=organisation_id, code=code)


def test_a_code_is_kept_in_capital_letters_and_what_is_a_client_keeps_its_own():
    taken = TERMS._replace(codes={"OLD1": "Old & Sons"})
    choices = resolve(choose(coded("new", " ash/01 "), coded("known", "old1"), coded("newer", "  ")), taken)
    assert [choice.code for choice in choices] == ["ASH/01", None, None]


def test_codes_that_cannot_be_used_are_all_told_in_their_rows():
    rows = [coded("new", "one"), coded("newer", "ONE"), coded("demo", "old1")]
    with pytest.raises(Refused) as refused:
        resolve(choose(*rows), TERMS._replace(codes={"OLD1": "Old & Sons"}))
    refusal = refused.value.refusal
    assert (refusal.code, refusal.field) == (RefusalCode.DUPLICATE, "organisations.0.code")
    assert refusal.message == "3 codes cannot be used as they are. Nothing was chosen yet."
    twice = "2 of the chosen have the code ONE. Give each its own."
    in_use = "Your client Old & Sons has the code OLD1. Choose another."
    assert [(row.field, row.message) for row in refusal.rows] == [
        ("organisations.0.code", twice),
        ("organisations.1.code", twice),
        ("organisations.2.code", in_use),
    ]


def test_a_code_that_is_none_is_refused_in_its_row():
    assert refusal_of(choose("newer", coded("new", "a b"))) == (RefusalCode.INVALID, "organisations.1.code")


def test_very_many_wrong_codes_stay_a_small_refusal():
    ids = [f"organisation-{place:04}" for place in range(2_000)]
    terms = TERMS._replace(verdicts=dict.fromkeys(ids, Verdict.NEW), allowance=5_000)
    with pytest.raises(Refused) as refused:
        resolve(choose(*(coded(one, "SAME") for one in ids)), terms)
    assert refused.value.refusal.message.startswith("2000 codes")
    assert len(refused.value.refusal.model_dump_json()) < 40_000


def test_two_thousand_rows_with_everything_given_stay_within_a_payload():
    rows = [
        SelectedOrganisation(organisation_id=str(uuid4()), team_id=TEAM, owner_id=ME, code=f"CODE{place:016}")
        for place in range(2_000)
    ]
    assert len(choose(*rows).model_dump_json()) < 600_000  # Temporal takes 2 MB


def test_a_choice_without_codes_is_sent_as_it_was_before_there_were_any():
    assert "code" not in choose("new").model_dump_json()


def test_a_team_needs_the_advanced_plan():
    standard = TERMS._replace(plan=Plan.STANDARD)
    assert refusal_of(choose("new", team_id=TEAM), standard) == (RefusalCode.PLAN_TOO_SMALL, "team_id")


def test_what_is_a_client_already_takes_no_allowance():
    assert len(resolve(choose("new", "newer", "known"), TERMS)) == 3


def test_nothing_new_is_said_so():
    assert refusal_of(choose(all_new=True), TERMS._replace(verdicts={"known": Verdict.ALREADY_CLIENT})) == (
        RefusalCode.INVALID,
        "all_new",
    )


@pytest.mark.parametrize(
    "raw",
    [
        {},
        {"organisations": []},
        {"organisations": [{"organisation_id": "a"}, {"organisation_id": "a"}]},
        {"organisations": [{"organisation_id": "a", "action": "link"}]},
        {"organisations": [{"organisation_id": "a", "client_id": str(CLIENT)}]},
        {"organisations": [{"organisation_id": "a", "action": "delete"}]},
        {"organisations": [{"organisation_id": "a", "action": "link", "client_id": str(CLIENT), "code": "A1"}]},
        {"organisations": [{"organisation_id": "a", "code": "A" * 21}]},
        {"organisations": [{"organisation_id": "a"}], "teem_id": str(TEAM)},
    ],
)
def test_a_malformed_selection_is_refused_before_it_is_read(raw):
    with pytest.raises(ValidationError):
        Selection.model_validate(raw)


def test_nothing_is_chosen_from_a_list_that_is_not_whole():
    require_listed(Stage.AWAITING_SELECTION)
    with pytest.raises(Refused, match="once they are listed") as refused:
        require_listed(Stage.LISTING)
    assert refused.value.refusal.code is RefusalCode.WRONG_STAGE


chosen_ones = st.lists(
    st.builds(
        lambda organisation_id, link, team, owner: SelectedOrganisation(
            organisation_id=organisation_id,
            action=Action.LINK if link else Action.CREATE,
            client_id=link,
            team_id=team,
            owner_id=owner,
        ),
        st.sampled_from((*TERMS.verdicts, "unheard of")),
        st.sampled_from((None, CLIENT, CLIENT, LINKED)),
        st.sampled_from((None, None, TEAM, CLIENT)),
        st.sampled_from((None, ME, COLLEAGUE, CLIENT)),
    ),
    unique_by=lambda one: one.organisation_id,
)


@given(chosen_ones, st.booleans(), st.sampled_from((None, ME, TEAM)), st.sampled_from(Plan), st.integers(5, 10))
def test_a_selection_is_taken_within_the_terms_or_not_at_all(chosen, all_new, owner, plan, clients):
    terms = TERMS._replace(plan=plan, clients=clients)
    selection = Selection(organisations=tuple(chosen), all_new=all_new or not chosen, owner_id=owner)
    try:
        choices = resolve(selection, terms)
    except Refused:
        return
    found = [choice.organisation_id for choice in choices]
    assert len(set(found)) == len(found)
    assert set(found) <= set(terms.verdicts)
    assert {one.organisation_id for one in chosen} <= set(found)
    assert all(choice.owner_id in terms.colleagues for choice in choices)
    assert all(choice.team_id is None or plan is Plan.ADVANCED for choice in choices)
    links = [choice.link_client_id for choice in choices if choice.link_client_id]
    assert len(set(links)) == len(links)
    new = [one for one in choices if one.action is Action.CREATE and one.organisation_id != "known"]
    assert len(new) <= terms.allowance - clients or not new
