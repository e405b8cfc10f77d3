"""helsetilbud-api as an ASGI app."""

from collections.abc import Callable
from datetime import datetime

import httpx
from authlib.oauth2.rfc6749.errors import OAuth2Error
from fastapi import FastAPI

from helsetilbud_api.access_log.routes import router as access_log_router
from helsetilbud_api.citizen.available.routes import router as available_router
from helsetilbud_api.citizen.history.routes import router as history_router
from helsetilbud_api.citizen.launching.routes import router as launch_router
from helsetilbud_api.citizen.routes import router as citizen_router
from helsetilbud_api.citizen.signing_in.errors import answer_refusal
from helsetilbud_api.citizen.signing_in.issuer import LaunchIssuer
from helsetilbud_api.citizen.signing_in.pages import show_outages
from helsetilbud_api.citizen.signing_in.routes import INTAKES
from helsetilbud_api.citizen.signing_in.routes import router as sign_in_router
from helsetilbud_api.citizen.streaming.routes import router as stream_router
from helsetilbud_api.citizen.streaming.routes import streaming_feeds
from helsetilbud_api.clients.gp_register import GpRegister
from helsetilbud_api.clients.permissions import TIMEOUT, PermissionClient
from helsetilbud_api.clients.prescriptions import PatientMessages
from helsetilbud_api.offering.routes import ROUTERS as OFFERING_ROUTERS
from helsetilbud_api.settings import Settings
from shared.app import build_app, settled
from shared.asking import show_state
from shared.auth import RepresentationCheck
from shared.auth.client import HelseIdClient
from shared.logging import configure_logging
from shared.messaging.dead_letter_routes import dead_letter_routes
from shared.messaging.delivery import utc_now
from shared.search import Vocabulary

_DESCRIPTION = """\
What citizens see on Helsenorge: their own digital health tools, a feed of what has happened to them, and the panel of
their GP's office; and what the office offers there, which its GPs and their editors decide.

A citizen's tools and feed are put together from what other services tell, and say how fresh they are (`freshness`)."""

_TAGS = {
    "My tools": "What has been prescribed to the citizen, and what they have added themselves",
    "Launch": "A tool's supplier learns who has come",
    "Sign-in": "The same by OpenID Connect, for a supplier's ordinary client",
    "Feed": "What has happened to the citizen",
    "Access log": "Who at a GP's office has named the citizen by number",
    "GP panel": "What the citizen sees of their GP's office",
    "GP office": "The offices of the GP who is logged in",
    "Info messages": "The office's own texts under the standard ones",
    "Triage": "The forms that patients are led through",
    "Services and substitutes": "What each GP offers when, and who stands in",
    "Blocked patients": "Services that are closed to a single patient",
    "Editors": "Who may edit on the office's behalf",
    "Preview and history": "What patients see, and every change of it",
}


# the stream before the entries, whose addresses would take its name for an id
_CITIZEN_ROUTERS = (
    stream_router,
    citizen_router,
    history_router,
    available_router,
    launch_router,
    sign_in_router,
    access_log_router,
)


def create_app(
    settings: Settings, *, http: httpx.AsyncClient | None = None, clock: Callable[[], datetime] = utc_now
) -> FastAPI:
    app = build_app(
        settings,
        title="Helsetilbud API",
        description=_DESCRIPTION,
        routers=[*_CITIZEN_ROUTERS, *OFFERING_ROUTERS, dead_letter_routes()],
        tags=_TAGS,
        http=http,
        clock=clock,
        lifespan=streaming_feeds,
        intakes=INTAKES,
        free_queries=[sign_in_router],  # RFC 6749, 3.1: unknown ones are ignored
    )
    app.add_exception_handler(OAuth2Error, answer_refusal)
    show_outages(app)
    app.state.launch_issuer = _launch_issuer(settings)
    app.state.vocabulary = Vocabulary()
    app.state.representation = RepresentationCheck.from_settings(settings, app.state.http, settings.consent_url)
    app.state.permissions = _permissions(settings, app)
    app.state.messages = PatientMessages.from_settings(settings, app.state.http)
    app.state.gp_register = GpRegister.from_settings(settings, app.state.http)
    return app


def _permissions(settings: Settings, app: FastAPI) -> PermissionClient:
    helseid = HelseIdClient.from_settings(settings, app.state.http, timeout=TIMEOUT)
    permissions = PermissionClient(settings.consent_url, helseid)
    show_state(app.state.metrics, consent=permissions.system)
    return permissions


def _launch_issuer(settings: Settings) -> LaunchIssuer | None:
    url, keys, clients = settings.launch_issuer, settings.launch_keys_file, settings.launch_clients_file
    return LaunchIssuer.read(url, keys, clients) if url and keys and clients else None


def from_environment() -> FastAPI:
    """For `uvicorn --factory helsetilbud_api.app:from_environment`."""
    settings = Settings()
    configure_logging(settings.log_level, service=settings.service)
    return settled(create_app(settings))
