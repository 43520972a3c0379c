"""The dry run's verdicts."""

from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.words.causes import Cause
from contracts.words.runs import Verdict
from contracts.words.standard_information import NAMELESS
from rules.clients.matching import Candidate, ConnectedClient, KnownOrganisation, UnconnectedClient, judge
from rules.clients.names import plain_name
from rules.clients.registration_numbers import company_keys


def candidate(name: str = "Harbour Bakery Ltd", organisation_id: str = "o1", **more: object) -> Candidate:
    facts: dict[str, object] = {
        "registration_number": None,
        "tax_number": None,
        "is_demo": False,
        "is_trial": False,
        **more,
    }
    return Candidate(organisation_id=organisation_id, name=name, **facts)  # type: ignore[arg-type]  # spelt by the test


def client(
    name: str = "Somebody Else", company_number: str | None = None, tax_number: str | None = None
) -> UnconnectedClient:
    return UnconnectedClient(uuid4(), name, company_number, tax_number)


def known(organisation_id: str, *, is_taken: bool = True) -> KnownOrganisation:
    return KnownOrganisation(organisation_id, uuid4(), uuid4(), "Harbour Bakery", "Priya Shah", is_taken)


def verdict_of(one: Candidate, *clients: UnconnectedClient, room: int = 10) -> Verdict:
    return judge([one], {}, clients, room)[0].verdict


def test_an_unknown_organisation_is_new():
    assert verdict_of(candidate()) is Verdict.NEW


def test_a_client_is_recognised_by_the_organisation_s_id_and_its_owner_is_named():
    judged = judge([candidate()], {"o1": known("o1")}, [], 10)[0]
    assert judged.verdict is Verdict.ALREADY_CLIENT
    assert "Priya Shah" in (judged.message or "")


def test_a_client_that_was_disconnected_is_offered_for_connecting_again():
    assert judge([candidate()], {"o1": known("o1", is_taken=False)}, [], 10)[0].verdict is Verdict.LOOKS_LIKE_CLIENT


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ({"registration_number": "01234567"}, {"company_number": "0123 4567"}),
        ({"tax_number": "GB 123 4567 89"}, {"tax_number": "123456789"}),
    ],
)
def test_a_number_tells_whatever_its_spelling(theirs, ours):
    one = client(**ours)
    judged = judge([candidate("Quite Another Name", **theirs)], {}, [one], 10)[0]
    assert (judged.verdict, judged.client_id) == (Verdict.LOOKS_LIKE_CLIENT, one.id)


def test_a_near_name_tells_and_a_far_one_does_not():
    assert verdict_of(candidate("Smith & Sons Limited"), client("Smith and Sons Ltd")) is Verdict.LOOKS_LIKE_CLIENT
    assert verdict_of(candidate("Smith Plumbing Ltd"), client("Smyth Floristry Ltd")) is Verdict.NEW


def test_two_organisations_of_one_name_do_not_both_look_like_one_client():
    twins = [candidate("Smith Ltd", "o1"), candidate("Smith Ltd", "o2")]
    assert [judged.verdict for judged in judge(twins, {}, [client("Smith Limited")], 10)] == [
        Verdict.LOOKS_LIKE_CLIENT,
        Verdict.NEW,
    ]


def test_a_number_later_in_the_list_is_stronger_than_a_near_name_before_it():
    one = client("Smith Limited", company_number="01234567")
    listed = [candidate("Smith Ltd", "o1"), candidate("Quite Another", "o2", registration_number="01234567")]
    assert [judged.verdict for judged in judge(listed, {}, [one], 10)] == [Verdict.NEW, Verdict.LOOKS_LIKE_CLIENT]


def test_the_same_name_is_not_called_a_near_one():
    said = [
        judge([candidate("Smith Ltd")], {}, [client(name)], 10)[0].message for name in ("SMITH LTD", "Smith Limited")
    ]
    assert said == ["Looks like SMITH LTD: same name.", "Looks like Smith Limited: nearly the same name."]


def test_demo_companies_and_trials_are_told_apart_in_words():
    demo, trial = judge([candidate(is_demo=True), candidate(organisation_id="o2", is_trial=True)], {}, [], 10)
    assert demo.verdict is trial.verdict is Verdict.DEMO_OR_TRIAL
    assert demo.message == "This is a demo organisation."  # no company and no business: each platform says another word
    assert "trial" in (trial.message or "")


@given(st.integers(0, 8), st.integers(-3, 12))
def test_the_allowance_goes_to_the_first_ones(count, room):
    judged = judge([candidate(f"Unlike {number} {number}", str(number)) for number in range(count)], {}, [], room)
    free = max(min(room, count), 0)
    assert [one.verdict for one in judged] == [Verdict.NEW] * free + [Verdict.OVER_ALLOWANCE] * (count - free)


def test_a_word_in_the_place_of_a_number_tells_nothing():
    assert verdict_of(candidate(tax_number="n/a"), client(tax_number="n/a")) is Verdict.NEW


def connected(name: str = "Somebody Else", **numbers: str) -> ConnectedClient:
    written = {"company_number": None, "registration_number": None, **numbers}
    return ConnectedClient(uuid4(), name, "Old books", **written)._replace(code="0007")  # type: ignore[arg-type]  # spelt by the test


def judged_beside(one: ConnectedClient, *candidates: Candidate) -> list[tuple[Verdict, str | None]]:
    judged = judge(candidates, {}, [], 10, [one])
    return [(judgement.verdict, judgement.message) for judgement in judged]


def test_a_near_name_tells_nothing_against_two_different_numbers():
    mill_road = candidate("14 Mill Road RTM Company Limited", registration_number="09876543")
    other = client("12 Mill Road RTM Company Limited", company_number="09876542")
    assert verdict_of(mill_road, other) is Verdict.NEW
    assert verdict_of(mill_road, client("12 Mill Road RTM Company Limited")) is Verdict.NEW, "another house"
    unnumbered = client("14 Mill Roads RTM Limited")
    judged = judge([mill_road], {}, [other, unnumbered], 10)[0]
    assert judged.client_id == unnumbered.id, "the next one that is near enough"


def test_a_vat_group_s_number_alone_makes_no_two_companies_one():
    group = "GB 123 4567 82"
    listed = [candidate("Alder Ltd", "o1", tax_number=group), candidate("Beech Ltd", "o2", tax_number=group)]
    assert [judged.verdict for judged in judge(listed, {}, [client("Cedar", tax_number=group)], 10)] == [
        Verdict.NEW
    ] * 2
    two = [client("Cedar", tax_number=group), client("Dogwood", tax_number=group)]
    assert verdict_of(listed[0], *two) is Verdict.NEW
    numbered = candidate("Alder Ltd", registration_number="01111111", tax_number=group)
    assert verdict_of(numbered, client("Cedar", company_number="02222222", tax_number=group)) is Verdict.NEW


@pytest.mark.parametrize(
    ("theirs", "ours", "why"),
    [
        ({"registration_number": "1234567"}, {"company_number": "01234567"}, "same company number"),
        ({"registration_number": "1234567"}, {"registration_number": "01234567"}, "same company number"),
        ({"tax_number": "XI123456782"}, {"tax_number": "GB 123 4567 82"}, "same tax number"),
        ({"tax_number": "ABN 51 824 753 556"}, {"profile_tax_number": "51824753556"}, "same tax number"),
    ],
)
def test_a_connected_client_is_recognised_by_every_number(theirs, ours, why):
    ((verdict, message),) = judged_beside(connected(**ours), candidate("Quite Another Name", **theirs))
    assert verdict is Verdict.LOOKS_LIKE_CLIENT
    assert message == (
        f"Looks like 0007 Somebody Else ({why}), which is connected to Old books. If these are its new books, change "
        "that client's connection; add it here only as a second client."
    )


@pytest.mark.parametrize("cause", list(Cause))
def test_a_client_whose_connection_is_gone_may_have_come_back_under_another_id(cause):
    gone, healthy = connected("Quay")._replace(cause=cause), connected("Quay")
    ((verdict, message),) = judged_beside(gone, candidate("Quay Ltd", is_trial=True))
    assert verdict is Verdict.LOOKS_LIKE_CLIENT
    is_gone = cause in {
        Cause.ACCESS_LOST,
        Cause.DISCONNECTED_AT_PROVIDER,
        Cause.SUBSCRIPTION_ENDED,
        Cause.WRONG_ORGANISATION,
    }
    said = "whose connection to Old books is gone" if is_gone else "which is connected to Old books"
    assert (message or "").startswith(f"Looks like 0007 Quay (same name), {said}. If these are its new books, change")
    judged = judge([candidate("Quay")], {}, [], 10, [healthy, gone])[0]
    assert judged.client_id == (gone if is_gone else healthy).id, "of two, the one that is gone"
    ((_, message),) = judged_beside(gone._replace(is_missed=True), candidate("Quay"))
    assert "whose connection to Old books is gone" in (message or ""), "its own login does not list it any more"


def test_of_several_of_one_name_the_one_that_no_number_contradicts_is_meant():
    other = connected("Quay", company_number="01234567")._replace(cause=Cause.ACCESS_LOST)
    same = connected("Quay Ltd")
    judged = judge([candidate("Quay", registration_number="07654321")], {}, [], 10, [other, same])[0]
    assert judged.client_id == same.id


NUMBERS = st.none() | st.sampled_from(["01234567", "1234567", "7654321"])
NAMES = st.sampled_from(["Mill Road Ltd", "Mill Road", "12 Mill Road", "14 Mill Road", "x" * 255])


@given(NAMES, NUMBERS, NAMES, NUMBERS, st.booleans(), st.sampled_from([None, Cause.ACCESS_LOST, Cause.SIGNED_OUT]))
def test_what_may_be_a_client_is_never_silently_new(theirs, number, ours, our_number, is_connected, cause):
    one = candidate(theirs, registration_number=number)
    unconnected = [] if is_connected else [client(ours, company_number=our_number)._replace(code="0007")]
    held = [connected(ours, company_number=our_number)._replace(cause=cause)] if is_connected else []
    (judged,) = judge([one], {}, unconnected, 10, held)
    keys, our_keys = company_keys(number), company_keys(our_number)
    if keys & our_keys or (plain_name(theirs) == plain_name(ours) and not (keys and our_keys)):
        assert judged.verdict is Verdict.LOOKS_LIKE_CLIENT
        assert judged.client_id in {*(one.id for one in unconnected), *(one.id for one in held)}
    elif keys and our_keys and plain_name(theirs) != plain_name(ours):
        assert judged == (one.organisation_id, Verdict.NEW, None, None), "a near name never outranks two numbers"
    if plain_name(theirs) == plain_name(ours):
        assert "0007" in (judged.message or "")
    assert len(judged.message or "") <= 300


def test_the_same_name_with_another_number_is_never_silently_new():
    bakery = candidate("Harbour Bakery Ltd", registration_number="07654321")
    judged = judge([bakery], {}, [client("Harbour Bakery Limited", company_number="01234567")], 10)[0]
    said = "Same name as your client Harbour Bakery Limited, which has another company or tax number."
    assert judged[1:] == (Verdict.NEW, said, None)
    ((verdict, message),) = judged_beside(connected("Harbour Bakery Ltd", company_number="01234567"), bakery)
    assert verdict is Verdict.LOOKS_LIKE_CLIENT, "the books of a demo company that began anew may have another number"
    assert "which is connected to Old books and has another company or tax number." in (message or "")


@given(st.text(max_size=60))
def test_any_name_can_be_compared(name):
    assert plain_name(name) == plain_name(name).casefold()


def test_the_lead_business_of_a_login_that_reaches_others_is_the_practice_s_own():
    listed = [candidate(is_lead=True), candidate("Another", "o2")]
    assert [one.verdict for one in judge(listed, {}, [], 10)] == [Verdict.PRACTICES_OWN, Verdict.NEW]
    assert verdict_of(candidate(is_lead=True)) is Verdict.NEW  # a client that signs in by itself
    assert judge([candidate(is_lead=True), candidate("Another", "o2")], {}, [], 1)[1].verdict is Verdict.NEW


@pytest.mark.parametrize(
    ("name", "practice", "is_own"),
    [
        ("Harbour Lane Accountants Ltd", "Harbour Lane Accountants", True),
        ("Harbour Lane Bakery", "Harbour Lane Accountants", False),
        ("14 Mill Road", "12 Mill Road", False),
        (NAMELESS, NAMELESS, False),
    ],
)
def test_what_is_named_like_the_practice_is_its_own_and_never_new(name: str, practice: str, is_own: bool):
    (judged,) = judge([candidate(name)], {}, [], 10, practice_name=practice)
    assert (judged.verdict is Verdict.PRACTICES_OWN) is is_own
    judged = judge([candidate(name)], {}, [client(name)], 10, practice_name=practice)[0]
    assert judged.verdict is not Verdict.PRACTICES_OWN, "a client of that name comes first"


@pytest.mark.parametrize(
    ("one", "verdict"),
    [
        (candidate(), Verdict.SUBSCRIPTION_ENDED),
        (candidate(is_demo=True), Verdict.DEMO_OR_TRIAL),
        (candidate(is_trial=True), Verdict.DEMO_OR_TRIAL),
        (candidate(is_lead=True), Verdict.PRACTICES_OWN),
    ],
)
def test_one_whose_subscription_has_ended_says_so(one: Candidate, verdict: Verdict):
    judged = judge([one._replace(is_ended=True), candidate("Another", "o2")], {}, [], 0)[0]
    assert judged.verdict is verdict
    assert (judged.message or "").endswith("subscription has ended: nothing of it can be read before it is renewed.")


def test_where_one_that_has_ended_stays_readable_nobody_is_told_otherwise():
    judged = judge([candidate(is_ended=True), candidate("Another", "o2")], {}, [], 9, reads_ended=True)[0]
    assert judged.verdict is Verdict.SUBSCRIPTION_ENDED
    assert judged.message == "Its subscription has ended: it can still be read, and is not kept up to date there."


def test_a_client_whose_subscription_has_ended_is_a_client():
    judged = judge([candidate(is_ended=True)], {"o1": known("o1")}, [], 10)[0]
    assert judged.verdict is Verdict.ALREADY_CLIENT
    assert "ended" not in (judged.message or "")
    back = judge([candidate(is_ended=True)], {"o1": known("o1", is_taken=False)}, [], 10)[0]
    assert back.verdict is Verdict.LOOKS_LIKE_CLIENT
    assert (back.message or "").endswith("before it is renewed.")
