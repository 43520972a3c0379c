"""The pages of this stand-in."""

from pathlib import Path

from emulators.kit.pages import Pages

_PAGES = Pages(Path(__file__).parent / "templates")
STYLE = _PAGES.style
page = _PAGES.page
