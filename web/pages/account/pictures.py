"""Pictures that are drawn for one page: as SVG in the page itself, with attributes alone, as our policy wants it."""

import segno
from markupsafe import Markup


def qr_code(text: str) -> Markup:
    """A QR code that a camera reads: black on white in every colour scheme, with the margin that it needs."""
    drawn = segno.make(text, error="m", micro=False).svg_inline(
        border=4, dark="#000", light="#fff", svgclass="qr", lineclass=None, omitsize=True
    )
    return Markup(drawn)  # noqa: S704  # drawn by the library, from numbers
