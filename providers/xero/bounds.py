"""How large Xero's answers may be: bounds for each kind of call, with the sizes that they are to leave room for.

Sizes are of JSON without white space and without compression, in bytes. The longest fields are those of Xero's own
OpenAPI description; where it names no length, 255 characters for a name and 60 for the rest.
"""

from providers.kit.bounds import KIB, MIB, SHORT, Bound

_SECONDS = 40.0
"""A page of 1,000 contacts may be prepared for many seconds before its first byte."""

LONG_LIST = Bound(64 * MIB, _SECONDS)
"""Contacts and items. A page of 1,000 contacts is 1.2 MB in our stand-in's books, and 29.8 MB with every field at its
longest (four addresses, five persons and twenty groups each). Items come in one answer: 4,000, up to which Xero
advises, are 36.8 MB with every field at its longest, of which two descriptions of 4,000 characters are nearly all."""

LIST = Bound(16 * MIB, _SECONDS)
"""Accounts, tax rates and tracking categories. An account is 1.3 kB at the longest, so that 5,000 are 6.4 MB; a tax
rate of ten components 4 kB; a tracking category of 100 options 26 kB."""

ONE_PROFILE = Bound(SHORT, _SECONDS)
"""17 kB at the longest."""

SHORT_LIST = Bound(1 * MIB, _SECONDS)
"""All of the world's currencies are 17 kB too."""

LISTING = Bound(16 * MIB, _SECONDS)
"""What a login reaches: 0.3 kB an organisation, 0.6 kB with the longest name, so that 10,000 are 6 MB."""

NOTHING = Bound(256 * KIB, _SECONDS)
"""The answer to a removal has no body."""
