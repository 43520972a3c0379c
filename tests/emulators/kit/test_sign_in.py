"""What a person meets, by policy: who picks what, when nobody is asked, and how an organisation is taken over."""

from dataclasses import replace

import pytest

from emulators.kit.oauth.policies import AskedWrong, ConsentPage, Offered, Picker, Pkce, RefreshTokens
from tests.emulators.kit.conftest import Starts
from tests.emulators.kit.nowhere import DAY, POLICIES, REDIRECT_URI, Nowhere, of_organisations, returned
from tests.emulators.standing_in import Form
from tests.emulators.xero.client import challenge_of

VERIFIER = "a-verifier-of-the-right-length-for-proof-key-exchange"
ONE_EACH = of_organisations(POLICIES, picker=Picker.ONE, asks_takeover=True)
ALL_OF_THEM = replace(POLICIES, picker=Picker.NONE, consent_page=ConsentPage.WHEN_NEW)


@pytest.mark.thorough
def test_a_picker_of_exactly_one_brings_that_one_back(starts: Starts) -> None:
    nowhere = starts(ONE_EACH)
    page = nowhere.signed_in()
    form = Form(page.text)
    assert form.types["organisation"] == "radio"
    one, two, *_ = form.choices["organisation"]
    assert nowhere.press(page, "allow").status_code == 422, "none"
    assert nowhere.press(page, "allow", one, two).status_code == 422, "two"
    assert nowhere.press(page, "allow", "never-heard-of").status_code == 422
    back = returned(nowhere.press(page, "allow", two))
    assert (back["organisation"], back["state"]) == (two, "the-state")
    tokens = nowhere.exchange(back["code"]).json()
    assert nowhere.whoami(tokens).json() == {"person": nowhere.people[0], "organisation": two}


@pytest.mark.thorough
def test_one_may_be_offered_first(starts: Starts, monkeypatch: pytest.MonkeyPatch) -> None:
    nowhere = starts(ONE_EACH)
    by_name = Form(nowhere.signed_in().text).choices["organisation"]
    monkeypatch.setattr(nowhere.world, "first_choice", lambda _: by_name[3])
    page = nowhere.signed_in()
    assert Form(page.text).choices["organisation"] == [by_name[3], *by_name[:3], *by_name[4:]]
    assert page.text.count("your firm") == 1


@pytest.mark.thorough
def test_what_is_connected_may_be_offered_again(starts: Starts) -> None:
    nowhere = starts(ONE_EACH)
    one = nowhere.organisations[0]
    nowhere.connect(one)
    page = nowhere.signed_in()
    assert one in Form(page.text).choices["organisation"]
    assert "continue" not in Form(page.text).buttons
    assert nowhere.press(page, "continue").status_code == 422


@pytest.mark.thorough
def test_what_is_connected_may_be_greyed(starts: Starts) -> None:
    nowhere = starts(replace(POLICIES, offered=Offered.NEW))
    one = nowhere.organisations[0]
    nowhere.connect(one)
    form = Form(nowhere.signed_in().text)
    assert one not in form.choices["organisation"]
    assert "continue" in form.buttons


@pytest.mark.thorough
def test_a_request_may_ask_for_another_picker(starts: Starts) -> None:
    nowhere = starts(replace(POLICIES, picker=Picker.ONE, picker_if_asked={"many:yes": Picker.MANY}))
    assert Form(nowhere.signed_in(acr_values="x many:yes").text).types["organisation"] == "checkbox"
    assert Form(nowhere.signed_in(acr_values="many:no").text).types["organisation"] == "radio"


@pytest.mark.thorough
def test_without_a_picker_nothing_is_chosen_and_everything_reached(starts: Starts) -> None:
    nowhere = starts(ALL_OF_THEM)
    page = nowhere.signed_in()
    assert "organisation" not in Form(page.text).choices
    assert "now 6 organisations" in page.text
    tokens = nowhere.exchange(returned(nowhere.press(page, "allow"))["code"]).json()
    assert nowhere.whoami(tokens).json() == {"person": nowhere.people[0], "organisation": None}


@pytest.mark.thorough
def test_nobody_is_asked_while_a_grant_that_covers_it_is_alive(starts: Starts) -> None:
    nowhere = starts(ALL_OF_THEM)
    first = nowhere.connect()
    assert returned(nowhere.signed_in())["code"], "straight back"
    assert nowhere.signed_in(1).status_code == 200, "somebody else is asked"
    assert nowhere.signed_in(scope="books more").status_code == 200, "so is who is asked for more"
    second = nowhere.connect()
    assert nowhere.refresh(first).status_code == 400
    nowhere.revoke(second["refresh_token"])
    assert nowhere.signed_in().status_code == 200, "and who took it back"


@pytest.mark.thorough
def test_somebody_is_asked_again_whose_grant_died_of_age(starts: Starts) -> None:
    nowhere = starts(replace(ALL_OF_THEM, refresh=RefreshTokens(idle=DAY)))
    nowhere.connect()
    nowhere.clock.advance(DAY)
    assert nowhere.signed_in().status_code == 200


def test_an_organisation_is_taken_over_only_by_who_says_so(starts: Starts) -> None:
    nowhere = starts(ONE_EACH)
    wanted = offered_to_both(nowhere)
    older = nowhere.connect(wanted)
    page = nowhere.press(nowhere.signed_in(1), "allow", wanted)
    assert page.status_code == 200
    assert "is connected already" in page.text
    assert returned(nowhere.press(page, "cancel"))["error"] == "access_denied"
    assert nowhere.refresh(older).status_code == 200, "nothing has happened"


@pytest.mark.thorough
def test_a_takeover_ends_the_older_grant_when_the_code_is_exchanged(starts: Starts) -> None:
    nowhere = starts(ONE_EACH)
    wanted = offered_to_both(nowhere)
    older = nowhere.connect(wanted)
    page = nowhere.press(nowhere.signed_in(1), "allow", wanted)
    back = returned(nowhere.press(page, "take_over"))
    assert back["organisation"] == wanted
    renewed = nowhere.refresh(older)
    assert renewed.status_code == 200, "not before"
    newer = nowhere.exchange(back["code"]).json()
    assert nowhere.refresh(renewed.json()).status_code == 400
    assert nowhere.refresh(newer).status_code == 200
    assert nowhere.whoami(older).status_code == 200, "its access tokens live out their time"
    holders = {row.person_id for row in nowhere.world.connections.all() if row.organisation_id == wanted}
    assert holders == {nowhere.people[1]}


@pytest.mark.thorough
def test_a_takeover_may_be_silent_and_end_access_at_once(starts: Starts) -> None:
    nowhere = starts(replace(ONE_EACH, asks_takeover=False, ends_superseded_access=True))
    wanted = offered_to_both(nowhere)
    older = nowhere.connect(wanted)
    newer = nowhere.connect(wanted, person=1)
    assert nowhere.whoami(older).status_code == 401
    assert nowhere.whoami(newer).json()["person"] == nowhere.people[1]


@pytest.mark.thorough
def test_the_same_person_again_is_no_takeover(starts: Starts) -> None:
    nowhere = starts(ONE_EACH)
    wanted = nowhere.organisations[0]
    older = nowhere.connect(wanted)
    newer = nowhere.connect(wanted)
    assert nowhere.refresh(older).status_code == 400
    assert nowhere.refresh(newer).status_code == 200


@pytest.mark.thorough
def test_who_connects_another_organisation_keeps_the_first(starts: Starts) -> None:
    nowhere = starts(ONE_EACH)
    one, two, *_ = nowhere.organisations
    first, second = nowhere.connect(one), nowhere.connect(two)
    assert nowhere.refresh(first).status_code == nowhere.refresh(second).status_code == 200


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ({"response_type": "token"}, {"error": "unsupported_response_type"}),
        ({"scope": ""}, {"error": "invalid_scope"}),
        ({"scope": "secrets"}, {"error": "invalid_scope", "error_description": "Not for you"}),
        (
            {"code_challenge": "short", "code_challenge_method": "S256"},
            {"error": "invalid_request", "error_description": "Invalid code_challenge"},
        ),
    ],
)
def test_an_app_may_be_told_what_it_asked_wrong(starts: Starts, asked: dict[str, str], error: dict[str, str]) -> None:
    words = dict(POLICIES.words) | {AskedWrong.SCOPE: "invalid_scope : Not for you"}
    nowhere = starts(replace(POLICIES, is_known_scope=lambda scope: scope == "books", words=words))
    assert returned(nowhere.authorize(**asked)) == error | {"state": "the-state"}


@pytest.mark.thorough
@pytest.mark.parametrize("asked", [{"client_id": "another"}, {"redirect_uri": "https://evil.example.com/"}])
def test_nobody_is_led_to_an_address_that_is_not_the_apps(starts: Starts, asked: dict[str, str]) -> None:
    nowhere = starts(POLICIES)
    answer = nowhere.authorize(**asked)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/identity/error?errorId=")


def test_a_proof_key_may_be_required(starts: Starts) -> None:
    nowhere = starts(replace(POLICIES, pkce=Pkce.REQUIRED))
    assert returned(nowhere.authorize())["error"] == "invalid_request"
    challenge = challenge_of(VERIFIER)
    code = nowhere.code(nowhere.organisations[0], code_challenge=challenge, code_challenge_method="S256")
    assert nowhere.exchange(code, code_verifier=VERIFIER).status_code == 200


@pytest.mark.thorough
def test_a_proof_key_may_be_ignored(starts: Starts) -> None:
    nowhere = starts(replace(POLICIES, pkce=Pkce.IGNORED))
    assert "code_challenge_methods_supported" not in nowhere.http.get("/discovery").json()
    code = nowhere.code(nowhere.organisations[0], code_challenge="nonsense", code_challenge_method="none")
    assert nowhere.exchange(code, code_verifier="another").status_code == 200


@pytest.mark.thorough
@pytest.mark.parametrize(("verifier", "status"), [(VERIFIER, 200), (VERIFIER + "x", 400)])
def test_a_proof_key_may_be_plain(starts: Starts, verifier: str, status: int) -> None:
    nowhere = starts(replace(POLICIES, pkce_methods=frozenset({"S256", "plain"})))
    code = nowhere.code(nowhere.organisations[0], code_challenge=VERIFIER)
    assert nowhere.exchange(code, code_verifier=verifier).status_code == status


def test_a_code_is_good_as_long_as_the_platform_says(starts: Starts) -> None:
    nowhere = starts(replace(POLICIES, code_seconds=60))
    young, old = nowhere.code(nowhere.organisations[0]), nowhere.code(nowhere.organisations[0])
    nowhere.clock.advance(59)
    assert nowhere.exchange(young).status_code == 200
    nowhere.clock.advance(1)
    assert nowhere.exchange(old).json() == {"error": "invalid_grant"}


@pytest.mark.thorough
def test_every_page_says_whose_stand_in_it_is(starts: Starts) -> None:
    nowhere = starts(POLICIES)
    assert "This is a stand-in for Nowhere" in nowhere.authorize().text
    assert REDIRECT_URI not in nowhere.signed_in().text


def offered_to_both(nowhere: Nowhere) -> str:
    """An organisation that the first and the second person may connect."""
    return Form(nowhere.signed_in(1).text).choices["organisation"][0]
