"""Where the HTML pages come from; every value is escaped."""

from jinja2 import Environment, PackageLoader, select_autoescape

PAGES = Environment(
    loader=PackageLoader("starter.web"), autoescape=select_autoescape(), trim_blocks=True, lstrip_blocks=True
)
