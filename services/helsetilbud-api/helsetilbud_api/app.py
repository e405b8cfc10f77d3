"""helsetilbud-api as an ASGI app."""

from collections.abc import Callable
from datetime import datetime

import httpx
from fastapi import FastAPI

from helsetilbud_api.citizen.routes import router as citizen_router
from helsetilbud_api.clients.gp_register import GpRegister
from helsetilbud_api.offering.routes import ROUTERS as OFFERING_ROUTERS
from helsetilbud_api.settings import Settings
from shared.app import build_app
from shared.logging import configure_logging
from shared.messaging.dead_letter_routes import dead_letter_routes
from shared.messaging.delivery import utc_now

_DESCRIPTION = """\
What citizens see on Helsenorge: their own digital health tools, a feed of what has happened to them, and the panel of
their GP's office; and what the office offers there, which its GPs and their editors decide.

A citizen's tools and feed are put together from what other services tell, and say how fresh they are (`freshness`)."""


def create_app(
    settings: Settings, *, http: httpx.AsyncClient | None = None, clock: Callable[[], datetime] = utc_now
) -> FastAPI:
    app = build_app(
        settings,
        title="Helsetilbud API",
        description=_DESCRIPTION,
        routers=[citizen_router, *OFFERING_ROUTERS, dead_letter_routes()],
        http=http,
        clock=clock,
    )
    app.state.gp_register = GpRegister.from_settings(settings, app.state.http)
    return app


def from_environment() -> FastAPI:
    """For `uvicorn --factory helsetilbud_api.app:from_environment`."""
    settings = Settings()
    configure_logging(settings.log_level)
    return create_app(settings)
