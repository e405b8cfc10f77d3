"""The sandbox's one application: issuer, stand-ins, invented people, start page; and the mail server beside it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from fastapi import FastAPI
from fastapi_swagger import patch_fastapi

from sandbox import clock_routes, fault_routes, reset
from sandbox.browser_login import browser_clients
from sandbox.browser_login.routes import login_router
from sandbox.context import Sandbox
from sandbox.fault_routes import answer_faultily
from sandbox.faults import FaultyAnswer
from sandbox.issuer import client_list, discovery, launch_client_routes, token_endpoint
from sandbox.issuer.errors import TokenRefused, answer_token_refused
from sandbox.messages import routes as messages
from sandbox.pages import callback, login, start
from sandbox.population import routes as population
from sandbox.population.generated import Crowds
from sandbox.settings import SandboxSettings, refuse_production
from sandbox.standins import gp_register, hpr, organisation_register, persons, sms
from sandbox.standins.mail import start_mail_server
from sandbox.testtoken import routes as testtoken
from shared.errors import install_error_handlers
from shared.http import Gate
from shared.metrics import Metrics

_LARGEST_BODY = 1_048_576  # bytes
_MEDIA_TYPES = frozenset({"application/json", "application/x-www-form-urlencoded"})
# what load falls on comes first, because routes are tried in turn
_ROUTERS = (
    sms.router,
    persons.router,
    hpr.router,
    organisation_register.router,
    gp_register.router,
    testtoken.router,
    token_endpoint.router,
    start.router,
    login.router,
    callback.router,
    discovery.router,
    login_router("helseid"),
    login_router("citizen"),
    browser_clients.router,
    client_list.router,
    launch_client_routes.router,
    population.router,
    messages.router,
    fault_routes.router,
    clock_routes.router,
    reset.router,
)


def create_app(settings: SandboxSettings) -> FastAPI:
    """Makes the missing keys at once, so that services may read theirs when this returns.

    `app.state.reset_hooks` is a list of `async def ()` that the launcher adds to: each puts one service back to its
    first day. Raises ValueError for an issuer that could be a real one.
    """
    refuse_production(settings.issuer)
    refuse_production(settings.citizen_issuer)
    app = FastAPI(
        redirect_slashes=False,
        title="Sandkassen",
        version="1.0.0",
        description=_DESCRIPTION,
        lifespan=_lifespan(settings),
        docs_url=None,
        redoc_url=None,
        swagger_ui_oauth2_redirect_url=None,
    )
    app.state.sandbox = Sandbox.open(settings)
    app.state.reset_hooks = app.state.sandbox.reset_hooks
    app.add_middleware(
        Gate, service="sandbox", metrics=Metrics(), max_body_bytes=_LARGEST_BODY, media_types=_MEDIA_TYPES
    )
    install_error_handlers(app)
    app.add_exception_handler(FaultyAnswer, answer_faultily)
    app.add_exception_handler(TokenRefused, answer_token_refused)
    for router in _ROUTERS:
        app.include_router(router)
    # Swagger UI from a package of ours instead of from somebody's delivery network
    patch_fastapi(app, docs_url="/docs", redirect_from_root_to_docs=False)
    return app


def _lifespan(settings: SandboxSettings) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        sandbox: Sandbox = app.state.sandbox
        await asyncio.to_thread(_bring_crowds_back, sandbox)
        mail = await start_mail_server(settings.host, settings.smtp_port, sandbox)
        try:
            async with sandbox.receipts.running():
                yield
        finally:
            mail.close()
            sandbox.storage.close()

    return lifespan


def _bring_crowds_back(sandbox: Sandbox) -> None:
    for crowd in Crowds(sandbox.storage).all():
        sandbox.population.add(crowd.people())


_DESCRIPTION = """Stand-ins for what lies outside Helseverktøy: HelseID, Helsenorge's login, the register of health
personnel, the person register, the registers of organisations and of GPs, the SMS gateway and a mail server. Everybody
in it is invented."""
