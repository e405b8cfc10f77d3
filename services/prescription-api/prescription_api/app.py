"""prescription-api as an ASGI app."""

from collections.abc import Callable
from datetime import datetime

import httpx
from fastapi import FastAPI

from prescription_api import ending_routes, journal_routes, message_routes, routes
from prescription_api.accesslog import routes as access_log_routes
from prescription_api.fhir import routes as fhir_routes
from prescription_api.fhir.documentation import describe_outcomes
from prescription_api.fhir.outcomes import OperationOutcomes
from prescription_api.organisations import routes as organisation_routes
from prescription_api.outside import Outside
from prescription_api.prescribable import routes as prescribable_routes
from prescription_api.settings import Settings
from prescription_api.suppliers import routes as supplier_routes
from shared.app import build_app, settled
from shared.auth import RepresentationCheck
from shared.logging import configure_logging
from shared.messaging.dead_letter_routes import dead_letter_routes
from shared.messaging.delivery import utc_now
from shared.search import Vocabulary

DESCRIPTION = """\
Prescribe digital health tools to patients from the record system (Verktøyformidleren as an API).

Look the patient up, list the tools you may prescribe, prescribe, and put the note in the record. The patient is
notified and finds the tool on Helsenorge."""

TAGS = {
    "patients": "Find the patient, and whether a tool can reach them",
    "tools": "What the practitioner may prescribe",
    "prescriptions": "Prescribe, and see what has been prescribed",
    "citizen": "What citizens see of this themselves",
    "suppliers": "What a tool's supplier may know about its own tool",
    "fhir": "The same as FHIR R4 resources",
}


def create_app(
    settings: Settings, *, http: httpx.AsyncClient | None = None, clock: Callable[[], datetime] = utc_now
) -> FastAPI:
    app = build_app(
        settings,
        title="Prescription API",
        description=DESCRIPTION,
        routers=[
            routes.router,
            prescribable_routes.router,
            organisation_routes.router,
            ending_routes.router,
            journal_routes.router,
            message_routes.router,
            fhir_routes.router,
            supplier_routes.router,
            access_log_routes.router,
            dead_letter_routes(),
        ],
        tags=TAGS,
        http=http,
        clock=clock,
        intakes=fhir_routes.FORMS,
        free_queries=[fhir_routes.router],  # FHIR R4, 3.1.1.1: `handling` says what becomes of unknown ones
    )
    app.add_middleware(OperationOutcomes)
    describe_outcomes(app)
    state = app.state
    state.vocabulary = Vocabulary()
    state.representation = RepresentationCheck.from_settings(settings, state.http, settings.consent_url)
    state.outside = Outside.connect(settings, state.http, state.database, state.references, state.limits, state.metrics)
    return app


def from_environment() -> FastAPI:
    settings = Settings()
    configure_logging(settings.log_level, service=settings.service)
    return settled(create_app(settings))
