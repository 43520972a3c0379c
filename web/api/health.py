"""Is the process alive, and can it serve?"""

from http import HTTPStatus

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from web.kit.authentication import Door

router = APIRouter(tags=["Liveness"])


class Liveness(BaseModel):
    """The answer of a process that is alive."""

    status: str = "ok"


@router.get("/healthz", summary="Whether the process is alive")
async def alive() -> Liveness:
    """Answer 200 while the process is alive."""
    return Liveness()


class Readiness(BaseModel):
    """Whether a process can serve."""

    status: str = "ok"
    missing: list[str] = []


@router.get(
    "/readyz",
    summary="Whether database and workflow server can be reached",
    response_model=Readiness,
    responses={HTTPStatus.SERVICE_UNAVAILABLE: {"model": Readiness, "description": "Not now; `missing` says what."}},
)
async def ready(door: Door) -> JSONResponse:
    """Ready to serve: 200, or 503 with what is missing."""
    missing = await door.missing()
    if missing:
        return JSONResponse({"status": "unavailable", "missing": missing}, HTTPStatus.SERVICE_UNAVAILABLE)
    return JSONResponse({"status": "ok", "missing": []})
