"""Every error over HTTP has one form, with a fitting status: ``{"error": {"code", "message", "field"?, …}}``.

People who look at a page get a page instead (``web.kit.error_pages``), with the same status. Invalid input, unknown
paths and faults of our own have this form too. A fault shows only a reference, under which the log has the details.
"""

import logging
import secrets
from collections.abc import Sequence
from enum import StrEnum
from http import HTTPStatus
from uuid import UUID

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from contracts.words.mistakes import sentence_of
from contracts.words.refusals import Choice, Refusal, RefusalCode, Refused, RowFault
from starter.answers.views import is_away
from web.kit.addresses import logged_path
from web.kit.error_pages import error_page, is_for_people, to_form, to_sign_in
from web.kit.viewing import recognise

logger = logging.getLogger(__name__)


RETRY_AFTER = "5"
"""Seconds: the header of an answer that another try may improve."""


class FaultCode(StrEnum):
    """Codes that only HTTP knows, beside those of ``RefusalCode``."""

    METHOD_NOT_ALLOWED = "method_not_allowed"
    TOO_LARGE = "too_large"
    INTERNAL = "internal"


_STATUS = {
    RefusalCode.INVALID: HTTPStatus.UNPROCESSABLE_ENTITY,
    RefusalCode.UNAUTHENTICATED: HTTPStatus.UNAUTHORIZED,
    RefusalCode.FORBIDDEN: HTTPStatus.FORBIDDEN,
    RefusalCode.NOT_FOUND: HTTPStatus.NOT_FOUND,
    RefusalCode.WRONG_STAGE: HTTPStatus.CONFLICT,
    RefusalCode.ALREADY_SELECTED: HTTPStatus.CONFLICT,
    RefusalCode.CLIENT_ALREADY_CONNECTED: HTTPStatus.CONFLICT,
    RefusalCode.DUPLICATE: HTTPStatus.CONFLICT,
    RefusalCode.LOOKS_LIKE_CLIENT: HTTPStatus.CONFLICT,
    RefusalCode.NOTHING_TO_RETRY: HTTPStatus.CONFLICT,
    RefusalCode.NOT_CONNECTED: HTTPStatus.CONFLICT,
    RefusalCode.NOT_READ_YET: HTTPStatus.CONFLICT,
    RefusalCode.TOO_MANY: HTTPStatus.TOO_MANY_REQUESTS,
    RefusalCode.UNAVAILABLE: HTTPStatus.SERVICE_UNAVAILABLE,
}


def status_of(code: RefusalCode) -> HTTPStatus:
    """The HTTP status of a refusal: 422 unless the code has another."""
    return _STATUS.get(code, HTTPStatus.UNPROCESSABLE_ENTITY)


def error_response(
    status: int,
    code: str,
    message: str,
    field: str | None = None,
    headers: dict[str, str] | None = None,
    rows: Sequence[RowFault] = (),
    client_id: UUID | None = None,
    choices: Sequence[Choice] = (),
) -> JSONResponse:
    """An error as JSON."""
    body: dict[str, object] = {"code": code, "message": message}
    if field is not None:
        body["field"] = field
    if rows:
        body["rows"] = [row.model_dump() for row in rows]
    if client_id is not None:
        body["client_id"] = str(client_id)
    if choices:
        body["choices"] = [choice.model_dump() for choice in choices]
    return JSONResponse({"error": body}, status_code=status, headers=headers)


def refusal_response(refusal: Refusal) -> JSONResponse:
    """The answer to refused input."""
    headers = {
        RefusalCode.UNAUTHENTICATED: {"WWW-Authenticate": "Bearer"},
        RefusalCode.UNAVAILABLE: {"Retry-After": RETRY_AFTER},
    }
    return error_response(
        status_of(refusal.code),
        refusal.code,
        refusal.message,
        refusal.field,
        headers.get(refusal.code),
        refusal.rows,
        refusal.client_id,
        refusal.choices,
    )


def field_path(location: Sequence[int | str]) -> str | None:
    """A location such as ``("body", "organisations", 3, "team_id")`` as ``organisations.3.team_id``.

    Returns:
        The path; None for the whole body.
    """
    return ".".join(str(step) for step in location[1:]) or None


def answer(
    request: Request,
    status: int,
    code: str,
    message: str,
    field: str | None = None,
    headers: dict[str, str] | None = None,
) -> Response:
    """An error as a page for people, or as JSON for programs."""
    if not is_for_people(request.scope):
        return error_response(status, code, message, field, headers)
    page = error_page(request, status, message, field)
    page.headers.update(headers or {})
    return page


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)  # noqa: S101  # registered for this class
    refusal = error.refusal
    if not is_for_people(request.scope):
        return refusal_response(refusal)
    if refusal.code is RefusalCode.UNAUTHENTICATED:
        return to_sign_in(request)
    page = error_page(request, status_of(refusal.code), refusal.message, refusal.field)
    if refusal.code is RefusalCode.UNAVAILABLE:
        page.headers["Retry-After"] = RETRY_AFTER
    return page


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101  # registered for this class
    first = error.errors()[0]
    field = None if first["type"] == "json_invalid" else field_path(first["loc"])
    return answer(request, HTTPStatus.UNPROCESSABLE_ENTITY, RefusalCode.INVALID, sentence_of(first), field)


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101  # registered for this class
    headers = dict(error.headers or {})
    if error.status_code == HTTPStatus.NOT_FOUND:
        message = "There is nothing at this address."
        if is_for_people(request.scope):
            await recognise(request)
            message = "The address may be mistyped, or what was here is gone."
        return answer(request, HTTPStatus.NOT_FOUND, RefusalCode.NOT_FOUND, message, headers=headers)
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        if request.method == "GET" and is_for_people(request.scope):
            return to_form(request)
        message = f"{request.method} is not possible here; allowed: {headers.get('Allow') or headers.get('allow', '')}."
        if is_for_people(request.scope):
            message = "It only takes what a form sends. Go back and use the form there."
        status, code = HTTPStatus.METHOD_NOT_ALLOWED, FaultCode.METHOD_NOT_ALLOWED
        return answer(request, status, code, message, headers=headers)
    if error.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return too_large_answer(request)
    # FastAPI tells bytes that are no text apart from text that is no JSON (422); to who sent them it is the same.
    is_unreadable = error.status_code == HTTPStatus.BAD_REQUEST
    answered = HTTPStatus.UNPROCESSABLE_ENTITY if is_unreadable else error.status_code
    return answer(request, answered, RefusalCode.INVALID, "The request could not be read.", headers=headers)


def too_large_answer(request: Request) -> Response:
    """The answer to a body that is larger than any of ours needs to be."""
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    return answer(request, status, FaultCode.TOO_LARGE, "The request is too large.")


def fault_answer(request: Request, error: BaseException) -> Response:
    """The answer to a fault of our own, which is logged under the reference that the answer shows."""
    if is_away(error):
        return _away(request)
    reference = secrets.token_hex(6)
    logger.error("fault %s", reference, exc_info=error)
    message = f"Try again; if it happens again, give support the reference {reference}."
    if not is_for_people(request.scope):  # a page has it as its heading
        message = f"Something went wrong on our side. {message}"
    return answer(request, HTTPStatus.INTERNAL_SERVER_ERROR, FaultCode.INTERNAL, message)


def _away(request: Request) -> Response:
    """The answer while the database is away, with one line in the log.

    Nobody knows whether a change that was sent has been stored, and the answer says so.
    """
    logger.warning("the database is away: %s %s", request.method, logged_path(request.scope))
    message = "Our database does not answer just now. Try again in a moment."
    if request.method not in {"GET", "HEAD"}:
        message += " What you sent may have been taken all the same: look before you send it again."
    status, headers = HTTPStatus.SERVICE_UNAVAILABLE, {"Retry-After": RETRY_AFTER}
    return answer(request, status, RefusalCode.UNAVAILABLE, message, headers=headers)


def install(app: FastAPI) -> None:
    """Make ``app`` answer every error in this form. The outermost middleware catches faults."""
    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
