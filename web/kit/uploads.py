"""Reads a list of clients out of a request: a file of a form, or rows as JSON. Who asks is known before this is called.

FastAPI reads the body of a call before it looks at the token. Lists are larger than other bodies: they are read here.
"""

from typing import Any, Final

from fastapi import Request
from pydantic import ValidationError
from starlette.datastructures import UploadFile

from contracts.words.client_imports import LARGEST_FILE, ImportRows
from contracts.words.mistakes import first_of
from contracts.words.refusals import RefusalCode, Refused

FILE_FIELD: Final = "file"

_FILE: Final[dict[str, Any]] = {
    "multipart/form-data": {
        "schema": {
            "type": "object",
            "required": [FILE_FIELD],
            "properties": {FILE_FIELD: {"type": "string", "format": "binary", "description": "CSV or XLSX."}},
        }
    }
}
FILE_BODY: Final[dict[str, Any]] = {"required": True, "content": _FILE}
LIST_BODY: Final[dict[str, Any]] = {
    "required": True,
    "content": _FILE | {"application/json": {"schema": {"$ref": "#/components/schemas/ImportRows"}}},
}
"""How the API's description says it: a file, and a file or rows."""


async def sent_list(request: Request) -> bytes | ImportRows:
    """The file or the rows that a call brings.

    Raises:
        Refused: It brings neither.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "multipart/form-data":
        return (await sent_file(request))[0]
    if kind != "application/json":
        message = "Send the file as multipart/form-data with the field `file`, or rows as application/json."
        raise Refused(RefusalCode.INVALID, message)
    try:
        return ImportRows.model_validate_json(await request.body())
    except ValidationError as error:
        field, sentence = first_of(error)
        raise Refused(RefusalCode.INVALID, sentence, field=field) from None


async def sent_file(request: Request) -> tuple[bytes, str]:
    """The content and the name of the file of a form; no more is read than can be taken.

    Raises:
        Refused: There is no file.
    """
    file = (await request.form(max_files=1, max_fields=20)).get(FILE_FIELD)
    if not isinstance(file, UploadFile) or not file.filename:
        raise Refused(RefusalCode.INVALID, "Choose a file.", field=FILE_FIELD)
    return await file.read(LARGEST_FILE + 1), file.filename
