"""Converts a PostgreSQL URL as people paste it: each of its parameters works, or is refused by name.

Database providers show URLs for libpq. asyncpg has some of libpq's parameters under other names and lacks others; it
would send an unknown one to the server as a setting, and the server would then refuse every connection with an
unhelpful error. The parameters are those of PostgreSQL's documentation, *Parameter Key Words* of libpq.
"""

import ssl
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from sqlalchemy import URL, make_url

APPLICATION = "clientsync"

_DRIVERS_OWN = frozenset(
    (
        *("sslmode", "sslrootcert", "sslcert", "sslkey", "sslpassword", "sslcrl", "sslnegotiation"),
        *("ssl_min_protocol_version", "ssl_max_protocol_version", "passfile", "target_session_attrs"),
        *("krbsrvname", "gsslib", "service"),
    )
)
"""Asyncpg reads these out of a URL as libpq does."""

_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")

_HARMLESS: Mapping[str, frozenset[str]] = {
    "channel_binding": frozenset({"disable", "prefer"}),
    "client_encoding": frozenset({"auto", "utf8", "utf-8"}),
    "gssencmode": frozenset({"disable", "prefer"}),
    "load_balance_hosts": frozenset({"disable"}),
    "replication": frozenset({"false", "off", "no", "0"}),
    "sslcertmode": frozenset({"allow"}),
    "sslcompression": frozenset({"0"}),
    "sslsni": frozenset({"1"}),
    "keepalives": frozenset({"1"}),
}
"""Values that ask for nothing that we do not do anyway; asyncpg can do nothing else."""


class UnusableUrlError(ValueError):
    """The database's URL cannot be used; the text names the parameter and shows no password."""


def normalised(url: str) -> URL:
    """The URL for SQLAlchemy with asyncpg, from any of the common spellings.

    Args:
        url: ``postgres://``, ``postgresql://`` or ``postgresql+asyncpg://``.

    Raises:
        UnusableUrlError: It is not the URL of a PostgreSQL database.
    """
    try:
        parsed = make_url(url)
    except Exception as error:
        raise UnusableUrlError("the database URL cannot be read") from error
    if parsed.get_backend_name() not in {"postgres", "postgresql"}:
        raise UnusableUrlError(f"the database must be PostgreSQL, not {parsed.get_backend_name()}")
    return parsed.set(drivername="postgresql+asyncpg")


def connecting(url: str) -> tuple[URL, dict[str, Any]]:
    """The address, and the options for the driver's ``connect``.

    Two parameters are not libpq's. ``pgbouncer=true``, which many providers show, says that connections are shared
    between transactions, so that no prepared statement may be kept. ``statement_cache_size`` is asyncpg's.

    Args:
        url: See ``normalised``.

    Raises:
        UnusableUrlError: It is not a URL, or a parameter is not supported; the text names the parameter.
    """
    parsed = normalised(url)
    query = {name: value if isinstance(value, str) else value[-1] for name, value in parsed.query.items()}
    hosts = {name: value for name, value in parsed.query.items() if name in {"host", "port"}}
    parsed = parsed.set(
        username=query.pop("user", parsed.username),
        password=query.pop("password", parsed.password),
        database=query.pop("dbname", parsed.database),
    )
    for name in hosts:
        del query[name]
    options = _options(query)
    return parsed.set(query=hosts), options


def is_for_a_pooler(url: str) -> bool:
    """Whether the URL says that connections are shared between transactions (``pgbouncer=true``).

    Raises:
        UnusableUrlError: See ``connecting``.
    """
    return connecting(url)[1].get("statement_cache_size") == 0


def for_a_pooler(url: str) -> str:
    """The URL with ``pgbouncer=true`` added."""
    return normalised(url).update_query_dict({"pgbouncer": "true"}).render_as_string(hide_password=False)


def _options(query: dict[str, str]) -> dict[str, Any]:
    own = query.pop("application_name", "") or query.pop("fallback_application_name", "") or APPLICATION
    query.pop("fallback_application_name", None)
    server = {"application_name": own, "timezone": "UTC"}
    if "options" in query:
        server["options"] = query.pop("options")
    told: dict[str, Any] = {"server_settings": server}
    if "connect_timeout" in query and (seconds := _number("connect_timeout", query.pop("connect_timeout"))) > 0:
        told["timeout"] = float(max(seconds, 2))  # libpq's least
    for name in ("statement_cache_size", "prepared_statement_cache_size"):
        if name in query:
            told[name] = _number(name, query.pop(name))
    if _is_shared(query.pop("pgbouncer", "false")):
        told |= {
            "statement_cache_size": 0,
            "prepared_statement_cache_size": 0,
            # Another's statement of the same name may be left on a connection that several share.
            "prepared_statement_name_func": lambda: f"__clientsync_{uuid4()}__",
        }
    if "ssl" in query:  # asyncpg's and SQLAlchemy's own spelling
        query.setdefault("sslmode", query.pop("ssl"))
    mode = query.get("sslmode")
    if mode is not None and mode not in _MODES:
        raise UnusableUrlError(f"sslmode must be one of {', '.join(_MODES)}")
    if query.get("sslrootcert") == "system":
        if mode not in {None, "verify-full"}:
            raise UnusableUrlError("sslrootcert=system needs sslmode=verify-full")
        del query["sslrootcert"]
        query.pop("sslmode", None)
        told["ssl"] = ssl.create_default_context()
    for name, value in query.items():
        if name not in _DRIVERS_OWN and value.lower() not in _HARMLESS.get(name, ()):
            raise UnusableUrlError(_refusal(name))
    if kept := {name: value for name, value in query.items() if name in _DRIVERS_OWN}:
        told["dsn"] = f"postgresql:///?{urlencode(kept)}"
    return told


def _refusal(name: str) -> str:
    if name == "channel_binding":
        return "channel_binding=require cannot be had: our driver has none. Use sslmode=verify-full, and leave it out"
    if name in _HARMLESS:
        return f"{name} can only be {' or '.join(sorted(_HARMLESS[name]))}: our driver has nothing else. Leave it out"
    return (
        f"the parameter {name} is not known to our driver. Leave it out; a setting of the server's is given as "
        f"options=-c%20name%3Dvalue"
    )


def _number(name: str, value: str) -> int:
    try:
        return int(value)
    except ValueError:
        raise UnusableUrlError(f"{name} must be a whole number") from None


def _is_shared(value: str) -> bool:
    if value.lower() not in {"true", "false"}:
        raise UnusableUrlError("pgbouncer must be true or false")
    return value.lower() == "true"
