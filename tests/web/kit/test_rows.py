"""Rows that are filled in are the rows that their template would have made, whatever stands in the texts."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from jinja2 import Environment, nodes
from markupsafe import Markup

from web.kit.rendering import PAGES, filled

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


_LOOKS_INSIDE = (nodes.Compare, nodes.Filter, nodes.Test, nodes.Call, nodes.Concat, nodes.Getitem, nodes.Add, nodes.Mul)
"""What may not be done with a row's text: while the macro runs, a mark stands in its place."""


def looked_into(source: str) -> Iterator[str]:
    """What macros given to ``filled`` do with a text but ask whether it is there, and insert it: with the line."""
    template: Any = PAGES.parse(source)
    macros = {macro.name: macro for macro in template.find_all(nodes.Macro)}
    for call in template.find_all(nodes.Call):
        if not (isinstance(call.node, nodes.Name) and call.node.name == "filled"):
            continue
        macro = macros[call.args[0].name]
        _, text = macro.args
        copies = {text.name}  # and whatever is set to what has a text in it
        for one in macro.find_all(nodes.Assign):
            if any(name.name in copies for name in one.node.find_all(nodes.Name)) and not _is_asked(one.node):
                copies.add(one.target.name)
        for kind in _LOOKS_INSIDE:
            for node in macro.find_all(kind):
                if any(name.name in copies for name in node.find_all(nodes.Name)):
                    yield f"line {node.lineno}: {kind.__name__}"


def _is_asked(node: nodes.Node) -> bool:
    """Whether an expression says only whether a text is there, if it is of two."""
    return isinstance(node, (nodes.And, nodes.Not))


def test_no_template_looks_into_the_texts_of_filled_rows() -> None:
    assert PAGES.loader is not None
    for name in PAGES.list_templates():
        source = PAGES.loader.get_source(PAGES, name)[0] if name.endswith(".html") else ""
        if "filled(" in source:
            assert list(looked_into(source)) == [], name


@pytest.mark.parametrize(
    ("inside", "found"),
    [
        ("{{ text.name }}{{ text.code or 'none' }}{{ 'new' if shape.tone == 'good' and text.code }}", []),
        ("{% if text.name == 'x' %}{% endif %}", ["Compare"]),
        ("{{ text.name|upper }}", ["Filter"]),
        ("{{ text.name ~ '!' }}", ["Concat"]),
        ("{{ text.name.upper() }}", ["Call"]),
        ("{{ text.name[:3] }}", ["Getitem"]),
        ("{% set of_it = text.name %}{{ of_it|lower }}", ["Filter"]),
    ],
)
def test_what_looks_into_a_text_is_found(inside: str, found: list[str]) -> None:
    source = "{% macro row(shape, text) %}" + inside + "{% endmacro %}{{ filled(row, rows) }}"
    assert [one.split(": ")[1] for one in looked_into(source)] == found
