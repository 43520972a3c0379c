"""Passkeys' answers, good and not, by a device that shares nothing with the library that looks at them."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from starter.factors import ceremonies
from starter.factors.ceremonies import Known, NotGoodError
from starter.factors.relying_party import RelyingParty
from tests.web.keys.passkey_device import Device, raw, text

PARTY = RelyingParty("clients.example.com", "https://clients.example.com")
CHALLENGE, OTHER = b"c" * 32, b"d" * 32
HANDLE = b"h" * 32


def to_add() -> dict[str, Any]:
    return ceremonies.to_add(PARTY, CHALLENGE, handle=HANDLE, account="ada@h.example (H)", person="Ada", has=[])


def to_use(**words: Any) -> dict[str, Any]:
    return ceremonies.to_use(PARTY, CHALLENGE, [], **words)


def test_a_new_passkey_is_asked_for_as_browsers_read_it():
    asked = ceremonies.to_add(
        PARTY, CHALLENGE, handle=HANDLE, account="ada@h.example (H)", person="Ada", has=[Known(b"k", "usb,nfc")]
    )
    assert asked["rp"] == {"id": "clients.example.com", "name": "Clientsync"}
    assert asked["user"] == {"id": text(HANDLE), "name": "ada@h.example (H)", "displayName": "Ada"}
    assert raw(asked["challenge"]) == CHALLENGE
    assert asked["excludeCredentials"] == [{"id": text(b"k"), "type": "public-key", "transports": ["usb", "nfc"]}]
    wishes = asked["authenticatorSelection"]
    assert (wishes["residentKey"], wishes["userVerification"]) == ("preferred", "preferred")
    assert asked["attestation"] == "none"
    assert json.loads(json.dumps(asked)) == asked


def test_the_use_of_one_is_asked_for_as_browsers_read_it():
    asked = ceremonies.to_use(PARTY, CHALLENGE, [Known(b"k", "")])
    assert (asked["rpId"], raw(asked["challenge"])) == ("clients.example.com", CHALLENGE)
    assert asked["allowCredentials"] == [{"id": text(b"k"), "type": "public-key"}]
    assert asked["userVerification"] == "preferred"
    assert to_use(verified=True)["userVerification"] == "required"


@pytest.mark.parametrize("counts", [True, False])
def test_a_passkey_is_made_and_used(counts: bool):
    device = Device(PARTY.origin, counts=counts)
    answer = device.make(to_add())
    assert ceremonies.read_new(answer).challenge == CHALLENGE
    made = ceremonies.made(PARTY, answer, CHALLENGE)
    assert (made.credential_id, made.sign_count, made.transports) == (device.credential_id, int(counts), "usb")
    answer = device.use(to_use())
    read = ceremonies.read_use(answer)
    assert (read.challenge, read.credential_id, read.handle) == (CHALLENGE, device.credential_id, HANDLE)
    assert ceremonies.used(PARTY, answer, CHALLENGE, public_key=made.public_key, verified=True) == 2 * counts


LIES = [
    {"challenge": text(OTHER)},
    {"origin": "https://clients.example.com.evil.example"},
    {"origin": "http://clients.example.com"},
    {"origin": "https://clients.example.com:8443"},
    {"party": "evil.example"},
    {"kind": "payment.get"},
]


@pytest.mark.parametrize("lies", LIES, ids=str)
def test_what_was_made_elsewhere_or_for_something_else_is_not_good(lies: dict[str, Any]):
    with pytest.raises(NotGoodError):
        ceremonies.made(PARTY, Device(PARTY.origin).make(to_add(), **lies), CHALLENGE)


@pytest.mark.parametrize("lies", [*LIES, {"signature": b"x" * 70}], ids=str)
def test_what_was_used_elsewhere_or_for_something_else_is_not_good(lies: dict[str, Any]):
    device = Device(PARTY.origin)
    key = ceremonies.made(PARTY, device.make(to_add()), CHALLENGE).public_key
    with pytest.raises(NotGoodError):
        ceremonies.used(PARTY, device.use(to_use(), **lies), CHALLENGE, public_key=key)
    assert ceremonies.used(PARTY, device.use(to_use()), CHALLENGE, public_key=key) == 3


def test_another_passkey_s_signature_is_not_good():
    device, other = Device(PARTY.origin), Device(PARTY.origin)
    key = ceremonies.made(PARTY, device.make(to_add()), CHALLENGE).public_key
    with pytest.raises(NotGoodError):
        ceremonies.used(PARTY, other.use(to_use()), CHALLENGE, public_key=key)


def test_one_that_did_not_make_sure_of_its_owner_is_good_beside_a_password_alone():
    device = Device(PARTY.origin, verifies=False)
    key = ceremonies.made(PARTY, device.make(to_add()), CHALLENGE).public_key
    assert ceremonies.used(PARTY, device.use(to_use()), CHALLENGE, public_key=key) == 2
    with pytest.raises(NotGoodError):
        ceremonies.used(PARTY, device.use(to_use()), CHALLENGE, public_key=key, verified=True)


@pytest.mark.parametrize("read", [ceremonies.read_new, ceremonies.read_use])
def test_what_is_asked_for_inside_another_site_s_page_is_not_good(read: Callable[[str], Any]):
    device = Device(PARTY.origin)
    is_new = read is ceremonies.read_new
    answer = device.make(to_add(), crossOrigin=True) if is_new else device.use(to_use(), crossOrigin=True)
    with pytest.raises(NotGoodError):
        read(answer)


def test_a_signed_but_lower_count_is_for_others_to_judge_and_an_unsigned_one_is_not_good():
    """The library itself would refuse the count first, so that a made-up answer looked like a copied passkey."""
    device = Device(PARTY.origin)
    key = ceremonies.made(PARTY, device.make(to_add()), CHALLENGE).public_key
    device.count = 0
    assert ceremonies.used(PARTY, device.use(to_use()), CHALLENGE, public_key=key) == 1
    with pytest.raises(NotGoodError):
        ceremonies.used(PARTY, device.use(to_use(), signature=b"x"), CHALLENGE, public_key=key)


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20) | st.binary(max_size=40).map(text),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner, max_size=3),
    max_leaves=8,
)


@given(field=st.sampled_from(["clientDataJSON", "attestationObject", "authenticatorData", "signature"]), junk=JUNK)
def test_junk_is_not_good_and_nothing_worse(field: str, junk: Any):
    device = Device(PARTY.origin)
    new = device.make(to_add())
    key = ceremonies.made(PARTY, new, CHALLENGE).public_key
    for answer, look in (
        (new, lambda sent: ceremonies.made(PARTY, sent, CHALLENGE)),
        (device.use(to_use()), lambda sent: ceremonies.used(PARTY, sent, CHALLENGE, public_key=key)),
    ):
        whole = json.loads(answer)
        if field in whole["response"]:
            whole["response"][field] = junk
            with pytest.raises(NotGoodError):
                look(json.dumps(whole))
        for sent in (json.dumps(junk), str(junk), "[" * 5_000, ""):
            with pytest.raises(NotGoodError):
                look(sent)
