"""What a browser saves: a table as CSV, sent while it is read."""

from starlette.responses import StreamingResponse

from starter.clients.exports import Export


def csv_answer(export: Export) -> StreamingResponse:
    """The table as a file to save; its name is plain ASCII, so that it can stand in a header as it is."""
    headers = {"Content-Disposition": f'attachment; filename="{export.name}"'}
    return StreamingResponse(export.content(), media_type="text/csv; charset=utf-8", headers=headers)
