"""The name and the origin for which passkeys work, from the public address. Browsers enforce both.

A passkey belongs to a name, which cannot be an IP address (WebAuthn, *Relying Party Identifier*). Browsers use passkeys
only over TLS or on the machine itself.
"""

from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

_DEFAULT_PORT = {"https": 443, "http": 80}


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """The name and the origin for which passkeys are created.

    Attributes:
        id: The name, such as ``clients.example.com``.
        origin: The only origin at which they are asked for, such as ``https://clients.example.com``.
    """

    id: str
    origin: str


def relying_party(public_url: str) -> RelyingParty | None:
    """The name and origin for passkeys at a public address; None where browsers would not use any.

    A loopback address can also be reached as ``localhost`` at the same port, and passkeys work there.

    Args:
        public_url: Base address of our pages.
    """
    try:
        parts = urlsplit(public_url)
        port, host = parts.port, (parts.hostname or "").encode("idna").decode()
    except ValueError:
        return None
    is_plain = parts.scheme == "http"
    try:
        address = ip_address(host)
    except ValueError:
        if is_plain and host != "localhost" and not host.endswith(".localhost"):
            return None
    else:
        if not is_plain or not address.is_loopback:
            return None
        host = "localhost"
    if not host or parts.scheme not in _DEFAULT_PORT:
        return None
    is_usual = port is None or port == _DEFAULT_PORT[parts.scheme]
    return RelyingParty(host, f"{parts.scheme}://{host}" + ("" if is_usual else f":{port}"))
