"""The way out, as the environment says: a proxy that is really asked, exceptions, and an authority of one's own."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import httpx2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from providers.kit.http import http_client
from providers.kit.proxies import Proxies, UnusableNetworkError

VARIABLES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR")
NOWHERE = "https://identity.nowhere.invalid/.well-known/openid-configuration"


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        for spelling in (name, name.lower()):
            monkeypatch.delenv(spelling, raising=False)


@dataclass
class Proxy:
    """Refuses, or makes a tunnel to ``target``, whatever was asked for; notes what it was asked."""

    target: int | None = None
    url: str = ""
    seen: list[str] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        self.seen.append(head)
        if self.target is None:
            writer.write(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")
            writer.close()
            return
        there, back = await asyncio.open_connection("127.0.0.1", self.target)
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        await asyncio.gather(pass_on(reader, back), pass_on(there, writer))


async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while piece := await reader.read(65536):
        writer.write(piece)
    writer.close()


@pytest.fixture
async def proxy() -> AsyncIterator[Proxy]:
    made = Proxy()
    async with await asyncio.start_server(made.serve, "127.0.0.1", 0) as server:
        made.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        yield made


@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
async def test_calls_leave_through_the_proxy(proxy: Proxy, variable: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv(variable, proxy.url.replace("//", "//ada:s%40cret@"))
    async with http_client() as client:
        with pytest.raises(httpx2.ConnectError) as refused:
            await client.get(NOWHERE)
    (asked,) = proxy.seen
    assert asked.startswith("CONNECT identity.nowhere.invalid:443 ")
    assert "Proxy-Authorization: Basic YWRhOnNAY3JldA==" in asked
    assert "cret" not in str(refused.value)


@pytest.mark.parametrize(
    ("excepted", "url", "goes_straight"),
    [
        ("", "https://api.xero.com/connections", False),
        ("xero.com", "https://api.xero.com/connections", True),
        (".xero.com", "https://api.xero.com/connections", True),
        ("intuit.com, api.xero.com:443", "https://api.xero.com/connections", True),
        ("api.xero.com:8443", "https://api.xero.com/connections", False),
        ("notxero.com,ero.com", "https://api.xero.com/connections", False),
        ("*", "https://api.xero.com/connections", True),
        ("10.0.0.0/8,oddly/8", "https://10.2.3.4/", True),
        ("10.0.0.0/8", "https://11.2.3.4/", False),
        ("", "https://127.0.0.1:9000/", True),
        ("", "https://[::1]:9000/", True),
        ("", "https://localhost:9000/", True),
        ("", "http://api.xero.com/", True),  # only HTTPS_PROXY is set
    ],
)
def test_who_is_excepted(excepted: str, url: str, goes_straight: bool, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HTTPS_PROXY", "proxy.practice.example:3128")
    monkeypatch.setenv("NO_PROXY", excepted)
    assert Proxies().of(httpx2.URL(url)) == (None if goes_straight else "http://proxy.practice.example:3128")


@pytest.mark.parametrize("address", ["socks5://proxy:1080", "http://", "http://proxy:port", "ftp://ada:s3cret@proxy"])
def test_a_proxy_that_cannot_be_used_is_refused_by_its_variable(address: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HTTPS_PROXY", address)
    with pytest.raises(UnusableNetworkError, match="HTTPS_PROXY must be http://host:port") as refused:
        http_client()
    assert "s3cret" not in str(refused.value)


def test_certificates_that_are_not_there_are_refused_by_their_variable(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SSL_CERT_FILE", "/nowhere/authorities.pem")
    with pytest.raises(UnusableNetworkError, match="SSL_CERT_FILE names /nowhere/authorities"):
        http_client()


@pytest.fixture
def own_authority(tmp_path: Path) -> Path:
    """A certificate for 127.0.0.1 and books.practice.example that signs itself, with its key behind it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "An authority of our own")])
    names: list[x509.GeneralName] = [x509.DNSName("books.practice.example"), x509.IPAddress(ip_address("127.0.0.1"))]
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file, pem = tmp_path / "authority.pem", serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file.write_bytes(certificate.public_bytes(pem) + secret)
    return file


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")
    await writer.drain()
    writer.close()


async def test_an_authority_of_one_s_own_is_trusted_straight_and_through_a_proxy(
    own_authority: Path, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(own_authority)
    async with await asyncio.start_server(answer, "127.0.0.1", 0, ssl=context) as server:
        port = server.sockets[0].getsockname()[1]
        async with http_client() as client:
            with pytest.raises(httpx2.ConnectError):
                await client.get(f"https://127.0.0.1:{port}/")
        monkeypatch.setenv("SSL_CERT_FILE", str(own_authority))
        async with http_client() as client:
            assert (await client.get(f"https://127.0.0.1:{port}/")).text == "ok"
        proxy.target = port
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        async with http_client() as client:
            assert (await client.get("https://books.practice.example/")).text == "ok"
    assert [asked.split(" ")[1] for asked in proxy.seen] == ["books.practice.example:443"]
