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
from providers.kit.json_values import Record, decimal, flag, text
from providers.port.errors import Unavailable
from providers.xero import feeds, schemas, typed_records
from providers.xero.envelope import collection, written
from providers.xero.typed_records import ACCOUNT, CONTACT, TAX_RATE, AccountRecord, ContactRecord, Kind
from tests.contract.xero import XeroSubject, stand_in
from tests.journeys.serving import listening, serving

Parse = Callable[[Any], Row | None]

PARSERS: dict[str, Parse] = {"Contacts": schemas.contact, "Accounts": schemas.account, "TaxRates": schemas.tax_rate}
WORDS = st.one_of(
    st.text(st.characters(codec="utf-8", exclude_characters='"\\', exclude_categories=["Cc", "Cs"])),
    st.sampled_from(["", "BANK", "ARCHIVED", "ACTIVE", "/Date(1439434356790)/", "2015-08-13T02:52:36", "Café"]),
)
NUMBERS = st.one_of(
    st.integers(-(2**63), 2**64 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(["12.5", "NaN", "1e999", "1_0", " 7 ", ""]),
)
NESTED = st.lists(st.dictionaries(WORDS, WORDS, max_size=2), max_size=2)
ANYTHING = st.one_of(WORDS, NUMBERS, NESTED, st.text(), st.booleans(), st.none())
VALUES = {text: WORDS, flag: st.booleans(), decimal: NUMBERS, typed_records._as_written: WORDS}
KINDS: dict[str, Kind[Any]] = {"Contacts": CONTACT, "Accounts": ACCOUNT, "TaxRates": TAX_RATE}
BESIDE = ("Addresses", "Balances", "HasAttachments", "ReportingCodeName", "ValidationErrors", "NewSinceThen")
WRITERS: tuple[Callable[[Record], bytes], ...] = (
    orjson.dumps,
    orjson.dumps,
    lambda record: json.dumps(record).encode(),
    lambda record: json.dumps(record, separators=(",", ":")).encode(),
    lambda record: json.dumps(record, indent=2).encode().replace(b"/", rb"\/"),
    lambda record: orjson.dumps(record).replace(b"/", rb"\/"),
)


@st.composite
def records(draw: st.DrawFn, plural: str) -> Record:
    """Nearly as documented: one key in a hundred is in another case, and one value of another kind."""
    kinds = {key: VALUES[read] for _, key, read in KINDS[plural]._fields}
    identity, *others = kinds
    keys = [identity, *draw(st.lists(st.sampled_from([*others, *BESIDE]), unique=True))]
    is_odd = st.sampled_from([True] + [False] * 99)
    cases = st.sampled_from([str.lower, str.swapcase])
    return {
        draw(cases)(key) if draw(is_odd) else key: draw(ANYTHING if draw(is_odd) else kinds.get(key, NESTED))
        for key in keys
    }


def body(plural: str, *sent: bytes) -> bytes:
    return b'{"Id":"1","Status":"OK","%s":[%s]}' % (plural.encode(), b",".join(sent))


def rows_of(plural: str, *sent: bytes) -> list[Row | None]:
    """Of records that are read as they are written."""
    return [PARSERS[plural](record) for record in written(body(plural, *sent), plural).records]


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
    if write is orjson.dumps and plural != "TaxRates":  # whose exact numbers are written in Python's way once parsed
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


@pytest.mark.parametrize("blank", [b" ", b"\n  ", b"\t"])
def test_a_record_with_blanks_between_its_words_is_stored_without_them(blank: bytes) -> None:
    for sent in (b'{%s"ContactID": "c",%s"Discount": 10%s}', b'{"ContactID":%s"c",%s"Discount":%s10}'):
        (row,) = rows_of("Contacts", sent % (blank, blank, blank))
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
        b"<html>",
        b'{"Status":"OK"}',
        b'{"Contacts":null}',
        b'{"Contacts":{}}',
        b'{"Contacts":[{}',
        b'{"Contacts":[null,"a"]}',
        b'{"Contacts":[{"ContactID":"c"}]}, {"Contacts":[]}',
    ],
)
def test_what_is_no_collection_is_refused_in_the_same_words(sent: bytes) -> None:
    with pytest.raises(Unavailable) as parsed:
        collection(sent, "Contacts")
    with pytest.raises(Unavailable) as as_written:
        written(sent, "Contacts")
    assert str(as_written.value) == str(parsed.value)


@pytest.mark.parametrize("deep", [300, 1_100, 5_000])
def test_a_record_that_is_nested_deeply_is_stored_as_it_was_written_or_refused(deep: int) -> None:
    """How deep is too deep depends on Python's release."""
    sent = b'{"ContactID":"c","Addresses":%s}' % (b"[" * deep + b"]" * deep)
    try:
        (row,) = rows_of("Contacts", sent)
    except Unavailable:
        assert deep > 300
    else:
        assert row is not None
        assert row.record.encode() == sent


@pytest.mark.parametrize(
    "around",
    [
        b'{"Contacts":[%s]}',
        b'{"Id":"1","Warnings":[{"Message":"m"}],"Contacts":[%s]}',
        b'{"CONTACTS":[%s],"Pagination":{"PageCount":3,"ItemCount":7}}',
        b'{"pagination":{"pageCount":1e999},"Contacts":[%s]}',
        b'\xef\xbb\xbf{"Contacts":[%s]}',
        b'{"ProviderName":"\t","Contacts":[%s]}',
    ],
)
def test_whatever_stands_around_it_a_record_is_stored_as_it_was_written(around: bytes) -> None:
    sent = b'{"ContactID":"c","Balances":{"AccountsReceivable":{"Outstanding":849.50}}}'
    answer = written(around % sent, "Contacts")
    (row,) = map(schemas.contact, answer.records)
    assert row is not None
    assert row.record.encode() == sent
    assert answer[1:] == collection(around % sent, "Contacts")[1:]


def test_the_counts_of_pages_and_records_and_values_that_are_no_records() -> None:
    pagination = b'{"page":1,"pageSize":1000,"pageCount":3,"itemCount":2500}'
    answer = written(b'{"pagination":%s,"Contacts":[{"ContactID":"c"},7]}' % pagination, "Contacts")
    assert ([bytes(one) for one in answer.records], answer.page_count, answer.item_count) == (
        *([b'{"ContactID":"c"}'], 3, 2500),
    )
    assert written(b'{"Contacts":[]}', "Contacts") == ([], None, None)


@pytest.mark.parametrize(
    ("sent", "name"), [(b'{"ContactID":"c","NAME":"Marsh"}', "Marsh"), (b'{"ContactID":"c","Name":7}', "7")]
)
def test_what_is_not_as_documented_is_read_field_by_field(sent: bytes, name: str) -> None:
    read, written_as = Kind(ContactRecord, ()).read(Raw(sent))
    assert (read.name, written_as) == (name, sent.decode())


@pytest.mark.usefixtures("is_quick")
def test_a_key_that_xero_adds_is_learnt_and_told_once(caplog: pytest.LogCaptureFixture) -> None:
    kind = Kind(ContactRecord, ())
    with caplog.at_level("INFO"):
        for _ in range(2):
            read, text_of_it = kind.read(Raw(b'{"ContactID":"c","Name":"Marsh","Newest":{"Rate":1.50}}'))
            assert (read.name, text_of_it[-16:]) == ("Marsh", '":{"Rate":1.50}}')
    (told,) = caplog.messages
    assert "Newest" in told
    assert "Marsh" not in told


@pytest.mark.usefixtures("is_quick")
@pytest.mark.parametrize("keys", [(b"Newest", b"newest"), (b"newest", b"Newest"), (b"addresses", b"ADDRESSES")])
def test_the_text_does_not_depend_on_which_keys_came_before(keys: tuple[bytes, bytes]) -> None:
    kind = Kind(ContactRecord, ("Addresses",))
    for key in keys:
        sent = b'{"ContactID":"c","%s":{"Rate":1.50}}' % key
        assert kind.read(Raw(sent))[1].encode() == sent


@pytest.mark.parametrize("key", [b"contactid", b"Ne wer", b"\xc3\xa9"])
def test_a_key_that_may_be_a_known_one_or_is_no_name_is_not_learnt(key: bytes) -> None:
    kind = Kind(ContactRecord, ())
    read, _text = kind.read(Raw(b'{"%s":"c","Name":"Marsh"}' % key))
    assert read.name == "Marsh"
    assert kind._besides == ()


def test_ever_new_keys_are_not_learnt_without_end() -> None:
    kind = Kind(ContactRecord, ())
    for number in range(700):
        read, _text = kind.read(Raw(b'{"ContactID":"c","Key%d":1}' % number))
        assert read.contact_id == "c"
    assert 400 < len(kind._besides) <= 500


def test_empty_texts_and_numbers_that_are_none_make_empty_columns() -> None:
    for parse, kind, identity in ((schemas.contact, CONTACT, "c"), (schemas.account, ACCOUNT, "a")):
        keys = [key for _, key, read in kind._fields if read is not flag]
        empty = orjson.dumps(dict.fromkeys(keys, "") | {keys[0]: identity})
        row = parse(Raw(empty))
        assert row is not None
        assert "" not in set(row) - {row.name}
        assert row == parse(orjson.loads(empty))
        assert parse(Raw(b'{"%s":""}' % keys[0].encode())) is None
    rate = schemas.tax_rate(Raw(b'{"TaxType":"t","Name":"","DisplayTaxRate":"NaN","EffectiveRate":1e999}'))
    assert rate is not None
    assert (rate.name, rate.display_rate, rate.effective_rate) == ("t", None, None)


def test_a_date_is_not_made_of_a_number() -> None:
    for parse, key in ((schemas.contact, "ContactID"), (schemas.account, "AccountID")):
        row = parse(Raw(b'{"%s":"c","UpdatedDateUTC":20150813}' % key.encode()))
        assert row is not None
        assert row.updated_at is None


def test_every_column_of_the_two_types_has_its_key_in_xero_s_words() -> None:
    assert [key for _, key, _ in Kind(AccountRecord, ())._fields][:5] == ["AccountID", "Code", "Name", "Type", "Class"]
    assert "UpdatedDateUTC" in {key for _, key, _ in typed_records.CONTACT._fields}


@pytest.mark.parametrize("what", ["assets", "equity", "expenses", "liabilities", "revenue"])
def test_what_a_rate_applies_to_is_taken_from_its_own_key(what: str) -> None:
    row = schemas.tax_rate(Raw(b'{"TaxType":"t","CanApplyTo%s":true}' % what.capitalize().encode()))
    assert row is not None
    assert [column for column in row._fields if getattr(row, column) is True] == [f"applies_to_{what}"]
