"""The practitioners' front end."""

import httpx
from fastapi import FastAPI

from shared.app import settled
from shared.logging import configure_logging
from web.building import build
from web.layout.rendering import FrontEnd, Link
from web.practitioner import finding, offering, organisations, receipts, sending
from web.settings import WebSettings
from web.texts import Texts

PRACTITIONER = FrontEnd(
    name="practitioner",
    product=Texts(nb="Verktøyformidleren", nn="Verktøyformidlaren", en="Send health tools"),
    scope="openid profile offline_access helseid://scopes/hpr/hpr_number nhn:verktoyformidler/prescribe"
    " nhn:verktoyformidler/read",
    audiences=("nhn:verktoyformidler",),
    menu=(
        Link("/", Texts(nb="Pasient", nn="Pasient", en="Patient")),
        Link("/verktoy", Texts(nb="Verktøy", nn="Verktøy", en="Tools")),
        Link("/sendte", Texts(nb="Sendte verktøy", nn="Sende verktøy", en="Sent tools")),
    ),
    kept_fields=frozenset({"melding", "frist", "grunn", "hvorfor", "pasient"}),
)


def create_app(settings: WebSettings, *, http: httpx.AsyncClient | None = None) -> FastAPI:
    routers = [finding.router, organisations.router, offering.router, sending.router, receipts.router]
    return build(settings, PRACTITIONER, routers, http=http)


def from_environment() -> FastAPI:
    """For `uvicorn --factory web.practitioner.app:from_environment`."""
    settings = WebSettings(service="web-practitioner")
    configure_logging(settings.log_level, service=settings.service)
    return settled(create_app(settings))
