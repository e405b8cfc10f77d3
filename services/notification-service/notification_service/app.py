"""notification-service as an ASGI app."""

from collections.abc import Callable
from datetime import datetime

import httpx
from fastapi import FastAPI

from notification_service.access_log.routes import router as access_log
from notification_service.campaigns.judging_routes import router as judging
from notification_service.campaigns.outside import outside
from notification_service.campaigns.routes import INTAKES
from notification_service.campaigns.routes import router as campaigns
from notification_service.campaigns.running_routes import router as running_campaigns
from notification_service.campaigns.trying import Trying
from notification_service.notifying.routes import router as notifications
from notification_service.preferences.routes import router as preferences
from notification_service.quotas import Quotas
from notification_service.receipts.routes import router as receipts
from notification_service.sending.at_once import AtOnce
from notification_service.sending.carriers import carriers
from notification_service.settings import Settings
from notification_service.testers.routes import INTAKES as TESTERS_INTAKES
from notification_service.testers.routes import router as testers
from notification_service.testers.service import Registering
from notification_service.texts.templates import load_templates
from shared.app import build_app, settled
from shared.auth import RepresentationCheck
from shared.logging import configure_logging
from shared.messaging.dead_letter_routes import dead_letter_routes
from shared.messaging.delivery import utc_now

DESCRIPTION = """\
Tells citizens by SMS and e-mail that something new waits for them on Helsenorge, as they have chosen in their settings,
and shows them what was sent and how it went. The messages are generic: they never say what it is about.

Campaigns are for letters to many, in rounds. None goes out that is not checked, tried, and approved by another."""

TAGS = {
    "Settings": "How the citizen wants to be told, and where",
    "Notifications": "What was sent to the citizen, and how it went",
    "Access log": "Who has looked up what was sent to the citizen",
    "Delivery receipts": "Where providers say how deliveries went",
    "Campaigns": "Letters to many, in rounds: checked, tried, approved by another, sent at a pace",
}


def create_app(
    settings: Settings, *, http: httpx.AsyncClient | None = None, clock: Callable[[], datetime] = utc_now
) -> FastAPI:
    app = build_app(
        settings,
        title="Notification service",
        description=DESCRIPTION,
        routers=[
            preferences,
            notifications,
            access_log,
            receipts,
            campaigns,
            judging,
            running_campaigns,
            testers,
            dead_letter_routes(),
        ],
        tags=TAGS,
        http=http,
        clock=clock,
        intakes=(*INTAKES, *TESTERS_INTAKES),
    )
    state = app.state
    state.representation = RepresentationCheck.from_settings(settings, state.http, settings.consent_url)
    state.consent, state.checking = outside(settings, state.database, state.http)
    at_once = AtOnce({carrier.name: carrier for carrier in carriers(settings, state.http, clock)})
    state.digests, state.quotas = settings.digests, Quotas(settings, state.limits.counters)
    state.trying = Trying(state.database, at_once, settings.pages_url, state.digests, state.quotas)
    state.registering = Registering(load_templates(), settings.code_secret, state.digests, state.quotas, at_once)
    return app


def from_environment() -> FastAPI:
    settings = Settings()
    configure_logging(settings.log_level, service=settings.service)
    return settled(create_app(settings))
