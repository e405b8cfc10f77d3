"""The HTTP service."""

from collections.abc import Callable
from datetime import datetime

import httpx
from fastapi import FastAPI

import consent_api.acting_for.routes
import consent_api.active.routes
import consent_api.consent.routes
import consent_api.copying.routes
import consent_api.feed.routes
import consent_api.my_log.routes
import consent_api.permission.routes
import consent_api.representation.routes
import consent_api.reservations.routes
from consent_api.active.service import ActiveCheck
from consent_api.persons.register import PersonRegister
from consent_api.persons.service import Persons
from consent_api.representation.verifying import Verifier
from consent_api.settings import Settings
from shared.app import build_app, settled
from shared.logging import configure_logging
from shared.messaging.delivery import utc_now

_DESCRIPTION = (
    "Holds what citizens let Helsenorge do for them (consent levels none, basis and full), what they have said no to,"
    " and who may act for whom; and tells authorised systems who is digitally active, that is, can be reached through"
    " Helsenorge for a purpose."
)
_TAGS = {
    "Consent": "The citizen's own level of consent",
    "Reservations": "What citizens have said no to, and asking before anything is sent",
    "Representation": "Who may act for whom",
    "Access log": "Who asked about me, and who acted for me",
    "Digitally active": "Who can be reached through Helsenorge for a purpose",
    "Following changes": "For those who keep a copy of who is digitally active",
}
_ROUTERS = (
    consent_api.consent.routes.router,
    consent_api.reservations.routes.router,
    consent_api.representation.routes.router,
    consent_api.acting_for.routes.router,
    consent_api.my_log.routes.router,
    consent_api.active.routes.router,
    consent_api.feed.routes.router,
    consent_api.copying.routes.router,
    consent_api.permission.routes.router,
)


def create_app(
    settings: Settings, *, http: httpx.AsyncClient | None = None, clock: Callable[[], datetime] = utc_now
) -> FastAPI:
    app = build_app(
        settings, title="Consent", description=_DESCRIPTION, routers=_ROUTERS, tags=_TAGS, http=http, clock=clock
    )
    _fill_state(app, settings)
    return app


def _fill_state(app: FastAPI, settings: Settings) -> None:
    state = app.state
    synthetic = settings.allow_synthetic
    register = PersonRegister(
        state.http, settings.person_register_url, timeout=settings.register_timeout, pause=settings.register_pause
    )
    state.persons = Persons(state.database, register, state.references, allow_synthetic=synthetic)
    state.verifier = Verifier(state.database, state.references, state.persons, fresh=settings.relation_fresh)
    state.active_check = ActiveCheck(
        state.database, state.references, state.persons, fresh=settings.person_fresh, allow_synthetic=synthetic
    )


def from_environment() -> FastAPI:
    """For `uvicorn --factory consent_api.app:from_environment`."""
    settings = Settings()
    configure_logging(settings.log_level, service=settings.service)
    return settled(create_app(settings))
