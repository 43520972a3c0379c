"""How pages are written: templates that escape everything, and headers that refuse framing and foreign content."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

_TEMPLATES = Path(__file__).parent / "templates"


class Pages:
    """The pages of one stand-in.

    Args:
        platform: Whose stand-in it is; every page says so.

    Attributes:
        style: The style sheet.
    """

    def __init__(self, platform: str) -> None:
        self.style = (_TEMPLATES / "style.css").read_text(encoding="utf-8")
        self._templates = Environment(
            loader=FileSystemLoader(_TEMPLATES),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.globals["platform"] = platform

    def page(self, template: str, *, status: int = 200, form_target: str = "", **words: object) -> HTMLResponse:
        """One HTML page.

        Args:
            template: File beside the style sheet.
            status: HTTP status.
            form_target: An origin, besides our own, that answering a form may lead to.
            words: What the template shows.
        """
        policy = (
            "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'; "
            f"form-action 'self' {form_target}"
        )
        return HTMLResponse(
            self._templates.get_template(template).render(**words),
            status_code=status,
            headers={
                "Content-Security-Policy": policy.strip(),
                "X-Frame-Options": "DENY",
                "X-Content-Type-Options": "nosniff",
                "Referrer-Policy": "no-referrer",
                "Cache-Control": "no-store",
            },
        )
