"""Which clients of colleagues a selection takes over."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.payloads.selection import Selection
from contracts.words.refusals import RefusalCode, Refused
from contracts.words.runs import Action
from rules.runs.taking_over import HeldSignIn, agree, asked_for, take_over

ME, OTHER = UUID(int=1), UUID(int=2)
LISTED = ("a", "b", "c")
wanted = st.lists(st.sampled_from("abcd"), unique=True)
owners = st.sampled_from((None, ME, OTHER))


def selection_of(chosen: list[str], *, all_new: bool, owner: UUID | None = None) -> Selection:
    return Selection.model_validate(
        {"organisations": [{"organisation_id": one} for one in chosen], "all_new": all_new, "owner_id": owner}
    )


@given(wanted, st.booleans(), owners)
def test_listed_clients_come_to_oneself_each_once_or_none_at_all(chosen, all_new, owner):
    selection = selection_of(chosen, all_new=all_new or not chosen, owner=owner)
    try:
        choices = take_over(selection, LISTED, ME, is_chosen=False)
    except Refused:
        assert owner == OTHER or "d" in chosen
    else:
        found = [choice.organisation_id for choice in choices]
        assert found == (list(LISTED) if selection.all_new else chosen)
        assert {(choice.action, choice.owner_id) for choice in choices} == {(Action.REASSIGN, ME)}


def test_an_empty_list_and_a_second_choice_are_refused():
    for listed, is_chosen, code in (((), False, RefusalCode.INVALID), (LISTED, True, RefusalCode.ALREADY_SELECTED)):
        with pytest.raises(Refused) as refused:
            take_over(selection_of([], all_new=True), listed, ME, is_chosen=is_chosen)
        assert refused.value.refusal.code is code


@pytest.mark.parametrize("field", ["team_id", "client_id"])
def test_what_reassigning_cannot_do_is_refused_with_its_field(field):
    row = {"organisation_id": "a", field: OTHER, **({"action": "link"} if field == "client_id" else {})}
    with pytest.raises(Refused) as refused:
        take_over(Selection.model_validate({"organisations": [row]}), LISTED, ME, is_chosen=False)
    assert refused.value.refusal.field == f"organisations.0.{field}"


@pytest.mark.parametrize(("chosen", "all_new", "taken"), [(["c", "a"], False, ["c", "a"]), ([], True, ["a", "b", "c"])])
def test_what_is_chosen_comes_to_oneself(chosen, all_new, taken):
    choices = take_over(selection_of(chosen, all_new=all_new), LISTED, ME, is_chosen=False)
    assert [(choice.organisation_id, choice.owner_id) for choice in choices] == [(one, ME) for one in taken]


@pytest.mark.parametrize(
    ("selection", "code", "field"),
    [
        (selection_of(["a", "d"], all_new=False), RefusalCode.UNKNOWN_ORGANISATION, "organisations.1.organisation_id"),
        (selection_of(["a"], all_new=False, owner=OTHER), RefusalCode.INVALID, "owner_id"),
    ],
)
def test_what_is_not_listed_or_for_somebody_else_is_refused(selection, code, field):
    with pytest.raises(Refused) as refused:
        take_over(selection, LISTED, ME, is_chosen=False)
    assert (refused.value.refusal.code, refused.value.refusal.field) == (code, field)


def held_by_sam(clients: list[str]) -> list[HeldSignIn]:
    return [HeldSignIn("Sam", client, UUID(int=place), f"org-{place}") for place, client in enumerate(clients)]


def test_only_named_clients_of_colleagues_are_asked_for_in_the_list_s_order():
    held = held_by_sam(["A", "B", "C"])
    assert asked_for(held, []) == held
    assert asked_for(held, [UUID(int=2), UUID(int=0), UUID(int=2)]) == [held[0], held[2]]
    for wanted, code, field in (
        ([UUID(int=0), UUID(int=9)], RefusalCode.UNKNOWN_CLIENT, "client_ids.1"),
        ([UUID(int=place) for place in range(501)], RefusalCode.INVALID, "client_ids"),
    ):
        with pytest.raises(Refused) as refused:
            asked_for(held_by_sam(["A"] * (501 if code is RefusalCode.INVALID else 1)), wanted)
        assert (refused.value.refusal.code, refused.value.refusal.field) == (code, field)


@pytest.mark.parametrize(
    ("clients", "said"),
    [
        ([], "Books keeps one sign-in for each organisation. Agree to it first."),
        (["Beech Ltd"], "Sam's sign-in for Beech Ltd ends when yours begins. Agree to it first."),
        (["A", "B", "C", "D", "E"], "for C ends when yours begins. So do 2 more. Agree to it first."),
    ],
)
def test_nobody_s_sign_in_is_ended_without_agreeing(clients, said):
    held = held_by_sam(clients)
    agree(held, "Books", is_agreed=True)
    with pytest.raises(Refused) as refused:
        agree(held, "Books", is_agreed=False)
    assert refused.value.refusal.message.endswith(said)
    assert (refused.value.refusal.code, refused.value.refusal.field) == (RefusalCode.INVALID, "takes_over")
