"""Sage's error bodies: a list with one object."""

from typing import NamedTuple

import orjson


class Error(NamedTuple):
    """One refusal.

    Attributes:
        code: ``$dataCode``.
        message: ``$message``.
        source: ``$source``.
    """

    status: int
    code: str
    message: str
    source: str = ""


TOKEN_REFUSED = Error(401, "AuthorizationFailure", "Access denied.")
SUBSCRIPTION_ENDED = Error(401, "AuthorizationFailure", "No active subscription. (MSE)")
ROLE_TOO_LOW = Error(
    403,
    "MultiUserAccessDenied",
    "The current user is not allowed to access that resource with that method.",
)
NOT_FOUND = Error(404, "RecordNotFound", "The record was not found.")
WRONG_METHOD = Error(405, "MethodNotAllowed", "This method is not allowed here.")
UNEXPECTED = Error(500, "UnexpectedError", "Something unexpected happened.")
OF_STATUS = {401: TOKEN_REFUSED, 403: ROLE_TOO_LOW, 404: NOT_FOUND}


def written(error: Error, *, is_bare: bool = False) -> bytes:
    """The body of a refusal.

    Args:
        error: What is wrong.
        is_bare: Whether the object stands alone.
    """
    body = {
        "$severity": "error",
        "$dataCode": error.code,
        "$message": error.message,
        "$source": error.source,
    }
    return orjson.dumps(body if is_bare else [body])
