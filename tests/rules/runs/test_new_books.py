"""Which organisation a client may be moved to."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.payloads.selection import SelectedOrganisation, Selection
from contracts.words.refusals import RefusalCode, Refused
from contracts.words.runs import Verdict
from rules.clients.matching import ConnectedClient, KnownOrganisation, UnconnectedClient
from rules.runs.new_books import OldBooks, chosen_books, judge_books

CLIENT, OTHER, TEAM = (UUID(int=number) for number in range(1, 4))
OLD = OldBooks(CLIENT, "old", "Harbour Cafe")
LISTED = ("old", "new", "newer")
ids = st.sampled_from((*LISTED, "elsewhere"))


def known(client_id: UUID) -> KnownOrganisation:
    return KnownOrganisation("new", UUID(int=9), client_id, "Mill Street", "Priya Shah", is_taken=True)


@st.composite
def selections(draw: st.DrawFn) -> Selection:
    chosen = []
    for organisation_id in draw(st.lists(ids, unique=True, max_size=3)):
        link = draw(st.none() | st.sampled_from((CLIENT, OTHER)))
        team = draw(st.none() | st.just(TEAM))
        action = "link" if link else "create"
        chosen.append(
            SelectedOrganisation(organisation_id=organisation_id, action=action, client_id=link, team_id=team)
        )
    return Selection(organisations=tuple(chosen), all_new=not chosen or draw(st.booleans()))


def test_an_organisation_that_looks_like_a_client_is_never_silently_new():
    own = ConnectedClient(CLIENT, "Harbour Cafe", "Harbour Cafe", None, None)
    another = UnconnectedClient(OTHER, "Mill Street", None, None, "0007")
    assert judge_books("new", None, OLD)[1:] == (Verdict.NEW, None, None)
    assert judge_books("new", None, OLD, own)[1:] == (Verdict.NEW, "Looks like this client's new books.", CLIENT)
    said = "Looks like your client 0007 Mill Street. Choose it only if these are this client's books."
    assert judge_books("new", None, OLD, another)[1:] == (Verdict.NEW, said, OTHER)
    assert judge_books("new", known(OTHER), OLD, own).verdict is Verdict.ALREADY_CLIENT


@given(selections())
def test_one_other_organisation_of_the_list_is_taken_or_nothing(selection):
    try:
        taken = chosen_books(selection, LISTED, OLD)
    except Refused:
        taken = None
    if taken is not None:
        [chosen] = selection.organisations
        assert taken == chosen.organisation_id
        assert taken in {"new", "newer"}
        assert (chosen.team_id, chosen.client_id or CLIENT) == (None, CLIENT)


@pytest.mark.parametrize(
    ("organisation_id", "code"), [("old", RefusalCode.INVALID), ("elsewhere", RefusalCode.UNKNOWN_ORGANISATION)]
)
def test_its_own_books_and_those_not_listed_are_refused(organisation_id, code):
    selection = Selection.model_validate({"organisations": [{"organisation_id": organisation_id}]})
    with pytest.raises(Refused) as refused:
        chosen_books(selection, LISTED, OLD)
    assert refused.value.refusal.code is code


@pytest.mark.parametrize(
    ("organisation_id", "of", "verdict"),
    [
        ("old", None, Verdict.ALREADY_CLIENT),
        ("new", None, Verdict.NEW),
        ("new", CLIENT, Verdict.NEW),
        ("new", OTHER, Verdict.ALREADY_CLIENT),
    ],
)
def test_another_client_s_books_are_marked(organisation_id, of, verdict):
    assert judge_books(organisation_id, known(of) if of else None, OLD).verdict is verdict


def test_another_organisation_of_the_list_is_taken():
    assert chosen_books(Selection.model_validate({"organisations": [{"organisation_id": "new"}]}), LISTED, OLD) == "new"


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"all_new": True}, "organisations"),
        ({"organisations": [{"organisation_id": "new"}, {"organisation_id": "newer"}]}, "organisations"),
        ({"organisations": [{"organisation_id": "new", "team_id": TEAM}]}, "organisations"),
        (
            {"organisations": [{"organisation_id": "new", "action": "link", "client_id": OTHER}]},
            "organisations.0.client_id",
        ),
    ],
)
def test_more_than_one_organisation_for_the_client_is_refused(asked, field):
    with pytest.raises(Refused) as refused:
        chosen_books(Selection.model_validate(asked), LISTED, OLD)
    assert (refused.value.refusal.code, refused.value.refusal.field) == (RefusalCode.INVALID, field)
