"""The citizens' front end."""

import httpx
from fastapi import APIRouter, FastAPI
from fastapi.responses import Response

from shared.app import settled
from shared.logging import configure_logging
from web.building import build
from web.layout.rendering import FrontEnd
from web.layout.visits import SERVICES, Guest
from web.settings import WebSettings
from web.texts import Texts

CITIZEN = FrontEnd(
    name="citizen",
    product=Texts(nb="Mine helseverktøy", nn="Mine helseverktøy", en="My health tools"),
    scope="openid profile",
    audiences=tuple(SERVICES.values()),
)

router = APIRouter()


@router.get("/")
async def home(visit: Guest) -> Response:
    return visit.page("signed_out.html")


def create_app(settings: WebSettings, *, http: httpx.AsyncClient | None = None) -> FastAPI:
    return build(settings, CITIZEN, [router], http=http)


def from_environment() -> FastAPI:
    """For `uvicorn --factory web.citizen.app:from_environment`."""
    settings = WebSettings(service="web-citizen")
    configure_logging(settings.log_level, service=settings.service)
    return settled(create_app(settings))
