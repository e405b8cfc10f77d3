"""notification-service as an ASGI app."""

from collections.abc import Callable
from datetime import datetime

import httpx
from fastapi import FastAPI

from notification_service.notifying.routes import router as notifications
from notification_service.preferences.routes import router as preferences
from notification_service.receipts.routes import router as receipts
from notification_service.settings import Settings
from notification_service.texts.templates import load_templates
from shared.app import build_app
from shared.logging import configure_logging
from shared.messaging.dead_letter_routes import dead_letter_routes
from shared.messaging.delivery import utc_now

DESCRIPTION = """\
Tells citizens by SMS and e-mail that something new waits for them on Helsenorge, as they have chosen in their settings,
and shows them what was sent and how it went. The messages are generic: they never say what it is about."""

TAGS = {
    "Settings": "How the citizen wants to be told, and where",
    "Notifications": "What was sent to the citizen, and how it went",
    "Delivery receipts": "Where providers say how deliveries went",
}


def create_app(
    settings: Settings, *, http: httpx.AsyncClient | None = None, clock: Callable[[], datetime] = utc_now
) -> FastAPI:
    load_templates()
    routers = [preferences, notifications, receipts, dead_letter_routes()]
    return build_app(
        settings,
        title="Notification service",
        description=DESCRIPTION,
        routers=routers,
        tags=TAGS,
        http=http,
        clock=clock,
    )


def from_environment() -> FastAPI:
    settings = Settings()
    configure_logging(settings.log_level)
    return create_app(settings)
