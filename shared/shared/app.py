"""What every service's app has in common: errors, the gate around requests, health, metrics, authentication,
contracts.
"""

import gc
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Annotated, Any, Final

import httpx
from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.middleware.cors import CORSMiddleware
from fastapi.routing import APIRoute
from fastapi.telemetry import TelemetryConfig
from fastapi_swagger import patch_fastapi

from shared import health
from shared.auth import Authenticator, PostgresReplayStore
from shared.citizenref import CitizenReferences
from shared.db import Database
from shared.draining import draining
from shared.errors import MethodNotAllowed, install_error_handlers
from shared.http import Gate, Intake
from shared.known_query import refuse_unknown_query
from shared.limiting import RateLimits
from shared.messaging.delivery import utc_now
from shared.methods import Addresses
from shared.metrics import Metrics
from shared.openapi import describe, operation_id
from shared.settings import ServiceSettings
from shared.tracing.calls import TracedClient
from shared.tracing.exporting import tracer_of
from shared.version import __version__

# FastAPI's own spans and logs hold paths, query strings and messages of exceptions (I1); ours are made in the gate
UNTOLD: Final[TelemetryConfig] = {"tracing": False, "metrics": False, "logs": False, "auto_configure": False}


# what pages of other origins may send, and see of an answer
_FOR_PAGES: Final[dict[str, Any]] = {
    "allow_methods": ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"],
    "allow_headers": [
        *("Authorization", "DPoP", "Content-Type", "Accept-Language", "Idempotency-Key", "If-Match", "If-None-Match"),
        *("nhn-event-id", "nhn-source-system", "traceparent", "tracestate", "Last-Event-ID"),
    ],
    "expose_headers": [
        *("ETag", "Location", "Content-Language", "Idempotency-Replayed", "Retry-After", "WWW-Authenticate"),
        *("RateLimit", "RateLimit-Policy", "nhn-event-id", "traceparent"),
    ],
    "max_age": 600,
}


def build_app(
    settings: ServiceSettings,
    *,
    title: str,
    description: str,
    routers: Sequence[APIRouter],
    tags: Mapping[str, str] | None = None,
    http: httpx.AsyncClient | None = None,
    clock: Callable[[], datetime] = utc_now,
    lifespan: Callable[[FastAPI], Any] | None = None,
    intakes: Sequence[Intake] = (),
    free_queries: Sequence[APIRouter] = (),
) -> FastAPI:
    """`tags` says what each group of operations is for; `http` is the client for calls to other systems, given by
    tests; `lifespan` is the service's own, inside the common one. `intakes` are the routes that take something else
    than JSON, or more of it, or longer. `free_queries` are the routers whose query parameters another standard rules.
    """
    app = FastAPI(
        title=title,
        description=description,
        version=__version__,
        lifespan=_lifespan(lifespan),
        generate_unique_id_function=operation_id,
        separate_input_output_schemas=False,
        docs_url=None,
        redoc_url=None,
        swagger_ui_oauth2_redirect_url=None,
        telemetry=UNTOLD,
        redirect_slashes=False,  # a body, and whoever sent it, are not sent on to a Host that the caller names
    )
    _fill_state(app, settings, http or TracedClient(timeout=httpx.Timeout(2.0, connect=1.0)), clock)
    app.add_middleware(
        Gate,
        service=settings.service,
        metrics=app.state.metrics,
        max_body_bytes=settings.max_body_bytes,
        intakes=intakes,
        seconds=settings.request_seconds,
        tracer=app.state.tracer,
    )
    if settings.cors_origins:
        app.add_middleware(CORSMiddleware, allow_origins=sorted(settings.cors_origins), **_FOR_PAGES)
    install_error_handlers(app)
    app.state.addresses = Addresses(route for router in (*routers, health.router) for route in router.routes)
    for router in (*routers, health.router):
        app.include_router(
            router, dependencies=[] if router in (*free_queries, health.router) else [Depends(refuse_unknown_query)]
        )
    app.state.addresses.keep_apart(app, _refuse_method)
    describe(app, settings.audience, tags or {})
    # Swagger UI from a package of ours instead of from somebody's delivery network
    patch_fastapi(app, docs_url="/docs", redirect_from_root_to_docs=False)
    for route in app.routes:  # its own; what is a router's is seen to by the gate
        if isinstance(route, APIRoute) and route.methods and "GET" in route.methods:
            route.methods.add("HEAD")
    return app


async def _refuse_method() -> None:
    raise MethodNotAllowed()


def settled(app: FastAPI) -> FastAPI:
    """The last step of a process that serves this app: what it is made of is no garbage, and is not searched for any.

    150,000 objects were, in the middle of some request, for 80 ms.
    """
    gc.collect()
    gc.freeze()
    return app


def _fill_state(
    app: FastAPI, settings: ServiceSettings, http: httpx.AsyncClient, clock: Callable[[], datetime]
) -> None:
    keys = {name: key.get_secret_value().encode() for name, key in settings.citizen_reference_keys.items()}
    state = app.state
    state.settings, state.http, state.clock = settings, http, clock
    state.metrics, state.tracer = Metrics(), tracer_of(settings)
    state.database = Database(settings.database_url.get_secret_value(), pool_size=settings.database_pool_size)
    state.references = CitizenReferences(keys, settings.citizen_reference_key_id)
    state.limits = RateLimits.connect(settings, state.database, clock)
    state.auth = Authenticator.from_settings(
        settings, http=http, references=state.references, replays=PostgresReplayStore(state.database), clock=clock
    )


def _lifespan(own: Callable[[FastAPI], Any] | None) -> Callable[[FastAPI], Any]:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        def begin_to_end() -> None:
            app.state.ending = True

        try:
            with draining(begin_to_end, app.state.settings.drain_seconds):
                if own is None:
                    yield
                else:
                    async with own(app):
                        yield
        finally:
            await app.state.auth.close()
            await app.state.limits.counters.close()
            await app.state.http.aclose()
            await app.state.database.close()
            if app.state.tracer:
                await app.state.tracer.close()

    return lifespan


async def _now(request: Request) -> datetime:
    now: datetime = request.app.state.clock()
    return now


async def _references(request: Request) -> CitizenReferences:
    references: CitizenReferences = request.app.state.references
    return references


Now = Annotated[datetime, Depends(_now)]
References = Annotated[CitizenReferences, Depends(_references)]
