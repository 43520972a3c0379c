"""Answers with a CSV file, which is sent while its rows are read."""

from starlette.responses import StreamingResponse

from starter.clients.exports import Export


def csv_answer(export: Export) -> StreamingResponse:
    """The table as a file to save; its name has only ASCII letters, so that it needs no encoding in the header."""
    headers = {"Content-Disposition": f'attachment; filename="{export.name}"'}
    return StreamingResponse(export.content(), media_type="text/csv; charset=utf-8", headers=headers)
