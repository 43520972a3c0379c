"""How pages are written: templates that escape everything, and headers that refuse framing and foreign content."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

_HERE = Path(__file__).parent
_TEMPLATES = Environment(
    loader=FileSystemLoader(_HERE / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
STYLE = (_HERE / "templates" / "style.css").read_text(encoding="utf-8")


def page(template: str, *, status: int = 200, form_target: str = "", **words: object) -> HTMLResponse:
    """One HTML page.

    Args:
        template: File in ``templates``.
        status: HTTP status.
        form_target: An origin, besides our own, that answering a form may lead to.
        words: What the template shows.
    """
    policy = (
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'; "
        f"form-action 'self' {form_target}"
    )
    return HTMLResponse(
        _TEMPLATES.get_template(template).render(**words),
        status_code=status,
        headers={
            "Content-Security-Policy": policy.strip(),
            "X-Frame-Options": "DENY",
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
            "Cache-Control": "no-store",
        },
    )
