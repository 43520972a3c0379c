"""Every table of the product, so that the metadata is whole as soon as a database is opened.

A foreign key names its table by text: without the other table's module the first flush would fail. Queries do not
import from here; they import the one table that they need.
"""

from models import (
    api_token,
    app_trouble,
    call_window,
    client,
    connection,
    event,
    grant,
    identity,
    notice,
    passkey,
    password_link,
    practice,
    run,
    second_factor,
    session,
    standard_information,
    support_read,
)

__all__ = [
    "api_token",
    "app_trouble",
    "call_window",
    "client",
    "connection",
    "event",
    "grant",
    "identity",
    "notice",
    "passkey",
    "password_link",
    "practice",
    "run",
    "second_factor",
    "session",
    "standard_information",
    "support_read",
]
