"""Journeys that not every stand-in can play, and why; all others play in front of each that brings many organisations.

Where a sign-in brings one organisation, only those play that say so with ``ONE_EACH``.
"""

import pytest

TICKED = pytest.mark.only("xero", because="organisations are ticked at the sign-in")
ONE_BY_ONE = pytest.mark.only("xero", because="an app may have to sign in for each organisation")
ENDED_ALONE = pytest.mark.only("xero", because="one connection is ended alone")
OWN_LIMITS = pytest.mark.only("xero", because="an organisation has limits of calls of its own")
OWN_ANSWERS = pytest.mark.only("xero", because="it is about answers that only this platform gives")
GRACE = pytest.mark.only("xero", because="a refresh token is good once more after a lost answer")
ONE_EACH = pytest.mark.also("quickbooks", because="people sign in for one organisation after the other")
SECOND = pytest.mark.only("xero", because="another one takes its place in the middle")
