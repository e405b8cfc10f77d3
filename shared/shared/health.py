"""/health/live, /health/ready and /metrics: not behind login, not in the public contract."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from shared.db import CurrentDatabase
from shared.messaging.dead_letters import count_waiting
from shared.metrics import Metrics
from shared.outages import is_outage

router = APIRouter(include_in_schema=False)


@router.get("/health/live")
async def live() -> dict[str, str]:
    """The process answers."""
    return {"status": "live"}


@router.get("/health/ready")
async def ready(request: Request, database: CurrentDatabase) -> Response:
    """The service can do its work; else 503, saying which dependency is away, or that this process is ending."""
    state = await _state(database)
    status = "ready" if state == "ok" else "not-ready"
    if getattr(request.app.state, "ending", False):
        status = "ending"
    body = {"status": status, "checks": {"database": state}}
    return JSONResponse(body, 200 if status == "ready" else 503)


async def _state(database: CurrentDatabase) -> str:
    try:
        await database.ping()
    except Exception as error:
        if not is_outage(error):
            raise
        return "away"
    return "ok"


@router.get("/metrics")
async def metrics(request: Request, database: CurrentDatabase) -> Response:
    """Dead letters are counted when asked for: an alarm on them stays on for as long as one waits, also when the worker
    that would count them is what has died. Whether the database answers is asked for the same reason.
    """
    known: Metrics = request.app.state.metrics
    answers = await _state(database) == "ok"
    known.database_answers.set(answers)
    if not answers:
        return known.response()
    try:
        async with database.driver() as connection:
            known.dead_letters.set(await count_waiting(connection))
    except Exception as error:
        if not is_outage(error):
            raise
    return known.response()
