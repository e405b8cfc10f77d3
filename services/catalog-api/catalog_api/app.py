"""The HTTP service."""

from collections.abc import Callable
from datetime import datetime

import httpx
from fastapi import FastAPI

from catalog_api.answers import Answers, Newest
from catalog_api.history.routes import histories
from catalog_api.images.routes import INTAKE as IMAGE_INTAKE
from catalog_api.images.routes import images
from catalog_api.routes import code_lists, tools
from catalog_api.settings import Settings
from catalog_api.staff_routes import staff_tools
from catalog_api.submissions.routes import PATCH_MEDIA_TYPES, PATCHED, submissions
from shared.app import build_app, settled
from shared.http import Intake
from shared.limiting import Policy
from shared.limiting.limits import DAY
from shared.logging import configure_logging
from shared.messaging.delivery import utc_now
from shared.search import Vocabulary

_DESCRIPTION = (
    "The catalogue of quality-assured digital health tools. Anyone may read it without logging in: list and search"
    " tools, read one, copy the catalogue by its change feed, look up the code lists. A supplier submits a tool, a"
    " public health body assures its quality, staff verify and publish it; staff stop and reinstate tools."
)
_TAGS = {
    "Tools": "The published catalogue: search it, read it, copy it",
    "Code lists": "The codes that tools are described and searched by",
    "Images": "The picture of a tool",
    "Submissions": "From a supplier's draft to publication: assurance, verification, approval",
    "Staff": "For those who run the catalogue",
    "History": "Every step that was taken, by whom and why",
}


def create_app(
    settings: Settings, *, http: httpx.AsyncClient | None = None, clock: Callable[[], datetime] = utc_now
) -> FastAPI:
    app = build_app(
        settings,
        title="Catalogue",
        description=_DESCRIPTION,
        routers=[tools, code_lists, images, submissions, staff_tools, histories],
        tags=_TAGS,
        http=http,
        clock=clock,
        intakes=[IMAGE_INTAKE, Intake("PATCH", PATCHED, PATCH_MEDIA_TYPES, settings.max_body_bytes)],
    )
    app.state.submissions = Policy("submissions-day", settings.submissions_per_day, DAY)
    app.state.vocabulary = Vocabulary()
    app.state.answers = Answers(Newest(app.state.database, settings.catalogue_check_seconds))
    return app


def from_environment() -> FastAPI:
    """For `uvicorn --factory catalog_api.app:from_environment`."""
    settings = Settings()
    configure_logging(settings.log_level, service=settings.service)
    return settled(create_app(settings))
