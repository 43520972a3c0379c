"""What is an e-mail address: of a colleague, also in a network of their own; and of whom a mail is sent to at once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.words.practices import LONGEST_ADDRESS
from rules.email_addresses import is_address, is_of_the_internet

INTERNET, OWN_NETWORK, NONE = (True, True), (True, False), (False, False)
ROOM = LONGEST_ADDRESS - len("ada@") - len(".example")


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("ada@harbour.test", INTERNET),
        ("ada.marsh+clients@office.harbour.test", INTERNET),
        ("O'Brien_1@harbour-books.test", INTERNET),
        ("ödön@bücher.test", INTERNET),
        (f"ada@{'h' * ROOM}.example", INTERNET),
        (f"{'a' * 64}@harbour.test", INTERNET),
        ("ada@localhost", OWN_NETWORK),
        ("ada@harbour.test.", OWN_NETWORK),
        ("ada@.test", OWN_NETWORK),
        (f"{'a' * 65}@harbour.test", OWN_NETWORK),
        ("ada,bea@harbour.test", OWN_NETWORK),
        ("<ada@harbour.test>", OWN_NETWORK),
        ('"ada"@harbour.test', OWN_NETWORK),
        ("ada@[127.0.0.1]", OWN_NETWORK),
        ("ada@harbour.te\x00st", OWN_NETWORK),
        ("ada@harbour.test)", OWN_NETWORK),
        (f"ada@{'h' * (ROOM + 1)}.example", NONE),
        ("", NONE),
        ("ada", NONE),
        ("@harbour.test", NONE),
        ("ada@", NONE),
        ("ada@@harbour.test", NONE),
        ("ada@harbour.test, bea@harbour.test", NONE),
        ("ada marsh@harbour.test", NONE),
        ("ada@harbour.test\nBcc: bea", NONE),
        (" ada@harbour.test", NONE),
    ],
)
def test_what_is_an_address(said: str, found: tuple[bool, bool]) -> None:
    assert (is_address(said), is_of_the_internet(said)) == found


@given(st.text(alphabet="ab@. ,;<>\x00ö-", max_size=12))
def test_every_address_of_the_internet_is_an_address_on_one_line_with_one_at(said: str):
    if is_of_the_internet(said):
        assert is_address(said)
    if is_address(said):
        before, _, behind = said.partition("@")
        assert "" not in {before, behind}
        assert "@" not in behind
        assert said.split() == [said]
