"""A sign-in at each provider: begun, come back with whatever came back, and finished or not."""

import pytest

from emulators.kit.faults.faults import CLIENT_REFUSED
from providers.port.errors import AppRefused, ConsentDenied, ConsentFailed, Unavailable
from tests.contract.subject import REDIRECT, Held, Subject, Wrong, variations


async def test_it_begins_at_an_address_that_holds_nothing_that_is_kept(subject: Subject) -> None:
    begun = await subject.provider.begin_sign_in(state="the-state", redirect_uri=REDIRECT)
    assert begun.address.startswith(subject.base)
    assert "state=the-state" in begun.address
    assert begun.kept.decode(errors="replace") not in begun.address
    assert begun.kept.decode(errors="replace") not in repr(begun)


async def test_the_whole_query_gives_a_credential_that_reaches_what_was_allowed(subject: Subject) -> None:
    places = range(subject.of_one_sign_in)
    came = await subject.went(*places)
    assert came.query["state"] == "the-state"
    finished = await subject.finished(came)
    credential = finished.credential
    assert credential.account_key
    assert credential.label
    assert "@" not in credential.label
    assert credential.access_expires_at > subject.now()
    assert not [secret for secret in subject.secrets() if secret in repr(finished)]
    listed = finished.organisations or await subject.provider.organisations(Held(subject.provider, credential))
    assert {subject.ids[place] for place in places} <= {one.organisation_id for one in listed}


async def test_what_a_later_version_adds_to_the_query_does_no_harm(subject: Subject) -> None:
    came = await subject.went(0)
    came.query["of_a_later_version"] = "a word"
    assert (await subject.finished(came)).credential.account_key


async def test_the_same_person_s_next_sign_in_is_of_the_same_account(subject: Subject) -> None:
    first = await subject.finished(await subject.went(0))
    second = await subject.finished(await subject.went(0, 1))
    assert second.credential.account_key == first.credential.account_key
    assert second.credential.secret != first.credential.secret


async def test_who_says_no_has_denied(subject: Subject) -> None:
    with pytest.raises(ConsentDenied):
        await subject.finished(await subject.went(0, action="cancel"))


async def test_what_came_back_for_another_sign_in_is_refused(subject: Subject) -> None:
    came, another = await subject.went(0), await subject.went(1)
    came.begun = another.begun
    with pytest.raises(ConsentFailed) as caught:
        await subject.finished(came)
    assert not isinstance(caught.value, ConsentDenied)


async def test_a_sign_in_is_finished_once(subject: Subject) -> None:
    came = await subject.went(0)
    await subject.finished(came)
    with pytest.raises(ConsentFailed) as caught:
        await subject.finished(came)
    assert not [secret for secret in subject.secrets() if secret in str(caught.value)]


@pytest.mark.parametrize("left_out", ["everything", "all but the state"])
async def test_an_address_without_an_answer_is_no_sign_in(subject: Subject, left_out: str) -> None:
    came = await subject.went(0)
    came.query = {} if left_out == "everything" else {"state": came.query["state"]}
    with pytest.raises(ConsentFailed) as caught:
        await subject.finished(came)
    assert not isinstance(caught.value, ConsentDenied)


@pytest.mark.parametrize("wrong", variations(Wrong.DROPPED, Wrong.DOWN, Wrong.BROKEN, Wrong.PAGE, Wrong.PAGE_403))
async def test_an_outage_at_the_exchange_is_an_outage(subject: Subject, wrong: Wrong) -> None:
    came = await subject.went(0)
    subject.goes_wrong(wrong, path=subject.token)
    with pytest.raises(Unavailable):
        await subject.finished(came)


async def test_a_wrong_secret_of_our_app_is_told_of_the_app(subject: Subject) -> None:
    held, came = await subject.signed_in(0), await subject.went(1)
    await subject.provider.check_app()
    subject.happens(CLIENT_REFUSED)
    for call in (
        subject.finished(came),
        subject.provider.refresh(held.now),
        subject.provider.check_app(),
    ):
        with pytest.raises(AppRefused):
            await call
    subject.is_well()
    await subject.provider.refresh(held.now)
