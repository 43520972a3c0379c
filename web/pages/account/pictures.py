"""Draws pictures as SVG inside the page, without styles, as our content policy requires."""

import segno
from markupsafe import Markup


def qr_code(text: str) -> Markup:
    """A QR code: black on white in every colour scheme, with the margin that cameras need."""
    drawn = segno.make(text, error="m", micro=False).svg_inline(
        border=4, dark="#000", light="#fff", svgclass="qr", lineclass=None, omitsize=True
    )
    return Markup(drawn)  # noqa: S704  # drawn by the library, from numbers
