"""helsetilbud-api as an ASGI app."""

from collections.abc import Callable
from datetime import datetime

import httpx
from fastapi import FastAPI

from helsetilbud_api.citizen.routes import router as citizen_router
from helsetilbud_api.settings import Settings
from shared.app import build_app
from shared.logging import configure_logging
from shared.messaging.dead_letter_routes import dead_letter_routes
from shared.messaging.delivery import utc_now

_DESCRIPTION = """\
What citizens see on Helsenorge: their own digital health tools, and a feed of what has happened to them.

Everything read here is put together from what other services tell, and says how fresh it is (`freshness`)."""


def create_app(
    settings: Settings, *, http: httpx.AsyncClient | None = None, clock: Callable[[], datetime] = utc_now
) -> FastAPI:
    return build_app(
        settings,
        title="Helsetilbud API",
        description=_DESCRIPTION,
        routers=[citizen_router, dead_letter_routes()],
        http=http,
        clock=clock,
    )


def from_environment() -> FastAPI:
    """For `uvicorn --factory helsetilbud_api.app:from_environment`."""
    settings = Settings()
    configure_logging(settings.log_level)
    return create_app(settings)
