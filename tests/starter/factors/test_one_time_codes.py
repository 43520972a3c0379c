"""One-time codes are those of RFC 6238, good for a minute and a half, each once; recovery codes are random."""

from datetime import UTC, datetime, timedelta

import pytest

from starter.factors.one_time_codes import (
    RECOVERY_CODES,
    SECONDS,
    address,
    new_recovery_codes,
    new_secret,
    plain,
    step_of,
)

RFC = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
"""The secret of RFC 6238's test vectors for SHA-1: ``12345678901234567890``."""


@pytest.mark.parametrize(
    ("seconds", "code"), [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")]
)
def test_codes_are_those_of_the_rfc(seconds: int, code: str):
    at = datetime.fromtimestamp(seconds, UTC)
    step = step_of(RFC, f" {code[:3]} {code[3:]}", at)
    assert step == seconds // SECONDS
    for off, good in ((-2, None), (-1, step), (1, step), (2, None)):
        assert step_of(RFC, code, at + timedelta(seconds=off * SECONDS)) == good
    assert step_of(RFC, code, at, after=step - 1) == step
    assert step_of(RFC, code, at, after=step) is None


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "28708",
        "2870822",
        "28708a",
        "\uff12\uff18\uff17\uff10\uff18\uff12",
        "\u0662\u0668\u0667\u0660\u0668\u0662",
        "287082\x00",
    ],
)
def test_what_is_no_code_is_none(typed: str):
    assert step_of(RFC, typed, datetime.fromtimestamp(59, UTC)) is None


def test_secrets_and_recovery_codes_are_random_and_written_for_people():
    assert len(new_secret()) == 32
    assert new_secret() != new_secret()
    codes = new_recovery_codes()
    assert len({plain(code) for code in codes}) == RECOVERY_CODES
    assert all(len(plain(code)) == 16 and code.count("-") == 3 for code in codes)
    assert plain(f"  {codes[0].upper().replace('-', ' ')} ") == plain(codes[0])


def test_the_app_is_told_whose_it_is():
    told = address(RFC, email="ada@harbour.example", practice="Harbour: Lane & Co")
    assert told.startswith("otpauth://totp/Clientsync%20%28Harbour%20%20Lane%20%26%20Co%29:ada%40harbour.example?")
    assert f"secret={RFC}" in told
