"""Journeys that not every stand-in can play, and why; all others play in front of each."""

import pytest

TICKED = pytest.mark.only("xero", because="organisations are ticked at the sign-in")
PICKED = pytest.mark.only("xero", "quickbooks", because="what is wanted is picked at the sign-in")
ONE_BY_ONE = pytest.mark.only("xero", "quickbooks", because="people may have to sign in for each organisation")
ENDED_ALONE = pytest.mark.only("xero", because="one connection is ended alone")
OWN_LIMITS = pytest.mark.only("xero", because="an organisation has limits of calls of its own")
DAYS = pytest.mark.only("xero", "sage", because="an organisation's calls are counted by the day")
OWN_ANSWERS = pytest.mark.only("xero", because="it is about answers that only this platform gives")
MANY_AT_ONCE = pytest.mark.only("xero", "sage", because="one sign-in brings as many as it takes")
PERSONS = pytest.mark.only("xero", "sage", because="a login is a person's, and another's goes on beside it")
NOTHING_ENDED = pytest.mark.only("xero", "sage", because="a sign-in that would end one that works is not asked for")
GRACE = pytest.mark.only("xero", because="a refresh token is good once more after a lost answer")
SECOND = pytest.mark.only("xero", because="another one takes its place in the middle")
