"""Passwords that many people have are known, with the little that people do to them; others are left alone."""

import secrets

import pytest

from contracts.words.refusals import Refused
from starter.access import passwords
from starter.access.common_passwords import is_common


@pytest.mark.parametrize(
    "password",
    [
        "password1234",
        "Password123!",
        "P@ssw0rd1234",
        "passwordpassword",
        "qwertyuiop12",
        "iloveyou2024!",
        "Liverpool2024",
        "L1verp00l!!!!",
        "!!!football!!!",
        "dragondragondragon",
        "123456789012",
        "12.03.1987-12.03.1987",
        "2026-11-28 a",
    ],
)
def test_what_many_people_have_is_refused(password: str):
    assert is_common(password)
    with pytest.raises(Refused) as refused:
        passwords.checked(password, field="password", not_like=())
    assert refused.value.refusal.field == "password"


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery staple",
        "four calm ferries waiting",
        "9x-harbour-42-quay",
        "Ünder dem Apfelbaum",
        "xK9#mQ2$vL5p",
    ],
)
def test_others_are_good(password: str):
    assert passwords.checked(password, field="password", not_like=()) == password


def test_what_is_made_by_chance_is_good():
    assert not [made for made in (secrets.token_urlsafe(12) for _ in range(500)) if is_common(made)]
