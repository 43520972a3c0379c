"""Is the process alive, and can it serve?"""

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from starter.web.authentication import Door

router = APIRouter(tags=["Health"])


class Health(BaseModel):
    """The answer of a process that is alive."""

    status: str = "ok"


@router.get("/healthz", summary="Whether the process is alive")
async def alive() -> Health:
    """Alive."""
    return Health()


@router.get("/readyz", summary="Whether database and workflow server can be reached")
async def ready(door: Door) -> JSONResponse:
    """Ready to serve: 200, or 503 with what is missing."""
    missing = await door.missing()
    if missing:
        return JSONResponse({"status": "unavailable", "missing": missing}, status_code=503)
    return JSONResponse({"status": "ok", "missing": []})
