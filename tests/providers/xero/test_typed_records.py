"""Tax rates, accounts and contacts are read as they are written, and give the same rows as records that are parsed."""

import json
from collections.abc import Callable
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Raw

from contracts.words.standard_information import Row, TaxRate
from providers.kit.json_values import Record
from providers.xero import feeds, schemas, typed_records
from providers.xero.envelope import collection, written
from providers.xero.typed_records import AccountRecord, ContactRecord, Kind
from tests.contract.xero import XeroSubject, stand_in
from tests.journeys.serving import listening, serving

Parse = Callable[[Any], Row | None]

PARSERS: dict[str, Parse] = {"Contacts": schemas.contact, "Accounts": schemas.account, "TaxRates": schemas.tax_rate}
NUMBERS = ("DisplayTaxRate", "EffectiveRate")
KEYS = {
    "Contacts": (
        "ContactID",
        "Name",
        "ContactStatus",
        "IsSupplier",
        "IsCustomer",
        "FirstName",
        "LastName",
        "TaxNumber",
    ),
    "Accounts": ("AccountID", "Name", "Status", "Type", "Class", "EnablePaymentsToAccount", "Code", "UpdatedDateUTC"),
    "TaxRates": ("TaxType", "Name", "Status", "CanApplyToAssets", *NUMBERS),
}
BESIDE = ("Addresses", "Balances", "HasAttachments", "ReportingCodeName", "ValidationErrors", "NewSinceThen")
VALUES = st.one_of(
    st.text(),
    st.sampled_from(["", "BANK", "ARCHIVED", "ACTIVE", "true", "/Date(1439434356790)/", "2015-08-13T02:52:36", "Café"]),
    st.booleans(),
    st.none(),
    st.integers(-(2**63), 2**64 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(["12.5", "NaN", "1e999", "1_0", " 7 "]),
    st.lists(st.dictionaries(st.text(), st.text(), max_size=2), max_size=2),
)
WRITERS: tuple[Callable[[Record], bytes], ...] = (
    orjson.dumps,
    lambda record: json.dumps(record).encode(),
    lambda record: json.dumps(record, separators=(",", ":")).encode(),
    lambda record: json.dumps(record, indent=2).encode().replace(b"/", rb"\/"),
    lambda record: orjson.dumps(record).replace(b"/", rb"\/"),
)


@st.composite
def records(draw: st.DrawFn, plural: str) -> Record:
    cases: st.SearchStrategy[Callable[[str], str]] = st.sampled_from([str, str, str, str.lower, str.swapcase])
    keys = draw(st.lists(st.sampled_from(KEYS[plural] + BESIDE), unique=True))
    return {draw(cases)(key): draw(VALUES) for key in keys}


def body(plural: str, *sent: bytes) -> bytes:
    return b'{"Id":"1","Status":"OK","%s":[%s]}' % (plural.encode(), b",".join(sent))


def rows_of(plural: str, *sent: bytes) -> list[Row | None]:
    """Of records that are read as they are written."""
    answer = written(body(plural, *sent), plural)
    assert answer is not None
    return [PARSERS[plural](record) for record in answer.records]


@pytest.mark.parametrize("plural", list(PARSERS))
@given(data=st.data(), write=st.sampled_from(WRITERS))
def test_a_record_gives_the_same_row_however_it_is_read(
    plural: str, data: st.DataObject, write: Callable[[Record], bytes]
) -> None:
    record = data.draw(records(plural))
    sent = write(record)
    (as_written,) = rows_of(plural, sent)
    (parsed,) = collection(body(plural, sent), plural, has_decimals=plural == "TaxRates").records
    expected = PARSERS[plural](parsed)
    if expected is None or as_written is None:
        assert as_written is expected
        return
    assert as_written[:-1] == expected[:-1]
    assert orjson.loads(as_written.record) == orjson.loads(expected.record)
    if write is WRITERS[0]:
        assert as_written == expected


@pytest.fixture
def is_quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuses whatever is read field by field."""

    def refuse(_: object, record: Record) -> None:
        raise AssertionError(record)

    monkeypatch.setattr(Kind, "_field_by_field", refuse)


@pytest.mark.usefixtures("is_quick")
async def test_every_record_that_is_as_documented_is_read_as_it_is_written() -> None:
    app, control = stand_in()
    socket, address = listening()
    async with serving(app, socket):
        xero = XeroSubject(control, address)
        held = await xero.signed_in(*range(4))
        for place in range(4):
            for feed in (feeds.TAX_RATES, feeds.ACCOUNTS, feeds.CONTACTS):
                pages = await xero.pages(held, place, feed)
                assert sum(len(page.rows) for page in pages) == len(xero.kept(place, feed))
        await xero.provider.close()


@pytest.mark.usefixtures("is_quick")
@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        (b'"Balances":{"AccountsReceivable":{"Outstanding":849.50,"Overdue":0.00}}', None),
        (rb'"Website":"https:\/\/marsh.example\/"', b'"Website":"https://marsh.example/"'),
        ('"Name":"Café Ṁarsh"'.encode(), None),
        (b'"Discount":10', None),
    ],
)
def test_what_no_column_takes_is_stored_as_it_was_written(sent: bytes, kept: bytes | None) -> None:
    (row,) = rows_of("Contacts", b'{"ContactID":"c",%s}' % sent)
    assert row is not None
    assert row.record.encode() == b'{"ContactID":"c",%s}' % (kept or sent)


@pytest.mark.parametrize("name", [b"GST", b"G\\u0053T", b"G\tST"])
def test_rates_keep_their_digits_however_their_record_is_read(name: bytes) -> None:
    (row,) = rows_of("TaxRates", b'{"TaxType":"%s","EffectiveRate":0.10000000000000000001}' % name)
    assert isinstance(row, TaxRate)
    assert str(row.effective_rate) == "0.10000000000000000001"
    assert "0.10000000000000000001" in row.record


def test_a_record_with_blanks_between_its_words_is_stored_without_them() -> None:
    (row,) = rows_of("Contacts", b'{\n  "ContactID": "c",\n  "Discount": 10\n}')
    assert row is not None
    assert row.record == '{"ContactID":"c","Discount":10}'


@pytest.mark.parametrize(
    "odd", [rb"Caf\ud83d", b"Caf\tX", b"Caf\xe9", b"\xed\xa0\xbd", rb"a\x41\'", rb"\u0000", b'\\"']
)
def test_an_odd_character_in_one_record_changes_nothing_about_the_others(odd: bytes) -> None:
    others = b'{"ContactID":"2","Name":"Marsh","Balances":{"AccountsPayable":{"Outstanding":12.50}}}'
    first, second = rows_of("Contacts", b'{"ContactID":"1","Name":"%s"}' % odd, others)
    assert second is not None
    assert second.record == others.decode()
    parsed = collection(body("Contacts", b'{"ContactID":"1","Name":"%s"}' % odd), "Contacts").records
    assert first == schemas.contact(parsed[0])


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"[]",
        b'{"Contacts":null}',
        b'{"Contacts":[{}',
        b'{"Contacts":[null,"a"]}',
        b'{"contacts":[{"ContactID":"c"}]}',
        b'{"Contacts":[],"Pagination":{"PageCount":3}}',
        b'{"Contacts":[{"ContactID":"c"}]}, {"Contacts":[]}',
    ],
)
def test_an_answer_of_another_form_is_left_to_the_other_way(sent: bytes) -> None:
    assert written(sent, "Contacts") is None


def test_the_counts_of_pages_and_records_and_values_that_are_no_records() -> None:
    pagination = b'{"page":1,"pageSize":1000,"pageCount":3,"itemCount":2500}'
    answer = written(b'{"pagination":%s,"Contacts":[{"ContactID":"c"},7]}' % pagination, "Contacts")
    assert answer is not None
    assert ([bytes(one) for one in answer.records], answer.page_count, answer.item_count) == (
        *([b'{"ContactID":"c"}'], 3, 2500),
    )
    assert written(b'{"Contacts":[]}', "Contacts") == ([], None, None)


@pytest.mark.parametrize(
    ("sent", "name"), [(b'{"ContactID":"c","NAME":"Marsh"}', "Marsh"), (b'{"ContactID":"c","Name":7}', "7")]
)
def test_what_is_not_as_documented_is_told_once_without_what_it_says(
    sent: bytes, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    kind = Kind(ContactRecord, ())
    with caplog.at_level("INFO"):
        for _ in range(2):
            read, _text = kind.read(Raw(sent))
            assert read.name == name
    (told,) = caplog.messages
    assert "takes longer" in told
    assert name not in told


def test_every_column_of_the_two_types_has_its_key_in_xero_s_words() -> None:
    assert [key for _, key, _ in Kind(AccountRecord, ())._fields][:5] == ["AccountID", "Code", "Name", "Type", "Class"]
    assert "UpdatedDateUTC" in {key for _, key, _ in typed_records.CONTACT._fields}
