"""The key ring: what is sealed opens with the right key, context and purpose, and with nothing else."""

import base64

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runtime.sealing.keyring import InvalidKeysError, KeyRing, SealError, TamperedError, UnknownKeyError

OLD, NEW = f"old:{KeyRing.generate_key()}", f"new:{KeyRing.generate_key()}"
RING = KeyRing.parse(NEW)


@settings(deadline=None)
@given(st.binary(max_size=200), st.text(max_size=40))
def test_what_is_sealed_opens_in_its_context(plain, context):
    sealed = RING.seal(plain, context)
    assert RING.open(sealed, context) == plain
    with pytest.raises(TamperedError):
        RING.open(sealed, context + "x")


def test_nothing_of_the_content_shows_and_no_two_seals_are_alike():
    first, second = (RING.seal(b"a refresh token", "grant") for _ in range(2))
    assert b"refresh" not in first
    assert first != second


def test_the_first_key_writes_and_every_key_reads():
    before = KeyRing.parse(OLD).seal(b"kept", "x")
    rotated = KeyRing.parse(f"{NEW},{OLD}")
    after = rotated.seal(b"kept", "x")
    assert rotated.open(before, "x") == b"kept"
    assert (KeyRing.key_id_of(before), KeyRing.key_id_of(after)) == ("old", "new")


def test_a_key_that_is_gone_is_named_without_data():
    sealed = KeyRing.parse(OLD).seal(b"a secret", "x")
    with pytest.raises(UnknownKeyError, match="'old'") as raised:
        RING.open(sealed, "x")
    assert raised.value.key_id == "old"
    assert "secret" not in str(raised.value)


def test_another_key_under_the_same_id_opens_nothing():
    with pytest.raises(TamperedError):
        KeyRing.parse(f"new:{KeyRing.generate_key()}").open(RING.seal(b"x", "x"), "x")


def test_every_byte_is_authenticated():
    sealed = RING.seal(b"content", "x")
    for position in range(len(sealed)):
        changed = sealed[:position] + bytes([sealed[position] ^ 1]) + sealed[position + 1 :]
        with pytest.raises(SealError):
            RING.open(changed, "x")
        with pytest.raises(SealError):
            RING.open(sealed[:position], "x")


def test_the_key_id_cannot_be_exchanged_even_for_a_key_of_the_same_bytes():
    key = KeyRing.generate_key()
    ring = KeyRing.parse(f"one:{key},two:{key}")
    with pytest.raises(TamperedError):
        ring.open(ring.seal(b"x", "x").replace(b"one", b"two", 1), "x")


def test_purposes_have_keys_of_their_own():
    sealed = RING.for_purpose("payloads").seal(b"x", "same")
    assert RING.for_purpose("payloads").open(sealed, "same") == b"x"
    for other in (RING, RING.for_purpose("grants")):
        with pytest.raises(TamperedError):
            other.open(sealed, "same")


def test_url_safe_base64_is_the_same_key():
    key = b"\xfb\xff" * 16
    standard, url_safe = base64.b64encode(key).decode(), base64.urlsafe_b64encode(key).decode()
    assert standard != url_safe
    sealed = KeyRing.parse(f"k:{standard}").seal(b"x", "x")
    assert KeyRing.parse(f" k:{url_safe} ,").open(sealed, "x") == b"x"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "at least one"),
        ("justtext", "not base64|instead of 32"),
        (":abcd", "id:base64key"),
        ("a b:abcd", "id:base64key"),
        ("a:c2VjcmV0", "6 bytes instead of 32"),
        ("a:!!!!", "not base64"),
        pytest.param(f"{NEW},{NEW}", "twice", id="one id twice"),  # keys differ from run to run, names must not
    ],
)
def test_keys_that_do_not_parse_are_refused_without_showing_them(text, reason):
    with pytest.raises(InvalidKeysError, match=reason) as raised:
        KeyRing.parse(text)
    assert NEW.partition(":")[2] not in str(raised.value)
    assert "c2VjcmV0" not in str(raised.value)


def test_a_ring_shows_ids_alone():
    shown = repr(KeyRing.parse(f"{NEW},{OLD}").for_purpose("payloads"))
    assert shown == "KeyRing(new, old; purpose=payloads)"
