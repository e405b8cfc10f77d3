"""The HTTP service."""

from collections.abc import Callable
from datetime import datetime

import httpx
from fastapi import FastAPI

from consent_api.routes import router
from consent_api.settings import Settings
from shared.app import build_app
from shared.logging import configure_logging
from shared.messaging.delivery import utc_now

_DESCRIPTION = (
    "Holds what citizens let Helsenorge do for them (consent levels none, basis and full), and tells authorised systems"
    " who is digitally active, that is, can be reached through Helsenorge for a purpose."
)
_TAGS = {
    "Consent": "The citizen's own level of consent",
    "Digitally active": "Who can be reached through Helsenorge for a purpose",
}


def create_app(
    settings: Settings, *, http: httpx.AsyncClient | None = None, clock: Callable[[], datetime] = utc_now
) -> FastAPI:
    return build_app(
        settings, title="Consent", description=_DESCRIPTION, routers=[router], tags=_TAGS, http=http, clock=clock
    )


def from_environment() -> FastAPI:
    """For `uvicorn --factory consent_api.app:from_environment`."""
    settings = Settings()
    configure_logging(settings.log_level)
    return create_app(settings)
