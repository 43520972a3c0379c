"""The payload codec and the functions behind the codec endpoint."""

import json

import pytest
from google.protobuf import json_format
from temporalio.api.common.v1 import Payload, Payloads

from runtime.sealing.codec import EncryptedCodec
from runtime.sealing.codec_server import BadCodecRequestError, decode_payloads, encode_payloads
from runtime.sealing.keyring import KeyRing, TamperedError, UnknownKeyError

RING = KeyRing.parse(f"k1:{KeyRing.generate_key()}")
PLAIN = Payload(metadata={"encoding": b"json/plain", "messageType": b"Choice"}, data=b'"Harbour Lane"')


def body(*payloads: Payload) -> str:
    return json_format.MessageToJson(Payloads(payloads=payloads))


async def test_content_and_type_hints_are_sealed_and_the_key_id_is_not():
    [sealed] = await EncryptedCodec(RING).encode([PLAIN])
    assert sealed.metadata == {"encoding": b"binary/encrypted", "encryption-key-id": b"k1"}
    assert b"Harbour" not in sealed.SerializeToString()
    assert b"Choice" not in sealed.SerializeToString()
    assert await EncryptedCodec(RING).decode([sealed]) == [PLAIN]


async def test_payloads_that_were_never_sealed_pass_as_they_are():
    assert await EncryptedCodec(RING).decode([PLAIN]) == [PLAIN]


def test_another_ring_opens_nothing():
    sealed = EncryptedCodec(RING).seal(PLAIN)
    with pytest.raises(UnknownKeyError):
        EncryptedCodec(KeyRing.parse(f"k2:{KeyRing.generate_key()}")).open(sealed)
    sealed.data = sealed.data[:-1]
    with pytest.raises(TamperedError):
        EncryptedCodec(RING).open(sealed)


def test_the_endpoint_seals_and_opens_in_order():
    other = Payload(metadata={"encoding": b"json/plain"}, data=b"2")
    sealed = encode_payloads(body(PLAIN, other), RING)
    assert "Harbour" not in sealed
    assert {p["metadata"]["encoding"] for p in json.loads(sealed)["payloads"]} == {"YmluYXJ5L2VuY3J5cHRlZA=="}
    assert json.loads(decode_payloads(sealed.encode(), RING)) == json.loads(body(PLAIN, other))


@pytest.mark.parametrize("bad", ["", "{", '{"payloads": 3}', '{"tokens": []}', b"\xff\xfe"])
@pytest.mark.parametrize("call", [decode_payloads, encode_payloads])
def test_a_body_of_another_shape_is_refused(call, bad):
    with pytest.raises(BadCodecRequestError):
        call(bad, RING)
