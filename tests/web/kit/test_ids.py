"""What a script looks up by its id is on a page once: the frame of every page and what it holds share none."""

import re
from pathlib import Path

import web

_TEMPLATES = Path(web.__file__).parent / "templates"
_ID = re.compile(r'\bid="([^"{]+)"|panel\("([^"]+)"')


def test_the_frame_of_every_page_has_ids_of_its_own():
    """Looking a client up filled in the search of the list that was on the page, where both had one name."""
    ids = {file: {a or b for a, b in _ID.findall(file.read_text())} for file in _TEMPLATES.rglob("*.html")}
    frame = ids.pop(_TEMPLATES / "base.html") | ids.pop(_TEMPLATES / "narrow.html")
    assert frame
    assert {str(file): shared for file, its in ids.items() if (shared := frame & its)} == {}
