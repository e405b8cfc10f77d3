"""The HTTP service."""

from collections.abc import Callable
from datetime import datetime

import httpx
from fastapi import FastAPI

from catalog_api.answers import Answers, Newest
from catalog_api.routes import code_lists, tools
from catalog_api.settings import Settings
from catalog_api.staff_routes import staff_tools
from shared.app import build_app
from shared.logging import configure_logging
from shared.messaging.delivery import utc_now

_DESCRIPTION = (
    "The catalogue of quality-assured digital health tools. Anyone may read it without logging in: list and search"
    " tools, read one, copy the catalogue by its change feed, look up the code lists. Staff stop and reinstate tools."
)


def create_app(
    settings: Settings, *, http: httpx.AsyncClient | None = None, clock: Callable[[], datetime] = utc_now
) -> FastAPI:
    routers = [tools, code_lists, staff_tools]
    app = build_app(settings, title="Catalogue", description=_DESCRIPTION, routers=routers, http=http, clock=clock)
    app.state.answers = Answers(Newest(app.state.database, settings.catalogue_check_seconds))
    return app


def from_environment() -> FastAPI:
    """For `uvicorn --factory catalog_api.app:from_environment`."""
    settings = Settings()
    configure_logging(settings.log_level)
    return create_app(settings)
