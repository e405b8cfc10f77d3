"""/health/live, /health/ready and /metrics: not behind login, not in the public contract."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from shared.db import CurrentDatabase
from shared.outages import is_outage

router = APIRouter(include_in_schema=False)


@router.get("/health/live")
async def live() -> dict[str, str]:
    """The process answers."""
    return {"status": "live"}


@router.get("/health/ready")
async def ready(database: CurrentDatabase) -> Response:
    """The service can do its work; else 503, saying which dependency is away."""
    state = await _state(database)
    body = {"status": "ready" if state == "ok" else "not-ready", "checks": {"database": state}}
    return JSONResponse(body, 200 if state == "ok" else 503)


async def _state(database: CurrentDatabase) -> str:
    try:
        await database.ping()
    except Exception as error:
        if not is_outage(error):
            raise
        return "away"
    return "ok"


@router.get("/metrics")
async def metrics(request: Request) -> Response:
    response: Response = request.app.state.metrics.response()
    return response
