"""Answers with a file for spreadsheets: CSV, which is sent while its rows are read, or XLSX."""

from starlette.responses import Response, StreamingResponse

from starter.clients.exports import Export


def csv_answer(export: Export) -> StreamingResponse:
    """The table as a file to save; its name has only ASCII letters, so that it needs no encoding in the header."""
    headers = {"Content-Disposition": f'attachment; filename="{export.name}"'}
    return StreamingResponse(export.content(), media_type="text/csv; charset=utf-8", headers=headers)


WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


async def workbook_answer(export: Export) -> Response:
    """The table as XLSX to save."""
    headers = {"Content-Disposition": f'attachment; filename="{export.workbook_name}"'}
    return Response(await export.workbook(), media_type=WORKBOOK, headers=headers)
