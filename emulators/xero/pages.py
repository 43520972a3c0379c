"""The pages of this stand-in."""

from emulators.kit.pages import Pages

PAGES = Pages("Xero")
