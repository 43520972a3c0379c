"""Odd characters cost themselves, and nothing else is let through that is not JSON."""

import json

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.kit.json_bodies import read_json
from providers.port.errors import Unavailable
from providers.xero.connections import organisations_in
from providers.xero.envelope import array, collection

UNKNOWN = "\N{REPLACEMENT CHARACTER}"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (rb"Caf\ud83d", f"Caf{UNKNOWN}"),
        (rb"Caf\uDE00 x", f"Caf{UNKNOWN} x"),
        (rb"\ud83d\ud83d\ude00", f"{UNKNOWN}\N{GRINNING FACE}"),
        (rb"\ud83dA\ude00", f"{UNKNOWN}A{UNKNOWN}"),
        (rb"\\ud83d \ud83d", rf"\ud83d {UNKNOWN}"),
        (b"Caf\tX", "Caf X"),
        (b"Caf\nX\x00\x1f", "Caf X  "),
        (b"Caf\xe9", f"Caf{UNKNOWN}"),
        (b"Caf\xc3\xa9 \xff", f"Caf\N{LATIN SMALL LETTER E WITH ACUTE} {UNKNOWN}"),
        (b"\xed\xa0\xbd", UNKNOWN * 3),
        (rb"a\x41\'", f"a{UNKNOWN}41{UNKNOWN}"),
    ],
)
def test_one_odd_character_costs_that_character(written: bytes, read: str) -> None:
    first = b'{"ContactID":"1","Name":"%s"}' % written
    answer = collection(b'{"Contacts":[%s,{"ContactID":"2","Name":"Ordinary & Sons"}]}' % first, "Contacts")
    assert [record["Name"] for record in answer.records] == [read, "Ordinary & Sons"]
    orjson.dumps(answer.records)  # and what was read can be written


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_byte_order_mark_costs_nothing(encoding: str) -> None:
    assert read_json(
        json.dumps({"Name": "Caf\N{LATIN SMALL LETTER E WITH ACUTE}"}, ensure_ascii=False).encode(encoding)
    ) == {"Name": "Caf\N{LATIN SMALL LETTER E WITH ACUTE}"}


def test_prices_keep_their_digits_beside_an_odd_character() -> None:
    answer = collection(b'{"Items":[{"Name":"\xe9","Price":0.10000000000000000001}]}', "Items", has_decimals=True)
    assert str(answer.records[0]["Price"]) == "0.10000000000000000001"


def test_one_organisations_name_does_not_hold_up_the_others() -> None:
    body = rb'[{"id":"1","tenantId":"o1","tenantName":"Caf\ud83d"},{"id":"2","tenantId":"o2","tenantName":"Marsh"}]'
    assert [one.name for one in organisations_in(array(body))] == [f"Caf{UNKNOWN}", "Marsh"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xef\xbb\xbf",
        b"<html>\t\xe9",
        b'{"Contacts":[{"Name":"Caf\xe9"}',
        b'{"Contacts":[{"Name":"Caf\xe9',
        rb'{"Contacts":[{"Name":"Caf\ud8',
        b'{"Contacts":[{"Name":"Caf\\',
        b'{"Contacts":[{"Name":"Caf\xe9" "Id":1}]}',
        b'{"Contacts":[{"N\xe9":NaN}]}',
    ],
)
@pytest.mark.parametrize("has_decimals", [False, True])
def test_half_a_document_stays_refused(body: bytes, has_decimals: bool) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_json(body, has_decimals=has_decimals)
    with pytest.raises(Unavailable):
        collection(body, "Contacts", has_decimals=has_decimals)


texts = st.text(st.characters(exclude_categories=()))


@given(st.dictionaries(texts, texts, max_size=5), st.binary(max_size=3))
def test_a_whole_document_is_read_whatever_characters_are_in_it(record: dict[str, str], odd: bytes) -> None:
    odd = odd.replace(b'"', b"").replace(b"\\", b"")
    sent = json.dumps(record).encode()
    read = read_json(sent[:-1] + (b", " if record else b"") + b'"odd":"' + odd + b'"}')
    assert isinstance(read, dict)
    orjson.dumps(read)
    for key, value in record.items():
        if not any("\ud800" <= character <= "\udfff" for character in key + value) and key != "odd":
            assert read[key] == value


@given(st.binary())
def test_whatever_comes_is_read_or_refused(body: bytes) -> None:
    try:
        read_json(body)
    except ValueError:
        return


@pytest.mark.parametrize("has_decimals", [False, True])
@pytest.mark.parametrize("number", [b"1e999", b"-1e400", b"1" + b"0" * 400, b"1" + b"0" * 5000])
def test_a_number_beyond_every_size_costs_itself(number: bytes, has_decimals: bool):
    body = b'{"Name":"1e999 \\" 2e999","Price":%s,"Other":[1.5,-2e3,%s]}' % (number, number)
    read = read_json(body, has_decimals=has_decimals)
    assert read == {"Name": '1e999 " 2e999', "Price": None, "Other": [1.5, -2000, None]}
    with pytest.raises(ValueError, match=r"JSON|unexpected|column"):
        read_json(body[:-3])
