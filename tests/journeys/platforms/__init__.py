"""The stand-ins in front of which journeys play, each described once; see ``platform.py``."""

from collections.abc import Mapping

from tests.journeys.platforms.platform import Platform
from tests.journeys.platforms.quickbooks import QUICKBOOKS
from tests.journeys.platforms.sage import SAGE
from tests.journeys.platforms.xero import XERO

PLATFORMS: Mapping[str, Platform] = {one.name: one for one in (XERO, SAGE, QUICKBOOKS)}
"""By the providers' names; journeys play in front of the first unless they say otherwise."""
