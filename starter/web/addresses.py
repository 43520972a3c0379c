"""Addresses that came from outside: where they may lead, and what of them may be logged."""

from typing import Final
from urllib.parse import urlencode, urlsplit

from starlette.types import Scope

from starter.web.confirmations import PARAMETER, Said

HOME: Final = "/"
_NOT_AGAIN = ("/sign-in", "/sign-out", "/invitation/", "/sign-in-link/", "/connect/", "/api/", "/codec/", "/static/")


SECRET_PATHS: Final = ("/invitation/", "/sign-in-link/")
"""Where a link's secret stands: what follows in such a path is never logged."""
