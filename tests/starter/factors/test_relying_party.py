"""Where passkeys are good, by the public address."""

import pytest

from starter.factors.relying_party import RelyingParty, relying_party


@pytest.mark.parametrize(
    ("public_url", "party_id", "origin"),
    [
        ("https://clients.example.com", "clients.example.com", "https://clients.example.com"),
        ("https://Clients.Example.com:443", "clients.example.com", "https://clients.example.com"),
        ("https://clients.example.com:8443/below", "clients.example.com", "https://clients.example.com:8443"),
        ("https://bücher.example", "xn--bcher-kva.example", "https://xn--bcher-kva.example"),
        ("http://localhost:8000", "localhost", "http://localhost:8000"),
        ("http://one.localhost:8000", "one.localhost", "http://one.localhost:8000"),
        ("http://127.0.0.1:8000", "localhost", "http://localhost:8000"),
        ("http://127.0.0.1:80", "localhost", "http://localhost"),
        ("http://[::1]:8000", "localhost", "http://localhost:8000"),
    ],
)
def test_is_the_name_and_the_origin_that_browsers_see(public_url: str, party_id: str, origin: str):
    assert relying_party(public_url) == RelyingParty(party_id, origin)


@pytest.mark.parametrize(
    "public_url",
    [
        "http://clients.example.com",
        "http://localhost.example.com",
        "http://192.168.1.20:8000",
        "https://192.168.1.20",
        "https://[2001:db8::1]",
        "https://127.0.0.1:8443",
        "https://clients.example.com:port",
        "https://" + "x" * 70 + ".example",
        "ftp://clients.example.com",
    ],
)
def test_is_nobody_where_browsers_use_no_passkeys(public_url: str):
    assert relying_party(public_url) is None
