"""Rows that are filled in are the rows that their template would have made, whatever stands in the texts."""

from typing import NamedTuple

import pytest
from jinja2 import Environment
from markupsafe import Markup

from web.kit.rendering import filled

_ENVIRONMENT = Environment(autoescape=True, trim_blocks=True)
_ENVIRONMENT.globals["filled"] = filled
_ROW = """
{% macro row(shape, text) %}
<tr class="{{ shape.tone }}" title="{{ text.name }}"><td>{{ text.name }} 100 %s {{ text.code or "none" }}</td>
{%- if text.note %}<td>{{ text.note }}{{ " ticked" if shape.is_ticked }}</td>{% endif %}</tr>
{% endmacro %}
"""
_ALL_AT_ONCE = _ENVIRONMENT.from_string(_ROW + "{{ filled(row, rows) }}")
_EACH = _ENVIRONMENT.from_string(_ROW + "{% for shape, text in rows %}{{ row(shape, text) }}{% endfor %}")


class Shape(NamedTuple):
    tone: str
    is_ticked: bool


class Texts(NamedTuple):
    name: str
    code: str | None
    note: str | None


_AWKWARD = ("Bakery", "", '"><script>x</script>', "R&D 100 %d %s {}", "a\x00b", "\x00", "0.", "Żółw 'quoted'", "&amp;")


@pytest.mark.parametrize("note", [None, "", "note", "<b>", "\x00"])
def test_filled_rows_are_those_that_the_template_makes_of_each(note: str | None) -> None:
    rows = [
        (Shape(tone, is_ticked), Texts(name, code, note))
        for tone in ("good", '<"%s">')
        for is_ticked in (True, False)
        for name in _AWKWARD
        for code in (*_AWKWARD, None)
    ]
    assert _ALL_AT_ONCE.render(rows=rows) == _EACH.render(rows=rows)


def test_a_row_may_use_no_text_and_a_list_may_have_no_rows() -> None:
    rows = [(Shape("good", is_ticked=True), Texts("Bakery", None, None))] * 2
    assert filled(lambda shape, _: Markup("<hr class='{}'>").format(shape.tone), rows) == "<hr class='good'>" * 2
    assert filled(lambda *_: "", []) == ""


def test_the_template_runs_once_for_each_shape() -> None:
    asked = []

    def row(shape: Shape, text: Texts) -> str:
        asked.append(shape)
        return Markup("<i>{}</i>").format(text.name)

    rows = [(Shape("good", is_ticked=bool(place % 2)), Texts(f"Client {place}", None, None)) for place in range(100)]
    assert filled(row, rows).startswith("<i>Client 0</i><i>Client 1</i>")
    assert len(asked) == 2
