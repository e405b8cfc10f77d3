"""A front end's app: what they have in common around the pages of its own."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any, Final

import httpx
import structlog
from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import JSONResponse

from shared.app import UNTOLD
from shared.db import Database
from shared.draining import draining
from shared.http import Gate
from shared.metrics import Metrics
from shared.outages import is_outage
from shared.tracing.calls import TracedClient
from shared.tracing.exporting import tracer_of
from web import entrance
from web.layout import failing
from web.layout.headers import PageHeaders
from web.layout.rendering import FrontEnd, Renderer
from web.layout.static import Statics
from web.layout.visits import House
from web.session import Seal, Sessions
from web.settings import WebSettings
from web.signing_in import Issuer, OpenIdClient

_FORMS: Final = frozenset({"application/x-www-form-urlencoded"})
_PURGE_SECONDS: Final = 60.0

_health = APIRouter()
_logger = structlog.get_logger(__name__)


def build(
    settings: WebSettings, front_end: FrontEnd, routers: Sequence[APIRouter], *, http: httpx.AsyncClient | None = None
) -> FastAPI:
    """`http` is the client for calls to the services and the issuer, given by tests."""
    app = FastAPI(
        title=front_end.product.nb,
        lifespan=_lifespan,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        telemetry=UNTOLD,
        redirect_slashes=False,
    )
    statics = Statics()
    app.state.metrics, app.state.tracer, app.state.settings = Metrics(), tracer_of(settings), settings
    app.state.database = Database(settings.database_url.get_secret_value(), pool_size=settings.database_pool_size)
    app.state.http = http or TracedClient(timeout=httpx.Timeout(settings.call_seconds, connect=2.0))
    app.state.house = _house(app, settings, front_end, Renderer(front_end, statics))
    app.add_middleware(PageHeaders, https=not settings.is_local)
    app.add_middleware(
        Gate,
        service=f"web-{front_end.name}",
        metrics=app.state.metrics,
        max_body_bytes=settings.max_body_bytes,
        media_types=_FORMS,
        seconds=settings.request_seconds,
        tracer=app.state.tracer,
    )
    failing.install(app)
    for router in (entrance.router, *routers, statics.router, _health):
        app.include_router(router)
    return app


def _house(app: FastAPI, settings: WebSettings, front_end: FrontEnd, renderer: Renderer) -> House:
    seal = Seal(settings.keys_of_sessions, settings.session_key_id)
    client = OpenIdClient(
        app.state.http,
        Issuer(app.state.http, settings.issuer),
        settings.client_id,
        settings.client_key_file,
        redirect_uri=settings.public_url + entrance.CALLBACK,
        scope=front_end.scope,
        audiences=front_end.audiences,
    )
    sessions = Sessions(app.state.database, seal, front_end.name, settings.idle_seconds)
    return House(settings, front_end, app.state.http, sessions, client, renderer)


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    state: Any = app.state

    def begin_to_end() -> None:
        state.ending = True

    purging = asyncio.create_task(_purge(state.house.sessions.purge))
    try:
        with draining(begin_to_end, state.settings.drain_seconds):
            yield
    finally:
        purging.cancel()
        with suppress(asyncio.CancelledError):
            await purging
        await state.http.aclose()
        await state.database.close()
        if state.tracer:
            await state.tracer.close()


async def _purge(purge: Callable[[], Any]) -> None:
    while True:
        try:
            await purge()
        except Exception as error:  # the next turn tries again
            _logger.warning("purge_failed", exc_info=error)
        await asyncio.sleep(_PURGE_SECONDS)


@_health.get("/health/live")
async def live() -> dict[str, str]:
    return {"status": "live"}


@_health.get("/health/ready")
async def ready(request: Request) -> Response:
    """The sessions' database answers; else 503."""
    state = "ok"
    try:
        await request.app.state.database.ping()
    except Exception as error:
        if not is_outage(error):
            raise
        state = "away"
    ending = getattr(request.app.state, "ending", False)
    status = "ending" if ending else "ready" if state == "ok" else "not-ready"
    return JSONResponse({"status": status, "checks": {"database": state}}, 200 if status == "ready" else 503)


@_health.get("/metrics")
async def metrics(request: Request) -> Response:
    known: Metrics = request.app.state.metrics
    return known.response()
