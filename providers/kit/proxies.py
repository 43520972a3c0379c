"""Chooses the proxy of a call by ``HTTPS_PROXY``, ``HTTP_PROXY``, ``ALL_PROXY`` and ``NO_PROXY``.

The same names in small letters have priority, as with most programs. aiohttp itself is not given these variables,
because it would also read passwords from ``~/.netrc``.
"""

import ipaddress
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from urllib.request import getproxies_environment

if TYPE_CHECKING:
    import httpx2  # commands that make no call start without it


class UnusableNetworkError(ValueError):
    """A proxy or certificate setting of the environment cannot be used; the text names the variable and no password."""


class Proxies:
    """The proxies of the environment as it is now.

    Raises:
        UnusableNetworkError: One of them cannot be used.
    """

    def __init__(self) -> None:
        found = getproxies_environment()
        self._excepted = [name.strip().lower().lstrip(".") for name in found.get("no", "").split(",") if name.strip()]
        self._by_scheme: dict[str, str] = {}
        for scheme in ("http", "https"):
            name = scheme if scheme in found else "all"
            if address := found.get(name):
                self._by_scheme[scheme] = _usable(address, f"{name.upper()}_PROXY")
        self._known: dict[tuple[str, str, int | None], str | None] = {}

    def of(self, url: "httpx2.URL") -> str | None:
        """The proxy for a call; None for a direct connection."""
        if not self._by_scheme:
            return None
        asked = (url.scheme, url.host, url.port)
        if asked not in self._known:
            self._known[asked] = None if self._is_excepted(url) else self._by_scheme.get(url.scheme)
        return self._known[asked]

    def _is_excepted(self, url: "httpx2.URL") -> bool:
        host = url.host.lower()
        if host == "localhost" or host.endswith(".localhost"):
            return True
        try:
            address = ipaddress.ip_address(host)
        except ValueError:
            address = None
        if address is not None and (address.is_loopback or self._is_in_a_network(address)):
            return True
        port = url.port or {"http": 80, "https": 443}.get(url.scheme)
        return any(
            name == "*" or one == name or one.endswith(f".{name}")
            for name in self._excepted
            for one in (host, f"{host}:{port}")
        )

    def _is_in_a_network(self, address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
        """``NO_PROXY`` may name networks too, such as ``10.0.0.0/8``."""
        for name in self._excepted:
            try:
                if "/" in name and address in ipaddress.ip_network(name, strict=False):
                    return True
            except ValueError:
                continue
        return False


def _usable(address: str, variable: str) -> str:
    """The proxy's address, with ``http://`` added if it has no scheme."""
    whole = address if "://" in address else f"http://{address}"
    try:
        parts = urlsplit(whole)
        is_usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_usable = False
    if not is_usable:
        raise UnusableNetworkError(
            f"{variable} must be http://host:port, with user:password@ before the host if needed"
        )
    return whole
