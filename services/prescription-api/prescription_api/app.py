"""prescription-api as an ASGI app."""

from collections.abc import Callable
from datetime import datetime

import httpx
from fastapi import FastAPI

from prescription_api.outside import Outside
from prescription_api.routes import router
from prescription_api.settings import Settings
from shared.app import build_app
from shared.logging import configure_logging
from shared.messaging.dead_letter_routes import dead_letter_routes
from shared.messaging.delivery import utc_now

DESCRIPTION = """\
Prescribe digital health tools to patients from the record system (Verktøyformidleren as an API).

Look the patient up, list the tools you may prescribe, prescribe, and put the note in the record. The patient is
notified
and finds the tool on Helsenorge."""


def create_app(
    settings: Settings, *, http: httpx.AsyncClient | None = None, clock: Callable[[], datetime] = utc_now
) -> FastAPI:
    app = build_app(
        settings,
        title="Prescription API",
        description=DESCRIPTION,
        routers=[router, dead_letter_routes()],
        http=http,
        clock=clock,
    )
    app.state.outside = Outside.connect(settings, app.state.http, app.state.database, app.state.references)
    return app


def from_environment() -> FastAPI:
    settings = Settings()
    configure_logging(settings.log_level)
    return create_app(settings)
