"""A readable page with the API's calls, made from its OpenAPI description; nothing is loaded from another origin."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from web.kit.rendering import render

router = APIRouter(include_in_schema=False)

Schema = dict[str, Any]
"""A piece of an OpenAPI document: JSON of any shape."""


@router.get("/api/docs")
async def documentation(request: Request) -> HTMLResponse:
    """The list of calls."""
    schema = request.app.openapi()
    return render(request, "docs.html", referrer="no-referrer", info=schema["info"], groups=groups_of(schema))


def groups_of(schema: Schema) -> dict[str, list[Schema]]:
    """The calls of an OpenAPI document by their first tag, in the document's order."""
    groups: dict[str, list[Schema]] = {}
    for path, methods in schema["paths"].items():
        for method, call in methods.items():
            groups.setdefault(call.get("tags", ["Other"])[0], []).append(
                {
                    "method": method.upper(),
                    "path": path,
                    "summary": call.get("summary", ""),
                    "description": call.get("description", ""),
                    "needs_token": bool(call.get("security")),
                    "parameters": call.get("parameters", []),
                    "body": _fields(schema, _content(call.get("requestBody", {}))),
                    "answer": _fields(schema, _answer(call)),
                }
            )
    return groups


def _answer(call: Schema) -> Schema:
    good = [answer for status, answer in call["responses"].items() if status.startswith("2")]
    return _content(good[0]) if good else {}


def _content(holder: Schema) -> Schema:
    found: Schema = holder.get("content", {}).get("application/json", {}).get("schema", {})
    return found


def _fields(document: Schema, schema: Schema) -> list[Schema]:
    resolved = _resolved(document, schema)
    needed = resolved.get("required", [])
    return [
        {
            "name": name,
            "type": type_of(document, field),
            "needed": name in needed,
            "description": field.get("description", ""),
        }
        for name, field in resolved.get("properties", {}).items()
    ]


def _resolved(document: Schema, schema: Schema) -> Schema:
    if "$ref" not in schema:
        return schema
    found: Schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return found


def type_of(document: Schema, schema: Schema) -> str:
    """A field's type in a few words, such as ``list of OrganisationAnswer`` or ``text or nothing``."""
    if "$ref" in schema:
        resolved = _resolved(document, schema)
        return " · ".join(resolved["enum"]) if "enum" in resolved else schema["$ref"].rpartition("/")[2]
    if "anyOf" in schema:
        return " or ".join(type_of(document, option) for option in schema["anyOf"])
    if schema.get("type") == "array":
        return f"list of {type_of(document, schema.get('items', {}))}"
    words = {"string": schema.get("format", "text"), "null": "nothing", "object": "object by key"}
    kind = str(schema.get("type", "anything"))
    return str(words.get(kind, kind))
