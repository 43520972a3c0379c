"""Error bodies in Intuit's two shapes, which are told apart by the case of their letters, and in XML.

The service writes ``Fault``; the gateway before it writes ``fault``, with a row of empty fields beside it. Source:
Intuit's pages on error codes, and what its own and others' repositories show of live answers.
"""

from collections.abc import Mapping
from typing import NamedTuple

import orjson

from emulators.kit.answers import Headers
from emulators.quickbooks.records.record import stamp
from emulators.quickbooks.xml_answers import document

JSON: tuple[bytes, bytes] = (b"content-type", b"application/json;charset=UTF-8")
XML: tuple[bytes, bytes] = (b"content-type", b"application/xml;charset=UTF-8")


class Error(NamedTuple):
    """One refusal.

    Attributes:
        code: A number, in Intuit's list.
        kind: The fault's ``type``.
        detail: None for a null.
        is_gateway: Whether it is written in the gateway's shape.
        is_xml: Whether it is written in XML, whatever was asked for.
    """

    status: int
    code: str
    message: str
    detail: str | None = None
    kind: str = "ValidationFault"
    is_gateway: bool = False
    is_xml: bool = False


def _gateway(status: int, code: str, name: str, kind: str, detail: str | None = None) -> Error:
    message = f"message={name}; errorCode=00{code}; statusCode={status}"
    return Error(status, code, message, detail, kind, is_gateway=True)


TOKEN_REFUSED = _gateway(401, "3200", "AuthenticationFailed", "AUTHENTICATION")
TOKEN_EXPIRED = TOKEN_REFUSED._replace(detail="Token expired: the access token is no longer good")
ANOTHER_REALM = _gateway(403, "3100", "ApplicationAuthorizationFailed", "AUTHORIZATION")
SCOPE_MISSING = ANOTHER_REALM._replace(detail="The token does not have sufficient scope")
THROTTLED = _gateway(429, "3001", "ThrottleExceeded", "SERVICE")
MONTH_SPENT = THROTTLED._replace(detail="The app's calls of this month are used up")
NO_ACCESS = Error(
    401,
    "120",
    "Authorization Failure",
    "Authorization Failure: You do not have access to use QuickBooks Online",
    "AuthorizatonFault",
)
NOT_FOUND = Error(400, "610", "Object Not Found", "Object Not Found : Something you're trying to use is inactive")
UNSUPPORTED = Error(400, "500", "Unsupported Operation", "Operation is not supported.")
COMPANY_STATUS = Error(400, "6190", "Invalid Company Status", "Subscription period has ended or was canceled")
PERMISSION = Error(400, "5020", "Permission Denied Error", "Permission Denied Error : the feature is not available")
FEATURE = Error(400, "5030", "Feature Not Supported Error", "Feature Not Supported Error : not in this subscription")
SYSTEM = Error(500, "10000", "An application error has occurred", "System Failure Error", "SystemFault")
BY_CODE = {5020: PERMISSION, 5030: FEATURE}


def unparsed(what: str, column: int) -> Error:
    """A statement that is no query.

    Args:
        what: The token at which it stops being one.
        column: Where that begins, from 1.
    """
    detail = f'QueryParserError: Encountered "{what}" at line 1, column {column}.'
    return Error(400, "4000", "Error parsing query", detail)


def invalid(why: str) -> Error:
    """A query that asks for what there is not."""
    return Error(400, "4001", "Invalid query", f"QueryValidationError: {why}")


def fault(error: Error) -> dict[str, object]:
    """A refusal as the service tells it."""
    told = {"Message": error.message, "Detail": error.detail or "", "code": error.code}
    return {"Error": [told], "type": error.kind}


def in_json(error: Error, now: float) -> bytes:
    """The body of a refusal.

    Args:
        error: What is wrong.
        now: Seconds since the epoch.
    """
    if not error.is_gateway:
        return orjson.dumps({"Fault": fault(error), "time": stamp(now)})
    told = {"message": error.message, "detail": error.detail, "code": error.code, "element": None}
    empty = dict.fromkeys(("report", "queryResponse", "syncErrorResponse", "requestId", "status"))
    return orjson.dumps(
        {"warnings": None, "intuitObject": None, "fault": {"error": [told], "type": error.kind}}
        | empty
        | {"batchItemResponse": [], "attachableResponse": [], "cdcresponse": [], "time": int(now * 1000)}
    )


def in_xml(told: Mapping[str, object] | Error, now: float) -> bytes:
    """An answer, or a refusal, as those get it who did not ask for JSON."""
    return document({"Fault": fault(told)} if isinstance(told, Error) else told, stamp(now))


def refused(error: Error, now: float, *, wants_json: bool) -> tuple[Headers, bytes]:
    """The content type and the body of a refusal."""
    if wants_json and not error.is_xml:
        return [JSON], in_json(error, now)
    return [XML], in_xml(error, now)
