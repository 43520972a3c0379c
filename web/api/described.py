"""The API's OpenAPI description, completed with every refusal that a call may answer; FastAPI knows only invalid input.

The refusals follow from the call: whether it needs a token, names an object, changes something or has a body. A test
makes every call and compares the answers with the description.
"""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel

from contracts.words.client_imports import ImportRows
from web.kit.shield import largest_body

Document = dict[str, Any]
"""A piece of an OpenAPI document: JSON of any shape."""

_MEANINGS = {
    HTTPStatus.UNAUTHORIZED: "No token came along, or one that does not work (any more).",
    HTTPStatus.FORBIDDEN: "The token lacks the scope, or its colleague the role.",
    HTTPStatus.NOT_FOUND: "There is no such thing in your practice.",
    HTTPStatus.CONFLICT: "Not as things stand; `code` says why. Nothing was changed.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "The body is larger than {mebibytes} MiB.",
    HTTPStatus.SERVICE_UNAVAILABLE: "Not just now, such as while our database is away; `Retry-After` says when.",
}


class Described(FastAPI):
    """An application whose description names every answer in the one shape of errors."""

    def openapi(self) -> Document:
        """The description; it is built at the first call."""
        if self.openapi_schema is None:
            document = super().openapi()
            for path, methods in document["paths"].items():
                for method, call in methods.items():
                    _add_refusals(path, method, call)
            _add_schema(document, ImportRows)
        assert self.openapi_schema is not None  # noqa: S101  # made above, or before
        return self.openapi_schema


def _add_schema(document: Document, model: type[BaseModel]) -> None:
    """Add a body that a call reads by itself, so that FastAPI does not know it."""
    made = model.model_json_schema(ref_template="#/components/schemas/{model}")
    document["components"]["schemas"] |= made.pop("$defs", {}) | {model.__name__: made}


def _add_refusals(path: str, method: str, call: Document) -> None:
    answers = call["responses"]
    invalid = answers.pop("422")  # the last, and only where something can be invalid
    if call.get("security"):
        for status in _refusals(path, method, call):
            meaning = _MEANINGS[status].format(mebibytes=largest_body(path) // 2**20)
            answers.setdefault(str(status.value), invalid | {"description": meaning})
    if "parameters" in call or "requestBody" in call:
        answers["422"] = invalid


def _refusals(path: str, method: str, call: Document) -> Iterator[HTTPStatus]:
    """The statuses with which a call that needs a token may be refused, besides invalid input."""
    yield HTTPStatus.UNAUTHORIZED
    yield HTTPStatus.FORBIDDEN
    if "{" in path:
        yield HTTPStatus.NOT_FOUND
    if "{" in path or method != "get":
        yield HTTPStatus.CONFLICT
    if "requestBody" in call:
        yield HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    yield HTTPStatus.SERVICE_UNAVAILABLE
